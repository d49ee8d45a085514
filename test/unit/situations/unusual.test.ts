// The gate over installations as people run them: controllers of others, lists that are closed to us, Services that lead
// astray, sidecars, IPv6, what a status of the whole hides. Each row is a run through the whole line.
import { describe, expect, it } from 'vitest';
import type { FaultCode } from '../../../src/api/faults.ts';
import type { KubernetesObject } from '../../../src/facts/namespace-objects.ts';
import { failed, ok } from '../../../src/facts/outcome.ts';
import { redact } from '../../../src/runtime/safe-text.ts';
import { all, AT, copyOf, type Change, type Fields } from './changes.ts';
import { at, edit, INSTALLED, json, look, type Situation } from './world.ts';

/** Name, situation, exit code of the gate, and what is told beside what is skipped. */
type Row = readonly [string, Situation, number, readonly string[]];

const NONE = json(404, '');
const DOWN = json(503, { status: 'DOWN' });
const body = (document: unknown, host: string): Pick<Situation, 'http'> =>
  at(host, ({ pathname }) => (pathname === '/actuator/health' ? json(200, document) : undefined));
const refused = (code: FaultCode, detail = 'may not list'): Extract<ReturnType<typeof failed>, { ok: false }> =>
  failed(code, redact(detail));
const DENIED = refused('CheckerNotAuthorized');
const unlisted = (kind: keyof NonNullable<Situation['lists']>): Situation => ({ lists: { [kind]: DENIED } });

const statusOf = (name: string, change: (status: Fields, spec: Fields) => void): Change =>
  edit('Pod', name, (pod) => change(pod['status'] as Fields, pod['spec'] as Fields));
const sliceOf = (name: string, change: (slice: Fields) => void): Change => edit('EndpointSlice', name, change);
/** Without the objects of these kinds that are called so. */
const without =
  (name: string, ...kinds: readonly string[]): Change =>
  (objects) =>
    objects.filter(({ kind = '', metadata }) => !(kinds.includes(kind) && metadata.name.startsWith(name)));
const beside =
  (...more: readonly KubernetesObject[]): Change =>
  (objects) => [...objects, ...more];
const unready = (status: Fields): void => {
  status['conditions'] = [{ type: 'Ready', status: 'False' }];
  status['containerStatuses'] = (status['containerStatuses'] as Fields[]).map((one) => ({ ...one, ready: false }));
};
const noneReady = all(
  edit('Deployment', 'core-daemon', ({ status }) => {
    Object.assign(status as Fields, { readyReplicas: 0, availableReplicas: 0 });
  }),
  sliceOf('core-daemon', (slice) => {
    slice['endpoints'] = [];
  }),
);
/** A container that comes before the application, or beside it, in a state. */
const initially = (state: Fields): Change =>
  all(
    statusOf('core-daemon', (status, spec) => {
      unready(status);
      status['phase'] = 'Pending';
      spec['initContainers'] = [{ name: 'vault-agent-init', image: 'hashicorp/vault:1' }];
      status['initContainerStatuses'] = [
        { name: 'vault-agent-init', image: 'hashicorp/vault:1', ready: false, restartCount: 5, ...state },
      ];
      const [application] = status['containerStatuses'] as Fields[];
      if (application !== undefined) application['state'] = { waiting: { reason: 'PodInitializing' } };
    }),
    noneReady,
  );
const probed = edit('Deployment', undefined, (deployment) => {
  const { template: made } = deployment['spec'] as { template: { spec: { containers: Fields[] } } };
  const [container] = made.spec.containers;
  const path = String(container?.['name']).includes('agent') ? '/health-check' : '/actuator/health/readiness';
  Object.assign(container ?? {}, { readinessProbe: { httpGet: { path, port: 'http' } } });
});
/** The Service of core-daemon leads to another port than the one on which it listens. */
const misled = sliceOf('core-daemon', (slice) => {
  slice['ports'] = [{ name: 'http', protocol: 'TCP', port: 8081 }];
});
const nobodyAt = (port: string): Pick<Situation, 'http'> =>
  at('127.0.1', (url) =>
    url.port === port ? { ok: false, fault: { kind: 'refused', detail: `${url.host} refuses` } } : undefined,
  );
const oom = { terminated: { reason: 'OOMKilled', exitCode: 137, finishedAt: '2026-11-23T09:58:50Z' } };
const staleNode: NonNullable<Situation['lists']> = {
  nodes: ok([
    {
      kind: 'Node',
      metadata: { name: 'stack-node-1', uid: 'node' },
      status: { conditions: [{ type: 'Ready', status: 'Unknown', message: 'Kubelet stopped posting node status.' }] },
    },
  ]),
};
const UNGRANTED =
  'User: arn:aws:iam::1:user/r is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::c" because no identity-based policy allows it';
const listing = (detail: string): NonNullable<Situation['s3']> => ({
  head: () => Promise.resolve(refused('BucketAccessDenied', detail)),
  list: () => Promise.resolve(refused('BucketAccessDenied', detail)),
});
const refusedObject = [
  `${AT} ERROR 1 --- [main] k.c.S : Persisting circuit on S3 failed`,
  'software.amazon.awssdk.services.s3.model.S3Exception: Access Denied (Service: S3, Status Code: 403, Request ID: X)',
];
const rows = (row: object) => ok([row as Readonly<Record<string, unknown>>]);

const NOT_FOUND = (service: string): readonly string[] => [`${service}/workload ServiceNotFound`];
const WORKLOADS = INSTALLED.map((service) => `${service}/workload CheckerNotAuthorized`);
const ROLLOUT = 'upgrade/core-daemon/rollout UpgradeRolloutUnfinished';

describe.each<readonly [string, readonly Row[]]>([
  [
    'who runs a service',
    [
      [
        'a controller that nobody knows, and no Service',
        { objects: without('keyless-agent', 'Deployment', 'ReplicaSet', 'Service', 'EndpointSlice') },
        5,
        NOT_FOUND('enrollment-agent'),
      ],
      [
        'a bare pod under its labels, with the image of a mirror',
        {
          objects: all(
            without('keyless-agent', 'Deployment', 'ReplicaSet', 'Service', 'EndpointSlice'),
            edit('Pod', 'keyless-agent', (pod) => {
              const { containers } = pod['spec'] as { containers: Fields[] };
              Object.assign(containers[0] ?? {}, { image: 'registry.corp/mirror/ea:1' });
              delete (pod['metadata'] as Fields)['ownerReferences'];
            }),
          ),
        },
        5,
        NOT_FOUND('enrollment-agent'),
      ],
      ['nobody: it is not installed', { made: { without: ['enrollment-agent'] } }, 0, []],
      [
        'nobody: a Job runs its image',
        {
          objects: all(
            without('keyless-agent', 'Deployment', 'ReplicaSet', 'Service', 'EndpointSlice'),
            edit('Pod', 'keyless-agent', (pod) => {
              (pod['metadata'] as Fields)['ownerReferences'] = [{ kind: 'Job', name: 'migrate', uid: 'job' }];
            }),
          ),
        },
        0,
        [],
      ],
      [
        'a StatefulSet beside its Deployment, in a list that is closed to us',
        {
          ...unlisted('statefulSets'),
          objects: copyOf('core-daemon', ({ metadata }) =>
            Object.assign(metadata, { ownerReferences: [{ kind: 'StatefulSet', name: 'core-daemon', uid: 'set' }] }),
          ),
        },
        5,
        ['core-daemon/workload CheckerNotAuthorized'],
      ],
      ['a Deployment, while StatefulSets are closed to us', unlisted('statefulSets'), 0, []],
      ['pods that may not be listed', unlisted('pods'), 5, WORKLOADS],
      ['ReplicaSets that may not be listed', unlisted('replicaSets'), 5, WORKLOADS],
    ],
  ],
  [
    'a pod',
    [
      [
        'that was evicted stays behind',
        {
          objects: copyOf('core-daemon', (pod) =>
            Object.assign(pod, { status: { phase: 'Failed', reason: 'Evicted' } }),
          ),
        },
        0,
        [],
      ],
      [
        'that ends is asked no more',
        {
          objects: copyOf('core-daemon', (pod) => {
            Object.assign(pod.metadata, { deletionTimestamp: '2026-11-23T09:59:30Z' });
            Object.assign(pod.status as Fields, { podIP: '127.0.1.9', podIPs: [{ ip: '127.0.1.9' }] });
          }),
          ...at('127.0.1.9', () => DOWN),
        },
        0,
        [],
      ],
      [
        'of which a sidecar was killed for its memory serves',
        {
          objects: statusOf('core-daemon', (status, spec) => {
            (spec['containers'] as Fields[]).push({ name: 'fluent-bit', image: 'fluent-bit:3' });
            (status['containerStatuses'] as Fields[]).push({
              name: 'fluent-bit',
              ready: true,
              restartCount: 1,
              state: { running: { startedAt: '2026-11-23T09:59:00Z' } },
              lastState: oom,
            });
          }),
        },
        0,
        ['core-daemon/workload ContainerRestarted'],
      ],
      [
        'of which the application was',
        {
          objects: statusOf('core-daemon', (status) => {
            Object.assign((status['containerStatuses'] as Fields[])[0] ?? {}, { restartCount: 1, lastState: oom });
          }),
        },
        3,
        ['core-daemon/workload OutOfMemory'],
      ],
      [
        'whose init container loops',
        {
          objects: initially({
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { exitCode: 1, reason: 'Error' } },
          }),
        },
        3,
        ['core-daemon/workload SidecarCrashLooping', ROLLOUT],
      ],
      [
        'whose init container has no image',
        { objects: initially({ restartCount: 0, state: { waiting: { reason: 'ErrImagePull' } } }) },
        3,
        ['core-daemon/workload ImagePullFailed', ROLLOUT],
      ],
      [
        'has an address of IPv6 alone, and is DOWN',
        {
          objects: sliceOf('core-daemon', (slice) => {
            slice['addressType'] = 'IPv6';
            for (const endpoint of slice['endpoints'] as Fields[]) endpoint['addresses'] = ['fd00::1'];
          }),
          ...at('[fd00', () => DOWN),
        },
        3,
        ['core-daemon/health HealthDown'],
      ],
      [
        'on a node that is not heard of is not Ready by its kubelet',
        {
          objects: probed,
          lists: staleNode,
          ...at('127.', ({ hostname }) => ({ ok: false, fault: { kind: 'broken', detail: `${hostname} is lost` } })),
        },
        3,
        INSTALLED.map((service) => `${service}/health ServiceUnreachable`),
      ],
      ['on such a node answers all the same', { lists: staleNode }, 0, []],
    ],
  ],
  [
    'a Service',
    [
      [
        'of the name of the workload leads nowhere, another one there',
        {
          objects: all(
            (objects) => {
              const own = objects.find(({ kind, metadata }) => kind === 'Service' && metadata.name === 'core-daemon');
              const metadata = { name: 'core-daemon-internal', namespace: 'recognize', uid: 'internal' };
              return own === undefined ? objects : beside({ ...structuredClone(own), metadata })(objects);
            },
            (objects) =>
              objects.map((object) =>
                object.kind === 'Service' && object.metadata.name === 'core-daemon'
                  ? { ...object, spec: { ...(object.spec as object), selector: { app: 'typo' } } }
                  : object,
              ),
            sliceOf('core-daemon', (slice) => {
              slice['endpoints'] = [];
            }),
          ),
        },
        3,
        ['core-daemon/health NoReadyEndpoints'],
      ],
      [
        'of yesterday has no EndpointSlice: it leads nowhere, whatever its pods say',
        { objects: without('core-daemon', 'EndpointSlice') },
        3,
        ['core-daemon/health NoReadyEndpoints'],
      ],
      [
        'of this moment has none yet',
        {
          objects: all(
            without('core-daemon', 'EndpointSlice'),
            edit('Service', 'core-daemon', ({ metadata }) =>
              Object.assign(metadata as Fields, { creationTimestamp: '2026-11-23T09:59:00Z' }),
            ),
          ),
        },
        0,
        [],
      ],
      [
        'has slices that may not be read',
        unlisted('endpointSlices'),
        5,
        INSTALLED.map((service) => `${service}/health CheckerNotAuthorized`),
      ],
      [
        'leads to a port where nobody listens, while the probe finds the right one',
        { objects: all(probed, misled), ...nobodyAt('8081') },
        3,
        ['core-daemon/health ServiceRefused'],
      ],
      [
        'leads to a port that answers something',
        { objects: all(probed, misled), ...at('127.0.1', (url) => (url.port === '8081' ? NONE : undefined)) },
        0,
        [],
      ],
    ],
  ],
  [
    'health that says UP',
    [
      [
        'and lists its database DOWN',
        body({ status: 'UP', components: { db: { status: 'DOWN' } } }, '127.0.3'),
        3,
        ['node-persistence/health HealthDatabaseDown'],
      ],
      [
        'and lists its bucket DOWN',
        body({ status: 'UP', components: { s3: { status: 'DOWN' } } }, '127.0.4'),
        3,
        ['circuit-storage/health HealthStorageDown'],
      ],
      [
        'and lists its mail DOWN',
        body({ status: 'UP', components: { mail: { status: 'DOWN' } } }, '127.0.4'),
        0,
        ['circuit-storage/health HealthPartDown'],
      ],
    ],
  ],
  [
    'a backend',
    [
      [
        'lets objects be put, and not listed',
        { s3: listing(UNGRANTED) },
        5,
        ['object-storage/circuits/reach BucketQuestionNotPermitted'],
      ],
      [
        'and the log says that objects are refused too',
        { s3: listing(UNGRANTED), logs: { 'circuit-storage': refusedObject } },
        3,
        ['circuit-storage/logs StorageErrorLogged', 'object-storage/circuits/reach BucketAccessDenied'],
      ],
      [
        'denies without a reason',
        { s3: listing('Access Denied') },
        3,
        ['object-storage/circuits/reach BucketAccessDenied'],
      ],
      [
        'answers the way in, and a question not in time',
        { sql: { superuser_reserved_connections: refused('DatabaseTimeout', 'no answer') } },
        5,
        ['database/main/connections DatabaseQueryFailed'],
      ],
      [
        'has no transaction ids left',
        { sql: { datfrozenxid: rows({ database: 'main', age: 2 ** 31 - 2_999_999, freeze_max_age: 200_000_000 }) } },
        3,
        ['database/main/writable DatabaseReadOnly', 'database/main/wraparound DatabaseWraparoundNear'],
      ],
      [
        'has few left',
        { sql: { datfrozenxid: rows({ database: 'main', age: 2_140_000_000, freeze_max_age: 200_000_000 }) } },
        0,
        ['database/main/wraparound DatabaseWraparoundNear'],
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

it('believes no readiness probe of a node that is not heard of', async () => {
  const { gate } = await look({ objects: probed, lists: staleNode, ...at('127.0.1', () => NONE) });
  expect(gate.exitCode).toBe(5);
});
