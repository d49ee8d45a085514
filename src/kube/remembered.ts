// What is the same for every report is asked once and not by every run: a large cluster's list of nodes is megabytes.
import type { Outcome } from '../facts/outcome.ts';
import type { Clock } from '../runtime/clock.ts';

type Ask<T> = (signal: AbortSignal) => Promise<Outcome<T>>;

/**
 * The same question, whose last answer stands for `forMs`. A trouble is not remembered: the next run asks again. Runs that
 * ask at the same time do so side by side, because each may be cancelled on its own.
 */
export function remembered<T>(ask: Ask<T>, forMs: number, clock: Clock): Ask<T> {
  let last: { readonly at: number; readonly answer: Outcome<T> } | undefined;
  return async (signal) => {
    if (last !== undefined && clock.monotonicMs() - last.at < forMs) return last.answer;
    const at = clock.monotonicMs();
    const answer = await ask(signal);
    if (answer.ok) last = { at, answer };
    return answer;
  };
}
