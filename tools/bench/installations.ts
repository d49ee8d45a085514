// Large installations for a bench cluster: each in a namespace of its own, with every workload of the split topology, ten
// pods with logs, and a report that covers them; a status of it has 60 checks and more. Or one namespace with thousands of
// pods.
import { createPodLogs, type PodLogs } from '../../test/stack/pod-logs.ts';
import { startKubelet, type Kubelet } from '../../test/stack/kubelet.ts';
import { createAuthority } from '../../test/stack/certificates.ts';
import { installationObjects } from '../../test/stack/recognize/objects.ts';
import { servicesOf } from '../../test/stack/recognize/topology.ts';
import { API_VERSION, KIND } from '../../src/api/names.ts';
import { AGENT_HEALTH, type BenchCluster } from './cluster.ts';

const TOPOLOGY = 'Split';
/** Pods of an installation. */
export const PODS = 10;
const LINES = 20;

export interface InstallationRequest {
  readonly namespace: string;
  /** Names of the reports in it. */
  readonly reports: readonly string[];
  readonly interval: string;
  /** All pods of the namespace; those beyond the installation's belong to somebody else. */
  readonly pods?: number;
}

export interface Installations {
  /** Creates the objects of one namespace, and its reports. */
  add(request: InstallationRequest): Promise<void>;
  stop(): Promise<void>;
}

/** Starts what serves the logs of the pods; there is nothing in the cluster yet. */
export async function installations(cluster: BenchCluster): Promise<Installations> {
  const logs = createPodLogs();
  const kubelet = await startKubelet(logs, createAuthority());
  return {
    add: (request) => addInstallation(cluster, kubelet, logs, request),
    stop: () => kubelet.close(),
  };
}

async function addInstallation(
  cluster: BenchCluster,
  kubelet: Kubelet,
  logs: PodLogs,
  { namespace, reports, interval, pods = PODS }: InstallationRequest,
): Promise<void> {
  const services = servicesOf(TOPOLOGY);
  const [first] = services;
  const own = installationObjects({
    namespace,
    topology: TOPOLOGY,
    port: cluster.servicePort,
    kubeletPort: kubelet.port,
    workloads: first === undefined ? {} : { [first.component]: { replicas: PODS - services.length + 1 } },
    now: new Date(),
  });
  const objects = [...own, ...strangers(own, pods - PODS)];
  await cluster.writer().put([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, ...objects]);
  for (const { kind, metadata, spec } of own) {
    if (kind !== 'Pod') continue;
    const [container] = (spec as { containers: { name: string }[] }).containers;
    const log = logs.of({ namespace, pod: metadata.name, container: container?.name ?? '' });
    for (let line = 0; line < LINES; line += 1)
      log.write(`INFO request ${line} of ${metadata.name} was answered in 12 ms`);
  }
  for (const name of reports) {
    const listed = services.map(({ component }, index) => ({
      name: component,
      url: `http://127.0.0.1:${cluster.servicePort}`,
      healthPath: `/${name}/${index}/${component === 'enrollment-agent' ? AGENT_HEALTH : 'health'}`,
    }));
    await cluster.admin.create({
      apiVersion: API_VERSION,
      kind: KIND,
      metadata: { name, namespace },
      spec: { interval, services: listed },
    });
  }
}

/** Pods of other programs, as large as those of the installation. */
function strangers(own: ReturnType<typeof installationObjects>, many: number): typeof own {
  const pod = own.find(({ kind }) => kind === 'Pod');
  if (pod === undefined) throw new Error('the installation has no pod');
  return Array.from({ length: Math.max(many, 0) }, (_, index) => ({
    ...pod,
    metadata: {
      ...pod.metadata,
      name: `stranger-${index}`,
      uid: `stranger-${index}`,
      labels: { ...pod.metadata.labels, 'app.kubernetes.io/name': `stranger-${index % 50}` },
      ownerReferences: [],
    },
  }));
}
