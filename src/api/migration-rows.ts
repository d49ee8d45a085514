// The migrations that are applied to a schema, as the status and a snapshot keep them: short, and exact where it counts.
// `42|-1283|ts3k9z` is version, checksum, and when, in minutes of the table's own clock; `R:name` is a repeatable one.

/** A row of Flyway's table that succeeded. */
export interface AppliedMigration {
  /** The version, or `R:` and the description of a migration that is repeated. With its schema before it where a database has several. */
  readonly key: string;
  /** Missing where Flyway kept none: a baseline, a migration in Java. */
  readonly checksum?: number;
  /** By the table's own clock: `2026-11-28T14:02`. */
  readonly at?: string;
}

/** More rows than these are kept of no schema: then nothing is known of them. */
export const MOST_MIGRATIONS = 200;
/** In characters. */
export const MIGRATIONS_TEXT = 6_144;

const MINUTE_MS = 60_000;

/** Undefined where it does not fit: half a history would be read as a whole one. */
export function encodeMigrations(rows: readonly AppliedMigration[]): string | undefined {
  if (rows.length > MOST_MIGRATIONS) return undefined;
  const text = rows
    .map(({ key, checksum, at }) => {
      const minutes = at === undefined ? Number.NaN : Date.parse(`${at}:00Z`) / MINUTE_MS;
      const time = Number.isSafeInteger(minutes) && minutes >= 0 ? minutes.toString(36) : '';
      return [encodeURIComponent(key), checksum ?? '', time].join('|');
    })
    .join(',');
  return text.length > MIGRATIONS_TEXT ? undefined : text;
}

/** Undefined for a text that this program did not write. */
export function decodeMigrations(text: string): readonly AppliedMigration[] | undefined {
  if (text === '') return [];
  const rows = text.split(',').map((row): AppliedMigration | undefined => {
    const [, key = '', checksum = '', time = ''] = /^([^|]+)\|(-?\d{1,10})?\|([0-9a-z]{0,8})$/.exec(row) ?? [];
    if (key === '') return undefined;
    const at = time === '' ? undefined : new Date(Number.parseInt(time, 36) * MINUTE_MS);
    return {
      key: decoded(key),
      ...(checksum === '' ? {} : { checksum: Number(checksum) }),
      ...(at === undefined || Number.isNaN(at.getTime()) ? {} : { at: at.toISOString().slice(0, 16) }),
    };
  });
  return rows.every((row) => row !== undefined) ? rows : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** True for one that Flyway repeats whenever its text changes. */
export function isRepeatable({ key }: AppliedMigration): boolean {
  return nameOfMigration(key).startsWith('R:');
}

/** The schema of `schema/42`; empty where the row names none. */
export function placeOfMigration(key: string): string {
  return key.slice(0, Math.max(key.lastIndexOf('/'), 0));
}

/** As people are told of it: with its schema where it names one, and a repeatable one by its description. */
export function titleOfMigration(key: string): string {
  return key.replace(/(^|\/)R:/, '$1');
}

/** `42` of `schema/42`. */
export function nameOfMigration(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

/** As Flyway orders versions: number by number, `1.2` before `1.10`, dots and underscores alike. */
export function compareVersions(a: string, b: string): number {
  const parts = (version: string): readonly bigint[] =>
    nameOfMigration(version)
      .split(/[._]/)
      .map((part) => (/^\d{1,40}$/.test(part) ? BigInt(part) : 0n));
  const [left, right] = [parts(a), parts(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const [one, other] = [left[index] ?? 0n, right[index] ?? 0n];
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}
