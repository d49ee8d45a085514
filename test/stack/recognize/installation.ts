// A PingOne Recognize installation on loopback addresses: every service of a topology, really depending on the
// databases that it is given, and the Kubernetes objects and pod logs that go with it.
import type { Service } from '../../../src/api/components.ts';
import type { Authority } from '../certificates.ts';
import { findFreePort } from '../free-port.ts';
import { createPodLogs, type PodLogs } from '../pod-logs.ts';
import type { Endpoint } from './actuator.ts';
import { createDataSource } from './data-source.ts';
import { exerciseInstallation } from './exercise.ts';
import { installationObjects, type ObjectsOptions } from './objects.ts';
import type { WorkloadOptions } from './workload-options.ts';
import type { WorkloadTrouble } from './workload-trouble.ts';
import type { KubernetesObject } from './pod-object.ts';
import { type ReplicaListener, startReplica } from './replica.ts';
import { type RunningService, startService } from './service.ts';
import { replicaAddress, type ServiceProfile, servicesOf, type TopologyName } from './topology.ts';
import type { Layout } from './trouble-log.ts';

export interface InstallationOptions extends Pick<
  ObjectsOptions,
  'workloads' | 'labels' | 'release' | 'architecture' | 'kubeletVersion'
> {
  topology: TopologyName;
  namespace?: string;
  /** Services to leave out. */
  without?: readonly Service[];
  /** PostgreSQL URLs by the name that the topology gives the database, e.g. `node-persistence`. */
  databases?: Readonly<Record<string, string>>;
  /** Authority of the databases' certificates; without it connections are plain. */
  databaseCaPem?: string;
  /** Whether the server of a database was made to answer nothing. */
  isFrozen?: (database: string) => boolean;
  /** Does to the bucket what storing a circuit does; rejects when it cannot. */
  objectStorage?: () => Promise<void>;
  /** Does to the key what signing a token does; rejects when it cannot. */
  keyManagement?: () => Promise<void>;
  /** What the actuator exposes; the vendor's documented default is health, env and metrics. */
  exposed?: readonly Endpoint[];
  /** Whether health shows its components. Default true; Spring's own default is false. */
  showDetails?: boolean;
  layout?: Layout;
  /** Shared with a kubelet; made when not given. */
  logs?: PodLogs;
}

/** What is wrong with the workload of a service. */
export type Troubles = Readonly<Partial<Record<Service, WorkloadTrouble>>>;

/** Certificates that a service can be made to serve with. */
export type CertificateChoice = 'own' | 'wrong-name' | 'expired' | 'expires-tomorrow' | 'expires-soon';

export interface Installation {
  readonly namespace: string;
  readonly topology: TopologyName;
  readonly port: number;
  readonly logs: PodLogs;
  readonly services: readonly RunningService[];
  service(component: Service): RunningService;
  /** `http://127.0.k.r:port`, of the first replica unless told otherwise. */
  url(component: Service, replica?: number): string;
  /** Serves with TLS from now on; undefined: plain HTTP again. */
  setTls(
    component: Service,
    choice: CertificateChoice | undefined,
    authority: Authority,
    replica?: number,
  ): Promise<void>;
  /**
   * The objects of the installation as it was started, with the changes given; `troubles` are added to what the
   * workloads were started with.
   */
  objects(changes?: Partial<ObjectsOptions> & { troubles?: Troubles }): KubernetesObject[];
  /** One authentication goes through every service: calls are made, and what fails is logged where it would be. */
  exercise(): Promise<void>;
  close(): Promise<void>;
}

/** Starts an installation; about 50 ms. */
export async function startRecognize(options: InstallationOptions): Promise<Installation> {
  // Between finding the port and listening on it somebody else may take it: then another one is looked for.
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOn(await freePortFor(options), options);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attempt === 5) throw error;
    }
  }
}

function profilesOf({ topology, without = [] }: InstallationOptions): ServiceProfile[] {
  return servicesOf(topology).filter(({ component }) => !without.includes(component));
}

function replicasOf({ workloads }: InstallationOptions, component: Service): number {
  return workloads?.[component]?.replicas ?? 1;
}

async function freePortFor(options: InstallationOptions): Promise<number> {
  const addresses = profilesOf(options).flatMap(({ component }) =>
    Array.from({ length: replicasOf(options, component) }, (_, at) =>
      replicaAddress(options.topology, component, at + 1),
    ),
  );
  const [first, ...others] = addresses;
  if (first === undefined) throw new Error('An installation needs at least one service.');
  return findFreePort([first, ...others]);
}

async function startOn(port: number, options: InstallationOptions): Promise<Installation> {
  const { topology, namespace = 'default', layout = 'plain', showDetails = true } = options;
  const logs = options.logs ?? createPodLogs();
  const exposed = new Set<Endpoint>(options.exposed ?? ['health', 'env', 'metrics']);
  const base = {
    namespace,
    topology,
    port,
    without: options.without ?? [],
    workloads: options.workloads ?? {},
    ...(options.labels ? { labels: options.labels } : {}),
    ...(options.release ? { release: options.release } : {}),
    ...(options.architecture ? { architecture: options.architecture } : {}),
    ...(options.kubeletVersion ? { kubeletVersion: options.kubeletVersion } : {}),
  };
  const objects: Installation['objects'] = ({ troubles, ...changes } = {}) => {
    const workloads: Partial<Record<Service, WorkloadOptions>> = { ...(changes.workloads ?? base.workloads) };
    for (const { component } of servicesOf(topology)) {
      const trouble = troubles?.[component];
      if (trouble) workloads[component] = { ...workloads[component], trouble };
    }
    return installationObjects({ ...base, now: new Date(), ...changes, workloads });
  };
  const podAt = podsByAddress(objects());

  const services: RunningService[] = [];
  const listeners: ReplicaListener[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(listeners.map((listener) => listener.close()));
  };
  try {
    for (const profile of profilesOf(options)) {
      services.push(
        await startService({
          profile,
          dataSources: profile.pools.map(({ name, database }) =>
            createDataSource(name, options.databases?.[database], {
              caPem: options.databaseCaPem,
              isFrozen: () => options.isFrozen?.(database) === true,
            }),
          ),
          exposed,
          showDetails,
          layout,
          replicas: replicasOf(options, profile.component),
          logOf: (replica) => {
            const address = replicaAddress(topology, profile.component, replica);
            return logs.of({
              namespace,
              pod: podAt.get(address) ?? `${profile.name}-${replica}`,
              container: profile.container,
            });
          },
          listen: async (replica, handler) => {
            const listener = await startReplica(replicaAddress(topology, profile.component, replica), port, handler);
            listeners.push(listener);
            return listener;
          },
        }),
      );
    }
  } catch (error) {
    await close();
    throw error;
  }

  const service = (component: Service): RunningService => {
    const found = services.find(({ profile }) => profile.component === component);
    if (!found) throw new Error(`This ${topology} installation has no ${component}.`);
    return found;
  };
  return {
    namespace,
    topology,
    port,
    logs,
    services,
    service,
    url: (component, replica = 1) => `http://${replicaAddress(topology, component, replica)}:${port}`,
    async setTls(component, choice, authority, replica) {
      const { profile, replicas } = service(component);
      const chosen = replica === undefined ? replicas : replicas.slice(replica - 1, replica);
      const addresses = replicas.map(({ address }) => address);
      const pair = choice && issue(choice, authority, profile.name, namespace, addresses);
      await Promise.all(chosen.map((listener) => listener.setTls(pair)));
    },
    objects,
    exercise: () => exerciseInstallation(services, options),
    close,
  };
}

function podsByAddress(objects: readonly KubernetesObject[]): Map<string, string> {
  const pods = objects.filter(({ kind }) => kind === 'Pod');
  return new Map(
    pods.map(({ metadata, ...pod }) => [(pod['status'] as { podIP?: string }).podIP ?? '', metadata.name]),
  );
}

function issue(
  choice: CertificateChoice,
  authority: Authority,
  name: string,
  namespace: string,
  addresses: readonly string[],
): { certPem: string; keyPem: string } {
  const names = [name, `${name}.${namespace}.svc`, `${name}.${namespace}.svc.cluster.local`];
  const request = { commonName: name, hosts: [...names, ...addresses] };
  switch (choice) {
    case 'own':
      return authority.issue(request);
    case 'wrong-name':
      return authority.issue({ commonName: 'another-service', hosts: ['another-service.default.svc.cluster.local'] });
    case 'expired':
      return authority.issue({ ...request, notAfter: new Date(Date.now() - 86_400_000) });
    case 'expires-tomorrow':
      return authority.issue({ ...request, days: 1 });
    case 'expires-soon':
      return authority.issue({ ...request, days: 10 });
  }
}
