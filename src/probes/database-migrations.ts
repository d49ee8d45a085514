// What Flyway wrote about the schema's migrations. Where its tables are is looked up in the catalog, which everybody may
// read, so that a table that is absent and one that is closed to us are told apart without reading an error's text.
import type { PostgresSession } from '../clients/clients.ts';
import { failed, ok, type Outcome } from '../facts/outcome.ts';
import type { DatabaseObserved } from '../facts/observed.ts';
import { redact } from '../runtime/safe-text.ts';
import { isCount, quoted, strange, type Question } from './database-questions.ts';

/** Flyway's own default; the vendor documents no other. */
const TABLE = 'flyway_schema_history';

/**
 * Flyway's advisory lock: `Flyway` in ASCII, plus the hash of the table's name, which is 32 bits wide with a sign
 * (PostgreSQLAdvisoryLockTemplate, the same from version 4 to 12). Held by the session while migrations run; whoever
 * waits for it asks again and again, and does not show among the locks. Every role may read pg_locks.
 */
const LOCK = 0x46_6c_79_77_61_79;
const HASH_RANGE = 2 ** 31;

export const MIGRATING: Question<boolean> = {
  sql: `SELECT count(*)::int AS held FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (classid::int8 << 32) + objid::int8 BETWEEN ${LOCK - HASH_RANGE} AND ${LOCK + HASH_RANGE - 1}`,
  read: ({ held }) => (isCount(held) ? ok(held > 0) : strange()),
};

/** Without a schema in the spec: schemas of one database that are read. */
const MOST_SCHEMAS = 4;

/** Reads the history in `schema`, or without one in every schema that has such a table. */
export async function migrationsOf(
  session: PostgresSession,
  schema: string | undefined,
  signal: AbortSignal,
): Promise<DatabaseObserved['migrations']> {
  const tables = await session.query(whereIs(schema), signal);
  if (!tables.ok) return tables;
  if (tables.value.length === 0) {
    const where = schema === undefined ? 'the database' : `schema ${schema}`;
    return failed('NotAsked', redact(`${where} has no table ${TABLE} of Flyway's`));
  }
  for (const { schema: name, usable, readable, role } of tables.value) {
    const grant =
      usable === false
        ? `GRANT USAGE ON SCHEMA ${quoted(name)} TO ${quoted(role)}`
        : readable === false
          ? `GRANT SELECT ON ${quoted(name)}.${TABLE} TO ${quoted(role)}`
          : undefined;
    if (grant !== undefined) return failed('DatabasePrivilegeMissing', redact(`not asked: ${grant} is missing`));
  }
  const rows = await session.query(history(tables.value.map(({ schema: name }) => String(name))), signal);
  return rows.ok ? read(rows.value[0] ?? {}) : rows;
}

/** The name goes as hexadecimal digits: a spec's text is never part of a statement. */
function whereIs(schema: string | undefined): string {
  const named =
    schema === undefined
      ? ''
      : `AND nspname = convert_from(decode('${Buffer.from(schema).toString('hex')}', 'hex'), 'UTF8')`;
  return `SELECT nspname::text AS schema, has_schema_privilege(session_user, n.oid, 'USAGE') AS usable,
    has_table_privilege(session_user, c.oid, 'SELECT') AS readable, session_user::text AS role
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relname = '${TABLE}' AND relkind IN ('r', 'p', 'v') ${named}
    ORDER BY nspname LIMIT ${MOST_SCHEMAS}`;
}

/** Names are those that the catalog gave. */
function history(schemas: readonly string[]): string {
  const all = schemas
    .map((name) => `SELECT installed_rank, version, description, success FROM ${quoted(name)}.${TABLE}`)
    .join(' UNION ALL ');
  return `SELECT (count(*) FILTER (WHERE NOT success))::int AS failed,
    (array_agg(concat_ws(' ', version, description) ORDER BY installed_rank DESC) FILTER (WHERE NOT success))[1] AS last_failed,
    (array_agg(version ORDER BY installed_rank DESC) FILTER (WHERE success AND version IS NOT NULL))[1] AS version
    FROM (${all}) AS history`;
}

function read({
  failed: count,
  last_failed: lastFailed,
  version,
}: Readonly<Record<string, unknown>>): DatabaseObserved['migrations'] {
  if (!isCount(count)) return strange();
  const value: Outcome<{ failed: number; lastFailed?: string; version?: string }> = ok({
    failed: count,
    ...(typeof lastFailed === 'string' ? { lastFailed } : {}),
    ...(typeof version === 'string' ? { version } : {}),
  });
  return value;
}
