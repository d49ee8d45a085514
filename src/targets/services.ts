// The services to visit: what discovery found, what the spec says about it, and what was there before. Pure.
import { type Service, SERVICES } from '../api/components.ts';
import type { HealthReportSpec, InventoryItem, ServiceSpec } from '../api/health-report.ts';
import type { NamespaceObjects } from '../facts/namespace-objects.ts';
import { failed, ok, type Fault, type Outcome } from '../facts/outcome.ts';
import type { ServiceAddress, ServiceTarget } from '../facts/target.ts';
import { literal, redact, type SafeText } from '../runtime/safe-text.ts';
import { addressesOf } from './addresses.ts';
import { configurationOf } from './configuration.ts';
import { discover, type Discovery } from './discovery.ts';
import { healthPlaces, readinessOf, usualPath } from './health-places.ts';
import { imageOf, templateContainer, type WorkloadObject, workloadLists, workloadOf, workloadsIn } from './workload.ts';

export interface ServicesRequest {
  readonly spec: HealthReportSpec;
  readonly namespace: string;
  /** Undefined without a cluster. */
  readonly objects: NamespaceObjects | undefined;
  readonly inventory: readonly InventoryItem[];
  readonly now: Date;
}

export interface ServicesFound {
  /** In the order of SERVICES. TLS authorities are filled in by whoever reads Secrets. */
  readonly targets: readonly ServiceTarget[];
  readonly inventory: InventoryItem[];
  readonly umbrellaNames: boolean;
  readonly notes: readonly SafeText[];
}

const NOTHING: Discovery = { found: new Map(), umbrellaNames: false, blind: undefined, notes: [] };
const AGENT = 'enrollment-agent';
const DASHBOARD = 'admin-dashboard';

/** Every service that is found, listed or remembered, unless it is absent and the spec says that it may be. */
export function serviceTargets(request: ServicesRequest): ServicesFound {
  const { spec, objects } = request;
  const discovery = objects !== undefined && spec.discovery === 'Auto' ? discover(objects) : NOTHING;
  const notes: SafeText[] = [...discovery.notes];
  const targets: ServiceTarget[] = [];
  const inventory: InventoryItem[] = [];
  for (const service of SERVICES) {
    const said = spec.services?.find(({ name }) => name === service);
    const remembered = request.inventory.find(({ component }) => component === service);
    const workload =
      namedWorkload(said, objects) ?? (said?.workload === undefined ? discovery.found.get(service) : undefined);
    const known = said !== undefined || (spec.discovery === 'Auto' && remembered !== undefined);
    if (workload === undefined && !known) continue;
    const required = said?.required ?? true;
    if (workload === undefined && said?.url === undefined && !required) continue;
    targets.push(serviceTarget(service, said, workload, request, blindness(objects, discovery)));
    if (workload !== undefined) inventory.push(itemOf(service, workload, remembered, request.now));
    else if (remembered !== undefined && spec.discovery === 'Auto') inventory.push(remembered);
  }
  if (discovery.blind !== undefined) notes.push(discovery.blind.detail);
  return { targets, inventory, umbrellaNames: discovery.umbrellaNames, notes };
}

/** Why an absent workload may be there: no cluster to look into, or lists that could not be read. */
function blindness(objects: NamespaceObjects | undefined, discovery: Discovery): Fault | undefined {
  if (objects === undefined)
    return { code: 'NoCluster', detail: literal('there is no cluster to look into (--offline)') };
  if (discovery.blind !== undefined) return discovery.blind;
  for (const read of workloadLists(objects)) {
    if (!read.ok) return read.fault;
  }
  return undefined;
}

/** The workload that the spec names. */
function namedWorkload(
  said: ServiceSpec | undefined,
  objects: NamespaceObjects | undefined,
): WorkloadObject | undefined {
  const named = said?.workload;
  if (named === undefined || objects === undefined) return undefined;
  return workloadsIn(objects).find(({ kind, object }) => kind === named.kind && object.metadata.name === named.name);
}

function serviceTarget(
  service: Service,
  said: ServiceSpec | undefined,
  workload: WorkloadObject | undefined,
  { objects, namespace, spec }: ServicesRequest,
  blind: Fault | undefined,
): ServiceTarget {
  const reached =
    workload === undefined || objects === undefined ? undefined : addressesOf(workload, objects, namespace);
  const base = said?.url === undefined ? undefined : new URL(said.url);
  const serverName = said?.tls?.serverName ?? (base === undefined ? reached?.serverName : undefined);
  const unseen = absence(service, said, namespace, blind);
  const addresses: Outcome<readonly ServiceAddress[]> =
    base === undefined
      ? (reached?.addresses ?? { ok: false, fault: unseen })
      : ok([{ name: base.host, origin: base.origin, schemeSaid: true }]);
  return {
    kind: 'service',
    id: service,
    component: service,
    required: said?.required ?? true,
    presence: workload !== undefined ? 'found' : base !== undefined || blind !== undefined ? 'listed' : 'gone',
    addresses,
    health: healthOf(service, said, base, workload, reached?.ports),
    tls: serverName === undefined ? {} : { serverName },
    workload: workload === undefined || objects === undefined ? undefined : workloadOf(workload, objects),
    maxPods: spec.capacity.maxPodsPerService,
    ...(workload === undefined
      ? {}
      : { configuration: configurationOf(workload, namespace, spec.upgrade.targetVersion) }),
  };
}

/** What is said about a service of which no workload is seen. */
function absence(service: Service, said: ServiceSpec | undefined, namespace: string, blind: Fault | undefined): Fault {
  if (blind !== undefined) return blind;
  const what = said?.workload === undefined ? `workload of ${service}` : `${said.workload.kind} ${said.workload.name}`;
  return failed('ServiceMissing', redact(`there is no ${what} in namespace ${namespace}`)).fault;
}

function healthOf(
  service: Service,
  said: ServiceSpec | undefined,
  base: URL | undefined,
  workload: WorkloadObject | undefined,
  ports: ReadonlyMap<string, number> = new Map(),
): ServiceTarget['health'] {
  const format = service === AGENT ? 'agent' : service === DASHBOARD ? 'page' : 'spring';
  const named = said?.healthPath !== undefined;
  // A base URL may have a path of its own in front of every other.
  if (base !== undefined || workload === undefined) {
    const prefix = base?.pathname.replace(/\/+$/, '') ?? '';
    return { path: prefix + (said?.healthPath ?? usualPath(format)), named, format };
  }
  const container = templateContainer(workload);
  const places = healthPlaces({ format, saidPath: said?.healthPath, container, servicePorts: ports });
  const readiness = readinessOf(container);
  return {
    path: places[0]?.path ?? usualPath(format),
    named,
    format,
    places,
    ...(readiness === undefined ? {} : { readiness }),
  };
}

function itemOf(
  service: Service,
  workload: WorkloadObject,
  remembered: InventoryItem | undefined,
  now: Date,
): InventoryItem {
  return {
    component: service,
    kind: workload.kind,
    name: workload.object.metadata.name,
    image: imageOf(workload).slice(0, 256),
    since: remembered?.since ?? `${now.toISOString().slice(0, 19)}Z`,
  };
}
