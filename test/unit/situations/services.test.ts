// The gate over installations that are none of the stack's: which services there are, where their health is, and what
// is no evidence about them. Each row is a run through the whole line.
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/facts/namespace-objects.ts';
import { serviceObjects } from '../../stack/recognize/objects.ts';
import type { WorkloadOptions } from '../../stack/recognize/workload-options.ts';
import { servicesOf } from '../../stack/recognize/topology.ts';
import { deployment, NOW } from '../targets/objects.ts';
import { edit, json, look, template, type Situation, INSTALLED } from './world.ts';

/** Name, situation, exit code of the gate, and what is told beside what is skipped. */
type Row = readonly [string, Situation, number, readonly string[]];

const at = (host: string, get: NonNullable<Situation['http']>): Pick<Situation, 'http'> => ({
  http: (url, request) => (url.hostname.startsWith(host) ? get(url, request) : undefined),
});
const DOWN = json(503, { status: 'DOWN' });
const NONE = json(404, '');
const onPort = (port: string, path = '/actuator/health'): Pick<Situation, 'http'> =>
  at('127.0.1', (url) => (url.port === port && url.pathname === path ? DOWN : NONE));

/** Another workload with the image of core-daemon: behind its Service, or behind one of its own. */
function another(name: string, settings: WorkloadOptions = {}, own?: string): KubernetesObject[] {
  const profile = servicesOf('Split').find(({ component }) => component === 'core-daemon');
  if (profile === undefined) throw new Error('no core-daemon');
  const objects = serviceObjects(
    { ...profile, name },
    {
      namespace: 'recognize',
      topology: 'Split',
      port: 8080,
      now: NOW,
      workloads: { 'core-daemon': settings },
      ...(own === undefined ? {} : { release: own }),
    },
  );
  return objects.filter(({ kind }) => own !== undefined || (kind !== 'Service' && kind !== 'EndpointSlice'));
}

const beside = (...more: readonly KubernetesObject[]): Pick<Situation, 'objects'> => ({
  objects: (objects) => [...objects, ...more],
});
const service = (name: string, spec: object): KubernetesObject => ({
  kind: 'Service',
  metadata: { name, namespace: 'recognize', uid: name },
  spec,
});
const crashing: WorkloadOptions = { trouble: { kind: 'CrashLoopBackOff' } };

const three = { workloads: { 'core-daemon': { replicas: 3 } } };
const small: Situation = { made: { topology: 'Consolidated', without: ['metrics-collector', 'admin-dashboard'] } };
const HEALTH = ['core-daemon/health HealthDown'];
const NOT_FOUND = ['metrics-collector/workload ServiceNotFound'];

const env = (name: string, value: string): NonNullable<Situation['objects']> =>
  template('core-daemon', (container) => {
    container['env'] = [{ name, value }];
  });
const mapped = (data: Record<string, string>): Situation => ({
  objects: template('core-daemon', (container) => {
    container['envFrom'] = [{ configMapRef: { name: 'settings' } }];
  }),
  configMaps: { settings: data },
});
const mounted = (data: Record<string, string>): Situation => ({
  objects: template('core-daemon', (container, pod) => {
    container['volumeMounts'] = [{ name: 'settings', mountPath: '/config' }];
    pod['volumes'] = [{ name: 'settings', configMap: { name: 'settings' } }];
  }),
  configMaps: { settings: data },
});

const unselected = edit('Service', 'core-daemon', (object) => {
  delete (object['spec'] as { selector?: object }).selector;
});

function selectorOf(objects: readonly KubernetesObject[], name: string): object {
  const own = objects.find(({ kind, metadata }) => kind === 'Service' && metadata.name === name);
  return own?.spec as object;
}

async function told(situation: Situation): Promise<readonly [number, string, readonly string[]]> {
  const { gate, status, told: all } = await look(situation);
  return [gate.exitCode, status.verdict, all.filter((one) => !one.startsWith('capacity/'))];
}

describe('an installation that is well', () => {
  it.each(['Split', 'Umbrella', 'Consolidated'] as const)('passes: %s', async (topology) => {
    expect(await told({ made: { topology } })).toEqual([0, 'Healthy', []]);
  });
});

describe('no service', () => {
  it.each<readonly [string, Situation]>([
    ['an empty namespace, all waived', { spec: { upgrade: { waive: ['Databases', 'Buckets', 'Keys'] } } }],
    ['an empty namespace', {}],
    ['all of them may be absent', { spec: { services: INSTALLED.map((name) => ({ name, required: false })) } }],
    ['nobody looks for them', { spec: { discovery: 'None' } }],
    ['a migration job of one', beside(deployment('core-daemon-migrations', 'x/flyway:1'))],
    ['a database of one', beside(deployment('node-persistence-postgresql', 'x/postgres:16'))],
  ])('is neither healthy nor a pass: %s', async (_, situation) => {
    const [exit, verdict] = await told({ ...situation, made: { without: INSTALLED } });
    expect([exit, verdict]).toEqual([5, 'Unknown']);
  });
});

describe.each<readonly [string, readonly Row[]]>([
  [
    'several workloads',
    [
      [
        'a canary that crashes warns, and an upgrade waits',
        beside(...another('core-daemon-canary', crashing)),
        3,
        ['core-daemon/workload PodCannotStart', 'upgrade/core-daemon/rollout UpgradeRolloutUnfinished'],
      ],
      [
        'a canary that is not ready',
        beside(...another('core-daemon-canary', { trouble: { kind: 'NotReady' } })),
        3,
        ['core-daemon/workload PodCannotStart', 'upgrade/core-daemon/rollout UpgradeRolloutUnfinished'],
      ],
      [
        'a larger one beside a small one that is well fails',
        beside(...another('core-daemon-canary', { replicas: 2, trouble: { kind: 'NotReady' } })),
        3,
        ['core-daemon/workload ReplicasUnavailable', 'upgrade/core-daemon/rollout UpgradeRolloutUnfinished'],
      ],
      [
        'one that gets traffic alone fails',
        beside(...another('stage-core-daemon', crashing, 'stage')),
        3,
        ['core-daemon/workload CrashLooping', 'upgrade/core-daemon/rollout UpgradeRolloutUnfinished'],
      ],
      [
        'one that is left over, or a worker, is not told apart',
        {
          objects: (objects) => [
            ...objects,
            ...another('batch', crashing, 'batch').filter(
              ({ kind }) => !/^(?:Service|EndpointSlice)$/.test(kind ?? ''),
            ),
          ],
        },
        5,
        ['core-daemon/workload WorkloadAmbiguous'],
      ],
      ['a second one that is well', beside(...another('core-daemon-canary')), 0, []],
    ],
  ],
  [
    'one pod of several',
    [
      ['answers DOWN', { made: three, ...at('127.0.1.3', () => DOWN) }, 3, ['core-daemon/health HealthDown']],
      [
        'has no such path',
        { made: three, ...at('127.0.1.3', () => NONE) },
        5,
        ['core-daemon/health HealthNotReadable'],
      ],
      [
        'shows a page to log in',
        { made: three, ...at('127.0.1.3', () => json(200, '<html>log in</html>')) },
        5,
        ['core-daemon/health HealthNotReadable'],
      ],
      [
        'is not in the slices yet',
        {
          made: three,
          objects: edit('EndpointSlice', 'core-daemon', (slice) => {
            slice['endpoints'] = (slice['endpoints'] as object[]).slice(0, 2);
          }),
          ...at('127.0.1.3', () => DOWN),
        },
        3,
        ['core-daemon/health HealthDown'],
      ],
    ],
  ],
  [
    'a Service without a selector',
    [
      ['leads to the pods by slices that somebody wrote', { ...small, objects: unselected }, 0, []],
      [
        'leads to pods that are down',
        { ...small, objects: unselected, ...at('127.0.1', () => DOWN) },
        3,
        ['core-daemon/health HealthDown'],
      ],
    ],
  ],
  [
    'the management port, while the application answers 404',
    [
      [
        'JAVA_TOOL_OPTIONS',
        { objects: env('JAVA_TOOL_OPTIONS', '-Xmx1g -Dmanagement.server.port=9090'), ...onPort('9090') },
        3,
        HEALTH,
      ],
      [
        'SPRING_APPLICATION_JSON',
        { objects: env('SPRING_APPLICATION_JSON', '{"management":{"server":{"port":9090}}}'), ...onPort('9090') },
        3,
        HEALTH,
      ],
      ['a placeholder', { objects: env('MANAGEMENT_SERVER_PORT', '${OPS_PORT:9090}'), ...onPort('9090') }, 3, HEALTH],
      [
        'a shell command',
        {
          objects: template('core-daemon', (container) => {
            container['command'] = ['sh', '-c', 'exec java -jar app.jar --management.server.port=9090'];
          }),
          ...onPort('9090'),
        },
        3,
        HEALTH,
      ],
      [
        'variables of a ConfigMap',
        {
          objects: template('core-daemon', (container) => {
            container['envFrom'] = [{ configMapRef: { name: 'settings' } }];
          }),
          configMaps: { settings: { MANAGEMENT_SERVER_PORT: '9090' } },
          ...onPort('9090'),
        },
        3,
        HEALTH,
      ],
      [
        'a variable of a key of a ConfigMap',
        {
          objects: template('core-daemon', (container) => {
            container['env'] = [
              { name: 'MANAGEMENT_SERVER_PORT', valueFrom: { configMapKeyRef: { name: 'settings', key: 'port' } } },
            ];
          }),
          configMaps: { settings: { port: '9090' } },
          ...onPort('9090'),
        },
        3,
        HEALTH,
      ],
      [
        'port and path in application.yml of a ConfigMap',
        {
          ...mounted({
            'application.yml':
              'management:\n  server:\n    port: ${OPS:9090}\n  endpoints:\n    web:\n      base-path: /manage\n',
          }),
          ...onPort('9090', '/manage/health'),
        },
        3,
        HEALTH,
      ],
      [
        'a command of a probe',
        {
          objects: template('core-daemon', (container) => {
            const command = ['sh', '-c', 'curl -sf "http://localhost:9090/actuator/health/readiness" || exit 1'];
            container['readinessProbe'] = { exec: { command } };
          }),
          ...onPort('9090'),
        },
        3,
        HEALTH,
      ],
      [
        'the name of a port in a probe',
        {
          objects: template('core-daemon', (container) => {
            (container['ports'] as object[]).push({ name: 'ops', containerPort: 9090 });
            container['livenessProbe'] = { httpGet: { path: '/actuator/health/liveness', port: 'ops' } };
          }),
          ...onPort('9090'),
        },
        3,
        HEALTH,
      ],
      [
        'nothing says where, and the kubelet asks for a connection',
        {
          objects: template('core-daemon', (container) => {
            container['readinessProbe'] = { tcpSocket: { port: 8080 } };
          }),
          ...onPort('9090'),
        },
        0,
        [],
      ],
      ['nothing says where, and the kubelet asks nothing', onPort('9090'), 5, ['core-daemon/health HealthNotReadable']],
    ],
  ],
  [
    'a service that was never found',
    [
      [
        'a variable of a ConfigMap leads to it',
        { ...small, ...mapped({ METRICS_URL: 'http://metrics-collector:8080' }) },
        5,
        NOT_FOUND,
      ],
      [
        'application.yml leads to it',
        {
          ...small,
          ...mounted({ 'application.yml': 'metrics:\n  url: http://metrics-collector.recognize.svc:8080\n' }),
        },
        5,
        NOT_FOUND,
      ],
      ['a host and a port lead to it', { ...small, objects: env('METRICS_HOST', 'metrics-collector') }, 5, NOT_FOUND],
      [
        'gRPC leads to it',
        { ...small, objects: env('METRICS_TARGET', 'dns:///metrics-collector.recognize:9090') },
        5,
        NOT_FOUND,
      ],
      [
        'a line in the log says that it cannot be reached',
        {
          ...small,
          logs: {
            'core-daemon': [
              '2026-11-23T09:59:50.000Z ERROR 1 --- [main] k.c.Rest : I/O error on GET request for "http://metrics-collector:8080/v1/x"',
              'org.springframework.web.client.ResourceAccessException: I/O error on GET request for "http://metrics-collector:8080/v1/x": metrics-collector',
              'Caused by: java.net.UnknownHostException: metrics-collector',
            ],
          },
        },
        5,
        ['core-daemon/logs InternalConnectionError', ...NOT_FOUND],
      ],
      [
        'a Service of its name',
        { ...small, ...beside(service('metrics-collector', { type: 'ExternalName' })) },
        5,
        NOT_FOUND,
      ],
      [
        'a database of its name is not the service',
        { ...small, objects: env('METRICS_DB_HOST', 'metrics-collector') },
        0,
        [],
      ],
      [
        'a host of the internet is none of ours',
        { ...small, objects: env('METRICS_URL', 'https://metrics-collector.example.com') },
        0,
        [],
      ],
      [
        'an old name leads to the service that it was merged into',
        {
          ...small,
          objects: (objects) => [
            ...env('AUTH_URL', 'http://auth-vault:80')(objects),
            service('auth-vault', selectorOf(objects, 'core-daemon')),
          ],
        },
        0,
        [],
      ],
      [
        'the spec says that it may be absent',
        {
          ...small,
          ...mapped({ METRICS_URL: 'http://metrics-collector:8080' }),
          spec: { services: [{ name: 'metrics-collector', required: false }] },
        },
        0,
        [],
      ],
      [
        'what the log calls by its name is a part of the service',
        {
          ...small,
          logs: {
            'core-daemon': [
              '2026-11-23T09:59:50.000Z ERROR 1 --- [main] k.c.Rest : [NODE-PERSISTENCE] service returned error: 500',
            ],
          },
        },
        0,
        ['core-daemon/logs InternalServiceError'],
      ],
    ],
  ],
])('%s', (_group, rows) => {
  it.each(rows)('%s', async (_row, situation, exit, faults) => {
    const [code, , all] = await told(situation);
    expect([code, all]).toEqual([exit, faults]);
  });
});

it('says where a service is that another namespace has', async () => {
  const { status } = await look({
    made: { without: ['auth-vault'] },
    objects: env('AV', 'http://auth-vault.vault.svc.cluster.local:8080'),
  });
  expect(status.checks?.find(({ id }) => id === 'auth-vault/workload')?.message).toContain(
    'in namespace vault: give its url',
  );
});

it('believes a proxy about itself alone', async () => {
  const body = 'upstream connect error or disconnect/reset before headers. reset reason: connection failure';
  const [code, , all] = await told({ ...at('127.0.1', () => json(503, body)) });
  expect([code, all]).toEqual([3, ['core-daemon/health ServiceUnreachable']]);
});
