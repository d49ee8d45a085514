// Faults that any question to a connected database may meet.
import type { FaultCode } from '../../api/faults.ts';

export const QUESTION_FAULTS = [
  'NotAsked',
  'DatabaseTimeout',
  'DatabaseUnreachable',
  'DatabaseStartingUp',
  'DatabaseSlotsExhausted',
  'DatabaseRoleSlotsExhausted',
  'DatabaseLimitReached',
  'DatabasePoolerFull',
  'DatabasePoolerWithoutServer',
  'DatabaseStandbyClosed',
  'DatabaseConnectionRefused',
  'DatabaseQueryFailed',
  'DatabasePrivilegeMissing',
  'CheckerStarved',
  'InternalError',
  'Unclassified',
] as const satisfies readonly FaultCode[];
