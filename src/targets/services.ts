// The services to visit: what discovery found, what the spec says about it, and what was there before. Pure.
import { type Service, SERVICES } from '../api/components.ts';
import type { HealthReportSpec, InventoryItem, ServiceSpec } from '../api/health-report.ts';
import type { NamespaceObjects } from '../facts/namespace-objects.ts';
import { failed, ok, type Fault, type Outcome } from '../facts/outcome.ts';
import type { ServiceAddress, ServiceTarget } from '../facts/target.ts';
import type { Workload } from '../facts/workload.ts';
import { literal, redact, type SafeText } from '../runtime/safe-text.ts';
import { timestamp } from '../runtime/timestamp.ts';
import { recognise, TOPOLOGIES, type TopologyName } from '../product/index.ts';
import { reachedAt } from './addresses.ts';
import { type Chosen, servicesOf } from './candidates.ts';
import { configurationOf } from './configuration.ts';
import { secretsOfPods } from './database-server.ts';
import { discover, type Discovery, recognisedAs, titleOf } from './discovery.ts';
import { expectedServices } from './expected.ts';
import { healthPlaces, readinessOf, usualPath } from './health-places.ts';
import { strayPods } from './stray-pods.ts';
import { imageOf, templateContainer, type WorkloadObject, workloadLists, workloadOf, workloadsIn } from './workload.ts';

export interface ServicesRequest {
  readonly spec: HealthReportSpec;
  readonly namespace: string;
  /** Undefined without a cluster. */
  readonly objects: NamespaceObjects | undefined;
  readonly inventory: readonly InventoryItem[];
  /** `status.topology` of the run before. */
  readonly topology?: TopologyName | undefined;
  readonly now: Date;
}

export interface ServicesFound {
  /** In the order of SERVICES. TLS authorities are filled in by whoever reads Secrets. */
  readonly targets: readonly ServiceTarget[];
  readonly inventory: InventoryItem[];
  readonly topology: TopologyName;
  readonly notes: readonly SafeText[];
}

const NOTHING: Discovery = { found: new Map(), umbrellaNames: false, blind: undefined, notes: [] };
const AGENT = 'enrollment-agent';
const DASHBOARD = 'admin-dashboard';

/** Every service that is found, listed or remembered, unless it is absent and the spec says that it may be. */
export function serviceTargets(request: ServicesRequest): ServicesFound {
  const { spec, objects, namespace } = request;
  const named = namedWorkloads(spec, objects);
  const discovery = objects !== undefined && spec.discovery === 'Auto' ? discover(objects, named) : NOTHING;
  const notes: SafeText[] = [...discovery.notes];
  const targets: ServiceTarget[] = [];
  const inventory: InventoryItem[] = [];
  const strays =
    objects === undefined || discovery.blind === undefined ? new Map<Service, string>() : strayPods(objects);
  for (const service of SERVICES) {
    const said = spec.services?.find(({ name }) => name === service);
    const remembered = request.inventory.find(({ component }) => component === service);
    const chosen = chosenFor(service, said, named, discovery);
    const workload = chosen?.sure[0];
    const known = said !== undefined || (spec.discovery === 'Auto' && remembered !== undefined);
    if (workload === undefined && !known) continue;
    const required = said?.required ?? true;
    if (workload === undefined && said?.url === undefined && !required) continue;
    const target = serviceTarget(service, said, chosen, request, blindness(objects, discovery));
    targets.push({ ...target, ...hiddenBehind(target, discovery, strays) });
    if (workload !== undefined) inventory.push(itemOf(service, workload, remembered, request.now));
    else if (remembered !== undefined && spec.discovery === 'Auto') inventory.push(remembered);
  }
  if (discovery.blind !== undefined) notes.push(discovery.blind.detail);
  const present = targets.filter(({ presence }) => presence !== 'gone').map(({ id }) => id);
  const topology = recognise(present, spec.topology, request.topology, discovery.umbrellaNames);
  const expected =
    objects === undefined
      ? []
      : expectedTargets(
          expectedServices(discovery.found, TOPOLOGIES[topology], objects, namespace),
          targets,
          request,
          discovery,
        );
  return { targets: inOrder([...targets, ...expected]), inventory, topology, notes };
}

/** A list of workloads that was refused holds something of the service when a pod runs it that nobody else owns. */
function hiddenBehind(
  { id, presence }: ServiceTarget,
  { blind }: Discovery,
  strays: ReadonlyMap<Service, string>,
): Pick<ServiceTarget, 'hidden'> {
  const pod = strays.get(id);
  if (blind === undefined || pod === undefined || presence !== 'found') return {};
  return {
    hidden: { ...blind, detail: redact(`pod ${pod} belongs to no workload that is listed: ${blind.detail}`, [], 160) },
  };
}

/** Services that others say must be there, and that neither discovery nor the spec nor an earlier run knows. */
function expectedTargets(
  expected: ReadonlyMap<Service, string>,
  known: readonly ServiceTarget[],
  request: ServicesRequest,
  discovery: Discovery,
): readonly ServiceTarget[] {
  const { spec, namespace, objects } = request;
  return [...expected].flatMap(([service, why]): ServiceTarget[] => {
    const isSaid = spec.services?.some(({ name }) => name === service) === true;
    if (isSaid || known.some(({ id }) => id === service)) return [];
    const target = serviceTarget(service, undefined, undefined, request, blindness(objects, discovery));
    if (discovery.blind !== undefined) return [target];
    return [{ ...target, ...notFound(service, why, namespace) }];
  });
}

function notFound(service: Service, why: string, namespace: string): Pick<ServiceTarget, 'presence' | 'addresses'> {
  const words = `no workload of ${service} was found in namespace ${namespace}, and ${why}`;
  return { presence: 'expected', addresses: failed('ServiceNotFound', redact(words)) };
}

/** A service that is expected for a reason which only the run itself brought to light. */
export function laterTarget(
  service: Service,
  why: string,
  request: Pick<ServicesRequest, 'spec' | 'namespace' | 'objects' | 'now'>,
): ServiceTarget {
  const target = serviceTarget(service, undefined, undefined, request, undefined);
  return { ...target, ...notFound(service, why, request.namespace) };
}

function inOrder(targets: readonly ServiceTarget[]): readonly ServiceTarget[] {
  return SERVICES.flatMap((service) => targets.filter(({ id }) => id === service));
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

/** The workloads that the spec names, as far as they are there. */
function namedWorkloads(
  { services = [] }: HealthReportSpec,
  objects: NamespaceObjects | undefined,
): ReadonlyMap<Service, WorkloadObject> {
  const all = objects === undefined ? [] : workloadsIn(objects);
  return new Map(
    services.flatMap(({ name: service, workload: named }) => {
      const found = all.find(({ kind, object }) => kind === named?.kind && object.metadata.name === named.name);
      return found === undefined ? [] : [[service, found] as const];
    }),
  );
}

/** What runs the service: where the spec names a workload, that one and no other in its stead. */
function chosenFor(
  service: Service,
  said: ServiceSpec | undefined,
  named: ReadonlyMap<Service, WorkloadObject>,
  { found }: Discovery,
): Chosen | undefined {
  const own = named.get(service);
  if (own === undefined) return said?.workload === undefined ? found.get(service) : undefined;
  return found.get(service) ?? { sure: [own], unsure: [], idle: [], others: [] };
}

function serviceTarget(
  service: Service,
  said: ServiceSpec | undefined,
  chosen: Chosen | undefined,
  { objects, namespace, spec, now }: Pick<ServicesRequest, 'spec' | 'namespace' | 'objects' | 'now'>,
  blind: Fault | undefined,
): ServiceTarget {
  const [workload, ...others] = chosen?.sure ?? [];
  const reached =
    chosen === undefined || objects === undefined ? undefined : reachedAt(chosen.sure, objects, namespace, now);
  const valuesOf = (workloads: readonly WorkloadObject[]): readonly Workload[] =>
    objects === undefined ? [] : workloads.map((one) => ({ ...workloadOf(one, objects), ...behind(one, objects) }));
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
    workload: valuesOf(workload === undefined ? [] : [workload])[0],
    ...(others.length === 0 ? {} : { others: valuesOf(others) }),
    ...(chosen === undefined || chosen.unsure.length === 0 ? {} : { unsure: valuesOf(chosen.unsure) }),
    maxPods: spec.capacity.maxPodsPerService,
    ...(said?.workload === undefined || workload === undefined || objects === undefined
      ? {}
      : onReportsWord(service, workload, objects)),
    ...(workload === undefined
      ? {}
      : { configuration: configurationOf(workload, namespace, spec.upgrade.targetVersion) }),
  };
}

/** Nothing where the workload would be found to be the service. */
function onReportsWord(
  service: Service,
  workload: WorkloadObject,
  { services }: NamespaceObjects,
): Pick<ServiceTarget, 'onReportsWord'> {
  if (recognisedAs(workload, services.ok ? services.value : [])?.service === service) return {};
  return { onReportsWord: { title: titleOf(workload), secrets: secretsOfPods(workload.object) } };
}

/** The Services in front of it; nothing where none is known. */
function behind(workload: WorkloadObject, { services }: NamespaceObjects): Pick<Workload, 'services'> {
  const names = services.ok ? servicesOf(workload, services.value) : [];
  return names.length === 0 ? {} : { services: names };
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
    readiness,
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
    since: remembered?.since ?? timestamp(now),
  };
}
