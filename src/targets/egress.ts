// Where a run connects to, as the rules of a NetworkPolicy: addresses, pods of a namespace, ports. A policy knows no names
// of hosts; what leads to one is told apart, for somebody to put its addresses in.
import { isIP } from 'node:net';
import type { KubernetesObject, NamespaceObjects } from '../facts/namespace-objects.ts';
import { hostsOf, type AwsAccess, type Target } from '../facts/target.ts';
import { fields, list, text } from '../runtime/fields.ts';

/** A host and a port that somebody connects to, and for what: ids of targets. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly why: string;
}

export interface EgressRule {
  readonly to: { readonly cidr: string } | { readonly namespace: string };
  /** A number, or the name of a container's port. */
  readonly ports: readonly (number | string)[];
  readonly why: readonly string[];
}

export interface Egress {
  readonly rules: readonly EgressRule[];
  /** Destinations that no rule can name: sentences without a full stop. */
  readonly open: readonly string[];
}

/** Where the targets are. What could not be resolved (a missing Secret) has none, and its fault says so elsewhere. */
export function destinationsOf(targets: readonly Target[]): readonly Destination[] {
  return targets.flatMap((target): readonly Destination[] => {
    switch (target.kind) {
      case 'service':
        return !target.addresses.ok
          ? []
          : target.addresses.value.flatMap(({ origin }) => {
              const ports = (target.health.places ?? []).flatMap(({ port }) => port ?? []);
              const { host, port } = placeOf(origin);
              return [...new Set([port, ...ports])].map((one) => ({ host, port: one, why: target.id }));
            });
      case 'database': {
        if (!target.connection.ok) return [];
        return hostsOf(target.connection.value).map((one) => ({ ...one, why: target.id }));
      }
      case 'bucket':
        return target.access.ok ? atAws('s3', target.access.value, target.id) : [];
      case 'key':
        return target.source.kind === 'kms' && target.source.access.ok
          ? atAws('kms', target.source.access.value, target.id)
          : [];
      case 'cluster':
        return [];
    }
  });
}

function atAws(
  service: 's3' | 'kms',
  { endpoint, region, credentials }: AwsAccess,
  why: string,
): readonly Destination[] {
  const place = endpoint === undefined ? { host: `${service}.${region}.amazonaws.com`, port: 443 } : placeOf(endpoint);
  const identity =
    credentials.source === 'ambient'
      ? [{ host: `sts.${region}.amazonaws.com`, port: 443, why: `${why}, for the identity of the operator` }]
      : [];
  return [{ ...place, why }, ...identity];
}

function placeOf(origin: string): { readonly host: string; readonly port: number } {
  const { hostname, port, protocol } = new URL(origin);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
  };
}

/**
 * The rules. Addresses of pods, and names of Services, become their namespace: addresses of pods come and go.
 *
 * @param objects of `namespace`; undefined: what its Services lead to is not known
 */
export function egressOf(
  destinations: readonly Destination[],
  namespace: string,
  objects: NamespaceObjects | undefined,
): Egress {
  const rules = new Map<string, { to: EgressRule['to']; ports: Set<number | string>; why: Set<string> }>();
  const open = new Map<string, Set<string>>();
  const allow = (to: EgressRule['to'], port: number | string, why: string): void => {
    const key = JSON.stringify(to);
    const rule = rules.get(key) ?? { to, ports: new Set(), why: new Set() };
    rules.set(key, rule);
    rule.ports.add(port);
    rule.why.add(why);
  };
  const pods = new Set(listed(objects?.pods).flatMap(({ status }) => text(fields(status)['podIP']) ?? []));
  const name = (host: string, port: number, why: string): void => {
    const place = `${host}:${port}`;
    open.set(place, (open.get(place) ?? new Set()).add(why));
  };
  const reach = ({ host, port, why }: Destination, deep = false): void => {
    if (isIP(host) !== 0) {
      if (pods.has(host)) allow({ namespace }, port, why);
      else allow({ cidr: cidrOf(host) }, port, why);
      return;
    }
    const inside = serviceName(host, namespace);
    if (inside === undefined) {
      name(host, port, why);
      return;
    }
    const service = inside.namespace === namespace ? serviceNamed(objects, inside.name) : undefined;
    const outside = text(fields(service?.spec)['externalName']);
    if (outside !== undefined && !deep) reach({ host: outside, port, why }, true);
    else allow({ namespace: inside.namespace }, service === undefined ? port : podPort(service, port), why);
  };
  for (const destination of destinations) reach(destination);
  return {
    rules: [...rules.values()].map(({ to, ports, why }) => ({ to, ports: [...ports], why: [...why].sort() })),
    open: [...open].map(([place, why]) => `${place} (${[...why].sort().join(', ')})`),
  };
}

/** The addresses in EndpointSlices as they came, each a rule. */
export function slicesAsRules(slices: unknown, why: string): readonly EgressRule[] {
  return list(slices).flatMap((slice) => {
    const ports = list(slice['ports']).flatMap(({ port }) => (typeof port === 'number' ? [port] : []));
    return list(slice['endpoints']).flatMap(({ addresses }) =>
      (Array.isArray(addresses) ? (addresses as readonly unknown[]) : []).flatMap((address): readonly EgressRule[] =>
        typeof address === 'string' && isIP(address) !== 0
          ? [{ to: { cidr: cidrOf(address) }, ports, why: [why] }]
          : [],
      ),
    );
  });
}

/** One address as a block. */
function cidrOf(address: string): string {
  return `${address}/${isIP(address) === 4 ? 32 : 128}`;
}

/** `name`, `name.namespace.svc` and longer; a name of two labels may as well be a host outside. */
function serviceName(host: string, own: string): { readonly name: string; readonly namespace: string } | undefined {
  const [name = '', namespace, svc] = host.replace(/\.$/, '').split('.');
  if (namespace === undefined) return name === 'localhost' ? undefined : { name, namespace: own };
  if (svc === 'svc' || (svc === undefined && namespace === own)) return { name, namespace };
  return undefined;
}

/** A policy looks at the port of the pod, which is what the Service leads to. */
function podPort({ spec }: KubernetesObject, port: number): number | string {
  const found = list(fields(spec)['ports']).find((one) => one['port'] === port)?.['targetPort'];
  return typeof found === 'number' || typeof found === 'string' ? found : port;
}

function serviceNamed(objects: NamespaceObjects | undefined, name: string): KubernetesObject | undefined {
  return listed(objects?.services).find(({ metadata }) => metadata.name === name);
}

function listed(outcome: NamespaceObjects['pods'] | undefined): readonly KubernetesObject[] {
  return outcome?.ok === true ? outcome.value : [];
}
