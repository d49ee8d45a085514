// Who may ask /metrics and /gate, on virtual time and an API server of two answers.
import { describe, expect, test } from 'vitest';
import type { ApiResult } from '../../../src/kube/api-fault.ts';
import type { KubeApi } from '../../../src/kube/call.ts';
import { RULES, type ApiRule } from '../../../src/kube/rules.ts';
import { admission, type Admission } from '../../../src/operator/admission.ts';
import { virtualClock, type VirtualClock } from '../../support/virtual-clock.ts';
import { fault } from './lease-server.ts';

const METRICS = { kind: 'path', path: '/metrics' } as const;
const GATE = { kind: 'report', namespace: 'a', name: 'r' } as const;
const USER = { username: 'ci', uid: '1', groups: ['pipelines'], extra: { scope: ['x'] } };
const authenticated: ApiResult<unknown> = { ok: true, value: { status: { authenticated: true, user: USER } } };
const allowed: ApiResult<unknown> = { ok: true, value: { status: { allowed: true } } };

function scene(answers: { token?: ApiResult<unknown> | 'never'; access?: ApiResult<unknown> | 'never' } = {}): {
  ask: Admission;
  clock: VirtualClock;
  asked: { rule: string; body: { spec: Record<string, unknown> } }[];
} {
  const clock = virtualClock();
  const asked: { rule: string; body: { spec: Record<string, unknown> } }[] = [];
  const call = (
    rule: ApiRule,
    _params: unknown,
    { body, signal }: { body: { spec: Record<string, unknown> }; signal: AbortSignal },
  ): Promise<ApiResult<unknown>> => {
    const isToken = rule === RULES.reviewToken;
    asked.push({ rule: isToken ? 'token' : 'access', body });
    const answer = isToken ? (answers.token ?? authenticated) : (answers.access ?? allowed);
    if (answer !== 'never') return Promise.resolve(answer);
    return clock.sleep(3_600_000, signal).then(() => fault('Timeout'));
  };
  return { ask: admission({ call } as unknown as KubeApi, clock), clock, asked };
}

describe('whoever asks the endpoints', () => {
  test('with a token that the API server knows, and the right, is let in', async () => {
    const { ask, asked } = scene();
    expect(await ask('Bearer abc', GATE)).toBeUndefined();
    expect(asked.map(({ body }) => body.spec)).toEqual([
      { token: 'abc' },
      {
        user: 'ci',
        uid: '1',
        groups: ['pipelines'],
        extra: { scope: ['x'] },
        resourceAttributes: {
          verb: 'get',
          group: 'recognize.health',
          version: 'v1alpha1',
          resource: 'healthreports',
          namespace: 'a',
          name: 'r',
        },
      },
    ]);
    expect(await ask('Bearer abc', METRICS)).toBeUndefined();
    expect(asked.at(-1)?.body.spec['nonResourceAttributes']).toEqual({ path: '/metrics', verb: 'get' });
  });

  test.each([undefined, '', 'Bearer', 'Bearer ', 'Basic YTpi', 'abc', 'Bearer a b', `Bearer ${'x'.repeat(20_000)}`])(
    'with %s is told to show one, and nobody is asked',
    async (authorization) => {
      const { ask, asked } = scene();
      expect(await ask(authorization, METRICS)).toMatchObject({ status: 401 });
      expect(asked).toEqual([]);
    },
  );

  test.each<[string, ApiResult<unknown>, number]>([
    ['says no', { ok: true, value: { status: { authenticated: false, user: {} } } }, 401],
    ['says nothing', { ok: true, value: {} }, 401],
    ['says yes in words', { ok: true, value: { status: { authenticated: 'true', user: USER } } }, 401],
    ['names nobody', { ok: true, value: { status: { authenticated: true, user: { username: '' } } } }, 401],
    ['says yes and no', { ok: true, value: { status: { authenticated: true } } }, 401],
    ['is not reached', fault('Unreachable'), 503],
    ['may not be asked', fault('Forbidden'), 503],
  ])('is not let in when the API server %s of the token', async (_, token, status) => {
    expect(await scene({ token }).ask('Bearer abc', METRICS)).toMatchObject({ status });
  });

  test.each<[string, ApiResult<unknown>, number]>([
    ['says no', { ok: true, value: { status: { allowed: false } } }, 403],
    ['says nothing', { ok: true, value: {} }, 403],
    ['allows and denies', { ok: true, value: { status: { allowed: true, denied: true } } }, 403],
    ['is not reached', fault('Timeout'), 503],
  ])('is not let in when the API server %s of the right', async (_, access, status) => {
    expect(await scene({ access }).ask('Bearer abc', GATE)).toMatchObject({ status });
  });

  test.each(['token', 'access'] as const)('does not wait long when the review of the %s hangs', async (which) => {
    const { ask, clock } = scene({ [which]: 'never' });
    const answer = ask('Bearer abc', METRICS);
    await clock.advance(3_000);
    expect(await answer).toMatchObject({ status: 503 });
  });

  test('is reviewed once in ten seconds for each thing that is asked, and then anew', async () => {
    const { ask, clock, asked } = scene();
    for (let time = 0; time < 50; time += 1) await ask('Bearer abc', METRICS);
    expect(asked).toHaveLength(2);
    await ask('Bearer abc', GATE);
    await ask('Bearer other', METRICS);
    expect(asked).toHaveLength(6);
    await clock.advance(10_000);
    await ask('Bearer abc', METRICS);
    expect(asked).toHaveLength(8);
  });

  test('many at once are one review for one token, and a bounded number for many', async () => {
    const { ask, clock, asked } = scene({ token: 'never' });
    const same = Array.from({ length: 50 }, () => ask('Bearer abc', METRICS));
    const others = Array.from({ length: 50 }, (_, index) => ask(`Bearer ${index}`, METRICS));
    expect(asked).toHaveLength(16);
    await clock.advance(3_000);
    for (const refusal of await Promise.all([...same, ...others])) expect(refusal).toMatchObject({ status: 503 });
  });

  test('what could not be learned is asked again at once', async () => {
    const { ask, asked } = scene({ token: fault('Unreachable') });
    await ask('Bearer abc', METRICS);
    await ask('Bearer abc', METRICS);
    expect(asked).toHaveLength(2);
  });
});
