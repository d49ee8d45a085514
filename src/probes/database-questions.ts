// What is asked of a database, as SQL that runs on PostgreSQL 14 and newer, with the reading of its one row.
// All of it is readable for every role, except what says pg_read_all_stats: then the answer names the grant.
import { failed, ok, type Outcome } from '../facts/outcome.ts';
import type { ConnectionLimit, DatabaseObserved } from '../facts/observed.ts';
import { literal, redact } from '../runtime/safe-text.ts';

export type Row = Readonly<Record<string, unknown>>;

export interface Question<T> {
  readonly sql: string;
  readonly read: (row: Row) => Outcome<T>;
}

type Answered<K extends keyof DatabaseObserved> = DatabaseObserved[K] extends Outcome<infer T> ? T : never;

const STRANGE = literal('the database answers a question with something else than was asked for');

export function strange(): ReturnType<typeof failed> {
  return failed('DatabaseQueryFailed', STRANGE);
}

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** True when the role may see what others do; pg_monitor contains it. */
const MAY_SEE_ALL = `pg_has_role(session_user, 'pg_read_all_stats', 'USAGE') AS may, session_user::text AS role`;

/** The missing grant, or undefined when the row says that the role has it. */
function grantMissing({ may, role }: Row): ReturnType<typeof failed> | undefined {
  if (may !== false) return undefined;
  return failed('DatabasePrivilegeMissing', redact(`not asked: GRANT pg_monitor TO ${quoted(role)} is missing`));
}

/** A name as SQL takes it. */
export function quoted(name: unknown): string {
  return `"${String(name).replaceAll('"', '""')}"`;
}

/**
 * Which setting a new session of the services starts with is their own: that of a role in this database, of a role, of
 * the database. Ours may differ, so the roles are asked about that are connected and may write.
 */
const writable: Question<Answered<'writable'>> = {
  sql: `WITH connected AS (
      SELECT DISTINCT r.oid, r.rolname FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid
      WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND NOT r.rolsuper
        AND EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
            AND has_table_privilege(r.oid, c.oid, 'INSERT'))),
    told AS (
      SELECT w.rolname, (SELECT split_part(setting, '=', 2) FROM pg_db_role_setting s, unnest(s.setconfig) setting
        WHERE s.setrole IN (w.oid, 0) AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
          AND setting LIKE 'default\\_transaction\\_read\\_only=%'
        ORDER BY s.setrole = 0, s.setdatabase = 0 LIMIT 1) AS value FROM connected w)
SELECT pg_is_in_recovery() AS in_recovery, current_setting('default_transaction_read_only') = 'on' AS read_only,
    (SELECT source FROM pg_settings WHERE name = 'default_transaction_read_only') AS source,
    (SELECT count(*)::int FROM told) AS writers,
    (SELECT min(rolname)::text FROM told WHERE value IN ('on', 'true', 'yes', '1')) AS read_only_role`,
  read: (row) => {
    const { in_recovery: inRecovery, read_only: own, source, writers, read_only_role: role } = row;
    if (typeof inRecovery !== 'boolean' || typeof own !== 'boolean') return strange();
    // A monitor may be read-only by a setting of its own, as long as somebody else is there to be asked.
    const isOurs = typeof source === 'string' && source.endsWith('user') && isCount(writers) && writers > 0;
    return ok({
      inRecovery,
      readOnly: (own && !isOurs) || typeof role === 'string',
      ...(typeof role === 'string' ? { readOnlyRole: role } : {}),
    });
  },
};

const version: Question<Answered<'version'>> = {
  sql: `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS text`,
  read: ({ number, text }) => (isCount(number) && typeof text === 'string' ? ok({ number, text }) : strange()),
};

// A role without pg_monitor sees the rows of others, but not their backend_type. reserved_connections is new in 16.
// Database and roles may have limits of their own; of the roles that are connected, the one nearest to its limit counts.
const connections: Question<Answered<'connections'>> = {
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
};

/** A limit that is set: -1 is none, and -2 marks a database that is being dropped. */
function limit(whose: string, most: unknown, used: unknown): ConnectionLimit | undefined {
  return isCount(most) && isCount(used) ? { whose: redact(whose, [], 80), most, used } : undefined;
}

/** Milliseconds since the greatest age of these rows, as an integer. */
const longest = (since: string, where: string): string =>
  `coalesce(max(extract(epoch FROM clock_timestamp() - ${since})) FILTER (WHERE ${where}), 0)::float8 * 1000`;

// An idle transaction counts from when it became idle. A waiting statement has waited for as long as it runs, at most.
const activity: Question<Answered<'activity'>> = {
  sql: `SELECT ${MAY_SEE_ALL},
    ${longest('xact_start', "state NOT LIKE 'idle in transaction%'")} AS transaction,
    ${longest('state_change', "state LIKE 'idle in transaction%'")} AS idle,
    (count(*) FILTER (WHERE wait_event_type = 'Lock'))::int AS waiting,
    ${longest('query_start', "wait_event_type = 'Lock'")} AS waited
    FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  read: (row) => {
    const missing = grantMissing(row);
    if (missing !== undefined) return missing;
    const [transaction, idle, waited] = [row['transaction'], row['idle'], row['waited']].map(milliseconds);
    const { waiting } = row;
    if (transaction === undefined || idle === undefined || waited === undefined || !isCount(waiting)) return strange();
    return ok({
      longestTransactionMs: transaction,
      longestIdleMs: idle,
      lockWaits: waiting,
      longestLockWaitMs: waited,
    });
  },
};

/** Clocks of a server may go back: then nothing has lasted yet. */
function milliseconds(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? Math.max(0, Math.round(value)) : undefined;
}

const replication: Question<Answered<'replication'>> = {
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
};

// A server stops when any of its databases is at its end, so the oldest one counts, whichever we are connected to.
const wraparound: Question<Answered<'wraparound'>> = {
  sql: `SELECT datname::text AS database, age(datfrozenxid)::int AS age,
    current_setting('autovacuum_freeze_max_age')::int AS freeze_max_age
    FROM pg_database ORDER BY age(datfrozenxid) DESC LIMIT 1`,
  read: ({ database, age, freeze_max_age: freezeMaxAge }) =>
    typeof database === 'string' && isCount(age) && isCount(freezeMaxAge)
      ? ok({ database, age, freezeMaxAge })
      : strange(),
};

const credentials: Question<Answered<'credentials'>> = {
  sql: `SELECT (array_agg(rolname::text ORDER BY rolvaliduntil))[1] AS role,
    (extract(epoch FROM min(rolvaliduntil)) * 1000)::float8 AS until
    FROM pg_roles WHERE isfinite(rolvaliduntil) AND (rolname = session_user
      OR oid IN (SELECT usesysid FROM pg_stat_activity WHERE datname = current_database()))`,
  read: ({ role, until }) => {
    if (role === null && until === null) return ok({});
    if (typeof role !== 'string' || typeof until !== 'number') return strange();
    const end = new Date(until);
    // A year beyond what a Date can hold never comes.
    return Number.isNaN(end.getTime()) ? ok({}) : ok({ role, validUntil: end.toISOString() });
  },
};

export const QUESTIONS = { writable, version, connections, activity, replication, wraparound, credentials } as const;
