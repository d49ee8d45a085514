// Questions about the cluster as a whole: asked once a minute, however many reports there are.
import { describe, expect, it } from 'vitest';
import { failed, ok, type Outcome } from '../../../src/facts/outcome.ts';
import { remembered } from '../../../src/kube/remembered.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const { signal } = new AbortController();
const denied = failed('CheckerNotAuthorized', literal('may not list nodes'));

/** Asks at these seconds; what was answered, and how often the other side was asked. */
async function asked(answers: readonly Outcome<string>[], seconds: readonly number[]) {
  const clock = virtualClock();
  let calls = 0;
  const ask = remembered(() => Promise.resolve(answers[calls++] ?? denied), 60_000, clock);
  const said: unknown[] = [];
  for (const [index, second] of seconds.entries()) {
    await clock.advance((second - (seconds[index - 1] ?? 0)) * 1_000);
    const answer = await ask(signal);
    said.push(answer.ok ? answer.value : answer.fault.code);
  }
  return { said, calls };
}

describe('an answer', () => {
  it.each([
    ['stands for a minute', [ok('a'), ok('b')], [0, 1, 59], ['a', 'a', 'a'], 1],
    ['is asked for again after that', [ok('a'), ok('b')], [0, 60, 61], ['a', 'b', 'b'], 2],
    ['of trouble does not stand', [denied, ok('a')], [0, 1, 2], ['CheckerNotAuthorized', 'a', 'a'], 2],
    ['that is old is not told instead of a trouble', [ok('a'), denied], [0, 60], ['a', 'CheckerNotAuthorized'], 2],
  ] as const)('%s', async (_, answers, seconds, said, calls) => {
    expect(await asked(answers, seconds)).toEqual({ said, calls });
  });

  it('is never waited for by another run, which may outlive the one that asked', async () => {
    const waiting: ((answer: Outcome<string>) => void)[] = [];
    const ask = remembered(
      () => new Promise<Outcome<string>>((resolve) => waiting.push(resolve)),
      60_000,
      virtualClock(),
    );
    const both = [ask(signal), ask(signal)];
    expect(waiting).toHaveLength(2);
    waiting[1]?.(ok('b'));
    expect(await both[1]).toEqual(ok('b'));
    waiting[0]?.(ok('a'));
    await both[0];
  });
});
