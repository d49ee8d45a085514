// How many connections may there be, and how many are in use: of the server, of the database, of a role?
import type { ConnectionLimit } from '../../facts/observed.ts';
import { ok } from '../../facts/outcome.ts';
import { redact } from '../../runtime/safe-text.ts';
import { isCount, oneRow, strange, type Answered } from './question.ts';

// A role without pg_monitor sees the rows of others, but not their backend_type. reserved_connections is new in 16.
// Database and roles may have limits of their own; of the roles that are connected, the one nearest to its limit counts.
export const connections = oneRow<Answered<'connections'>>({
  sql: `SELECT current_setting('max_connections')::int AS max, pg_backend_pid() AS pid,
    current_setting('superuser_reserved_connections')::int
      + coalesce(current_setting('reserved_connections', true), '0')::int AS reserved,
    (SELECT count(*)::int FROM pg_stat_activity
      WHERE datid IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend') AS used,
    (SELECT datconnlimit FROM pg_database WHERE datname = current_database()) AS database_limit,
    (SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database()
      AND coalesce(backend_type, 'client backend') = 'client backend') AS database_used,
    r.rolname::text AS role, r.rolconnlimit AS role_limit, r.used AS role_used
    FROM (SELECT 1) AS one LEFT JOIN LATERAL (
      SELECT rolname, rolconnlimit, count(*)::int AS used
      FROM pg_roles JOIN pg_stat_activity ON usesysid = pg_roles.oid
      WHERE rolconnlimit >= 0 AND datid IS NOT NULL AND pid <> pg_backend_pid() GROUP BY rolname, rolconnlimit
      ORDER BY count(*)::float8 / greatest(rolconnlimit, 1) DESC LIMIT 1) AS r ON true`,
  read: (row) => {
    const { max, reserved, used, pid } = row;
    if (!isCount(max) || !isCount(reserved) || !isCount(used)) return strange();
    const limits = [
      limit(`the database`, row['database_limit'], row['database_used']),
      limit(`role ${String(row['role'])}`, row['role_limit'], row['role_used']),
    ].filter((one) => one !== undefined);
    return ok({
      max,
      reserved,
      used,
      ...(limits.length === 0 ? {} : { limits }),
      ...(isCount(pid) ? { processId: pid } : {}),
    });
  },
});

/** A limit that is set: -1 is none, and -2 marks a database that is being dropped. */
function limit(whose: string, most: unknown, used: unknown): ConnectionLimit | undefined {
  return isCount(most) && isCount(used) ? { whose: redact(whose, [], 80), most, used } : undefined;
}
