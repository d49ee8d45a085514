// Asks every check that is about what was visited, and gives each answer its place in the report.
import { found, type AnyCheck, type Answer, type Check, type Finding, type Seen } from '../facts/answer.ts';
import type { Kind, Observations, Visit } from '../facts/observed.ts';
import type { Target } from '../facts/target.ts';
import { named } from './target-names.ts';
import { sentence } from '../facts/sentence.ts';

export interface AskInput {
  readonly checks: readonly AnyCheck[];
  readonly visits: readonly Visit[];
  /** What was seen first, by check id: from the status of the last run. */
  readonly baselines: ReadonlyMap<string, string>;
  /** When the last run began. */
  readonly lastRun?: Date | undefined;
  readonly now: Date;
  /** Told what a check threw, which is a defect of ours. */
  readonly onDefect?: ((where: string, error: unknown) => void) | undefined;
}

/** One finding for each check and visit that belong together, in the order of the visits. */
export function ask({ checks, visits, baselines, lastRun, now, onDefect }: AskInput): readonly Finding[] {
  const all: Observations = { visits };
  const moments = lastRun === undefined ? { now } : { now, lastRun };
  return visits.flatMap((visit) =>
    checks
      .filter((check) => check.about === visit.kind)
      .flatMap((check) => findingOf(check as Check<Kind>, visit, all, baselines, moments, onDefect)),
  );
}

function findingOf(
  check: Check<Kind>,
  { target, observed }: Visit,
  all: Observations,
  baselines: ReadonlyMap<string, string>,
  moments: Pick<Seen<Kind>, 'now' | 'lastRun'>,
  onDefect: AskInput['onDefect'],
): readonly Finding[] {
  if (check.applies?.(target) === false || check.arises?.(observed) === false) return [];
  const id = checkId(check, target);
  const baseline = baselines.get(id);
  const seen = { target, observed, all, ...moments, ...(baseline === undefined ? {} : { baseline }) };
  const answer = answerOf(check, seen, id, onDefect);
  return [
    {
      id,
      component: check.component ?? target.component,
      targetId: target.id,
      required: target.required,
      feeds: check.feeds,
      answer: named(answer, target),
    },
  ];
}

/** A check that throws is a defect of ours: it costs that check alone, and keeps what was seen first. */
function answerOf(check: Check<Kind>, seen: Seen<Kind>, id: string, onDefect: AskInput['onDefect']): Answer {
  try {
    return check.ask(seen);
  } catch (error) {
    onDefect?.(id, error);
    const text = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error';
    const answer = found({ code: 'InternalError', detail: sentence(`the check broke: ${text}`) });
    return seen.baseline === undefined ? answer : { ...answer, baseline: seen.baseline };
  }
}

/**
 * `core-daemon/health`, `database/circuits/connect`; for a component of its own `capacity/core-daemon/limits`, and
 * without a target's name for what is asked of the cluster: `platform/version`.
 */
export function checkId(
  check: Pick<Check<Kind>, 'question' | 'component'>,
  target: Pick<Target, 'id' | 'kind'>,
): string {
  if (check.component === undefined) return `${target.id}/${check.question}`;
  return target.kind === 'cluster'
    ? `${check.component}/${check.question}`
    : `${check.component}/${target.id}/${check.question}`;
}
