// What became of the migrations of each database between two runs. A schema that lost some is another one, whatever else
// is well; one of which nobody knows any more is no proof that it is the same.
import {
  decodeMigrations,
  isRepeatable,
  placeOfMigration,
  titleOfMigration,
  type AppliedMigration,
} from '../api/migration-rows.ts';
import { redact } from '../runtime/safe-text.ts';
import { alignMigrations } from './align-migrations.ts';
import type { Moved } from './comparison.ts';
import type { SnapshotReport } from './snapshot.ts';

type Migrations = NonNullable<SnapshotReport['wayBack']>['migrations'][number];
type Rows = readonly AppliedMigration[];

/** Migrations that one sentence names. */
const MOST_NAMED = 3;

export function movedMigrations(before: SnapshotReport, after: SnapshotReport): readonly Moved[] {
  const now = new Map((after.wayBack?.migrations ?? []).map((one) => [one.database, one]));
  return (before.wayBack?.migrations ?? []).flatMap((was) => {
    const is = now.get(was.database);
    const old = rowsOf(was);
    if (is === undefined || old === undefined) return [];
    const present = rowsOf(is);
    return present === undefined ? unread(is, after) : between(was.database, ...alignMigrations(old, present));
  });
}

function rowsOf({ applied }: Migrations): Rows | undefined {
  return applied === undefined ? undefined : decodeMigrations(applied);
}

/** A check that has no answer is out of sight already; one that passes vouches for no single migration. */
function unread(
  { database, unread: why = 'nobody knows why' }: Migrations,
  { checks }: SnapshotReport,
): readonly Moved[] {
  const own = checks.find(({ id }) => id === `${database}/migrations`);
  if (own?.result !== 'pass') return [];
  const message = redact(`whether ${database} still holds its migrations is not known: ${why}.`, [], 512);
  return [{ what: database, before: 'known', after: 'not known', message, counts: 'warn' }];
}

function between(database: string, old: Rows, now: Rows): readonly Moved[] {
  const [known, present] = [new Map(old.map((row) => [row.key, row])), new Map(now.map((row) => [row.key, row]))];
  const lost = old.filter(({ key }) => !present.has(key));
  const added = now.filter(({ key }) => !known.has(key));
  const place = placeOfMigration(newestOf(old)?.key ?? '');
  const there = (rows: Rows): Rows => rows.filter(({ key }) => placeOfMigration(key) === place);
  const [before, after] = [versionOf(there(old)), versionOf(there(now))];
  const told = (words: string, counts: Moved['counts']): Moved => ({
    what: database,
    before,
    after,
    message: redact(words, [], 512),
    counts,
  });
  if (lost.length > 0) {
    const why = 'it is another database, or an older state of it';
    return [told(`${database} does not hold migration ${named(lost.slice(-MOST_NAMED))} any more: ${why}.`, 'fail')];
  }
  const other = old.filter((row) => !isRepeatable(row) && present.get(row.key)?.checksum !== row.checksum);
  const repaired = `the checksum of migration ${named(other)} of ${database} is another one: was it repaired?`;
  return [
    ...(other.length === 0 ? [] : [told(repaired, 'warn')]),
    ...(added.length === 0
      ? []
      : [
          told(
            before === after
              ? `${database} is at migration ${after} as before, and ${named(added)} came besides.`
              : `${database} went from migration ${before} to ${after}.`,
            'pass',
          ),
        ]),
  ];
}

/** The last one in the order of the table that is not repeated. */
function newestOf(rows: Rows): AppliedMigration | undefined {
  return rows.findLast((row) => !isRepeatable(row));
}

function versionOf(rows: Rows): string {
  const last = newestOf(rows);
  return last === undefined ? 'none' : titleOfMigration(last.key);
}

function named(rows: Rows): string {
  const more = rows.length - MOST_NAMED;
  const names = rows.slice(0, MOST_NAMED).map(({ key }) => titleOfMigration(key));
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
