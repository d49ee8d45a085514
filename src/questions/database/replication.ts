// Are the standbys of a primary near enough that a failover loses little?
import { found, pass } from '../../facts/answer.ts';
import { failed, ok, type Fault, type Outcome } from '../../facts/outcome.ts';
import { formatDuration } from '../../runtime/duration.ts';
import { literal, redact } from '../../runtime/safe-text.ts';
import { databaseQuestion, grantMissing, isCount, MAY_SEE_ALL, milliseconds, strange } from './question.ts';

declare module '../../facts/observed.ts' {
  interface DatabaseAnswers {
    /** NotAsked on a standby: its primary knows. */
    readonly replication: Outcome<ReplicationSeen>;
  }
}

export interface ReplicationSeen {
  /** Connected, or gone with a replication slot left: the primary keeps for it what it has not read. */
  readonly standbys: number;
  /** How many of them are not connected. */
  readonly gone: number;
  /** The longest a standby takes to apply what the primary wrote; 0 while nothing is written. */
  readonly lagMs: number;
  /** The most that a standby has not applied yet. */
  readonly lagBytes: number;
}

/** A minute of writes, or 16 WAL segments of 16 MiB: a standby that works is seconds and kilobytes behind. */
const LAG_MS = 60_000;
const MEBIBYTE = 1024 * 1024;
const LAG_BYTES = 256 * MEBIBYTE;

export const replication = databaseQuestion('replication', {
  sql: `SELECT ${MAY_SEE_ALL}, pg_is_in_recovery() AS in_recovery, count(*)::int AS standbys,
    (count(*) FILTER (WHERE is_gone))::int AS gone,
    coalesce(max(extract(epoch FROM lag)), 0)::float8 * 1000 AS lag,
    coalesce(max(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_current_wal_lsn() END, applied)), 0)::float8
      AS bytes
    FROM (SELECT replay_lag, replay_lsn, false FROM pg_stat_replication
      UNION ALL SELECT NULL, restart_lsn, true FROM pg_replication_slots
        WHERE slot_type = 'physical' AND NOT active AND restart_lsn IS NOT NULL) AS standby (lag, applied, is_gone)`,
  read: (row) => {
    if (row['in_recovery'] === true)
      return failed('NotAsked', literal('not asked, because the server is a standby itself'));
    const missing = grantMissing(row);
    if (missing !== undefined) return missing;
    const { standbys, gone } = row;
    const [lagMs, lagBytes] = [row['lag'], row['bytes']].map(milliseconds);
    return isCount(standbys) && isCount(gone) && lagMs !== undefined && lagBytes !== undefined
      ? ok({ standbys, gone, lagMs, lagBytes })
      : strange();
  },
  evidence: 'Rows of pg_stat_replication of the primary, and its physical replication slots that nobody reads.',
  faults: ['DatabaseReplicationLagging'],
  judge(seen) {
    const lag = lagIn(seen);
    if (lag !== undefined) return found(lag);
    if (seen.standbys === 0) return pass(literal('no standby is connected'));
    return pass(redact(`${seen.standbys} standbys, at most ${distance(seen)}`));
  },
});

/** The standby that is too far behind, if there is one. */
export function lagIn(replication: ReplicationSeen): Fault | undefined {
  const { standbys, lagMs, lagBytes } = replication;
  if (standbys === 0 || (lagMs < LAG_MS && lagBytes < LAG_BYTES)) return undefined;
  const detail = redact(`of ${standbys} standbys the farthest is ${distance(replication)}`);
  return { code: 'DatabaseReplicationLagging', detail };
}

function distance({ gone, lagMs, lagBytes }: ReplicationSeen): string {
  const behind = `${formatDuration(lagMs)} and ${Math.round(lagBytes / MEBIBYTE)} MiB behind`;
  return gone === 0 ? behind : `${behind}, and ${gone} ${gone === 1 ? 'is' : 'are'} not connected`;
}
