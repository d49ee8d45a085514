// The smallest cluster that an operator works on: an API server with the definition, the operator's account and as many
// reports as are asked for, each on services of its own behind one HTTP server. The operator is a process of its own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from '../../src/api/components.ts';
import { crd } from '../../src/api/crd.ts';
import type { HealthReportStatus } from '../../src/api/health-report.ts';
import { API_VERSION, KIND, REQUEST_ANNOTATION } from '../../src/api/names.ts';
import { createAdmin, type Admin, type AnyObject } from '../../test/stack/admin.ts';
import { kubeconfigText } from '../../test/stack/apiserver/kubeconfig.ts';
import { listenAnywhere } from '../../test/stack/free-port.ts';
import { apiWriter, type ObjectWriter } from '../../test/stack/object-writer.ts';
import { OPERATOR_ACCOUNT, OPERATOR_NAMESPACE, operatorAccountObjects } from '../../test/stack/operator-account.ts';
import { startBenchApiServer, type BenchApiServer } from './api-server.ts';

const NAMESPACE = 'recognize';
const UP = JSON.stringify({ status: 'UP' });
/** What the enrollment agent says, at paths that end so. */
export const AGENT_HEALTH = 'agent-health';
const OK = JSON.stringify({ status: 'ok', version: '3.4.0' });

export interface BenchCluster {
  readonly server: BenchApiServer;
  readonly admin: Admin;
  /** Writes objects as they are, status included; remembers what it wrote until it is let go. */
  writer(): ObjectWriter;
  /** Path of a kubeconfig: of the operator's ServiceAccount. */
  readonly kubeconfig: string;
  /** Of every service of every report, on 127.0.0.1. */
  readonly servicePort: number;
  /** Called with the name of a report whenever the health of its first service is asked for. */
  onVisit: (report: string) => void;
  /** Creates reports `report-FROM`… up to `count`. */
  createReports(count: number, interval: string, services: readonly Service[], from?: number): Promise<void>;
  status(report: string, namespace?: string): Promise<HealthReportStatus | undefined>;
  /** Asks for a run and waits for the status that answers it. */
  run(report: string, token: string): Promise<void>;
  stop(): Promise<void>;
}

const named = (name: string, namespace = NAMESPACE): AnyObject => ({
  apiVersion: API_VERSION,
  kind: KIND,
  metadata: { name, namespace },
});

/** `bookmarkMs`: between bookmarks; about a minute on a real server. */
export async function startBenchCluster({ bookmarkMs }: { readonly bookmarkMs?: number } = {}): Promise<BenchCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'recognize-health-bench-'));
  const server = await startBenchApiServer(bookmarkMs);
  const { access, recording } = server;
  const admin = createAdmin(access);
  const writer = (): ObjectWriter => recording?.writer ?? apiWriter(admin);
  await writer().put([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1', labels: { 'kubernetes.io/arch': 'amd64' } } },
    ...operatorAccountObjects(),
    JSON.parse(JSON.stringify(crd())) as object,
  ]);
  const { url, caPem } = access;
  const token = await admin.token(OPERATOR_NAMESPACE, OPERATOR_ACCOUNT);
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(
    kubeconfig,
    kubeconfigText({ url, caPem, user: OPERATOR_ACCOUNT, token, namespace: OPERATOR_NAMESPACE }),
  );

  const services = createServer((request, response) => {
    const visited = /^\/(report-\d+)\/0\/health$/.exec(request.url ?? '')?.[1];
    if (visited !== undefined) cluster.onVisit(visited);
    const isAgent = request.url?.endsWith(AGENT_HEALTH) === true;
    response.writeHead(200, { 'content-type': 'application/json' }).end(isAgent ? OK : UP);
  });
  const port = await listenAnywhere(services);

  const status = async (name: string, namespace?: string): Promise<HealthReportStatus | undefined> =>
    (await admin.get(named(name, namespace)))?.['status'] as HealthReportStatus | undefined;

  const cluster: BenchCluster = {
    server,
    admin,
    writer,
    kubeconfig,
    servicePort: port,
    onVisit: () => undefined,
    createReports: async (count, interval, of, from = 0) => {
      for (let number = from; number < count; number += 1) {
        const name = `report-${number}`;
        const listed = of.map((service, index) => ({
          name: service,
          url: `http://127.0.0.1:${port}`,
          healthPath: `/${name}/${index}/health`,
        }));
        await admin.create({ ...named(name), spec: { interval, discovery: 'None', services: listed } });
      }
    },
    status,
    run: async (name, asked) => {
      await admin.patch(named(name), { metadata: { annotations: { [REQUEST_ANNOTATION]: asked } } });
      while ((await status(name))?.lastHandledRequest !== asked) await sleep(50);
    },
    stop: async () => {
      await admin.close();
      await new Promise<void>((resolve) => {
        services.close(() => resolve());
        services.closeAllConnections();
      });
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return cluster;
}
