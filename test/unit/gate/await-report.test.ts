// Why a gate has no answer: each thing that can keep a run away is said in a sentence that names it, and none is a pass.
import { describe, expect, it } from 'vitest';
import { awaitReport, type Awaited } from '../../../src/gate/await-report.ts';
import { OPERATOR_LEASE } from '../../../src/gate/operator-lease.ts';
import { faultOf, type ApiResult } from '../../../src/kube/api-fault.ts';
import type { KubeApi } from '../../../src/kube/call.ts';
import { describeCall, type ApiRule, type CallParams } from '../../../src/kube/rules.ts';
import { virtualClock } from '../../support/virtual-clock.ts';
import { goodStatus } from '../output/told.ts';

type Answer = 'as it should' | { readonly status: number; readonly said: string };

/** What each call is answered with; the report never gets another run than the one of its status. */
interface Circumstances {
  readonly suspended?: boolean;
  readonly get?: Answer;
  readonly patch?: Answer;
  /** When the operator renewed its Lease last; undefined: there is none. */
  readonly renewed?: string;
  readonly lease?: Answer;
}

const NOW = '2026-11-23T10:00:30Z';

async function gate({ suspended = false, get, patch, renewed, lease }: Circumstances): Promise<Awaited['decision']> {
  const clock = virtualClock(NOW);
  const report = {
    apiVersion: 'recognize.health/v1alpha1',
    kind: 'HealthReport',
    metadata: { name: 'prod', namespace: 'recognize', uid: 'u', generation: 1, annotations: {} },
    spec: suspended ? { suspend: true } : {},
    status: goodStatus,
  };
  const absent = { status: 404, said: 'leases.coordination.k8s.io "recognize-health" not found' };
  const answers: Readonly<Record<string, readonly [Answer | undefined, object]>> = {
    'get healthreports': [get, report],
    'patch healthreports': [patch, report],
    'get leases': [
      lease ?? (renewed === undefined ? absent : undefined),
      { metadata: { name: 'x' }, spec: { holderIdentity: 'pod_1', leaseDurationSeconds: 15, renewTime: renewed } },
    ],
  };
  const call = (rule: ApiRule, params: CallParams): Promise<ApiResult<unknown>> => {
    if (rule.kind !== 'resource') throw new Error('asks for a path');
    const [answer = 'as it should', value] = answers[`${rule.verb} ${rule.resource}`] ?? [];
    if (answer === 'as it should') return Promise.resolve({ ok: true, value, serverDate: clock.now().toUTCString() });
    const body = JSON.stringify({ kind: 'Status', status: 'Failure', message: answer.said, code: answer.status });
    return Promise.resolve({ ok: false, fault: faultOf(answer.status, body, undefined, describeCall(rule, params)) });
  };
  const awaited = awaitReport({
    api: { call } as unknown as KubeApi,
    namespace: 'recognize',
    name: 'prod',
    token: 'asked',
    timeoutMs: 60_000,
    maxAgeMs: undefined,
    failOn: 'fail',
    skips: [],
    clock,
    signal: new AbortController().signal,
    lease: OPERATOR_LEASE,
  });
  await clock.advance(70_000);
  return (await awaited).decision;
}

const ALIVE = '2026-11-23T10:00:29.000000Z';
const DENIED = 'admission webhook "policy.example.com" denied the request: annotations are managed by GitOps';
const BROKEN = 'Internal error occurred: failed calling webhook "policy.example.com": no endpoints available';
const CONVERSION = 'conversion webhook for recognize.health/v1alpha1, Kind=HealthReport failed: connection refused';

describe('without a run the gate says why', () => {
  it.each<[string, Circumstances, number, RegExp]>([
    ['nobody renews the Lease', { renewed: '2026-11-23T09:00:00Z' }, 6, /No live operator holds the Lease .* pod_1/],
    ['there is no Lease', {}, 6, /There is no Lease recognize-health\/recognize-health/],
    ['the report rests', { suspended: true, renewed: ALIVE }, 5, /spec\.suspend is true[^]*current\.$/],
    [
      'the report rests, and nobody may ask for a run',
      { suspended: true, renewed: ALIVE, patch: { status: 403, said: 'User "x" cannot patch' } },
      5,
      /spec\.suspend is true.* A run would be refused, too: .*cannot patch/,
    ],
    [
      'the report rests, and a webhook refuses the request',
      { suspended: true, renewed: ALIVE, patch: { status: 403, said: DENIED } },
      5,
      /spec\.suspend is true.* refused, too: .*webhook "policy\.example\.com" denied/,
    ],
    ['the report rests, and so does the operator', { suspended: true }, 5, /spec\.suspend is true.* There is no Lease/],
    [
      'nobody may ask for a run, and no operator lives',
      { patch: { status: 403, said: 'User "x" cannot patch' } },
      2,
      /cannot patch.* There is no Lease/,
    ],
    [
      'an operator lives, and what it writes does not arrive (its rights, or a webhook on the status)',
      { renewed: ALIVE },
      6,
      /lacks a right, or a webhook refuses what it writes: recognize-health doctor tells/,
    ],
    [
      'who asks may not look for the operator either',
      { lease: { status: 403, said: 'leases is forbidden' } },
      6,
      /lacks a right, or a webhook refuses/,
    ],
    [
      'who asks may not ask for a run',
      {
        patch: { status: 403, said: 'healthreports "prod" is forbidden: User "ci" cannot patch resource' },
        renewed: ALIVE,
      },
      2,
      /cannot patch healthreports prod in namespace recognize: .*User "ci" cannot patch/,
    ],
    [
      'a webhook refuses the request',
      { patch: { status: 403, said: DENIED }, renewed: ALIVE },
      2,
      /webhook "policy\.example\.com" denied.*managed by GitOps/,
    ],
    [
      'a policy refuses the request',
      {
        patch: { status: 422, said: "ValidatingAdmissionPolicy 'frozen' with binding 'all' denied request" },
        renewed: ALIVE,
      },
      2,
      /ValidatingAdmissionPolicy 'frozen'/,
    ],
    [
      'a webhook that the request needs is broken',
      { patch: { status: 500, said: BROKEN }, renewed: ALIVE },
      5,
      /failed calling webhook "policy\.example\.com"/,
    ],
    [
      'a conversion webhook is broken',
      { get: { status: 500, said: CONVERSION }, renewed: ALIVE },
      5,
      /conversion webhook .* failed: connection refused/,
    ],
  ])('%s', async (_, circumstances, exitCode, why) => {
    const { message, ...decision } = await gate(circumstances);
    expect([decision.exitCode, message]).toEqual([exitCode, expect.stringMatching(why)]);
    // No other cause is named besides the one that is known.
    if (!/lacks a right/.test(why.source)) expect(message).not.toMatch(/lacks a right/);
  });
});
