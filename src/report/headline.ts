// The ROOT-CAUSE column: what fails, what is about to be called failing, or why nothing can be said. One short text.
import { traits } from '../api/faults.ts';
import { badness, failuresNeeded, type JudgedCheck, type Judgement, type RootCause } from '../judge/index.ts';
import { clip } from '../runtime/safe-text.ts';

const HEADLINE_BYTES = 256;

/**
 * The first root cause; without one, the failure that waits for its confirmation (`confirming DatabaseUnreachable
 * (node-persistence) 1/3`); without that, what keeps Healthy Unknown. Undefined when there is nothing to tell.
 */
export function headline(judgement: Judgement): string | undefined {
  return rootCauseText(judgement.rootCauses) ?? confirmingText(judgement) ?? unknownText(judgement);
}

/**
 * `DatabaseUnreachable (node-persistence) +1`, or undefined when nothing fails. A failure that several targets of one
 * server share names them all: `DatabaseUnreachable (circuit-storage, node-persistence)`.
 */
export function rootCauseText(causes: readonly RootCause[]): string | undefined {
  const [first, ...others] = causes;
  if (first === undefined) return undefined;
  const names = [first.check.targetId, ...sharers(first)].map(lastPart);
  const more = names.length > 3 ? `, … ${names.length - 3} more` : '';
  return clip(`${first.fault} (${names.slice(0, 3).join(', ')}${more})${andMore(others.length)}`, HEADLINE_BYTES);
}

function confirmingText({ checks, thresholds }: Judgement): string | undefined {
  const open = checks.filter(
    (check) => speaks(check) && check.streak > 0 && check.toward === 'fail' && badness(check.state) < badness('fail'),
  );
  const [first] = open;
  if (first?.observed === undefined) return undefined;
  const needed = failuresNeeded(first.observed, thresholds);
  const who = `${first.observed} (${lastPart(first.targetId)}) ${first.streak}/${needed}`;
  return clip(`confirming ${who}${andMore(open.length - 1)}`, HEADLINE_BYTES);
}

function unknownText({ healthy }: Judgement): string | undefined {
  if (healthy.status !== 'Unknown') return undefined;
  const [first, ...others] = healthy.checks.filter(({ state }) => state === 'error');
  if (first?.fault === undefined) return undefined;
  return clip(`${first.fault} (${lastPart(first.targetId)})${andMore(others.length)}`, HEADLINE_BYTES);
}

function speaks({ feeds, muted, suppressedBy }: JudgedCheck): boolean {
  return feeds === 'Healthy' && !muted && suppressedBy === undefined;
}

/** The targets whose same question fails for the same reason of the same server. */
function sharers({ check, fault, affects }: RootCause): readonly string[] {
  if (traits(fault).serverWide !== true) return [];
  const question = check.id.slice(check.targetId.length);
  return affects.flatMap((id) =>
    id.startsWith(`${check.component}/`) && id.endsWith(question) ? [id.slice(0, -question.length)] : [],
  );
}

function andMore(others: number): string {
  return others > 0 ? ` +${others}` : '';
}

function lastPart(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}
