// The reflector, the writes and the generated Roles against the development API server (or a real one's semantics).
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { crd } from '../../../src/api/crd.ts';
import { healthReportStatus } from '../../../src/api/health-report.ts';
import { loadAccess } from '../../../src/kube/access.ts';
import { applyStatus } from '../../../src/kube/apply.ts';
import { createKubeApi, type KubeApi } from '../../../src/kube/call.ts';
import { readNamespace } from '../../../src/kube/namespace.ts';
import { createReflector, type Reflector, type ReflectorNote } from '../../../src/kube/reflector.ts';
import { getReport, type ReportObject, requestRun } from '../../../src/kube/reports.ts';
import { operatorRoles } from '../../../tools/packaging/roles.ts';
import { RULES } from '../../../src/kube/rules.ts';
import { namespaceSecrets } from '../../../src/kube/secrets.ts';
import { createTransport } from '../../../src/kube/transport.ts';
import { type Clock, systemClock } from '../../../src/runtime/clock.ts';
import { startSwitchedServer, type SwitchedServer } from '../../stack/switched-server.ts';

const namespace = 'recognize';
/** Waits are shortened, not skipped: order and number of attempts stay what they are. */
const quick: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 20), signal) };

let server: SwitchedServer;
let directory: string;
let stop: AbortController;
const apis: KubeApi[] = [];

async function apiFor(user?: string): Promise<KubeApi> {
  const kubeconfig = join(directory, user ?? 'admin');
  await writeFile(kubeconfig, server.kubeconfig(user));
  const api = createKubeApi(createTransport(await loadAccess({ kubeconfig, clock: systemClock })), systemClock);
  apis.push(api);
  return api;
}

const report = (name: string): Record<string, unknown> => ({
  apiVersion: 'recognize.health/v1alpha1',
  kind: 'HealthReport',
  metadata: { name, namespace },
  spec: {},
});

beforeEach(async () => {
  server = await startSwitchedServer();
  directory = await mkdtemp(join(tmpdir(), 'recognize-health-kube-'));
  stop = new AbortController();
  const namespaces = [namespace, 'other'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
  await server.seed([...namespaces, crd(), report('a')]);
});

afterEach(async () => {
  stop.abort();
  await Promise.all(apis.splice(0).map((api) => api.close()));
  await server.close();
  await rm(directory, { recursive: true });
});

interface Run {
  readonly reflector: Reflector<ReportObject>;
  readonly notes: ReflectorNote[];
  readonly changes: string[];
  readonly ended: Promise<void>;
}

async function run(options: { onChange?: () => void; relistMs?: number } = {}): Promise<Run> {
  const notes: ReflectorNote[] = [];
  const changes: string[] = [];
  const reflector = createReflector<ReportObject>({
    api: await apiFor(),
    list: RULES.listReports,
    watch: RULES.watchReports,
    params: {},
    clock: quick,
    random: () => 0.5,
    onChange: (key, object) => {
      changes.push(`${object === undefined ? '-' : '+'}${key}`);
      options.onChange?.();
    },
    onNote: (note) => notes.push(note),
    ...(options.relistMs === undefined ? {} : { relistMs: options.relistMs }),
  });
  const ended = reflector.run(stop.signal);
  await vi.waitFor(() => expect(reflector.synced()).toBe(true), { timeout: 60_000 });
  return { reflector, notes, changes, ended };
}

const seen = (reflector: Reflector<ReportObject>, key: string): Promise<void> =>
  vi.waitFor(() => expect(reflector.get(key)).toBeDefined(), { timeout: 60_000 });

describe('the reflector keeps up', () => {
  test('with what was there and what comes', async () => {
    const { reflector, changes } = await run();
    await server.seed([report('b')]);
    await seen(reflector, 'recognize/b');
    expect(changes).toEqual(['+recognize/a', '+recognize/b']);
    expect(reflector.get('recognize/a')?.metadata).not.toHaveProperty('managedFields');
  });

  test('across a restart of the server', async () => {
    const { reflector, notes } = await run();
    await server.stop();
    await vi.waitFor(() => expect(notes.some(({ kind }) => kind === 'fault')).toBe(true), { timeout: 60_000 });
    await server.restart();
    await server.seed([report('b')]);
    await seen(reflector, 'recognize/b');
  });

  test('across cut watches and a history that is gone (410)', async () => {
    const { reflector, notes } = await run();
    await vi.waitFor(() => expect(server.openWatches()).toBe(1), { timeout: 60_000 });
    const end = server.faults.inject({ match: ({ verb }) => verb === 'watch', reset: true });
    server.dropWatches();
    await server.seed([report('b')]);
    await server.compact();
    end();
    await seen(reflector, 'recognize/b');
    expect(notes.filter(({ kind }) => kind === 'listed').length).toBeGreaterThanOrEqual(2);
  });

  test.each([
    ['500', { status: 500 }],
    ['429', { status: 429, retryAfter: 1 }],
    ['a reset', { reset: true }],
  ])('across %s', async (_, fault) => {
    const { reflector } = await run();
    await vi.waitFor(() => expect(server.openWatches()).toBe(1), { timeout: 60_000 });
    server.faults.inject({ match: ({ resource }) => resource === 'healthreports', ...fault, times: 3 });
    server.dropWatches();
    await server.seed([report('b')]);
    await seen(reflector, 'recognize/b');
  });

  test('waits as long as a 429 asks for', async () => {
    const { notes } = await run();
    await vi.waitFor(() => expect(server.openWatches()).toBe(1), { timeout: 60_000 });
    server.faults.inject({ match: ({ verb }) => verb === 'watch', status: 429, retryAfter: 7, times: 1 });
    server.dropWatches();
    await vi.waitFor(
      () => {
        const waits = notes.flatMap((note) =>
          note.kind === 'fault' && note.fault.code === 'TooManyRequests' ? [note.waitMs] : [],
        );
        expect(waits).toEqual([7000]);
      },
      { timeout: 60_000 },
    );
  });

  test('when a handler throws', async () => {
    const { reflector, notes } = await run({
      onChange: () => {
        throw new Error('a defect');
      },
    });
    await server.seed([report('b')]);
    await seen(reflector, 'recognize/b');
    expect(notes.filter(({ kind }) => kind === 'handler')).toHaveLength(2);
  });

  test('until it is told to stop, and leaves no watch behind', async () => {
    const { ended } = await run();
    stop.abort();
    await ended;
    await vi.waitFor(() => expect(server.openWatches()).toBe(0), { timeout: 60_000 });
  });
});

describe('a status', () => {
  test('is fenced: what was written meanwhile is a conflict', async () => {
    const api = await apiFor();
    const before = await getReport(api, namespace, 'a', stop.signal);
    const resourceVersion = (before.ok && before.value.metadata.resourceVersion) || '';
    await requestRun(api, namespace, 'a', 'token', stop.signal);
    const status = healthReportStatus.parse({ verdict: 'Healthy' });
    const late = await applyStatus(api, { name: 'a', namespace, resourceVersion }, status, stop.signal);
    expect(late).toMatchObject({ ok: false, fault: { code: 'Conflict' } });
    const now = await getReport(api, namespace, 'a', stop.signal);
    const fresh = (now.ok && now.value.metadata.resourceVersion) || '';
    const written = await applyStatus(api, { name: 'a', namespace, resourceVersion: fresh }, status, stop.signal);
    expect(written.ok && written.value.resourceVersion).not.toBe(fresh);
  });
});

describe('with the generated Roles alone', () => {
  const bind = (role: string, user: string): Record<string, unknown> => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: `${role}-${user}`, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: user }],
  });

  test('the operator reads its namespace and writes a status, and nothing elsewhere', async () => {
    const kept = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db', namespace }, data: { url: 'eA==' } };
    const elsewhere = { ...kept, metadata: { name: 'db', namespace: 'other' } };
    await server.seed([...operatorRoles(namespace), bind('recognize-health', 'operator'), kept, elsewhere]);
    const api = await apiFor('operator');
    const objects = await readNamespace(api, namespace, stop.signal, new Date());
    expect(Object.entries(objects).filter(([, read]) => !(read as { ok: boolean }).ok)).toEqual([]);
    expect(await namespaceSecrets(api, namespace).read('db', 'url', stop.signal)).toMatchObject({ ok: true });
    expect(await namespaceSecrets(api, 'other').read('db', 'url', stop.signal)).toMatchObject({
      fault: { code: 'CheckerNotAuthorized' },
    });
    expect(await requestRun(api, namespace, 'a', 't', stop.signal)).toMatchObject({ fault: { code: 'Forbidden' } });
    const read = await getReport(api, namespace, 'a', stop.signal);
    const resourceVersion = (read.ok && read.value.metadata.resourceVersion) || '';
    const status = healthReportStatus.parse({});
    expect(await applyStatus(api, { name: 'a', namespace, resourceVersion }, status, stop.signal)).toMatchObject({
      ok: true,
    });
    expect(server.unknownPaths).toEqual([]);
  });

  test('without any, every list says that we may not ask', async () => {
    const objects = await readNamespace(await apiFor('nobody'), namespace, stop.signal, new Date());
    expect(objects.pods).toMatchObject({ ok: false, fault: { code: 'CheckerNotAuthorized' } });
  });
});
