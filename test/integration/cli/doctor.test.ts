// `doctor` against an installation as the manifests make it: each thing that can be missing is taken away once.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CRD_NAME, SCHEMA_VERSION_ANNOTATION } from '../../../src/api/names.ts';
import { crd } from '../../../src/api/crd.ts';
import { API_VERSION, KIND } from '../../../src/api/names.ts';
import type { Finding } from '../../../src/doctor/finding.ts';
import type { JsonObject } from '../../stack/apiserver/json.ts';
import { startSwitchedServer, type SwitchedServer } from '../../stack/switched-server.ts';
import { operatorAccountObjects } from '../../stack/operator-account.ts';
import { report, run } from '../../unit/judge/fixtures.ts';
import { command, type CommandResult } from '../gate/command.ts';

let server: SwitchedServer;
let folder: string;

const NAMESPACE = 'recognize-health';
const LABELS = { 'app.kubernetes.io/name': 'recognize-health', 'app.kubernetes.io/instance': 'recognize-health' };

const manifest = (path: string): JsonObject[] =>
  parseAllDocuments(readFileSync(new URL(`../../../manifests/${path}`, import.meta.url), 'utf8')).map(
    (document) => document.toJS() as JsonObject,
  );
const plain = (object: object): JsonObject => JSON.parse(JSON.stringify(object)) as JsonObject;

/** The Deployment of the manifests, with what a controller writes into it and changes to its container. */
const deployment = ({
  ready = 2,
  ...container
}: { ready?: number; args?: readonly string[]; image?: string } = {}): JsonObject => {
  const [object] = manifest('deployment.yaml') as unknown as {
    spec: { template: { spec: { containers: object[] } } };
  }[];
  if (object === undefined) throw new Error('manifests/deployment.yaml is empty');
  const [first] = object.spec.template.spec.containers;
  object.spec.template.spec.containers = [{ ...first, ...container }];
  return plain({ ...object, status: { replicas: 2, readyReplicas: ready } });
};

const pod = (name: string, ready: boolean, waits?: string): JsonObject =>
  plain({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE, labels: LABELS },
    spec: { containers: [{ name: 'operator', image: 'recognize-health:0.1.0' }] },
    status: {
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [
        {
          name: 'operator',
          image: '',
          imageID: '',
          ready,
          restartCount: ready ? 0 : 3,
          state: waits === undefined ? { running: {} } : { waiting: { reason: waits } },
        },
      ],
    },
  });

const slice = (ready: readonly boolean[]): JsonObject =>
  plain({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'recognize-health-x',
      namespace: NAMESPACE,
      labels: { 'kubernetes.io/service-name': 'recognize-health' },
    },
    addressType: 'IPv4',
    endpoints: ready.map((is, index) => ({ addresses: [`10.0.0.${index + 1}`], conditions: { ready: is } })),
    ports: [],
  });

const lease = (renewedAgoMs: number, leaseDurationSeconds = 15): JsonObject => {
  const micro = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z');
  return plain({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'recognize-health', namespace: NAMESPACE },
    spec: {
      holderIdentity: 'recognize-health-a_1',
      leaseDurationSeconds,
      // The server's Date has whole seconds, so that it may stand before the moment in which this is written.
      acquireTime: micro(Date.now() - 3_605_000),
      renewTime: micro(Date.now() - renewedAgoMs),
      leaseTransitions: 1,
    },
  });
};

const healthReport = (name: string, changes: { spec?: object; status?: object; namespace?: string } = {}): JsonObject =>
  plain({
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: {
      name,
      namespace: changes.namespace ?? 'recognize',
      generation: 1,
    },
    spec: changes.spec ?? {},
    status: changes.status ?? report(run(), undefined, { now: new Date() }).status,
  });

/** Everything that is there in a good installation; a changed object takes the place of the first of its kind and name. */
const install = async (...changed: readonly JsonObject[]): Promise<void> => {
  await server.seed([
    crd(),
    ...operatorAccountObjects(),
    plain({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'recognize' } }),
    deployment(),
    ...manifest('service.yaml'),
    pod('recognize-health-a', true),
    pod('recognize-health-b', true),
    slice([true, true]),
    // Nobody renews it here, however long a test takes.
    lease(1_000, 3_600),
    healthReport('prod'),
    ...changed,
  ]);
};

const kubeconfigOf = async (user?: string): Promise<string> => {
  const path = join(folder, user ?? 'admin');
  await writeFile(path, server.kubeconfig(user), { mode: 0o600 });
  return path;
};
const doctor = async (...argv: readonly string[]): Promise<CommandResult> =>
  command('doctor', '--kubeconfig', await kubeconfigOf(), ...argv);

interface Answer {
  readonly code: number;
  readonly of: (question: string) => Finding;
}
const ask = async (...argv: readonly string[]): Promise<Answer> => {
  const { code, out, err } = await doctor('-o', 'json', ...argv);
  if (out === '') throw new Error(err);
  const { findings } = JSON.parse(out) as { readonly findings: readonly Finding[] };
  return {
    code,
    of: (question) => {
      const found = findings.find((one) => one.question === question);
      if (found === undefined) throw new Error(`nothing is said of ${question}`);
      return found;
    },
  };
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recognize-health-doctor-'));
  server = await startSwitchedServer();
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

describe('doctor', () => {
  it('finds nothing to say against an installation as the manifests make it', async () => {
    await install();
    const { code, out, err } = await doctor();
    expect([code, err]).toEqual([0, '']);
    expect(out).not.toMatch(/^(broken|not seen|look)/m);
    expect(out).toMatch(
      /^ok +Rights: system:serviceaccount:recognize-health:recognize-health has each of the \d\d rights/m,
    );
    expect(out).toMatch(/^ok +Lease: recognize-health-a_1 holds the Lease recognize-health\/recognize-health for 1h/m);
    expect(out).toMatch(/^ok +Reports: 1 of 1 reports in any namespace are examined/m);
  });

  it('names every right that misses, at once, with what it is for', async () => {
    await install();
    const roles = operatorAccountObjects().map((object) => {
      const { metadata } = object as unknown as { metadata: { name: string } };
      if (object['kind'] !== 'ClusterRole') return object;
      return metadata.name === 'recognize-health-cluster'
        ? plain({ ...object, rules: [] })
        : plain({
            ...object,
            rules: (object['rules'] as { resources: string[] }[]).filter(
              ({ resources }) => !resources.includes('secrets') && !resources.includes('pods'),
            ),
          });
    });
    await server.seed(roles);
    await server.seed([
      healthReport('prod', {
        spec: {
          databases: [{ name: 'np', urlSecretRef: { name: 'np-db', key: 'url' }, usedBy: ['node-persistence'] }],
        },
      }),
    ]);
    const { code, of } = await ask();
    const { result, details, seen } = of('rights');
    expect([code, result]).toEqual([0, 'warn']);
    expect(seen).toMatch(/lacks 7 of \d\d rights/);
    expect(details.map((detail) => detail.split(':')[0])).toEqual([
      'get secrets np-db in namespace recognize',
      'list pods in all namespaces',
      'list services in all namespaces',
      'watch pods in all namespaces',
      'watch services in all namespaces',
      'list nodes',
      `get customresourcedefinitions ${CRD_NAME}`,
    ]);
  });

  it('is content with Secrets that are granted by their names', async () => {
    const withSecrets = operatorAccountObjects().map((object) =>
      object['kind'] !== 'ClusterRole'
        ? object
        : plain({
            ...object,
            rules: (object['rules'] as { resources: string[] }[]).map((rule) =>
              rule.resources.includes('secrets') ? { ...rule, resourceNames: ['np-db'] } : rule,
            ),
          }),
    );
    await install(...withSecrets);
    const spec = (name: string): object => ({
      databases: [{ name: 'np', urlSecretRef: { name, key: 'url' }, usedBy: ['node-persistence'] }],
    });
    await server.seed([healthReport('prod', { spec: spec('np-db') })]);
    expect((await ask()).of('rights')).toMatchObject({ result: 'pass' });
    await server.seed([healthReport('other', { spec: spec('another') })]);
    const { result, details } = (await ask()).of('rights');
    expect([result, details]).toEqual([
      'warn',
      [expect.stringContaining('get secrets another in namespace recognize')],
    ]);
  });

  it('says that an operator without its vital rights is broken', async () => {
    await install(
      ...operatorAccountObjects()
        .filter(({ kind }) => kind === 'Role')
        .map((object) => plain({ ...object, rules: [] })),
    );
    const { code, of } = await ask();
    expect([code, of('rights').result, of('rights').details.length]).toEqual([3, 'fail', 3]);
  });

  it('asks for the rights in the namespaces that the operator is told to watch', async () => {
    const args = ['operator', '--namespace=recognize', '-n', 'second', '--lease-name=recognize-health'];
    await install(
      deployment({ args }),
      healthReport('elsewhere', { namespace: 'default' }),
      ...operatorAccountObjects()
        .filter(
          ({ kind, metadata }) =>
            kind === 'ClusterRoleBinding' && (metadata as { name: string }).name === 'recognize-health',
        )
        .map((object) => plain({ ...object, subjects: [] })),
    );
    const { of } = await ask();
    const places = new Set(of('rights').details.map((detail) => /in namespace (\w+)/.exec(detail)?.[1]));
    expect([...places].sort()).toEqual(['recognize', 'second']);
    expect(of('reports').details).toEqual([
      'default/elsewhere: the operator watches other namespaces (recognize, second)',
    ]);
  });

  it.each<[string, () => JsonObject[], string, string, RegExp]>([
    [
      'a definition of an older version',
      () => [olderDefinition()],
      'definition',
      'fail',
      /has schema 1; this version needs/,
    ],
    ['a definition that serves another version', () => [unserved()], 'definition', 'fail', /does not serve v1alpha1/],
    [
      'an operator that cannot pull its image',
      () => [deployment({ ready: 0 }), pod('recognize-health-a', false, 'ImagePullBackOff')],
      'operator',
      'fail',
      /0 of 2 pods/,
    ],
    [
      'an image that may be anything',
      () => [deployment({ image: 'registry.example/recognize-health:latest' })],
      'image',
      'warn',
      /which version that is/,
    ],
    ['a Lease that nobody renews', () => [lease(600_000)], 'lease', 'fail', /No live operator holds the Lease/],
    [
      'a Lease by a clock that is ahead',
      () => [lease(-7_170_000)],
      'clocks',
      'warn',
      /operator's node is 1h 59m ahead of/,
    ],
    ['endpoints of which none is ready', () => [slice([false, false])], 'endpoints', 'fail', /0 of 2 addresses/],
    ['a report that went stale', () => [staleReport()], 'reports', 'fail', /0 of 1 reports/],
  ])('tells %s, and what to do', async (_, changes, question, result, seen) => {
    await install(...changes());
    const { code, of } = await ask();
    expect(of(question)).toMatchObject({ result, seen: expect.stringMatching(seen) as string });
    expect(of(question).remedy).toMatch(/^[A-Z].*\.$/);
    expect(code).toBe(result === 'fail' ? 3 : 0);
  });

  it('waits for the first run of a report, but not for an hour', async () => {
    await install(healthReport('prod', { status: {} }));
    expect((await ask()).of('reports')).toMatchObject({ result: 'pass' });
    const prod = { apiVersion: API_VERSION, kind: KIND, metadata: { name: 'prod', namespace: 'recognize' } };
    await server.backdate(prod, new Date(Date.now() - 3_600_000).toISOString().replace(/\.\d+/, ''));
    expect((await ask()).of('reports')).toMatchObject({
      result: 'fail',
      seen: expect.stringContaining('0 of 1 reports') as string,
      details: ['recognize/prod: no run has finished'],
    });
  });

  it('counts a suspended report as meant, and names it', async () => {
    await install(healthReport('prod', { spec: { suspend: true }, status: {} }));
    expect((await ask()).of('reports')).toMatchObject({ result: 'pass', details: ['recognize/prod: is suspended'] });
  });

  it('passes nothing that it may not look at', async () => {
    await install();
    const { code, out } = await command('doctor', '-o', 'json', '--kubeconfig', await kubeconfigOf('nobody'));
    const { findings } = JSON.parse(out) as { readonly findings: readonly Finding[] };
    expect(code).toBe(5);
    const passed = findings.filter(({ result }) => result === 'pass').map(({ question }) => question);
    expect(passed).toEqual(['api-server', 'clocks']);
    expect(findings.find(({ question }) => question === 'rights')?.commands[0]).toContain('exec deployment/');
  });

  it('needs no more than the ClusterRole of its page', async () => {
    const page = readFileSync(new URL('../../../docs/operating.md', import.meta.url), 'utf8');
    const role = parse(/```yaml\n([^]*?)```/.exec(page)?.[1] ?? '') as JsonObject;
    await install(
      role,
      plain({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'doctor' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'recognize-health-doctor' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'somebody' }],
      }),
    );
    const { code, out } = await command('doctor', '--kubeconfig', await kubeconfigOf('somebody'));
    expect(out).not.toMatch(/^(broken|not seen|look)/m);
    expect(code).toBe(0);
  });

  it('points to the operator where it is elsewhere', async () => {
    await install();
    const { code, of } = await ask('--lease-namespace', 'default');
    expect([code, of('operator').result]).toEqual([3, 'fail']);
    expect(of('operator').commands).toEqual([
      'recognize-health doctor --lease-namespace recognize-health --lease-name recognize-health',
    ]);
  });

  it('says that the API server cannot be reached', async () => {
    await install();
    const kubeconfig = await kubeconfigOf();
    await server.stop();
    const { code, out, err } = await command('doctor', '--kubeconfig', kubeconfig);
    expect([code, out]).toEqual([5, '']);
    expect(err).toContain('Nothing of the installation could be looked at');
  });
});

function olderDefinition(): JsonObject {
  const object = plain(crd()) as unknown as { metadata: { annotations: Record<string, string> } };
  object.metadata.annotations[SCHEMA_VERSION_ANNOTATION] = '1';
  return plain(object);
}

function unserved(): JsonObject {
  const object = plain(crd()) as unknown as { spec: { versions: { served: boolean }[] } };
  for (const version of object.spec.versions) version.served = false;
  return plain(object);
}

function staleReport(): JsonObject {
  const { status } = report(run(), undefined, { now: new Date() });
  return healthReport('prod', {
    status: { ...status, lastRunTime: '2026-01-01T00:00:00Z', freshUntil: '2026-01-01T00:10:00Z' },
  });
}
