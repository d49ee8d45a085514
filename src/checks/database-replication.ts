// Are the standbys of a primary near enough that a failover loses little?
import type { FaultCode } from '../api/faults.ts';
import { found, pass, type Check } from '../facts/answer.ts';
import { formatDuration } from '../runtime/duration.ts';
import { literal, redact } from '../runtime/safe-text.ts';
import { QUESTION_FAULTS } from './database-question-faults.ts';
import { passOn } from './pass-on.ts';

/** A minute of writes, or 16 WAL segments of 16 MiB: a standby that works is seconds and kilobytes behind. */
const LAG_MS = 60_000;
const MEBIBYTE = 1024 * 1024;
const LAG_BYTES = 256 * MEBIBYTE;

const FAULTS = ['DatabaseReplicationLagging', ...QUESTION_FAULTS] as const satisfies readonly FaultCode[];

export const databaseReplication: Check<'database'> = {
  question: 'replication',
  about: 'database',
  feeds: 'Healthy',
  faults: FAULTS,
  ask({ observed: { replication } }) {
    if (!replication.ok) return passOn(replication.fault, FAULTS);
    const { standbys, lagMs, lagBytes } = replication.value;
    if (standbys === 0) return pass(literal('no standby is connected'));
    const seen = `${formatDuration(lagMs)} and ${Math.round(lagBytes / MEBIBYTE)} MiB`;
    if (lagMs >= LAG_MS || lagBytes >= LAG_BYTES)
      return found({
        code: 'DatabaseReplicationLagging',
        detail: redact(`of ${standbys} standbys the farthest is ${seen} behind`),
      });
    return pass(redact(`${standbys} standbys, at most ${seen} behind`));
  },
};
