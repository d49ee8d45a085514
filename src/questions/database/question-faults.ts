// Faults that any question to a connected database may meet.
import type { FaultCode } from '../../api/faults.ts';

/** What a pooler may say of a connection in the middle of a session: it makes its own to the server when it is asked. */
export const REFUSALS = [
  'DatabaseAuthenticationFailed',
  'DatabaseAccessRejected',
  'DatabaseTlsDemanded',
  'DatabaseCertificateDemanded',
  'DatabaseLoginForbidden',
  'DatabaseClosed',
  'DatabaseParameterRefused',
  'DatabaseMissing',
  'DatabaseStartingUp',
  'DatabaseSlotsExhausted',
  'DatabaseRoleSlotsExhausted',
  'DatabaseLimitReached',
  'DatabasePoolerFull',
  'DatabasePoolerWithoutServer',
  'DatabaseStandbyClosed',
  'DatabaseDiskFull',
  'DatabaseConnectionRefused',
] as const satisfies readonly FaultCode[];

export const QUESTION_FAULTS = [
  'NotAsked',
  'DatabaseTimeout',
  'DatabaseUnreachable',
  ...REFUSALS,
  'DatabaseQueryFailed',
  'DatabasePrivilegeMissing',
  'CheckerStarved',
  'InternalError',
  'Unclassified',
] as const satisfies readonly FaultCode[];
