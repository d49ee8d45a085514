// Is what was healthy healthy again? Compares two snapshots of one report, check by check, by ids and states. Pure, and
// fail-closed: what nobody examined any more is no fix, and what was never seen well can show nothing.
import { EXIT, worstExit, type ExitCode } from '../api/exit-codes.ts';
import type { FaultCode } from '../api/faults.ts';
import type { Result } from '../api/faults/traits.ts';
import { compareText } from '../runtime/compare-text.ts';
import { formatDuration } from '../runtime/duration.ts';
import { redact } from '../runtime/safe-text.ts';
import type { Change, Comparison, CompareReason } from './comparison.ts';
import { movedBetween } from './moved.ts';
import type { SnapshotCheck, SnapshotReport } from './snapshot.ts';

/** Worst first: of what a run saw and what the report says, the worse counts, and no answer is worse than a warning. */
const WORST_FIRST: readonly Result[] = ['fail', 'error', 'skip', 'warn', 'pass'];
const BLIND: ReadonlySet<Result> = new Set(['error', 'skip']);

/** Compares. Both are of the same report: see `obstacleTo`. */
export function compareReports(
  before: SnapshotReport,
  after: SnapshotReport,
  failOn: 'fail' | 'warn' = 'fail',
): Comparison {
  const { namespace, name } = before;
  const place = { namespace, name, runBefore: before.lastRunTime, runAfter: after.lastRunTime };
  const obstacle = obstacleTo(before, after);
  if (obstacle !== undefined) return { ...notComparable(place, obstacle), ...place };

  const images = movedImages(before, after);
  const old = new Map(before.checks.map((check) => [check.id, check]));
  const now = new Map(after.checks.map((check) => [check.id, check]));
  const both = [...old.values()].flatMap((was) => {
    const is = now.get(was.id);
    return is === undefined
      ? []
      : [{ was, is, kind: hasComeTrue(was, is, images) ? ('regression' as const) : kindOf(was, is) }];
  });
  const changes = (kind: Kind): readonly Change[] =>
    sorted(both.filter((one) => one.kind === kind).map(({ was, is }) => changeOf(was, is)));
  const regressions = changes('regression');
  const lostSight = changes('lostSight');
  const added = sorted([...now.values()].filter(({ id }) => !old.has(id)).map((is) => changeOf(undefined, is)));
  const gone = sorted([...old.values()].filter(({ id }) => !now.has(id)).map((was) => changeOf(was, undefined)));
  const lists = {
    regressions,
    fixes: changes('fix'),
    added,
    gone,
    lostSight,
    still: changes('still'),
    unseen: both.filter(({ kind }) => kind === 'unseen').map(({ was }) => was.id),
    unchanged: both.filter(({ kind }) => kind === 'same').length,
    images,
    moved: movedBetween(before, after),
  };

  const stillBad = lists.still.filter(({ after: result }) => result === 'fail').length;
  const rest =
    stillBad === 0 ? '' : ` ${countOf(stillBad, 'check')} failed before and still ${stillBad === 1 ? 'does' : 'do'}.`;
  const { exitCode, reason, message } = verdictOf(lists, before, after, failOn);
  return { ...place, ...lists, exitCode, reason, message: redact(message + rest, [], 512) };
}

interface Verdict {
  readonly exitCode: ExitCode;
  readonly reason: CompareReason;
  readonly message: string;
}

/** In the order of what is worst to overlook. */
function verdictOf(
  {
    regressions,
    added,
    lostSight,
    gone,
    moved,
  }: Pick<Comparison, 'regressions' | 'added' | 'lostSight' | 'gone' | 'moved'>,
  before: SnapshotReport,
  after: SnapshotReport,
  failOn: 'fail' | 'warn',
): Verdict {
  const worse = [...regressions, ...added].filter(({ muted }) => !muted);
  const failing = worse.filter((change) => change.after === 'fail').length;
  const warned = worse.filter((change) => change.after === 'warn').length;
  const blind = [
    ...lostSight.filter(({ muted }) => !muted),
    ...added.filter((change) => !change.muted && change.after === 'error'),
    ...gone.filter((change) => change.before !== undefined && !BLIND.has(change.before)),
  ].filter(({ required }) => required).length;
  const wasWell = before.checks.some((check) => worstOf(check) === 'pass');
  const { exitCode } = after;
  const cameTrue = worse.filter(
    ({ after: result, faultBefore, faultAfter }) => result === 'fail' && faultBefore === faultAfter,
  );
  if (failing > 0 && cameTrue.length === failing)
    return {
      exitCode: EXIT.fail,
      reason: 'Worse',
      message: `What spoke against the upgrade before has come true: ${cameTrue.map(({ check, message }) => `${check}: ${message}`).join('; ')}.`,
    };
  const lost = moved.find(({ counts }) => counts === 'fail');
  if (failing === 0 && lost !== undefined) return { exitCode: EXIT.fail, reason: 'Worse', message: lost.message };
  if (failing > 0)
    return {
      exitCode: EXIT.fail,
      reason: 'Worse',
      message: `${countOf(failing, 'check')} ${failing === 1 ? 'fails' : 'fail'} now, and did not fail so before.`,
    };
  if (blind > 0)
    return {
      exitCode: EXIT.unknown,
      reason: 'LostSight',
      message: `${countOf(blind, 'check')} ${blind === 1 ? 'has' : 'have'} no answer now: that is no fix, whatever it was before.`,
    };
  if (!wasWell)
    return {
      exitCode: EXIT.unknown,
      reason: 'NothingWasHealthy',
      message: 'Nothing was healthy before, so nothing can be shown to be healthy again.',
    };
  // The gate judges more than single checks: what is missing altogether, a contradiction.
  if (exitCode !== EXIT.pass && exitCode !== EXIT.warn && exitCode !== before.exitCode)
    return { exitCode, reason: 'GateSaysNo', message: `The gate says ${after.reason} now, and did not before.` };
  const doubts = moved.filter(({ counts }) => counts === 'warn');
  const [doubt] = doubts;
  if (warned > 0 || doubt !== undefined)
    return {
      exitCode: failOn === 'warn' ? EXIT.warn : EXIT.pass,
      reason: 'NewWarnings',
      message: `Nothing fails that did not fail so before; ${[
        ...(warned === 0 ? [] : [`${countOf(warned, 'warning')} ${warned === 1 ? 'is' : 'are'} new.`]),
        ...(doubt === undefined ? [] : [doubt.message]),
        ...(doubts.length > 1 ? [`There are ${doubts.length - 1} more such doubts.`] : []),
      ].join(' ')}`,
    };
  return { exitCode: EXIT.pass, reason: 'AsGoodAsBefore', message: 'All that was healthy is healthy again.' };
}

/** Both sides of every report of `before`, and the reports that only `after` has. */
export function compareAll(
  before: readonly SnapshotReport[],
  after: readonly SnapshotReport[],
  failOn: 'fail' | 'warn' = 'fail',
): readonly Comparison[] {
  const keyOf = ({ namespace, name }: SnapshotReport): string => `${namespace}/${name}`;
  const found = new Map(after.map((report) => [keyOf(report), report]));
  const known = new Set(before.map(keyOf));
  return [
    ...before.map((was) => {
      const is = found.get(keyOf(was));
      return is === undefined
        ? notComparable(was, 'The report is not in the second snapshot: nobody looked at it.', EXIT.unknown)
        : compareReports(was, is, failOn);
    }),
    ...after
      .filter((report) => !known.has(keyOf(report)))
      .map((report) =>
        notComparable(report, 'The report is not in the first snapshot: nobody knows how it was.', EXIT.unknown),
      ),
  ];
}

/** The exit code of all of them. */
export function exitOf(comparisons: readonly Comparison[]): ExitCode {
  return worstExit(comparisons.map(({ exitCode }) => exitCode));
}

/** A report of which one side is not there or is no evidence. */
export function notComparable(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  why: string,
  exitCode: ExitCode = EXIT.usage,
): Comparison {
  const none = {
    regressions: [],
    fixes: [],
    added: [],
    gone: [],
    lostSight: [],
    still: [],
    unseen: [],
    images: [],
    moved: [],
  };
  const message = redact(why, [], 1024);
  return { namespace, name, exitCode, reason: 'NotComparable', message, ...none, unchanged: 0 };
}

/** Why the second one says nothing about the first; undefined when it does. */
export function obstacleTo(before: SnapshotReport, after: SnapshotReport): string | undefined {
  if (before.uid !== after.uid)
    return `These are two reports of one name (uid ${before.uid}, then ${after.uid}): it was deleted and made again, or the second is of another cluster.`;
  const [first, second] = [Date.parse(before.lastRunTime), Date.parse(after.lastRunTime)];
  if (second === first) return `Both are of the run that started at ${before.lastRunTime}: nothing was examined since.`;
  if (!(second > first)) {
    const by = formatDuration(first - second);
    return `The second run started ${by} before the first one: they are swapped, or the operator's clock was set back.`;
  }
  return undefined;
}

/** Faults that speak of the release to come. Once it has come they are no words about later. */
const FORETOLD: ReadonlySet<string> = new Set<FaultCode>(['UpgradeKeysRenamed', 'UpgradeKeysOutdated']);

/** The image of the service is another one now, and it is still set up for the old one. */
function hasComeTrue(was: SnapshotCheck, is: SnapshotCheck, images: Comparison['images']): boolean {
  return (
    was.fault === is.fault &&
    FORETOLD.has(is.fault ?? '') &&
    !BLIND.has(worstOf(is)) &&
    images.some(({ component }) => is.id.startsWith(`upgrade/${component}/`))
  );
}

type Kind = 'regression' | 'fix' | 'lostSight' | 'still' | 'unseen' | 'same';

function kindOf(was: SnapshotCheck, is: SnapshotCheck): Kind {
  const [before, after] = [worstOf(was), worstOf(is)];
  if (BLIND.has(after)) return BLIND.has(before) ? 'unseen' : 'lostSight';
  if (BLIND.has(before)) return after === 'pass' ? 'same' : 'regression';
  if (before === after) {
    if (after === 'pass') return 'same';
    return was.fault === is.fault ? 'still' : 'regression';
  }
  return WORST_FIRST.indexOf(after) < WORST_FIRST.indexOf(before) ? 'regression' : 'fix';
}

function worstOf({ result, state }: SnapshotCheck): Result {
  return WORST_FIRST.find((one) => one === result || one === state) ?? result;
}

function changeOf(was: SnapshotCheck | undefined, is: SnapshotCheck | undefined): Change {
  const shown = is ?? was;
  return {
    check: shown?.id ?? '',
    ...(was === undefined ? {} : { before: worstOf(was) }),
    ...(is === undefined ? {} : { after: worstOf(is) }),
    faultBefore: was?.fault,
    faultAfter: is?.fault,
    message: redact(shown?.message ?? '', [], 512),
    muted: is?.muted === true,
    required: shown?.required !== false,
  };
}

function sorted(changes: readonly Change[]): readonly Change[] {
  const rank = ({ after, before }: Change): number => WORST_FIRST.indexOf(after ?? before ?? 'pass');
  return changes.toSorted((a, b) => rank(a) - rank(b) || compareText(a.check, b.check));
}

function movedImages(before: SnapshotReport, after: SnapshotReport): Comparison['images'] {
  const old = new Map(before.images.map(({ component, image }) => [component, image]));
  return after.images.flatMap(({ component, image }) => {
    const was = old.get(component);
    return was === undefined || was === image ? [] : [{ component, before: was, after: image }];
  });
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
