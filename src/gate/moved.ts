// What moved beside the checks between two runs: where databases, buckets and keys are, what is migrated, and images that
// stayed behind. A database that is well and another one is no upgrade that went well.
import { decodeMigrations, isRepeatable, nameOfMigration } from '../api/migration-rows.ts';
import { compareText } from '../runtime/compare-text.ts';
import { redact } from '../runtime/safe-text.ts';
import type { Moved } from './comparison.ts';
import type { SnapshotReport } from './snapshot.ts';

/** What counts first. */
export function movedBetween(before: SnapshotReport, after: SnapshotReport): readonly Moved[] {
  const all = [...addresses(before, after), ...migrations(before, after), ...leftBehind(before, after)];
  const rank = { fail: 0, warn: 1, pass: 2 } as const;
  return all.toSorted((a, b) => rank[a.counts] - rank[b.counts] || compareText(a.what, b.what));
}

function addresses({ wayBack: old }: SnapshotReport, { wayBack: now }: SnapshotReport): readonly Moved[] {
  const places = new Map((now?.seen ?? []).map(({ id, is }) => [id, is]));
  return (old?.seen ?? []).flatMap(({ id, is: before }): readonly Moved[] => {
    const what = /^address\/(.+)$/.exec(id)?.[1];
    const after = places.get(id);
    if (what === undefined || after === undefined || after === before) return [];
    const message = redact(`${what} is at ${after} now, and was at ${before}: is it the same data?`, [], 512);
    return [{ what, before, after, message, counts: 'warn' }];
  });
}

function migrations({ wayBack: old }: SnapshotReport, { wayBack: now }: SnapshotReport): readonly Moved[] {
  return (old?.migrations ?? []).flatMap(({ database, applied }): readonly Moved[] => {
    const is = now?.migrations.find((one) => one.database === database);
    const [rows, present] = [decodeMigrations(applied ?? ''), decodeMigrations(is?.applied ?? '')];
    if (applied === undefined || is?.applied === undefined || rows === undefined || present === undefined) return [];
    const newest = (of: typeof rows): string => {
      const [last] = of.filter((row) => !isRepeatable(row)).slice(-1);
      return last === undefined ? 'none' : nameOfMigration(last.key);
    };
    const kept = new Set(present.map(({ key }) => key));
    const lost = rows.filter(({ key }) => !kept.has(key));
    const [before, after] = [newest(rows), newest(present)];
    if (lost.length > 0) {
      const names = lost.slice(-3).map(({ key }) => nameOfMigration(key));
      const why = 'it is another database, or an older state of it';
      const message = redact(`${database} does not hold migration ${names.join(', ')} any more: ${why}.`, [], 512);
      return [{ what: database, before, after, message, counts: 'fail' }];
    }
    if (present.length === rows.length) return [];
    const message = redact(`${database} went from migration ${before} to ${after}.`, [], 512);
    return [{ what: database, before, after, message, counts: 'pass' }];
  });
}

/** As many images moved together before one that did not is told. */
const TOGETHER = 2;

/** Images whose tag several others left for one other tag. Tags tell no release; being alone tells something. */
function leftBehind(before: SnapshotReport, after: SnapshotReport): readonly Moved[] {
  const now = new Map(after.images.map(({ component, image }) => [component, image]));
  const both = before.images.flatMap(({ component, image: was }) => {
    const is = now.get(component);
    return is === undefined ? [] : [{ component, was, is }];
  });
  return both.flatMap(({ component, was, is }): readonly Moved[] => {
    if (was !== is || tagOf(was) === '') return [];
    const others = both
      .filter((one) => one.was !== one.is && tagOf(one.was) === tagOf(was))
      .map((one) => tagOf(one.is));
    const [tag] = others;
    if (tag === undefined || others.length < TOGETHER || others.some((other) => other !== tag)) return [];
    const short = was.slice(was.lastIndexOf('/') + 1);
    const message = redact(
      `${component} still runs ${short}, while ${others.length} others went from ${tagOf(was)} to ${tag}: was it left out?`,
      [],
      512,
    );
    return [{ what: component, before: was, after: is, message, counts: 'warn' }];
  });
}

function tagOf(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1);
  return name.includes('@') ? '' : (name.split(':')[1] ?? '');
}
