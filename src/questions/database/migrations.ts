// Did a migration of the schema fail, as Flyway wrote it down? Where its tables are is looked up in the catalog, which
// everybody may read, so that a table that is absent and one that is closed to us are told apart without reading an error's text.
import * as z from 'zod';
import { MOST_MIGRATIONS, type AppliedMigration } from '../../api/migration-rows.ts';
import { found, pass } from '../../facts/answer.ts';
import { failed, ok, type Outcome } from '../../facts/outcome.ts';
import { sentence } from '../../facts/sentence.ts';
import { redact } from '../../runtime/safe-text.ts';
import { databaseQuestion, isCount, quoted, strange, type Asked, type Row, type RunSql } from './question.ts';

declare module '../../facts/observed.ts' {
  interface DatabaseAnswers {
    /** NotAsked where there is no table of Flyway's. */
    readonly migrations: Migrations;
  }
}

type Migrations = Outcome<{
  readonly failed: number;
  /** `1.4 add index`, of the last one that failed. */
  readonly lastFailed?: string;
  /** The newest version that was applied. */
  readonly version?: string;
  /** All that succeeded, in order. Missing where there are too many of them to keep, or none that can be read. */
  readonly applied?: readonly AppliedMigration[];
}>;

/** What Flyway's table is made of (its own SQL, version 4 to 12): it may be called otherwise than by default. */
const COLUMNS = ['installed_rank', 'version', 'description', 'script', 'checksum', 'success'];

/** Tables of one database that are read. */
const MOST_TABLES = 4;

/**
 * Reads the history in the schema that the spec names, or without one in every schema that has such a table. A schema
 * that is named and that is not there, or holds nothing, is a fault: a service finds nothing of its own. Of a search
 * path one schema is enough.
 */
export const migrations = databaseQuestion('migrations', {
  ask,
  evidence: "The rows of Flyway's own table, found by its columns.",
  faults: ['DatabaseSchemaMissing', 'DatabaseMigrationFailed'],
  judge({ failed: count, lastFailed = '', version }) {
    if (count > 0) {
      const last = lastFailed === '' ? '' : `, the last one is ${lastFailed}`;
      const detail = sentence(`${count} ${count === 1 ? 'migration' : 'migrations'} of the schema failed${last}`);
      return found({ code: 'DatabaseMigrationFailed', detail });
    }
    return pass(sentence(`no migration failed${version === undefined ? '' : `; the schema is at ${version}`}`));
  },
});

async function ask(run: RunSql, { schema, searchPath }: Asked): Promise<Migrations> {
  const missing = await missingAmong(run, schema === undefined ? searchPath : [schema]);
  if (missing !== undefined) return missing;
  const tables = await run(whereIs(schema));
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
  const rows = await run(history(tables.value));
  return rows.ok ? read(rows.value[0] ?? {}) : rows;
}

/** Why none of these schemas can be what a service looks for; undefined where one is, or none is named. */
async function missingAmong(
  run: RunSql,
  names: readonly string[],
): Promise<Extract<Migrations, { readonly ok: false }> | undefined> {
  if (names.length === 0) return undefined;
  const seen = await run(
    `SELECT nspname::text AS named_schema, EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = n.oid
      AND relkind IN ('r', 'p', 'v', 'm')) AS filled
    FROM pg_namespace n WHERE nspname IN (${names.map(asText).join(', ')})`,
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
