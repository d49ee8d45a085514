// The addresses of a workload to ask: every ready endpoint of its Service; while the slices of a new Service are on their way,
// the ready pods that it selects. Pure.
import { isIPv6 } from 'node:net';
import type { KubernetesObject, NamespaceObjects } from '../facts/namespace-objects.ts';
import { failed, ok, type Outcome } from '../facts/outcome.ts';
import type { ServiceAddress } from '../facts/target.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';
import { count, type Fields, fields, labelsOf, list, text } from '../runtime/fields.ts';
import { podTemplateSpec, templateLabels, type WorkloadObject } from './workload.ts';

export interface Reached {
  readonly addresses: Outcome<readonly ServiceAddress[]>;
  /** DNS name of the Service: what a certificate is expected to be for. Undefined without a Service. */
  readonly serverName?: string;
  /** The Service's ports under the numbers that they have in the pods, by name. */
  readonly ports: ReadonlyMap<string, number>;
}

const NO_PORTS: ReadonlyMap<string, number> = new Map();
/** The EndpointSlice controller gives every Service with a selector a slice, an empty one too, within moments. */
const SLICES_WITHIN_MS = 2 * 60_000;
const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';
const PORT_NAMES = ['http', 'https', 'web'];
const HTTPS_PORTS = new Set([443, 8443]);
/** Made once: `localeCompare` makes one for each comparison. */
const NUMERICALLY = new Intl.Collator('en', { numeric: true });

/** The addresses of a service that runs in several workloads: each once. What one lacks is told by its pods. */
export function reachedAt(
  workloads: readonly [WorkloadObject, ...WorkloadObject[]],
  objects: NamespaceObjects,
  namespace: string,
  now: Date,
): Reached {
  const [first, ...others] = workloads;
  const reached = addressesOf(first, objects, namespace, now);
  if (others.length === 0) return reached;
  const all = [reached, ...others.map((other) => addressesOf(other, objects, namespace, now))];
  const addresses = all.flatMap((each) => (each.addresses.ok ? each.addresses.value : []));
  const once = addresses.filter(({ name }, index) => addresses.findIndex((other) => other.name === name) === index);
  return once.length === 0 ? reached : { ...(all.find((each) => each.addresses.ok) ?? reached), addresses: ok(once) };
}

/** The addresses behind the Service that selects the workload's pods. */
function addressesOf(workload: WorkloadObject, objects: NamespaceObjects, namespace: string, now: Date): Reached {
  if (!objects.services.ok) return { addresses: objects.services, ports: NO_PORTS };
  if (!objects.endpointSlices.ok) return { addresses: objects.endpointSlices, ports: NO_PORTS };
  const astray = leadsAstray(workload, objects.services.value, objects.endpointSlices.value);
  if (astray !== undefined) return { addresses: failed('NoReadyEndpoints', astray), ports: NO_PORTS };
  const service =
    serviceOf(workload, objects.services.value) ?? withoutSelector(workload, objects.services.value, objects);
  if (service === undefined) {
    const { name } = workload.object.metadata;
    const why = redact(`no Service selects the pods of ${workload.kind} ${name}`);
    return { addresses: failed('NoReadyEndpoints', why), ports: NO_PORTS };
  }
  const { name } = service.metadata;
  const port = portOf(service);
  if (port === undefined)
    return { addresses: failed('NoReadyEndpoints', redact(`the Service ${name} has no TCP port`)), ports: NO_PORTS };
  const slices = objects.endpointSlices.value.filter(({ metadata }) => metadata.labels?.[SERVICE_NAME_LABEL] === name);
  if (slices.length === 0 && isKept(service, now)) {
    const why = redact(
      `the Service ${name} has no EndpointSlice: whoever calls it reaches nobody, though pods may be ready`,
    );
    return { addresses: failed('NoReadyEndpoints', why), ports: NO_PORTS };
  }
  if (slices.length === 0 && !objects.pods.ok) return { addresses: objects.pods, ports: NO_PORTS };
  // A pod of which slices with others say nothing yet gets traffic in a moment. Empty ones are believed.
  const listed = new Set(slices.flatMap(podsListed));
  const unlisted = objects.pods.ok ? objects.pods.value.filter(({ metadata }) => !listed.has(metadata.name)) : [];
  const mayLag = slices.length === 0 || listed.size > 0;
  const endpoints = [
    ...slices.flatMap((slice) => endpointsOf(slice, port)),
    ...(mayLag ? unlisted.flatMap((pod) => endpointsOfPod(pod, service, port)) : []),
  ];
  const found = endpoints.sort(byFamilyThenAddress);
  // Sorted, so a pod with two addresses keeps its first one.
  const onePerPod = found.filter(
    ({ pod }, index) => pod === undefined || found.findIndex((other) => other.pod === pod) === index,
  );
  if (onePerPod.length === 0) {
    const why = leadsToNoPort(slices, port) ?? 'has no ready endpoint';
    return { addresses: failed('NoReadyEndpoints', redact(`the Service ${name} ${why}`)), ports: NO_PORTS };
  }
  const scheme = onePerPod.some((endpoint) => isHttps(port, endpoint.port)) ? 'https' : 'http';
  return {
    addresses: ok(onePerPod.map((endpoint) => addressOf(endpoint, scheme))),
    serverName: `${name}.${namespace}.svc`,
    ports: portsOf(service, slices, workload),
  };
}

/** Every TCP port of the Service by name, as the slices have it, else as the pod template does. */
function portsOf(
  service: KubernetesObject,
  slices: readonly KubernetesObject[],
  workload: WorkloadObject,
): ReadonlyMap<string, number> {
  const template = { spec: podTemplateSpec(workload) };
  return new Map(
    tcpPortsOf(service).flatMap((port): [string, number][] => {
      const name = text(port['name']);
      if (name === undefined) return [];
      const inSlices = slices.flatMap((slice) => list((slice as unknown as Fields)['ports']));
      const number = count(inSlices.find((one) => one['name'] === name)?.['port']) ?? targetPortOf(template, port);
      return number === undefined ? [] : [[name, number]];
    }),
  );
}

interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly pod?: string | undefined;
}

/** A Service without a selector selects nothing. */
export function selects({ spec }: KubernetesObject, labels: Readonly<Record<string, string>>): boolean {
  const selector = Object.entries(labelsOf(fields(spec)['selector']));
  return selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
}

/** Of several Services: the one of the workload's name, then one with a cluster address, then the first by name. */
function serviceOf(workload: WorkloadObject, services: readonly KubernetesObject[]): KubernetesObject | undefined {
  const labels = templateLabels(workload);
  const selecting = services.filter((service) => selects(service, labels));
  const rank = (service: KubernetesObject): number =>
    (service.metadata.name === workload.object.metadata.name ? 0 : 2) +
    (fields(service.spec)['clusterIP'] === 'None' ? 1 : 0);
  return selecting.sort((a, b) => rank(a) - rank(b) || (a.metadata.name < b.metadata.name ? -1 : 1))[0];
}

/**
 * The Service of the workload's own name selects other pods than the workload's, of which there are none: whoever calls it
 * by that name reaches nobody, though another Service may lead there.
 */
function leadsAstray(
  workload: WorkloadObject,
  services: readonly KubernetesObject[],
  slices: readonly KubernetesObject[],
): SafeText | undefined {
  const { name } = workload.object.metadata;
  const own = services.find(({ metadata }) => metadata.name === name);
  const selector = Object.keys(labelsOf(fields(own?.spec)['selector']));
  if (own === undefined || selector.length === 0 || selects(own, templateLabels(workload))) return undefined;
  const isSomewhere = slices
    .filter(({ metadata }) => metadata.labels?.[SERVICE_NAME_LABEL] === name)
    .some((slice) => list((slice as unknown as Fields)['endpoints']).length > 0);
  return isSomewhere ? undefined : redact(`the Service ${name} selects no pod, and none of ${workload.kind} ${name}`);
}

/**
 * A Service without a selector, of which somebody else writes the slices, that leads to the workload's pods: by their names
 * or addresses.
 */
function withoutSelector(
  workload: WorkloadObject,
  services: readonly KubernetesObject[],
  { pods, endpointSlices }: NamespaceObjects,
): KubernetesObject | undefined {
  if (!pods.ok || !endpointSlices.ok) return undefined;
  const labels = Object.entries(templateLabels(workload));
  const own = pods.value.filter(({ metadata }) => labels.every(([key, value]) => metadata.labels?.[key] === value));
  const names = new Set(own.map(({ metadata }) => metadata.name));
  const addresses = new Set(own.flatMap(({ status }) => text(fields(status)['podIP']) ?? []));
  const leadsThere = ({ metadata: { name } }: KubernetesObject): boolean =>
    endpointSlices.value
      .filter(({ metadata }) => metadata.labels?.[SERVICE_NAME_LABEL] === name)
      .flatMap((slice) => list((slice as unknown as Fields)['endpoints']))
      .some((endpoint) => {
        const said = Array.isArray(endpoint['addresses']) ? (endpoint['addresses'] as unknown[]) : [];
        const pod = text(fields(endpoint['targetRef'])['name']);
        return (pod !== undefined && names.has(pod)) || said.some((one) => addresses.has(text(one) ?? ''));
      });
  return services
    .filter(({ spec }) => Object.keys(labelsOf(fields(spec)['selector'])).length === 0)
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .find(leadsThere);
}

/** The port that says HTTP, else the first TCP one. The vendor's texts disagree on its number: it is never assumed. */
function portOf(service: KubernetesObject): Fields | undefined {
  const ports = tcpPortsOf(service);
  for (const name of PORT_NAMES) {
    const named = ports.find((port) => port['name'] === name);
    if (named !== undefined) return named;
  }
  return ports[0];
}

function tcpPortsOf(service: KubernetesObject): readonly Fields[] {
  return list(fields(service.spec)['ports']).filter(({ protocol }) => protocol === undefined || protocol === 'TCP');
}

/** A slice's ports carry the name of the Service's port, and the number that targetPort stands for. */
function endpointsOf(slice: KubernetesObject, servicePort: Fields): Endpoint[] {
  const object = slice as unknown as Fields;
  const wanted = text(servicePort['name']);
  const port = list(object['ports']).find(({ name }) => text(name) === wanted);
  const number = count(port?.['port']);
  if (number === undefined) return [];
  return list(object['endpoints']).flatMap((endpoint) => {
    const conditions = fields(endpoint['conditions']);
    // No statement means ready (discovery.k8s.io/v1).
    if (conditions['ready'] === false || conditions['terminating'] === true) return [];
    const addresses = Array.isArray(endpoint['addresses']) ? (endpoint['addresses'] as unknown[]) : [];
    const address = text(addresses[0]);
    if (address === undefined) return [];
    const pod = text(fields(endpoint['targetRef'])['name']);
    return [{ address, port: number, pod }];
  });
}

/** Of a targetPort that no container has by that name the slices list the pods, and no port. */
function leadsToNoPort(slices: readonly KubernetesObject[], { name, targetPort }: Fields): string | undefined {
  const wanted = text(name);
  const isKnown = slices.some((slice) =>
    list((slice as unknown as Fields)['ports']).some((port) => text(port['name']) === wanted),
  );
  if (isKnown || typeof targetPort !== 'string' || !slices.some((slice) => podsListed(slice).length > 0))
    return undefined;
  return `leads to no port: no container of its pods has one of the name ${targetPort} (targetPort)`;
}

/** Old enough to have its slices. */
function isKept({ metadata }: KubernetesObject, now: Date): boolean {
  return now.getTime() - Date.parse(metadata.creationTimestamp ?? '') > SLICES_WITHIN_MS;
}

/** The pods that a slice speaks of, whatever it says of them. */
function podsListed(slice: KubernetesObject): readonly string[] {
  return list((slice as unknown as Fields)['endpoints']).flatMap(
    ({ targetRef }) => text(fields(targetRef)['name']) ?? [],
  );
}

/**
 * What the EndpointSlice controller would write for a pod: its addresses under the number that targetPort stands for.
 * A Service without any slice was made this moment.
 */
function endpointsOfPod(pod: KubernetesObject, service: KubernetesObject, servicePort: Fields): Endpoint[] {
  if (!selects(service, pod.metadata.labels ?? {}) || pod.metadata.deletionTimestamp !== undefined) return [];
  const status = fields(pod.status);
  if (!list(status['conditions']).some((each) => each['type'] === 'Ready' && each['status'] === 'True')) return [];
  const number = targetPortOf(pod, servicePort);
  if (number === undefined) return [];
  const ips = list(status['podIPs']).flatMap(({ ip }) => text(ip) ?? []);
  const only = text(status['podIP']);
  const addresses = ips.length === 0 && only !== undefined ? [only] : ips;
  return addresses.map((address) => ({ address, port: number, pod: pod.metadata.name }));
}

/** A number, the name of a container's port, or (when it is left out) the Service's own port. */
function targetPortOf(pod: Pick<KubernetesObject, 'spec'>, servicePort: Fields): number | undefined {
  const target = servicePort['targetPort'] ?? servicePort['port'];
  if (typeof target !== 'string') return count(target);
  const ports = list(fields(pod.spec)['containers']).flatMap((container) => list(container['ports']));
  return count(ports.find(({ name, protocol }) => name === target && (protocol ?? 'TCP') === 'TCP')?.['containerPort']);
}

/** IPv4 first, so that a pod with two addresses is asked under the one that everything listens on. */
function byFamilyThenAddress(a: Endpoint, b: Endpoint): number {
  const family = Number(isIPv6(a.address)) - Number(isIPv6(b.address));
  return family !== 0 ? family : NUMERICALLY.compare(a.address, b.address);
}

/** A guess, by what names and numbers usually stand for; what answers decides. */
function isHttps(servicePort: Fields, endpointPort: number): boolean {
  const name = text(servicePort['name']) ?? '';
  const protocol = text(servicePort['appProtocol']) ?? '';
  const number = count(servicePort['port']) ?? 0;
  return (
    name === 'https' ||
    name.startsWith('https-') ||
    protocol.toLowerCase() === 'https' ||
    HTTPS_PORTS.has(number) ||
    HTTPS_PORTS.has(endpointPort)
  );
}

function addressOf({ address, port, pod }: Endpoint, scheme: 'http' | 'https'): ServiceAddress {
  const host = `${isIPv6(address) ? `[${address}]` : address}:${port}`;
  return { name: host, origin: `${scheme}://${host}`, pod };
}
