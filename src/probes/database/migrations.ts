// What Flyway wrote about the schema's migrations. Where its tables are is looked up in the catalog, which everybody may
// read, so that a table that is absent and one that is closed to us are told apart without reading an error's text.
import * as z from 'zod';
import { MOST_MIGRATIONS, type AppliedMigration } from '../../api/migration-rows.ts';
import type { PostgresSession } from '../../clients/clients.ts';
import { failed, ok } from '../../facts/outcome.ts';
import type { DatabaseAnswers } from '../../facts/observed.ts';
import { redact } from '../../runtime/safe-text.ts';
import { isCount, quoted, strange, type Answered, type Asked, type Question, type Row } from './question.ts';

type Migrations = DatabaseAnswers['migrations'];

/** What Flyway's table is made of (its own SQL, version 4 to 12): it may be called otherwise than by default. */
const COLUMNS = ['installed_rank', 'version', 'description', 'script', 'checksum', 'success'];

/** Tables of one database that are read. */
const MOST_TABLES = 4;

/**
 * Reads the history in the schema that the spec names, or without one in every schema that has such a table. A schema
 * that is named and that is not there, or holds nothing, is a fault: a service finds nothing of its own. Of a search
 * path one schema is enough.
 */
export const migrations: Question<Answered<'migrations'>> = { ask };

async function ask(session: PostgresSession, signal: AbortSignal, { schema, searchPath }: Asked): Promise<Migrations> {
  const missing = await missingAmong(session, schema === undefined ? searchPath : [schema], signal);
  if (missing !== undefined) return missing;
  const tables = await session.query(whereIs(schema), signal);
  if (!tables.ok) return tables;
  if (tables.value.length === 0) {
    const where = schema === undefined ? 'the database' : `schema ${schema}`;
    return failed('NotAsked', redact(`${where} has no table of Flyway's`));
  }
  for (const { schema: name, table, usable, readable, role } of tables.value) {
    const grant =
      usable === false
        ? `GRANT USAGE ON SCHEMA ${quoted(name)} TO ${quoted(role)}`
        : readable === false
          ? `GRANT SELECT ON ${quoted(name)}.${quoted(table)} TO ${quoted(role)}`
          : undefined;
    if (grant !== undefined) return failed('DatabasePrivilegeMissing', redact(`not asked: ${grant} is missing`));
  }
  const rows = await session.query(history(tables.value), signal);
  return rows.ok ? read(rows.value[0] ?? {}) : rows;
}

/** Why none of these schemas can be what a service looks for; undefined where one is, or none is named. */
async function missingAmong(
  session: PostgresSession,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Extract<Migrations, { readonly ok: false }> | undefined> {
  if (names.length === 0) return undefined;
  const seen = await session.query(
    `SELECT nspname::text AS named_schema, EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = n.oid
      AND relkind IN ('r', 'p', 'v', 'm')) AS filled
    FROM pg_namespace n WHERE nspname IN (${names.map(asText).join(', ')})`,
    signal,
  );
  if (!seen.ok) return seen;
  const called = redact(
    names.length === 1 ? `schema ${names[0] ?? ''}` : `of the schemas ${names.join(', ')} one`,
    [],
    80,
  );
  if (seen.value.length === 0)
    return failed('DatabaseSchemaMissing', redact(`${called} does not exist in the database`));
  return seen.value.some(({ filled }) => filled !== false)
    ? undefined
    : failed('DatabaseSchemaMissing', redact(`${called} holds no table`));
}

/** A spec's or a URL's text is never part of a statement: it goes as hexadecimal digits. */
function asText(name: string): string {
  return `convert_from(decode('${Buffer.from(name).toString('hex')}', 'hex'), 'UTF8')`;
}

function whereIs(schema: string | undefined): string {
  return `SELECT nspname::text AS schema, relname::text AS table,
    has_schema_privilege(session_user, n.oid, 'USAGE') AS usable,
    has_table_privilege(session_user, c.oid, 'SELECT') AS readable, session_user::text AS role
    FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'v') ${schema === undefined ? '' : `AND nspname = ${asText(schema)}`}
      AND (SELECT count(*) FROM pg_attribute WHERE attrelid = c.oid AND NOT attisdropped
        AND attname IN (${COLUMNS.map((column) => `'${column}'`).join(', ')})) = ${COLUMNS.length}
    ORDER BY nspname, relname LIMIT ${MOST_TABLES}`;
}

/** Names are those that the catalog gave. */
function history(tables: readonly Row[]): string {
  // Of several tables each row says which it is of. Not every view has installed_on: as JSON it is just not there.
  const all = tables
    .map(
      ({ schema, table }) =>
        `SELECT ${tables.length > 1 && typeof schema === 'string' ? asText(`${schema}/`) : "''"} AS place, installed_rank,
          version, description, checksum, success, left(to_jsonb(h) ->> 'installed_on', 16) AS at
        FROM ${quoted(schema)}.${quoted(table)} AS h`,
    )
    .join(' UNION ALL ');
  return `SELECT (count(*) FILTER (WHERE NOT success))::int AS failed,
    (array_agg(concat_ws(' ', version, description) ORDER BY installed_rank DESC) FILTER (WHERE NOT success))[1] AS last_failed,
    (array_agg(version ORDER BY installed_rank DESC) FILTER (WHERE success AND version IS NOT NULL))[1] AS version,
    CASE WHEN count(*) <= ${MOST_MIGRATIONS} THEN json_agg(json_build_object(
      'key', place || coalesce(version, 'R:' || left(description, 64)), 'checksum', checksum, 'at', at)
      ORDER BY place, installed_rank) FILTER (WHERE success) END AS applied
    FROM (${all}) AS history`;
}

/** Of the rows that succeeded; a repeatable one counts as it was run last. */
const appliedRows = z.array(
  z.object({
    key: z.string().min(1).max(256),
    checksum: z.int().nullish(),
    at: z.string().max(16).nullish(),
  }),
);

function appliedOf(value: unknown): readonly AppliedMigration[] | undefined {
  const rows = appliedRows.safeParse(value);
  if (!rows.success) return undefined;
  const byKey = new Map<string, AppliedMigration>();
  for (const { key, checksum, at } of rows.data) {
    const row = {
      key,
      ...(checksum === undefined || checksum === null ? {} : { checksum }),
      ...(at === undefined || at === null ? {} : { at: at.replace(' ', 'T') }),
    };
    byKey.set(key, row);
  }
  return [...byKey.values()];
}

function read({ failed: count, last_failed: lastFailed, version, applied }: Row): Migrations {
  if (!isCount(count)) return strange();
  const rows = appliedOf(applied);
  const value: Migrations = ok({
    failed: count,
    ...(typeof lastFailed === 'string' ? { lastFailed } : {}),
    ...(typeof version === 'string' ? { version } : {}),
    ...(rows === undefined ? {} : { applied: rows }),
  });
  return value;
}
