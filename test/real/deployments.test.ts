// A Spring Boot service behind a real Deployment: its ReplicaSet, pods and EndpointSlices are made by Kubernetes' own
// controllers, its pods are kept by kwok, its health, gauges and logs are Spring's own. The operator is the bundle, with the
// account and the Roles of the chart.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CheckStatus, HealthReportStatus } from '../../src/api/health-report.ts';
import { API_VERSION, KIND, REQUEST_ANNOTATION } from '../../src/api/names.ts';
import { createAdmin, type Admin, type AnyObject } from '../stack/admin.ts';
import { kubeconfigText } from '../stack/apiserver/kubeconfig.ts';
import { findFreePort } from '../stack/free-port.ts';
import { helm } from '../stack/kubectl.ts';
import { buildWhenNeeded, startOperatorProcess, type OperatorProcess } from '../stack/operator-process.ts';
import { startPostgres, type PostgresServer } from '../stack/postgres/server.ts';
import { CONTROL_PLANE, startControlPlane, type ControlPlane } from './parts/control-plane.ts';
import { KWOK, POD_ADDRESS, startKwok, type Kwok } from './parts/kwok.ts';
import { SPRING, startSpring, type SpringService } from './parts/spring.ts';

const ADDRESS = '10.244.9.2';
const KUBELET = '10.244.9.250';
const NAME = 'node-persistence';
const NAMESPACE = 'recognize';
const DATABASE = `database/${NAME}`;
const SYSTEM = 'recognize-health';
const CHART = join(import.meta.dirname, '../../helm/recognize-health');
const REPORT = { apiVersion: API_VERSION, kind: KIND, metadata: { name: 'recognize', namespace: NAMESPACE } };

let plane: ControlPlane;
let admin: Admin;
let kwok: Kwok;
let server: PostgresServer;
let service: SpringService;
let operator: OperatorProcess | undefined;
let folder: string;
let asked = 0;

function labelled(kind: string, spec: object, apiVersion = 'v1'): AnyObject {
  return { apiVersion, kind, metadata: { name: NAME, namespace: NAMESPACE, labels: { app: NAME } }, spec };
}

/** As a chart of the product writes it: settings in variables, the password in a Secret, the probes of the actuator. */
function installation(port: number): AnyObject[] {
  const probe = (path: string): object => ({ httpGet: { path: `/actuator/health/${path}`, port: 'http' } });
  const url = `jdbc:postgresql://127.0.0.1:${server.port}/${NAME}`;
  const { user, password } = server.superuser;
  const key = (name: string): object => ({ valueFrom: { secretKeyRef: { name: 'database', key: name } } });
  const container = {
    name: NAME,
    image: `registry.example/keyless/${NAME}:1.2.5`,
    ports: [{ name: 'http', containerPort: port }],
    readinessProbe: probe('readiness'),
    livenessProbe: probe('liveness'),
    env: [
      { name: 'SPRING_DATASOURCE_URL', value: url },
      { name: 'SPRING_DATASOURCE_USERNAME', ...key('username') },
      { name: 'SPRING_DATASOURCE_PASSWORD', ...key('password') },
    ],
  };
  const template = {
    metadata: { labels: { app: NAME }, annotations: { [POD_ADDRESS]: ADDRESS } },
    spec: { nodeName: 'node-1', containers: [container] },
  };
  return [
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' }, spec: {} },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'database', namespace: NAMESPACE },
      stringData: { username: user, password },
    },
    labelled('Deployment', { replicas: 1, selector: { matchLabels: { app: NAME } }, template }, 'apps/v1'),
    labelled('Service', { selector: { app: NAME }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] }),
  ];
}

/** What the chart's Deployment gives the operator, but for the address that it listens at. */
async function deployedOptions(): Promise<string[]> {
  const at = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'rh', namespace: SYSTEM } };
  const deployment = (await admin.get(at)) as unknown as {
    readonly spec: { readonly template: { readonly spec: { readonly containers: readonly { args: string[] }[] } } };
  };
  const [verb, ...options] = deployment.spec.template.spec.containers[0]?.args ?? [];
  expect(verb).toBe('operator');
  return options.filter((option) => !option.startsWith('--listen'));
}

/** Asks for a run, with what the service said until now in its log, and waits for the status that answers it. */
async function run(): Promise<HealthReportStatus> {
  kwok.hear(service.log());
  const token = `run-${String((asked += 1))}`;
  await admin.patch(REPORT, { metadata: { annotations: { [REQUEST_ANNOTATION]: token } } });
  const answered = async (): Promise<HealthReportStatus | undefined> => {
    const status = (await admin.get(REPORT))?.['status'] as HealthReportStatus | undefined;
    return status?.lastHandledRequest === token ? status : undefined;
  };
  return vi.waitUntil(answered, { timeout: 300_000, interval: 100 }).catch((error: unknown) => {
    throw new Error(`The run was not answered. The operator said last:\n${operator?.log().slice(-3000) ?? ''}`, {
      cause: error,
    });
  });
}

/** Whether its Service leads to a pod of the Deployment that is ready. */
async function isServed(): Promise<boolean> {
  const { status } = (await admin.get(labelled('Deployment', {}, 'apps/v1'))) as { readonly status?: object };
  const slices = await admin.list({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace: NAMESPACE });
  const ready = slices.flatMap((slice) =>
    ((slice['endpoints'] ?? []) as readonly { readonly conditions?: { readonly ready?: boolean } }[]).filter(
      ({ conditions }) => conditions?.ready === true,
    ),
  );
  return ready.length > 0 && (status as { readonly availableReplicas?: number } | undefined)?.availableReplicas === 1;
}

const podsOf = (): Promise<AnyObject[]> => admin.list({ apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE });

/** Runs until nothing is wrong any more: the pool comes back in its own time. */
async function recovered(): Promise<void> {
  await vi.waitUntil(async () => ((await run()).rootCauses ?? []).length === 0, { timeout: 300_000, interval: 500 });
}

const checkIn = ({ checks = [] }: HealthReportStatus, id: string): CheckStatus | undefined =>
  checks.find((check) => check.id === id);

/** That this check, and nothing else, is the root cause. */
function expectRootCause(status: HealthReportStatus, id: string): void {
  const causes = status.rootCauses?.map(({ check }) => check);
  expect(causes, JSON.stringify(status, null, 1)).toEqual([id]);
}

describe(`Spring Boot ${SPRING.version} behind a Deployment of kube-apiserver ${CONTROL_PLANE.version}`, () => {
  beforeAll(async () => {
    buildWhenNeeded();
    folder = mkdtempSync(join(tmpdir(), 'deployments-'));
    plane = await startControlPlane({ controllers: 'all' });
    admin = createAdmin(plane.access);
    server = await startPostgres({ databases: [NAME] });
    const port = await findFreePort([ADDRESS]);
    service = await startSpring({
      address: ADDRESS,
      port,
      database: { url: `jdbc:postgresql://127.0.0.1:${server.port}/${NAME}`, ...server.superuser },
    });
    kwok = await startKwok(plane, KUBELET, NAME);
    for (const object of installation(port)) await admin.create(object);
    const installed = await helm(
      ['install', 'rh', CHART, '--namespace', SYSTEM, '--create-namespace', '--set', 'fullnameOverride=rh'],
      { kubeconfig: readFileSync(plane.kubeconfig, 'utf8') },
    );
    expect(installed, installed.stderr).toMatchObject({ code: 0 });
    const { url, caPem } = plane.access;
    const token = await admin.token(SYSTEM, 'rh');
    const config = join(folder, 'operator.yaml');
    writeFileSync(config, kubeconfigText({ url, caPem, user: 'rh', token, namespace: SYSTEM }), { mode: 0o600 });
    await vi.waitUntil(() => admin.serves(REPORT), { timeout: 300_000 });
    operator = await startOperatorProcess(
      config,
      { AWS_EC2_METADATA_DISABLED: 'true' },
      { options: await deployedOptions() },
    );
    const upgrade = { waive: ['Buckets', 'Keys'] };
    // Controllers and kubelet take their time, and nobody waits for them.
    await vi.waitUntil(isServed, { timeout: 300_000 });
    await admin.create({ ...REPORT, spec: { interval: '1h', thresholds: { failure: 1, success: 1 }, upgrade } });
  });
  afterAll(async () => {
    await operator?.stop();
    await kwok.stop();
    await service.stop();
    await server.remove();
    await admin.close();
    await plane.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it(`is found ready in a pod of kwok ${KWOK.version}, with its database, from an empty spec`, async () => {
    const status = await run();
    const told = JSON.stringify(status, null, 1);
    expect(checkIn(status, `${NAME}/workload`), told).toMatchObject({ result: 'pass' });
    expect(checkIn(status, `${NAME}/health`), told).toMatchObject({ result: 'pass' });
    expect(checkIn(status, `${NAME}/pool`), told).toMatchObject({ result: 'pass' });
    const database = status.inventory?.find(({ component }) => component === 'database');
    expect(database?.origin, told).toBe(`Deployment ${NAME}, env SPRING_DATASOURCE_URL`);
    expect((status.checks ?? []).filter(({ result }) => result === 'fail')).toEqual([]);
  });

  it('has the pool as its root cause while every connection is held, in its own gauges and words', async () => {
    await service.flip('pool/hold');
    const status = await run().finally(() => service.flip('pool/release'));
    expectRootCause(status, `${NAME}/pool`);
    expect(status.verdict).toBe('Failing');
    expect(checkIn(status, `${DATABASE}/connect`)).toMatchObject({ result: 'pass' });
    await recovered();
  });

  it('has its database as its root cause when that is down, and its log is read through the API server', async () => {
    await server.stop();
    await fetch(`${service.url}/work`);
    const status = await run().finally(() => server.start());
    expectRootCause(status, `${DATABASE}/connect`);
    expect(checkIn(status, `${NAME}/logs`)).toMatchObject({ result: 'warn' });
    await recovered();
  });

  it('is told of a Deployment that somebody scaled to nothing, by what its controller says', async () => {
    const deployment = labelled('Deployment', {}, 'apps/v1');
    await admin.patch(deployment, { spec: { replicas: 0 } });
    await vi.waitUntil(async () => (await podsOf()).length === 0, { timeout: 300_000 });
    const status = await run().finally(() => admin.patch(deployment, { spec: { replicas: 1 } }));
    expect(checkIn(status, `${NAME}/workload`), JSON.stringify(status, null, 1)).toMatchObject({
      result: 'fail',
      fault: 'ScaledToZero',
    });
    await recovered();
  });

  it('refuses the operator nothing that it asks for', () => {
    const account = `system:serviceaccount:${SYSTEM}:rh`;
    const refused = plane
      .audited()
      .filter(({ user, responseStatus }) => user.username === account && responseStatus?.code === 403)
      .map(({ verb, requestURI }) => `${verb} ${requestURI}`);
    expect(refused).toEqual([]);
  });
});
