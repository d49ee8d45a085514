// Can the release of before run again on what the one of now left? Compares what two runs saw: Flyway's table by Flyway's
// own rules, then addresses, keys and settings, then images. Pure, and fail-closed: what was not read is never reversible.
import {
  compareVersions,
  decodeMigrations,
  isRepeatable,
  placeOfMigration,
  titleOfMigration,
  type AppliedMigration,
} from '../api/migration-rows.ts';
import { EXIT, type ExitCode } from '../api/exit-codes.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';
import { alignMigrations } from './align-migrations.ts';
import { obstacleTo } from './compare.ts';
import { digestIn, shortImage } from './moved.ts';
import type { SnapshotReport } from './snapshot.ts';

/** An API: pipelines read them. */
export const WAY_BACK_REASONS = ['Reversible', 'NotReversible', 'NotKnown', 'NotComparable'] as const;

export interface WayBackAnswer {
  readonly namespace: string;
  readonly name: string;
  readonly exitCode: ExitCode;
  readonly reason: (typeof WAY_BACK_REASONS)[number];
  /** One sentence. */
  readonly message: SafeText;
  /** What a rollback of the manifests does not undo, and what to do about it. The gravest first. */
  readonly obstacles: readonly SafeText[];
  /** What nobody could tell. */
  readonly unknown: readonly SafeText[];
  /** What was compared and is as it was. */
  readonly same: readonly SafeText[];
  readonly runBefore?: string;
  readonly runAfter?: string;
}

type WayBack = NonNullable<SnapshotReport['wayBack']>;
type Migrations = WayBack['migrations'][number];

interface Found {
  readonly obstacles: readonly string[];
  readonly unknown: readonly string[];
  readonly same: readonly string[];
}

const NOTHING: Found = { obstacles: [], unknown: [], same: [] };

/** Migrations that one sentence names. */
const MOST_NAMED = 4;

/** Judges the way back from `after` to `before`. */
export function judgeWayBack(before: SnapshotReport, after: SnapshotReport): WayBackAnswer {
  const { namespace, name } = before;
  const place = { namespace, name, runBefore: before.lastRunTime, runAfter: after.lastRunTime };
  const obstacle = obstacleTo(before, after);
  if (obstacle !== undefined) return { ...noWayBack(place, obstacle), ...place };
  const found =
    before.wayBack === undefined || after.wayBack === undefined
      ? unread(before.wayBack === undefined ? `the run of ${before.lastRunTime}` : 'the run of now')
      : merged([
          ...migrationsIn(before.wayBack, after.wayBack),
          ...thingsIn(before.wayBack, after.wayBack),
          ...imagesIn(before, after),
        ]);
  return { ...place, ...verdictOf(found, before.lastRunTime), ...safely(found) };
}

/** Nothing can be said of this report. */
export function noWayBack(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  why: string,
  exitCode: ExitCode = EXIT.usage,
): WayBackAnswer {
  const message = redact(why, [], 1024);
  return { namespace, name, exitCode, reason: 'NotComparable', message, obstacles: [], unknown: [], same: [] };
}

function verdictOf(
  { obstacles, unknown }: Found,
  since: string,
): Pick<WayBackAnswer, 'exitCode' | 'reason' | 'message'> {
  const [first] = obstacles;
  if (first !== undefined) {
    const more = obstacles.length === 1 ? '' : ` (and ${obstacles.length - 1} more)`;
    return {
      exitCode: EXIT.fail,
      reason: 'NotReversible',
      message: redact(`Not reversible by helm rollback alone: ${first}${more}`, [], 1024),
    };
  }
  const [gap] = unknown;
  if (gap !== undefined)
    return {
      exitCode: EXIT.unknown,
      reason: 'NotKnown',
      message: redact(`Whether helm rollback is enough is not known: ${gap}`, [], 1024),
    };
  return {
    exitCode: EXIT.pass,
    reason: 'Reversible',
    message: redact(`Reversible by helm rollback: no migration came since ${since}, and keys and settings are there.`),
  };
}

function unread(which: string): Found {
  return {
    ...NOTHING,
    unknown: [
      `${which} kept nothing of migrations, keys and images: an older operator made it, or the report had no room for it.`,
    ],
  };
}

function migrationsIn(before: WayBack, after: WayBack): readonly Found[] {
  if (before.migrations.length === 0 && after.migrations.length === 0)
    return [{ ...NOTHING, unknown: ['no database was examined, so nobody knows what was migrated.'] }];
  const now = new Map(after.migrations.map((one) => [one.database, one]));
  const old = new Set(before.migrations.map(({ database }) => database));
  return [
    ...before.migrations.map((was) => migrationsOf(was, now.get(was.database))),
    ...after.migrations
      .filter(({ database }) => !old.has(database))
      .map(({ database }) => ({ ...NOTHING, unknown: [`${database} was not examined before.`] })),
  ];
}

/** One database by the rules of `flyway validate` and `flyway migrate` of the old release. */
function migrationsOf(was: Migrations, is: Migrations | undefined): Found {
  const { database } = was;
  const schema = database.slice(database.indexOf('/') + 1);
  const unknown = (why: string): Found => ({ ...NOTHING, unknown: [why] });
  if (is === undefined) return unknown(`${database} is not examined any more.`);
  if (was.applied === undefined)
    return unknown(`the migrations of ${database} were not read before: ${was.unread ?? ''}`);
  const failed = is.failed ?? 0;
  const obstacles: string[] =
    failed > (was.failed ?? 0)
      ? [
          `${failed === 1 ? 'a migration' : `${failed} migrations`} failed in ${schema}, and Flyway of no release goes on before that is repaired; restore ${schema} to what it was before the upgrade, or mend what failed and run flyway repair.`,
        ]
      : [];
  if (is.applied === undefined)
    return { ...NOTHING, obstacles, unknown: [`the migrations of ${database} cannot be read: ${is.unread ?? ''}`] };
  const [read, readNow] = [decodeMigrations(was.applied), decodeMigrations(is.applied)];
  if (read === undefined || readNow === undefined) return unknown(`the migrations of ${database} cannot be read.`);
  const [old, now] = alignMigrations(read, readNow);

  const known = new Map(old.map((row) => [row.key, row]));
  const present = new Map(now.map((row) => [row.key, row]));
  const added = now.filter(({ key }) => !known.has(key));
  const versions = added.filter((row) => !isRepeatable(row));
  const highest = (key: string): AppliedMigration | undefined =>
    old
      .filter((row) => !isRepeatable(row) && placeOfMigration(row.key) === placeOfMigration(key))
      .toSorted((a, b) => compareVersions(b.key, a.key))[0];
  // Flyway ignores by default what is newer than all it knows, and stops at what is missing below that.
  const isBelow = ({ key }: AppliedMigration): boolean => {
    const top = highest(key);
    return top !== undefined && compareVersions(key, top.key) < 0;
  };
  const [below, newer] = [versions.filter(isBelow), versions.filter((row) => !isBelow(row))];
  const times = versions.flatMap(({ at }) => (at === undefined ? [] : [at])).sort();
  const when = times[0] === undefined ? 'what it was before the upgrade' : `before ${times[0]} (its own clock)`;
  const restore = `restore ${schema} to ${when}.`;
  if (newer.length > 0)
    obstacles.push(`${applied(newer)} of ${schema}, which the old release does not know; ${restore}`);
  if (below.length > 0)
    obstacles.push(
      `${applied(below)} of ${schema} out of order, and Flyway of the old release stops at what it does not have; ${restore}`,
    );
  const other = old.filter((row) => {
    const same = present.get(row.key);
    return same !== undefined && !isRepeatable(row) && row.checksum !== same.checksum;
  });
  if (other.length > 0)
    obstacles.push(
      `the checksum of migration ${named(other)} of ${schema} is another one, and Flyway of the old release stops at that; restore ${schema} to what it was before the upgrade, or run flyway repair of the old release.`,
    );
  const missing = old.filter(({ key }) => !present.has(key));
  if (missing.length > 0)
    obstacles.push(
      `migration ${named(missing)} of ${schema} is not applied any more, so the old release would run it again; restore ${schema} to what it was before the upgrade.`,
    );
  const repeated = added.filter(isRepeatable);
  return {
    obstacles,
    unknown:
      repeated.length === 0
        ? []
        : [
            `${schema} has the repeatable migration ${named(repeated)} now: whether the old release stops at it is not known.`,
          ],
    same: obstacles.length > 0 || repeated.length > 0 ? [] : [`${countOf(old.length, 'migration')} of ${schema}`],
  };
}

function applied(rows: readonly AppliedMigration[]): string {
  return `migration ${named(rows)} is applied to the schema`;
}

function named(rows: readonly AppliedMigration[]): string {
  const names = rows.map(({ key }) => titleOfMigration(key));
  const more = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Addresses, keys, Secrets and ConfigMaps: what the old release was set up with. */
function thingsIn(before: WayBack, after: WayBack): readonly Found[] {
  const now = new Map(after.seen.map(({ id, is }) => [id, is]));
  return before.seen.map(({ id, is: was }): Found => {
    const is = now.get(id);
    const kind = id.slice(0, id.indexOf('/'));
    const name = id.slice(id.indexOf('/') + 1);
    // It was not there before either.
    if (was === '') return NOTHING;
    switch (kind) {
      case 'secret':
      case 'configmap': {
        const title = `${kind === 'secret' ? 'Secret' : 'ConfigMap'} ${name}`;
        if (is === undefined)
          return { ...NOTHING, unknown: [`${title} is not read any more, so nobody knows whether it is still there.`] };
        return is === ''
          ? { ...NOTHING, obstacles: [`${title} is gone, and the old release reads it; put it back first.`] }
          : { ...NOTHING, same: [`${title}${is === was ? '' : ', written since'}`] };
      }
      case 'digest':
        return NOTHING;
      case 'key': {
        if (is === undefined) return { ...NOTHING, unknown: [`the public key of ${name} could not be read.`] };
        return is === was
          ? { ...NOTHING, same: [`the key of ${name}`] }
          : {
              ...NOTHING,
              obstacles: [
                `the key of ${name} is another one (${was}, now ${is}): what one signed the other does not verify; put the old key back first.`,
              ],
            };
      }
      default: {
        if (is === undefined) return { ...NOTHING, unknown: [`the address of ${name} is not known any more.`] };
        return is === was
          ? NOTHING
          : {
              ...NOTHING,
              obstacles: [
                `${name} is at ${is} now and was at ${was}: the old settings lead to what has not been written since.`,
              ],
            };
      }
    }
  });
}

/** Of services whose image is another one now: does a ReplicaSet still name the old one? */
function imagesIn(before: SnapshotReport, after: SnapshotReport): readonly Found[] {
  const now = new Map(after.images.map(({ component, image }) => [component, image]));
  const kept = new Map(after.wayBack?.images.map(({ component, images }) => [component, images]) ?? []);
  return before.images.map(({ component, image }): Found => {
    const short = shortImage(image);
    if (now.get(component) === image)
      return underOneName(short, digestIn(before, component), digestIn(after, component));
    const images = kept.get(component);
    if (images?.includes(image) === true) return { ...NOTHING, same: [`${short}, which a ReplicaSet still names`] };
    return {
      ...NOTHING,
      unknown: [
        images === undefined
          ? `what ReplicaSets of ${component} name could not be read, so nobody knows whether ${short} can still be had.`
          : `no ReplicaSet of ${component} names ${short} any more, so nobody knows whether it can still be pulled.`,
      ],
    };
  });
}

/** A rollback brings the name back, and with it whatever is pushed under it now. */
function underOneName(short: string, was: string | undefined, is: string | undefined): Found {
  if (short.includes('@sha256:') || (was !== undefined && was === is)) return NOTHING;
  if (was === undefined || is === undefined)
    return {
      ...NOTHING,
      unknown: [`whether ${short} is the image that it was is not known: a tag without a digest may be pushed again.`],
    };
  return {
    ...NOTHING,
    obstacles: [
      `${short} is another image now (sha256:${is}…, was sha256:${was}…), and a rollback brings the same name; name the old one by its digest.`,
    ],
  };
}

function merged(all: readonly Found[]): Found {
  return {
    obstacles: all.flatMap(({ obstacles }) => obstacles),
    unknown: all.flatMap(({ unknown }) => unknown),
    same: all.flatMap(({ same }) => same),
  };
}

function safely({ obstacles, unknown, same }: Found): Pick<WayBackAnswer, 'obstacles' | 'unknown' | 'same'> {
  const safe = (texts: readonly string[]): readonly SafeText[] => texts.map((text) => redact(text, [], 1024));
  return { obstacles: safe(obstacles), unknown: safe(unknown), same: safe(same) };
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
