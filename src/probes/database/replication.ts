// How far behind are the standbys?
import { failed, ok } from '../../facts/outcome.ts';
import { literal } from '../../runtime/safe-text.ts';
import { grantMissing, isCount, MAY_SEE_ALL, milliseconds, oneRow, strange, type Answered } from './question.ts';

export const replication = oneRow<Answered<'replication'>>({
  sql: `SELECT ${MAY_SEE_ALL}, pg_is_in_recovery() AS in_recovery, count(*)::int AS standbys,
    coalesce(max(extract(epoch FROM replay_lag)), 0)::float8 * 1000 AS lag,
    coalesce(max(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_current_wal_lsn() END, replay_lsn)), 0)::float8
      AS bytes
    FROM pg_stat_replication`,
  read: (row) => {
    if (row['in_recovery'] === true)
      return failed('NotAsked', literal('not asked, because the server is a standby itself'));
    const missing = grantMissing(row);
    if (missing !== undefined) return missing;
    const { standbys } = row;
    const [lagMs, lagBytes] = [row['lag'], row['bytes']].map(milliseconds);
    return isCount(standbys) && lagMs !== undefined && lagBytes !== undefined
      ? ok({ standbys, lagMs, lagBytes })
      : strange();
  },
});
