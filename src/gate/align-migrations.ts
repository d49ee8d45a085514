// The rows of Flyway's table before and after, so that equal keys are the same migration. A database with one such table
// keeps rows without their schema; one that got a second table names the schema of each.
import { placeOfMigration, type AppliedMigration } from '../api/migration-rows.ts';

type Rows = readonly AppliedMigration[];

/** Both sides, the rows without a schema under the one whose rows they are by what they hold. */
export function alignMigrations(old: Rows, now: Rows): readonly [old: Rows, now: Rows] {
  const [hadPlaces, hasPlaces] = [hasPlace(old), hasPlace(now)];
  if (hadPlaces === hasPlaces || old.length === 0 || now.length === 0) return [old, now];
  return hasPlaces ? [placed(old, now), now] : [old, placed(now, old)];
}

function hasPlace(rows: Rows): boolean {
  return rows.some(({ key }) => placeOfMigration(key) !== '');
}

/** These rows under the schema of the others that shares most with them; as they are where none shares any. */
function placed(rows: Rows, others: Rows): Rows {
  const keys = new Set(others.map(({ key }) => key));
  const shared = (place: string): number => rows.filter(({ key }) => keys.has(`${place}/${key}`)).length;
  const [best] = [...new Set(others.map(({ key }) => placeOfMigration(key)))].toSorted((a, b) => shared(b) - shared(a));
  return best === undefined || shared(best) === 0 ? rows : rows.map((row) => ({ ...row, key: `${best}/${row.key}` }));
}
