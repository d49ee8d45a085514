// One catalogue: a remedy for every fault. A fault without one does not compile.
import { isFaultCode, type FaultCode } from '../api/faults.ts';
import type { FaultName, FaultNames } from '../api/fault-names.ts';
import { AGENT_REMEDIES } from './catalogue/agent.ts';
import { CHECKER_REMEDIES } from './catalogue/checker.ts';
import { CONCERN_REMEDIES } from './catalogue/concerns.ts';
import { DATABASE_REMEDIES } from './catalogue/database.ts';
import { KEY_REMEDIES } from './catalogue/key-management.ts';
import { LOG_REMEDIES } from './catalogue/logs.ts';
import { BUCKET_REMEDIES } from './catalogue/object-storage.ts';
import { SERVICE_REMEDIES } from './catalogue/service.ts';
import { UPGRADE_REMEDIES } from './catalogue/upgrade.ts';
import { contextOf, isFaultName } from './command.ts';
import { fillIn, namesIn, type FilledRemedy, type Remedy } from './remedy.ts';

export type { FilledRemedy } from './remedy.ts';

export const REMEDIES: Readonly<Record<FaultCode, Remedy>> = {
  ...SERVICE_REMEDIES,
  ...AGENT_REMEDIES,
  ...DATABASE_REMEDIES,
  ...BUCKET_REMEDIES,
  ...KEY_REMEDIES,
  ...LOG_REMEDIES,
  ...CONCERN_REMEDIES,
  ...UPGRADE_REMEDIES,
  ...CHECKER_REMEDIES,
};

/** A fault as a status holds it, and the report that it is in. */
export interface Occurrence {
  readonly namespace: string | undefined;
  /** Of the report. */
  readonly name: string | undefined;
  /** Id of the check. */
  readonly check: string;
  readonly fault: string | undefined;
  readonly names?: FaultNames | undefined;
}

/** What to do about a fault of one report; undefined for a code of a newer version. */
export function remedyFor({ fault, names, ...place }: Occurrence): FilledRemedy | undefined {
  if (fault === undefined || !isFaultCode(fault)) return undefined;
  return fillIn(REMEDIES[fault], { ...names, ...contextOf(place) });
}

/** Of the names that are known those that the remedy of the fault uses: nothing else is worth its room in a status. */
export function namesFor(fault: FaultCode, names: FaultNames): FaultNames | undefined {
  const used = namesIn(REMEDIES[fault])
    .filter(isFaultName)
    .filter((name) => names[name] !== undefined);
  return used.length === 0 ? undefined : Object.fromEntries(used.map((name: FaultName) => [name, names[name]]));
}
