// What moved beside the checks between two runs: where databases, buckets and keys are, what is migrated, and images that
// stayed behind. A database that is well and another one is no upgrade that went well.
import { compareText } from '../runtime/compare-text.ts';
import { redact } from '../runtime/safe-text.ts';
import type { Moved } from './comparison.ts';
import { movedMigrations } from './moved-migrations.ts';
import type { SnapshotReport } from './snapshot.ts';

/** What counts first. */
export function movedBetween(before: SnapshotReport, after: SnapshotReport): readonly Moved[] {
  const all = [
    ...addresses(before, after),
    ...movedMigrations(before, after),
    ...leftBehind(before, after),
    ...pushedAgain(before, after),
  ];
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

/** Another digest under the name of before: no name says so. */
function pushedAgain(before: SnapshotReport, after: SnapshotReport): readonly Moved[] {
  const now = new Map(after.images.map(({ component, image }) => [component, image]));
  return before.images.flatMap(({ component, image }): readonly Moved[] => {
    const [was, is] = [digestIn(before, component), digestIn(after, component)];
    if (now.get(component) !== image || was === undefined || is === undefined || was === is) return [];
    const message = redact(`${component} runs another image under ${shortImage(image)} than before.`, [], 512);
    return [{ what: component, before: was, after: is, message, counts: 'pass' }];
  });
}

/** The beginning of the digest that the pods of a component ran, where all ran the same. */
export function digestIn({ wayBack }: SnapshotReport, component: string): string | undefined {
  return wayBack?.seen.find(({ id }) => id === `digest/${component}`)?.is;
}

/** `name:tag` of `registry/team/name:tag`. */
export function shortImage(image: string): string {
  return image.slice(image.lastIndexOf('/') + 1);
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
    const short = shortImage(was);
    const message = redact(
      `${component} still runs ${short}, while ${others.length} others went from ${tagOf(was)} to ${tag}: was it left out?`,
      [],
      512,
    );
    return [{ what: component, before: was, after: is, message, counts: 'warn' }];
  });
}

function tagOf(image: string): string {
  const name = shortImage(image);
  return name.includes('@') ? '' : (name.split(':')[1] ?? '');
}
