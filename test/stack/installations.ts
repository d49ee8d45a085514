// Many installations at once, as cheap as they can be had: the objects of each in a namespace of its own, all of their
// pods behind one handler and one kubelet. For what grows with the number of reports; the stack has the real services.
import { createServer, type Server } from 'node:http';
import type { JsonObject } from './apiserver/json.ts';
import type { ApiServer } from './apiserver/server.ts';
import { createAuthority } from './certificates.ts';
import { findFreePort } from './free-port.ts';
import { startKubelet } from './kubelet.ts';
import { createPodLogs } from './pod-logs.ts';
import { installationObjects } from './recognize/objects.ts';
import type { KubernetesObject } from './recognize/pod-object.ts';
import { replicaAddress, servicesOf } from './recognize/topology.ts';

const TOPOLOGY = 'Split';
const REPLICAS: Readonly<Record<string, number>> = {
  'core-daemon': 2,
  'operations-service': 2,
  'node-persistence': 2,
  'circuit-storage': 2,
};
const HOUR_MS = 3_600_000;
const HEALTH = JSON.stringify({
  status: 'UP',
  components: { db: { status: 'UP' }, diskSpace: { status: 'UP' }, ping: { status: 'UP' } },
});

/** Pods of services in an installation. */
export const PODS = servicesOf(TOPOLOGY).reduce((sum, { component }) => sum + (REPLICAS[component] ?? 1), 0);

export interface Installations {
  /** Health requests so far. */
  asked(): number;
  /** Puts an installation of ten pods into a namespace, with so many pods of nobody beside it. */
  install(namespace: string, otherPods?: number): void;
  /** Each pod of the namespace's services writes a line. */
  write(namespace: string, message: string): void;
  close(): Promise<void>;
}

export async function startInstallations(server: ApiServer): Promise<Installations> {
  let asked = 0;
  const [first = '', ...others] = servicesOf(TOPOLOGY).flatMap(({ component }) =>
    Array.from({ length: REPLICAS[component] ?? 1 }, (_, index) => replicaAddress(TOPOLOGY, component, index + 1)),
  );
  const port = await findFreePort([first, ...others]);
  const listeners = await Promise.all(
    [first, ...others].map((address) =>
      listen(address, port, () => {
        asked += 1;
      }),
    ),
  );
  const logs = createPodLogs();
  const kubelet = await startKubelet(logs, createAuthority('kubelet'));
  const pods = new Map<string, readonly KubernetesObject[]>();

  const write = (namespace: string, message: string, at: Date): void => {
    for (const { metadata, spec } of pods.get(namespace) ?? [])
      logs
        .of({ namespace, pod: metadata.name, container: containerOf(spec) })
        .write(`${at.toISOString()}  INFO 1 --- [main] com.example.App : ${message}`, at);
  };
  return {
    asked: () => asked,
    install: (namespace, otherPods = 0) => {
      const objects = installationObjects({
        namespace,
        topology: TOPOLOGY,
        port,
        kubeletPort: kubelet.port,
        nodeName: 'node-1',
        workloads: Object.fromEntries(Object.entries(REPLICAS).map(([service, replicas]) => [service, { replicas }])),
        now: new Date(),
      });
      const own = objects.filter(({ kind }) => kind === 'Pod');
      const beside = Array.from({ length: otherPods }, (_, number) => otherPod(own[0], namespace, number));
      server.seed([...objects, ...beside] as unknown as JsonObject[]);
      pods.set(namespace, own);
      write(namespace, 'Started', new Date(Date.now() - HOUR_MS));
    },
    write: (namespace, message) => write(namespace, message, new Date()),
    close: async () => {
      await kubelet.close();
      for (const listener of listeners) {
        await new Promise<void>((resolve) => {
          listener.close(() => resolve());
          listener.closeAllConnections();
        });
      }
    },
  };
}

/** A service that is well, on one address. */
async function listen(address: string, port: number, onHealth: () => void): Promise<Server> {
  const server = createServer((request, response) => {
    const isHealth = request.url?.includes('health') === true;
    if (isHealth) onHealth();
    const type = 'application/vnd.spring-boot.actuator.v3+json';
    response.writeHead(isHealth ? 200 : 404, { 'content-type': type }).end(isHealth ? HEALTH : '{}');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  return server;
}

/** A pod like the others, of a workload that is nobody's. */
function otherPod(like: KubernetesObject | undefined, namespace: string, number: number): object {
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: `job-${number}`, uid: `job-${number}`, controller: true };
  return {
    ...like,
    metadata: {
      name: `job-${number}-${namespace}`,
      namespace,
      uid: `${namespace}-${number}`,
      labels: { 'job-name': `job-${number}` },
      annotations: { 'example.com/checksum': 'x'.repeat(2_048) },
      ownerReferences: [owner],
    },
  };
}

function containerOf(spec: unknown): string {
  const { containers } = spec as { readonly containers: readonly [{ readonly name: string }] };
  return containers[0].name;
}
