// The gate over installations as they are found: controllers that stand still, leftovers that are nobody's business, Services
// that lead to more than they should, and what a spec says. Each row is a run through the whole line.
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/facts/namespace-objects.ts';
import { ok } from '../../../src/facts/outcome.ts';
import { agent, all, AT, copyOf, down, health, log, node, refused, type Change, type Fields } from './changes.ts';
import { at, edit, json, look, type Situation } from './world.ts';

/** Name, situation, exit code of the gate, and what is told beside what is skipped. */
type Row = readonly [string, Situation, number, readonly string[]];

const rows = (row: object) => ok([row as Readonly<Record<string, unknown>>]);
const pod = (name: string, change: (status: Fields, spec: Fields, metadata: Fields) => void): Change =>
  edit('Pod', name, (one) => change(one['status'] as Fields, one['spec'] as Fields, one['metadata'] as Fields));
const deployment = (change: (of: { spec: Fields; status: Fields; metadata: Fields }) => void): Change =>
  edit('Deployment', 'core-daemon', (one) => change(one as unknown as Parameters<typeof change>[0]));

describe.each<readonly [string, readonly Row[]]>([
  [
    'a controller',
    [
      ...[undefined, null, 5, [null], [{ env: 5, args: {} }], [{ env: [null], envFrom: [{ secretRef: 5 }] }]].map(
        (containers, index): Row => [
          `whose pod template is none, number ${index + 1}, is judged all the same`,
          {
            objects: deployment(({ spec }) => {
              Object.assign((spec['template'] as Fields)['spec'] as Fields, { initContainers: containers });
            }),
          },
          0,
          [],
        ],
      ),
      [
        'that stands still says nothing of the new generation',
        {
          objects: deployment(({ metadata, status }) => {
            Object.assign(metadata, { generation: 9, creationTimestamp: '2026-11-22T10:00:00Z' });
            status['observedGeneration'] = 8;
          }),
        },
        3,
        ['upgrade/core-daemon/rollout UpgradeRolloutUnfinished'],
      ],
      [
        'whose only pod ends for an hour, and its Service knows',
        {
          objects: all(
            pod('core-daemon', (_status, _spec, metadata) => {
              metadata['deletionTimestamp'] = '2026-11-23T09:00:00Z';
            }),
            edit('EndpointSlice', 'core-daemon', (slice) => {
              slice['endpoints'] = (slice['endpoints'] as Fields[]).map((one) => ({
                ...one,
                conditions: { ready: false, serving: true, terminating: true },
              }));
            }),
          ),
        },
        3,
        ['core-daemon/health NoReadyEndpoints'],
      ],
      [
        'is paused',
        {
          objects: deployment(({ spec }) => {
            spec['paused'] = true;
          }),
        },
        3,
        ['upgrade/core-daemon/rollout UpgradeRolloutUnfinished'],
      ],
      [
        'is being deleted, and its pods still serve',
        {
          objects: edit('Deployment', 'core-daemon', ({ metadata }) => {
            Object.assign(metadata as Fields, { deletionTimestamp: '2026-11-23T09:59:50Z' });
          }),
        },
        3,
        ['upgrade/core-daemon/rollout UpgradeRolloutUnfinished'],
      ],
    ],
  ],
  [
    'beside a service',
    [
      [
        'runs a native sidecar',
        {
          objects: pod('core-daemon', (status, spec) => {
            spec['initContainers'] = [{ name: 'proxy', image: 'envoy:1', restartPolicy: 'Always' }];
            status['initContainerStatuses'] = [
              {
                name: 'proxy',
                ready: true,
                started: true,
                restartCount: 0,
                state: { running: { startedAt: '2026-11-23T04:00:00Z' } },
              },
            ];
          }),
        },
        0,
        [],
      ],
      [
        'ended a Job of its image',
        {
          objects: copyOf('core-daemon', (one) => {
            Object.assign(one.metadata, { ownerReferences: [{ kind: 'Job', name: 'migrate-1', uid: 'job' }] });
            Object.assign(one.status as Fields, {
              phase: 'Succeeded',
              conditions: [{ type: 'Ready', status: 'False', reason: 'PodCompleted' }],
            });
          }),
        },
        0,
        [],
      ],
      [
        'failed a Job of its image',
        {
          objects: copyOf('core-daemon', (one) => {
            Object.assign(one.metadata, { ownerReferences: [{ kind: 'Job', name: 'migrate-1', uid: 'job' }] });
            Object.assign(one.status as Fields, { phase: 'Failed' });
          }),
        },
        0,
        [],
      ],
      [
        'stands an old ReplicaSet whose pod ends',
        {
          objects: copyOf('core-daemon', (one) => {
            Object.assign(one.metadata, {
              deletionTimestamp: '2026-11-23T09:59:55Z',
              ownerReferences: [{ kind: 'ReplicaSet', name: 'core-daemon-old', uid: 'old' }],
            });
          }),
        },
        0,
        [],
      ],
      [
        'is a node cordoned',
        {
          lists: {
            nodes: ok([
              {
                kind: 'Node',
                metadata: { name: 'stack-node-1', uid: 'n' },
                spec: { unschedulable: true },
                status: { conditions: [{ type: 'Ready', status: 'True' }] },
              },
            ]),
          },
        },
        0,
        [],
      ],
      ['is a node lost that runs none of it', { lists: node('Ready', 'Unknown', 'elsewhere') }, 0, []],
    ],
  ],
  [
    'a database',
    [
      [
        'with no slot for anybody',
        { sql: { superuser_reserved_connections: rows({ max: 100, reserved: 3, used: 97, pid: 7 }) } },
        3,
        [
          'database/main/connections DatabaseConnectionsExhausted',
          'upgrade/database/main/headroom UpgradeHeadroomMissing',
        ],
      ],
      [
        'whose answer is none',
        { sql: { server_version_num: ok([]) } },
        5,
        ['database/main/version DatabaseQueryFailed'],
      ],
      [
        'that ends the session at a question',
        { sql: { pg_locks: refused('DatabaseStartingUp') } },
        5,
        ['upgrade/database/main/migrations DatabaseQueryFailed'],
      ],
      [
        'with questions that are not permitted',
        {
          sql: {
            pg_stat_replication: refused('DatabasePrivilegeMissing'),
            "wait_event_type = 'Lock'": refused('DatabasePrivilegeMissing'),
          },
        },
        0,
        ['database/main/activity DatabasePrivilegeMissing', 'database/main/replication DatabasePrivilegeMissing'],
      ],
      [
        'of an old major version',
        { sql: { server_version_num: rows({ number: 90_624, text: '9.6.24' }) } },
        0,
        ['database/main/version DatabaseVersionUnsupported'],
      ],
    ],
  ],
  [
    'a Service that leads',
    [
      [
        'to pods of another service as well',
        {
          objects: edit('EndpointSlice', 'core-daemon', (slice) => {
            slice['endpoints'] = [
              ...(slice['endpoints'] as Fields[]),
              { addresses: ['127.0.9.9'], conditions: { ready: true }, targetRef: { kind: 'Pod', name: 'grafana-0' } },
            ];
          }),
          ...at('127.0.9', () => json(404, '')),
        },
        5,
        ['core-daemon/health HealthNotReadable'],
      ],
      [
        'to an address of IPv6 beside that of IPv4, of the same pod',
        {
          objects: (objects) =>
            objects.flatMap((object) => {
              if (object.kind !== 'EndpointSlice' || !object.metadata.name.startsWith('core-daemon')) return [object];
              const six = structuredClone(object) as KubernetesObject & Fields;
              Object.assign(six.metadata, { name: `${six.metadata.name}-6`, uid: 'six' });
              six['addressType'] = 'IPv6';
              for (const endpoint of six['endpoints'] as Fields[]) endpoint['addresses'] = ['fd00::1'];
              return [object, six];
            }),
          ...down('timeout', '[fd00'),
        },
        0,
        [],
      ],
      [
        'to pods that are not ready, as it publishes them, and they say so',
        {
          objects: all(
            pod('core-daemon', (status) => {
              status['conditions'] = [{ type: 'Ready', status: 'False' }];
            }),
            deployment(({ status }) => {
              Object.assign(status, { readyReplicas: 0, availableReplicas: 0, unavailableReplicas: 1 });
            }),
          ),
          ...health(json(503, { status: 'OUT_OF_SERVICE' })),
        },
        3,
        [
          'core-daemon/health HealthDown',
          'core-daemon/workload ReplicasUnavailable',
          'upgrade/core-daemon/rollout UpgradeRolloutUnfinished',
        ],
      ],
    ],
  ],
  [
    'what the spec says',
    [
      [
        'a service may be absent, and is there and DOWN',
        {
          spec: { services: [{ name: 'enrollment-agent', required: false }] },
          ...agent(json(503, { status: 'error' })),
        },
        3,
        ['enrollment-agent/health HealthDown'],
      ],
      [
        'a key of a Secret is not there',
        { secrets: { 'database/url': undefined } },
        5,
        ['database/main/connect SecretKeyMissing'],
      ],
      ['a URL of nothing', { secrets: { 'database/url': '' } }, 5, ['database/main/connect TargetInvalid']],
      [
        'a placeholder that nobody filled in',
        { secrets: { 'database/url': 'postgresql://${DB_USER}:${DB_PASS}@${DB_HOST}/main' } },
        5,
        ['database/main/connect TargetInvalid'],
      ],
      ['a key is waived, and its service is well', { spec: { keys: [], upgrade: { waive: ['Keys'] } } }, 0, []],
      ['nothing of keys', { spec: { keys: [] } }, 5, []],
    ],
  ],
  [
    'a bucket',
    [
      [
        'of a store without encryption and versions',
        {
          s3: {
            encryption: () => Promise.resolve(refused('NotAsked')),
            versioning: () => Promise.resolve(refused('NotAsked')),
          },
        },
        0,
        [],
      ],
      [
        'that lists, and refuses to be written',
        {
          s3: { roundTrip: () => Promise.resolve(refused('BucketAccessDenied')) },
          spec: {
            buckets: [
              {
                name: 'circuits',
                bucket: 'circuits',
                region: 'eu-west-1',
                credentialsSecretRef: { name: 'aws' },
                writeTest: true,
              },
            ],
          },
        },
        3,
        ['object-storage/circuits/write BucketAccessDenied'],
      ],
      [
        'whose outage lasts',
        { s3: { head: () => Promise.resolve(refused('BucketServerError')) } },
        3,
        ['object-storage/circuits/reach BucketServerError'],
      ],
      [
        'that is throttled',
        { s3: { head: () => Promise.resolve(refused('BucketThrottled')) } },
        5,
        ['object-storage/circuits/reach BucketThrottled'],
      ],
    ],
  ],
  [
    'a log',
    [
      [
        'that speaks of ERROR at INFO',
        log('core-daemon', `${AT}  INFO 1 --- [ERROR-pool-1] k.c.R : ERROR handler registered`),
        0,
        [],
      ],
      [
        'of memory that is used up, in a service that says UP',
        log(
          'core-daemon',
          `${AT} ERROR 1 --- [main] k.c.R : Handler dispatch failed`,
          'java.lang.OutOfMemoryError: Java heap space',
        ),
        0,
        ['core-daemon/logs JvmOutOfMemory'],
      ],
      [
        'of a token without a signature, at DEBUG',
        log('auth-vault', `${AT} DEBUG 1 --- [main] k.a.V : isSignatureValid: false for test vector`),
        0,
        [],
      ],
      [
        'of a start that failed in an old line',
        log(
          'core-daemon',
          '2026-11-23T03:00:00.000000000Z 2026-11-23T03:00:00.000Z ERROR 1 --- [main] o.s.boot.SpringApplication : Application run failed',
        ),
        0,
        [],
      ],
    ],
  ],
])('%s', (_group, situations) => {
  it.each(situations)('%s', async (_row, situation, exit, faults) => {
    const { gate, told } = await look(situation);
    const said = told.filter((one) => !one.startsWith('capacity/'));
    expect([gate.exitCode, said.toSorted()]).toEqual([exit, faults.toSorted()]);
  });
});
