// Are the standbys of a primary near enough that a failover loses little?
import type { FaultCode } from '../../api/faults.ts';
import { found, pass, type Check } from '../../facts/answer.ts';
import type { ReplicationSeen } from '../../facts/observed.ts';
import type { Fault } from '../../facts/outcome.ts';
import { formatDuration } from '../../runtime/duration.ts';
import { literal, redact } from '../../runtime/safe-text.ts';
import { QUESTION_FAULTS } from './question-faults.ts';
import { passOn } from '../pass-on.ts';

/** A minute of writes, or 16 WAL segments of 16 MiB: a standby that works is seconds and kilobytes behind. */
const LAG_MS = 60_000;
const MEBIBYTE = 1024 * 1024;
const LAG_BYTES = 256 * MEBIBYTE;

const FAULTS = ['DatabaseReplicationLagging', ...QUESTION_FAULTS] as const satisfies readonly FaultCode[];

export const databaseReplication: Check<'database'> = {
  question: 'replication',
  about: 'database',
  feeds: 'Healthy',
  evidence: 'Rows of pg_stat_replication of the primary.',
  faults: FAULTS,
  ask({ observed: { replication } }) {
    if (!replication.ok) return passOn(replication.fault, FAULTS);
    const lag = lagIn(replication.value);
    if (lag !== undefined) return found(lag);
    const { standbys } = replication.value;
    if (standbys === 0) return pass(literal('no standby is connected'));
    return pass(redact(`${standbys} standbys, at most ${distance(replication.value)} behind`));
  },
};

/** The standby that is too far behind, if there is one. */
export function lagIn(replication: ReplicationSeen): Fault | undefined {
  const { standbys, lagMs, lagBytes } = replication;
  if (standbys === 0 || (lagMs < LAG_MS && lagBytes < LAG_BYTES)) return undefined;
  const detail = redact(`of ${standbys} standbys the farthest is ${distance(replication)} behind`);
  return { code: 'DatabaseReplicationLagging', detail };
}

function distance({ lagMs, lagBytes }: ReplicationSeen): string {
  return `${formatDuration(lagMs)} and ${Math.round(lagBytes / MEBIBYTE)} MiB`;
}
