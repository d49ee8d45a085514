// After an upgrade: wait, or end? Tells "not yet" (a rollout is under way) from "worse" (it is done, and something fails
// that did not), and ends early on what no waiting mends. Pure: looks in, a step out.
import { EXIT, type ExitCode } from '../api/exit-codes.ts';
import type { FaultCode } from '../api/faults.ts';
import { formatDuration } from '../runtime/duration.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';
import type { Change, Comparison, Phase } from './comparison.ts';

/** One run after the upgrade, compared with what was saved before. */
export interface AfterLook {
  readonly comparison: Comparison;
  /** Monotonic, when the comparison was made. */
  readonly atMs: number;
}

export type AfterStep =
  { readonly kind: 'wait'; readonly message: SafeText } | { readonly kind: 'end'; readonly comparison: Comparison };

/** Runs in a row that have to be good. */
export const GOOD_RUNS = 2;
/** Runs in a row that have to show what waiting cannot mend, or what is worse once the rollout is done. */
export const BAD_RUNS = 2;
/** What is worse right after a rollout may pass: caches fill, connections open. Never more than a quarter of the time. */
const SETTLE_MS = 60_000;

/** Somebody has to act on these: no pod, no restart and no time changes them. */
const HOPELESS: ReadonlySet<string> = new Set<FaultCode>([
  'ImagePullFailed',
  'PodCannotStart',
  'ConfigurationMissing',
  'ContainerNotCreated',
  'VolumeMountFailed',
  'QuotaExceeded',
  'PodsRefused',
  'RolloutStuck',
  'SecretMissing',
  'SecretKeyMissing',
  'DatabaseMigrationFailed',
  'DatabaseMissing',
  'DatabaseSchemaMissing',
  'UpgradeKeysRenamed',
  'UpgradeKeysOutdated',
  'KmsKeyMissing',
  'KmsKeyDisabled',
  'KmsKeyPendingDeletion',
  'KmsKeyUsageWrong',
  'KeyFingerprintMismatch',
  'KeyFingerprintChanged',
  'KeyPairMismatch',
  'KeyPairInvalid',
  'BucketMissing',
]);

/**
 * What to do after the last of the looks.
 *
 * @param looks at least one, in order
 * @param since monotonic, when the wait began. In ms
 * @param nowMs monotonic; later than the last look where another run was asked for and did not come
 */
export function afterStep(
  looks: readonly AfterLook[],
  since: number,
  timeoutMs: number,
  nowMs: number = looks.at(-1)?.atMs ?? since,
): AfterStep {
  const last = looks.at(-1);
  if (last === undefined) throw new Error('There is no look to judge.');
  const { comparison, atMs } = last;
  const end = (changes: Partial<Comparison> = {}): AfterStep => ({
    kind: 'end',
    comparison: { ...comparison, ...changes, phases: phasesOf(looks, since) },
  });
  const wait = (words: string): AfterStep => ({ kind: 'wait', message: redact(words, [], 512) });
  const over = nowMs - since >= timeoutMs;
  const late = (words: string, exitCode: ExitCode): AfterStep =>
    end({
      exitCode,
      reason: 'NotYet',
      message: redact(`Not done within ${formatDuration(timeoutMs)}: ${words}`, [], 512),
    });

  // Another report, a clock that was set back: no run later says anything else.
  if (comparison.reason === 'NotComparable') return end();

  const hopeless = hopelessIn(comparison);
  if (hopeless.length > 0 && inARow(looks, (one) => hopelessIn(one).length > 0) >= BAD_RUNS) {
    const named = hopeless.join('; ').replace(/\.$/, '');
    return end({
      exitCode: EXIT.fail,
      reason: 'Worse',
      message: redact(`Waiting does not mend this: ${named}.`, [], 512),
    });
  }
  const rollouts = unfinishedIn(comparison);
  if (rollouts.length > 0) {
    const words = rollouts.map(({ message }) => message).join(' ');
    return over ? late(words, EXIT.timeout) : wait(`not yet: ${words}`);
  }
  if (isGood(comparison)) {
    const runs = inARow(looks, (one) => unfinishedIn(one).length === 0 && isGood(one));
    if (runs >= GOOD_RUNS) return end(moved(comparison));
    const words = `${runs} of ${GOOD_RUNS} good runs.`;
    return over ? late(words, EXIT.timeout) : wait(words);
  }
  const bad = (one: Comparison): boolean => unfinishedIn(one).length === 0 && !isGood(one);
  const runs = inARow(looks, bad);
  const first = looks[looks.length - runs] ?? last;
  const isSettled = runs >= BAD_RUNS && atMs - first.atMs >= Math.min(SETTLE_MS, timeoutMs / 4);
  return over || isSettled ? end() : wait(`the rollout is done; ${comparison.message} It may pass.`);
}

function isGood({ exitCode }: Comparison): boolean {
  return exitCode === EXIT.pass || exitCode === EXIT.warn;
}

/** A good end over the images of before is no proof of an upgrade. */
function moved({ images, moved: others, message }: Comparison): Partial<Comparison> {
  // Of a component, and no target: another image under the same name.
  const isPushedAgain = images.length === 0 && others.some(({ what }) => !what.includes('/'));
  return images.length > 0 || isPushedAgain
    ? {}
    : { message: redact(`${message} No image has another name than before: was the upgrade applied?`, [], 512) };
}

/** What got worse and stays so until somebody acts. */
function hopelessIn({ regressions, added, lostSight, moved }: Comparison): readonly string[] {
  const changes = [...regressions, ...added, ...lostSight.filter(({ required }) => required)].filter(
    ({ muted, after, faultAfter }) =>
      !muted && after !== 'pass' && after !== 'skip' && faultAfter !== undefined && HOPELESS.has(faultAfter),
  );
  const lost = moved.filter(({ counts }) => counts === 'fail').map(({ message }) => message);
  return [...(changes.length === 0 ? [] : [listed(changes)]), ...lost];
}

function unfinishedIn({ regressions, added, still }: Comparison): readonly Change[] {
  return [...regressions, ...added, ...still].filter(
    ({ muted, faultAfter }) =>
      !muted && (faultAfter === 'UpgradeRolloutUnfinished' || faultAfter === 'ServiceStarting'),
  );
}

/** How many of the last looks in a row are so. */
function inARow(looks: readonly AfterLook[], is: (comparison: Comparison) => boolean): number {
  const other = looks.findLastIndex(({ comparison }) => !is(comparison));
  return looks.length - 1 - other;
}

/** How long each part took, as far as it came. */
function phasesOf(looks: readonly AfterLook[], since: number): readonly Phase[] {
  const end = looks.at(-1)?.atMs ?? since;
  const lastRolling = looks.findLastIndex(({ comparison }) => unfinishedIn(comparison).length > 0);
  const done = looks[lastRolling + 1]?.atMs;
  if (done === undefined) return [{ name: 'rollout, not finished', ms: end - since }];
  const lastBad = looks.findLastIndex(({ comparison }) => !isGood(comparison));
  const well = looks[lastBad + 1]?.atMs;
  return [
    { name: 'rollout', ms: done - since },
    ...(well === undefined
      ? [{ name: 'not healthy', ms: end - done }]
      : [
          { name: 'until healthy', ms: Math.max(well - done, 0) },
          { name: 'confirmed', ms: end - well },
        ]),
  ];
}

function listed(changes: readonly Change[]): string {
  const names = changes.slice(0, 3).map(({ check, faultAfter, message }) => `${check} ${faultAfter ?? ''}: ${message}`);
  const more = changes.length - names.length;
  return `${names.join('; ').replace(/\.$/, '')}${more > 0 ? ` and ${more} more` : ''}`;
}
