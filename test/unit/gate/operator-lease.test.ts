// Whether an operator is at work, by its Lease: said at once where it is not, and never where that cannot be told.
import { describe, expect, it } from 'vitest';
import { missingOperator, OPERATOR_LEASE } from '../../../src/gate/operator-lease.ts';
import type { ApiFaultCode, ApiResult } from '../../../src/kube/api-fault.ts';
import type { KubeApi } from '../../../src/kube/call.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const SERVER = '2026-11-22T10:00:00Z';
const lease = (holder: string, renewTime: string): ApiResult<unknown> => ({
  ok: true,
  value: {
    metadata: { name: 'recognize-health' },
    spec: { holderIdentity: holder, leaseDurationSeconds: 15, renewTime },
  },
  serverDate: SERVER,
});
const refused = (code: ApiFaultCode): ApiResult<unknown> => ({ ok: false, fault: { code, message: literal('no') } });

async function ask(...answers: readonly ApiResult<unknown>[]): Promise<string | undefined> {
  const clock = virtualClock();
  let asked = 0;
  const api = {
    call: () => Promise.resolve(answers[Math.min(asked++, answers.length - 1)]),
  } as unknown as KubeApi;
  const answer = missingOperator(api, OPERATOR_LEASE, clock, new AbortController().signal);
  await clock.advance(10_000);
  return (await answer)?.sentence;
}

const ALIVE = '2026-11-22T09:59:58.000000Z';
const OLD = '2026-11-22T09:50:00.000000Z';

describe('the Lease', () => {
  it.each<[string, readonly ApiResult<unknown>[]]>([
    ['that was renewed a moment ago', [lease('a', ALIVE)]],
    ['that is renewed by a clock that is behind', [lease('a', OLD), lease('a', '2026-11-22T09:50:02.000000Z')]],
    ['that is renewed by a clock that is ahead', [lease('a', '2026-11-22T10:30:00.000000Z')]],
    ['that may not be read', [refused('Forbidden')]],
    ['of an API server that does not answer', [refused('Unreachable')]],
    ['that cannot be read a second time', [lease('a', OLD), refused('Timeout')]],
    ['without times', [{ ok: true, value: { metadata: { name: 'x' }, spec: { holderIdentity: 'a' } } }]],
  ])('%s says nothing', async (_, answers) => {
    expect(await ask(...answers)).toBeUndefined();
  });

  it.each<[string, readonly ApiResult<unknown>[], RegExp]>([
    [
      'that nobody renews',
      [lease('pod-a_1', OLD)],
      /^No live operator holds the Lease recognize-health\/recognize-health: pod-a_1 renewed it last, 10m ago; look at: kubectl -n recognize-health get pods,lease\.$/,
    ],
    ['that was given back', [lease('', OLD)], /^No live operator holds the Lease .*given back; look at/],
    ['that is not there', [refused('NotFound')], /^There is no Lease .*--lease-namespace/],
  ])('%s says that nobody is at work', async (_, answers, expected) => {
    expect(await ask(...answers)).toMatch(expected);
  });
});
