// Attacks on the memory and the descriptors of the operator, as a process with the image's flags: objects made as fat as
// an API server takes them, and connections that are opened and left. It goes on, and others' reports are examined.
import { connect, type Socket } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { crd } from '../../../src/api/crd.ts';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { API_VERSION, KIND, REQUEST_ANNOTATION } from '../../../src/api/names.ts';
import { createAdmin, type Admin, type AnyObject } from '../../stack/admin.ts';
import { kubeconfigText } from '../../stack/apiserver/kubeconfig.ts';
import { startSwitchedServer, type SwitchedServer } from '../../stack/switched-server.ts';
import { OPERATOR_ACCOUNT, OPERATOR_NAMESPACE, operatorAccountObjects } from '../../stack/operator-account.ts';
import { buildWhenNeeded, startOperatorProcess, type OperatorProcess } from '../../stack/operator-process.ts';
import { imageFlags } from '../../../tools/bench/image-flags.ts';
import { until } from '../operator/arena.ts';

let server: SwitchedServer;
let admin: Admin;
let service: Server;
let kubeconfig: string;
let operator: OperatorProcess | undefined;
const folder = mkdtempSync(join(tmpdir(), 'recognize-health-attacks-'));

const report = (namespace: string, name: string, spec: object = {}, metadata: object = {}): AnyObject => ({
  apiVersion: API_VERSION,
  kind: KIND,
  metadata: { name, namespace, ...metadata },
  spec: {
    interval: '1h',
    // The API server and the service are in this process: one that hands out a hundred megabytes keeps the other waiting.
    timeout: '1m',
    discovery: 'None',
    thresholds: { failure: 1, success: 1 },
    services: [{ name: 'core-daemon', url: `http://127.0.0.1:${(service.address() as AddressInfo).port}` }],
    ...spec,
  },
});
const health = async (
  of: AnyObject,
): Promise<{ readonly result?: string | undefined; readonly fault?: string | undefined } | undefined> => {
  const status = (await admin.get(of))?.['status'] as HealthReportStatus | undefined;
  if ((status?.observedGeneration ?? -1) < 1) return undefined;
  return status?.checks?.find(({ id }) => id === 'core-daemon/health') ?? {};
};
const isWell = (of: AnyObject): Promise<unknown> =>
  until(
    `${of.metadata.name} is well`,
    () => health(of),
    (seen) => seen?.result === 'pass',
  );
const code = async (path: string): Promise<number> =>
  fetch(`http://127.0.0.1:${operator?.port() ?? 0}${path}`).then(
    ({ status }) => status,
    () => 0,
  );
/** It neither ended nor was started anew. */
const expectAlive = async (): Promise<void> => {
  await until(
    'it is ready',
    () => code('/readyz'),
    (seen) => seen === 200,
  );
  expect(operator?.log()).not.toContain('heap');
  process.kill(operator?.pid ?? 0, 0);
};

/** Starts it with the image's flags; `files` is how many descriptors the system gives it. */
async function start(files = 1_024, ...options: readonly string[]): Promise<void> {
  operator = await startOperatorProcess(
    kubeconfig,
    {},
    { launcher: ['sh', '-c', `ulimit -n ${files}; exec "$@"`, 'sh'], node: imageFlags(), options },
  );
}
/** Puts them in as they are; with breaths, since the API server is in this process. */
async function seed(objects: readonly AnyObject[]): Promise<void> {
  for (const object of objects) {
    await server.seed([object]);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const inNamespace = (name: string): Promise<AnyObject> =>
  admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

beforeAll(async () => {
  buildWhenNeeded();
  server = await startSwitchedServer();
  await server.seed([...operatorAccountObjects(), crd()]);
  const { url, caPem } = server;
  admin = createAdmin({ url, caPem, token: server.adminToken });
  const token = await server.createServiceAccountToken(OPERATOR_NAMESPACE, OPERATOR_ACCOUNT);
  kubeconfig = join(folder, 'kubeconfig');
  const access = { url, caPem, user: OPERATOR_ACCOUNT, token, namespace: OPERATOR_NAMESPACE };
  writeFileSync(kubeconfig, kubeconfigText(access), { mode: 0o600 });
  service = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end('{"status":"UP"}');
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await operator?.stop();
  operator = undefined;
});
afterAll(async () => {
  await admin.close();
  await new Promise<void>((resolve) => {
    service.close(() => {
      resolve();
    });
    service.closeAllConnections();
  });
  await server.close();
  rmSync(folder, { recursive: true });
});

// A hundred megabytes of objects, read with the image's memory: minutes on a busy machine.
describe('memory is not taken by', { timeout: 300_000 }, () => {
  test.each<[string, number, (namespace: string, index: number) => AnyObject]>([
    [
      'reports with a quarter of a megabyte of annotations',
      150,
      (own, index) => report(own, `fat-${index}`, {}, { annotations: { filler: 'x'.repeat(250 * 1024) } }),
    ],
    [
      'reports with annotations of many names',
      30,
      (own, index) =>
        report(
          own,
          `names-${index}`,
          {},
          {
            annotations: Object.fromEntries(
              Array.from({ length: 3_000 }, (_, key) => [`k${key}.example/x`, 'y'.repeat(60)]),
            ),
          },
        ),
    ],
    [
      'reports with a fat request',
      30,
      (own, index) =>
        report(own, `asks-${index}`, {}, { annotations: { [REQUEST_ANNOTATION]: `${index}${'x'.repeat(250_000)}` } }),
    ],
    [
      'reports with labels and owners',
      30,
      (own, index) =>
        report(
          own,
          `owned-${index}`,
          {},
          {
            labels: Object.fromEntries(Array.from({ length: 500 }, (_, key) => [`label-${key}`, 'v'.repeat(60)])),
            ownerReferences: Array.from({ length: 500 }, (_, key) => ({
              apiVersion: 'v1',
              kind: 'ConfigMap',
              name: `owner-${key}-${'x'.repeat(200)}`,
              uid: `${key}`,
            })),
          },
        ),
    ],
  ])('%s', async (what, many, make) => {
    const own = what.replace(/\W+/g, '-');
    await inNamespace(own);
    await inNamespace(`${own}-neighbour`);
    await seed(Array.from({ length: many }, (_, index) => make(own, index)));
    const neighbour = report(`${own}-neighbour`, 'quiet');
    await admin.create(neighbour);
    await start();
    await isWell(neighbour);
    await expectAlive();
    // Once more, while they are changed.
    for (let index = 0; index < many; index += 10) {
      const made = make(own, index);
      await admin.patch(made, { metadata: { annotations: { more: 'z'.repeat(1_000) } } });
    }
    await admin.patch(neighbour, { metadata: { annotations: { [REQUEST_ANNOTATION]: 'again' } } });
    await until(
      'the neighbour is asked',
      async () => ((await admin.get(neighbour))?.['status'] as HealthReportStatus | undefined)?.lastHandledRequest,
      (token) => token === 'again',
    );
    await expectAlive();
    await admin.removeAll({ apiVersion: API_VERSION, kind: KIND, namespace: own });
  });

  const labels = { app: 'core-daemon' };
  const pod = (env: object, metadata: object = {}): object => ({
    metadata: { labels, ...metadata },
    spec: { containers: [{ name: 'core-daemon', image: 'x', ...env }] },
  });
  test.each<[string, number, (namespace: string, index: number) => AnyObject]>([
    [
      'Deployments with a megabyte of variables',
      100,
      (namespace, index) => ({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: `fat-${index}`, namespace },
        spec: {
          selector: { matchLabels: labels },
          template: pod({
            env: Array.from({ length: 128 }, (_, key) => ({ name: `V${key}`, value: 'x'.repeat(8_000) })),
          }),
        },
      }),
    ],
    [
      'Deployments with annotations on their pods',
      100,
      (namespace, index) => ({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: `noted-${index}`, namespace, annotations: { a: 'x'.repeat(250_000) } },
        spec: { selector: { matchLabels: labels }, template: pod({}, { annotations: { a: 'y'.repeat(250_000) } }) },
      }),
    ],
    [
      'Services with many ports and texts',
      100,
      (namespace, index) => ({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: `wide-${index}`, namespace, annotations: { a: 'x'.repeat(250_000) } },
        spec: {
          selector: labels,
          ports: Array.from({ length: 1_000 }, (_, key) => ({
            name: `p-${key}`,
            port: key + 1,
            targetPort: `t-${key}`,
          })),
        },
      }),
    ],
  ])('%s', async (what, many, make) => {
    const own = what.replace(/\W+/g, '-').toLowerCase();
    await inNamespace(own);
    await inNamespace(`${own}-neighbour`);
    await seed(Array.from({ length: many }, (_, index) => make(own, index)));
    const beside = Array.from({ length: 5 }, (_, index) => report(own, `r-${index}`, { discovery: 'Auto' }));
    for (const one of beside) await admin.create(one);
    const neighbour = report(`${own}-neighbour`, 'quiet', { discovery: 'Auto' });
    await admin.create(neighbour);
    await start();
    await isWell(neighbour);
    // Those whose namespace it is are examined as well: what cannot be read is said, and the service is asked all the same.
    for (const one of beside) await isWell(one);
    await expectAlive();
    await admin.removeAll({ apiVersion: API_VERSION, kind: KIND, namespace: own });
    for (const [apiVersion, kind] of [
      ['apps/v1', 'Deployment'],
      ['v1', 'Service'],
    ] as const)
      await admin.removeAll({ apiVersion, kind, namespace: own });
  });
});

// Who cannot open a connection tries again later and later.
describe('descriptors are not taken by', { timeout: 300_000 }, () => {
  const sockets: Socket[] = [];
  const open = (many: number, addresses: number, text: string): void => {
    for (let index = 0; index < many; index += 1) {
      const localAddress = `127.0.0.${2 + (index % addresses)}`;
      const socket = connect({ port: operator?.port() ?? 0, host: '127.0.0.1', localAddress });
      socket.on('error', () => undefined);
      socket.write(text);
      sockets.push(socket);
    }
  };
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  test.each<[string, number, string]>([
    ['half-sent requests of one address', 1, 'GET /metrics HTTP/1.1\r\nHost: x\r\nA: '],
    ['half-sent requests of many addresses', 200, 'GET /metrics HTTP/1.1\r\nHost: x\r\nA: '],
    ['connections that say nothing', 200, ''],
    ['bodies that never come', 200, 'POST /gate/a/b HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n'],
    ['answers that nobody reads', 200, 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(50)],
  ])('%s', async (what, addresses, text) => {
    const own = what.replace(/\W+/g, '-');
    await inNamespace(own);
    const asked = report(own, 'asked');
    await admin.create(asked);
    await start(512);
    await isWell(asked);
    open(1_500, addresses, text);
    await admin.patch(asked, { metadata: { annotations: { [REQUEST_ANNOTATION]: 'meanwhile' } } });
    await until(
      'it is examined meanwhile',
      async () => ((await admin.get(asked))?.['status'] as HealthReportStatus | undefined)?.lastHandledRequest,
      (token) => token === 'meanwhile',
    );
    expect(await health(asked)).toMatchObject({ result: 'pass' });
    for (const socket of sockets.splice(0)) socket.destroy();
    await expectAlive();
    await admin.remove(asked);
  });

  test('whatever takes the last one: a service that could not be asked is not called down', async () => {
    await inNamespace('scarce');
    const names = Array.from({ length: 30 }, (_, index) => `r-${index}`);
    for (const name of names) await admin.create(report('scarce', name, { interval: '10s' }));
    // Enough to start with and to watch, and not enough for what opens connections beside.
    await start(60);
    open(200, 50, 'GET /metrics HTTP/1.1\r\nHost: x\r\nA: ');
    const seen = await until(
      'all of them are examined',
      () => Promise.all(names.map((name) => health(report('scarce', name)))),
      (all) => all.every((one) => one !== undefined),
      200_000,
    );
    expect(seen.filter((one) => one?.result === 'fail')).toEqual([]);
    for (const socket of sockets.splice(0)) socket.destroy();
    await isWell(report('scarce', 'r-0'));
    await admin.removeAll({ apiVersion: API_VERSION, kind: KIND, namespace: 'scarce' });
  });
});
