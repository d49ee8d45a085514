// The gate where what is wrong is said late, by somebody else, or in a place that is easily overlooked: poolers in the
// middle of a session, ReplicaSets, the scheduler, ports without a number. Each row is a run through the whole line.
import { describe, expect, it } from 'vitest';
import { queryFault } from '../../../src/clients/postgres-fault.ts';
import type { KubernetesObject } from '../../../src/facts/namespace-objects.ts';
import { all, health, refused, type Change, type Fields } from './changes.ts';
import { edit, json, look, type Situation } from './world.ts';

/** Name, situation, exit code of the gate, and what is told beside what is skipped. */
type Row = readonly [string, Situation, number, readonly string[]];

const HIDDEN = health(json(200, { status: 'UP' }), '127.');
const pod = (name: string, change: (pod: { status: Fields; spec: Fields }) => void): Change =>
  edit('Pod', name, (one) => change(one as unknown as Parameters<typeof change>[0]));
const slice = (name: string, change: (slice: Fields) => void): Change => edit('EndpointSlice', name, change);
const withoutPods =
  (name: string): Change =>
  (objects) =>
    objects.filter(({ kind, metadata }) => kind !== 'Pod' || !metadata.name.startsWith(name));
const noneReady = all(
  edit('Deployment', 'core-daemon', ({ status }) => {
    Object.assign(status as Fields, { readyReplicas: 0, availableReplicas: 0 });
  }),
  slice('core-daemon', (one) => {
    one['endpoints'] = [];
  }),
);
/** The first pods of core-daemon; what the controllers count, and the EndpointSlice, stay as they are. */
const unready = (since: string, most = 9): Change => {
  let left = most;
  return pod('core-daemon', ({ status }) => {
    if (left-- > 0) status['conditions'] = [{ type: 'Ready', status: 'False', lastTransitionTime: since }];
  });
};
const portless = slice('core-daemon', (one) => {
  one['ports'] = [];
});
const ROLLOUT = 'upgrade/core-daemon/rollout UpgradeRolloutUnfinished';

/** A pooler that lets us in, says this of the first question, and ends the session. */
const pooler = (code: string, message: string): Pick<Situation, 'session'> => {
  const said = { ok: false, fault: queryFault({ code, message }, 'db.example:6432', []) } as const;
  const broken = refused('DatabaseUnreachable', 'the connection broke');
  return { session: () => ({ sql: { default_transaction_read_only: said, ' ': broken } }) };
};
/** A ReplicaSet that may make no pod, and a Deployment that does not repeat it. */
const refusing = (message: string): { readonly objects: (objects: KubernetesObject[]) => KubernetesObject[] } => ({
  objects: all(
    withoutPods('core-daemon'),
    noneReady,
    edit('ReplicaSet', 'core-daemon', (set) => {
      const failure = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message };
      set['status'] = { replicas: 0, conditions: [failure] };
    }),
  ),
});

describe.each<readonly [string, readonly Row[]]>([
  [
    'a pooler, of the first question',
    [
      [
        'refuses the credentials',
        { ...pooler('08P01', 'no such user: app'), ...HIDDEN },
        3,
        ['database/main/connect DatabaseAuthenticationFailed'],
      ],
      [
        'refuses the credentials, of us alone',
        pooler('08P01', 'SASL authentication failed'),
        5,
        ['database/main/connect DatabaseMonitorRefused'],
      ],
      [
        'hands on that its server refuses them',
        { ...pooler('28P01', 'password authentication failed for user "app"'), ...HIDDEN },
        3,
        ['database/main/connect DatabaseAuthenticationFailed'],
      ],
      [
        'repeats what its server said earlier',
        {
          ...pooler(
            '08P01',
            'server login has been failing, cached error: password authentication failed for user "app" (server_login_retry)',
          ),
          ...HIDDEN,
        },
        3,
        ['database/main/connect DatabaseAuthenticationFailed'],
      ],
      [
        'has no such database',
        pooler('3D000', 'database "main" does not exist'),
        3,
        ['database/main/connect DatabaseMissing'],
      ],
      [
        'is disabled for the database',
        pooler('08P01', 'database "main" is disabled'),
        3,
        ['database/main/connect DatabaseClosed'],
      ],
      [
        'has nobody behind it',
        pooler('08P01', 'server DNS lookup failed'),
        3,
        ['database/main/connect DatabasePoolerWithoutServer'],
      ],
      [
        'has a server whose disk is full',
        pooler('53100', 'could not write init file: No space left on device'),
        3,
        ['database/main/connect DatabaseDiskFull'],
      ],
      ['let us wait too long', pooler('08P01', 'query_wait_timeout'), 3, ['database/main/connect DatabasePoolerFull']],
    ],
  ],
  [
    'pods that are not there',
    [
      [
        'are refused by a webhook, says their ReplicaSet',
        refusing('admission webhook "validate.kyverno.svc-fail" denied the request'),
        3,
        ['core-daemon/workload PodsRefused', ROLLOUT],
      ],
      [
        'are above a quota, says their ReplicaSet',
        refusing('pods "x" is forbidden: exceeded quota: compute, requested: limits.cpu=2'),
        3,
        ['core-daemon/workload QuotaExceeded', ROLLOUT],
      ],
      [
        'are held back by a scheduling gate',
        {
          objects: all(
            pod('core-daemon', ({ status, spec }) => {
              spec['schedulingGates'] = [{ name: 'kueue.x-k8s.io/admission' }];
              const gated = { type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' };
              Object.assign(status, { phase: 'Pending', conditions: [gated], containerStatuses: [], podIP: undefined });
            }),
            noneReady,
          ),
        },
        3,
        ['core-daemon/workload PodsUnschedulable', ROLLOUT],
      ],
    ],
  ],
  [
    'a pod that its kubelet holds for not ready, while controllers stand still',
    [
      [
        'for half an hour',
        { objects: unready('2026-11-23T09:30:00Z') },
        3,
        ['core-daemon/workload ReplicasUnavailable'],
      ],
      ['for a moment: they will hear of it', { objects: unready('2026-11-23T09:59:30Z') }, 0, []],
      [
        'one of three',
        { made: { workloads: { 'core-daemon': { replicas: 3 } } }, objects: unready('2026-11-23T09:30:00Z', 1) },
        3,
        ['core-daemon/workload ReplicasUnavailable'],
      ],
    ],
  ],
  [
    'a Service',
    [['names a port that no container has', { objects: portless }, 3, ['core-daemon/health NoReadyEndpoints']]],
  ],
])('%s', (_group, situations) => {
  it.each(situations)('%s', async (_row, situation, exit, faults) => {
    const { gate, told } = await look(situation);
    const said = told.filter((one) => !one.startsWith('capacity/'));
    expect([gate.exitCode, said.toSorted()]).toEqual([exit, faults.toSorted()]);
  });
});

it.each<readonly [string, Situation, RegExp]>([
  [
    'database/main/connect',
    { ...pooler('08P01', 'no such user: app'), ...HIDDEN },
    /accept the login: no such user: app/,
  ],
  ['core-daemon/health', { objects: portless }, /leads to no port: no container of its pods has one of the name http/],
])('%s quotes what was said', async (check, situation, words) => {
  const { status } = await look(situation);
  expect(status.checks?.find(({ id }) => id === check)?.message).toMatch(words);
});
