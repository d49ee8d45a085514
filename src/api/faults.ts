// The closed list of what can be observed, with what each observation means for the judgement.
// A fault is a code, never a text: guide entries claim codes, dashboards and mutes name them.
import { AGENT_FAULTS } from './faults/agent.ts';
import { CHECKER_FAULTS } from './faults/checker.ts';
import { DATABASE_FAULTS } from './faults/database.ts';
import { KEY_FAULTS } from './faults/key-management.ts';
import { LOG_FAULTS } from './faults/logs.ts';
import { CONCERN_FAULTS } from './faults/concerns.ts';
import { SERVICE_FAULTS } from './faults/service.ts';
import { BUCKET_FAULTS } from './faults/object-storage.ts';
import { UPGRADE_FAULTS } from './faults/upgrade.ts';
import type { FaultTraits } from './faults/traits.ts';

export type { FaultTraits } from './faults/traits.ts';

export const FAULTS = {
  ...SERVICE_FAULTS,
  ...AGENT_FAULTS,
  ...DATABASE_FAULTS,
  ...BUCKET_FAULTS,
  ...KEY_FAULTS,
  ...LOG_FAULTS,
  ...CONCERN_FAULTS,
  ...UPGRADE_FAULTS,
  ...CHECKER_FAULTS,
} as const satisfies Record<string, FaultTraits>;

export type FaultCode = keyof typeof FAULTS;

export const FAULT_CODES = Object.keys(FAULTS) as readonly FaultCode[];

/** The traits of a fault, widened so that optional ones can be asked for. */
export function traits(code: FaultCode): FaultTraits {
  return FAULTS[code];
}

/** True for a code that this version knows. Status may hold one from a newer operator. */
export function isFaultCode(code: string): code is FaultCode {
  return Object.hasOwn(FAULTS, code);
}
