// Where the health of a service may be asked, best first: what the spec says, the probes of its pod template, the
// management port that its settings name, its Service's ports by name, the default. Pure.
import type { HealthPlace, ServiceTarget } from '../facts/target.ts';
import { managementIn } from '../product/management.ts';
import { canonical } from '../product/setting-name.ts';
import { isRecord } from '../runtime/is-record.ts';
import { count, type Fields, fields, list, text, texts } from '../runtime/fields.ts';

export interface PlacesRequest {
  readonly format: ServiceTarget['health']['format'];
  /** `spec.services[].healthPath` */
  readonly saidPath: string | undefined;
  /** The application's container in the pod template. */
  readonly container: Fields;
  /** Ports of the Service under the numbers that they have in the pod, by name; empty where it has none. */
  readonly servicePorts: ReadonlyMap<string, number>;
}

/** Longer or deeper JSON is not looked into. In characters, and levels. */
const MOST_JSON = 32 * 1024;
const DEEPEST_JSON = 8;
const PROBES = ['readinessProbe', 'startupProbe', 'livenessProbe'] as const;
/** Names that charts give the port of the actuator. */
const MANAGEMENT_PORTS = /^(?:(?:http|https|tcp)-)?(?:management|mgmt|actuator|health|monitoring|admin|metrics)$/;
/** A URL of the pod's own in a command; curl and wget need no scheme, but then there is a path. */
const LOCAL_URL =
  /(?:^|[\s"'=])(?:(https?):\/\/)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|\$\{?(?:POD_IP|HOSTNAME)\}?)(?::([0-9]{1,5}))?(\/[^\s"'?#;|&)]*)?/;
/** A probe of a group: `/actuator/health/readiness`, or of an additional path of one. */
const GROUP = /^(.*\/health)\/[^/]+\/?$/;

const USUAL = { agent: '/health-check', page: '/', spring: '/actuator/health' } as const;

/** Path of the health endpoint where nothing says otherwise. */
export function usualPath(format: PlacesRequest['format']): string {
  return USUAL[format];
}

/** Places in the order in which they are to be tried, each once. Never empty. */
export function healthPlaces(request: PlacesRequest): readonly HealthPlace[] {
  const { format, saidPath, container, servicePorts } = request;
  const probes = PROBES.flatMap((name) => probeOf(name, container));
  const management = format === 'spring' ? managementIn(settingsOf(container)) : undefined;
  const named = [...servicePorts].filter(([name]) => MANAGEMENT_PORTS.test(name)).map(([, port]) => port);
  const places: HealthPlace[] = [];
  const add = (place: HealthPlace): void => {
    if (!places.some(({ path, port }) => path === place.path && port === place.port)) places.push(place);
  };
  const path = saidPath ?? management?.path ?? usualPath(format);
  if (saidPath === undefined)
    for (const probe of probes) add({ ...probe, path: wholeOf(probe.path, format) ?? path, scope: 'all' });
  else for (const { path: _, ...probe } of probes) add({ ...probe, path: saidPath, scope: 'all' });
  if (management?.port !== undefined)
    add({ path, port: management.port, scheme: management.scheme, scope: 'all', from: 'management port' });
  for (const port of named) add({ path, port, scheme: undefined, scope: 'all', from: 'Service port' });
  add({ path, port: undefined, scheme: undefined, scope: 'all', from: saidPath === undefined ? 'default' : 'spec' });
  // What the kubelet asks is the least that can be had: it says nothing of what its group leaves out.
  if (saidPath === undefined) for (const probe of probes) add({ ...probe, scope: 'group' });
  return places;
}

/** Parts of a script that end well, whatever the service does. */
const NOTHING =
  /^(?:(?:\/usr)?\/bin\/)?(?:true|:|exit(?: 0)?|(?:echo|printf|sleep|date|ls|pwd|hostname)(?:\s[^`$]*)?)$/;
/** Who asks nothing needs no more. In characters. */
const MOST_SCRIPT = 1024;
const SHELL = /^(?:\S{0,64}\/)?(?:ba|da|a)?sh$/;

/** A command that ends well whatever the service does: it asks nothing (`true`), or forgets the answer (`… || true`). */
function asksNothing(command: unknown): boolean {
  const words = texts(command).map((word) => word.trim());
  const script = SHELL.test(words[0] ?? '') && /^-\w*c$/.test(words[1] ?? '') ? words[2] : words.join(' ');
  if (script === undefined || script === '' || script.length > MOST_SCRIPT) return false;
  const parts = script.split(/\|\||&&|[;|\n]/).map((part) => part.trim());
  const isForgotten = /(?:\|\||[;\n])\s*(?:true|:|exit 0)\s*;?\s*$/.test(script);
  return isForgotten || parts.every((part) => part === '' || NOTHING.test(part));
}

/** How the kubelet tells that the container is ready, in words; undefined where it asks nothing, or somebody else. */
export function readinessOf(container: Fields): string | undefined {
  const probe = fields(container['readinessProbe']);
  if (asksNothing(fields(probe['exec'])['command'])) return undefined;
  if (text(fields(probe['tcpSocket'])['host']) !== undefined) return undefined;
  const [http] = probeOf('readinessProbe', container);
  if (http !== undefined) return `GET ${http.path}`;
  if (probe['exec'] !== undefined) return 'a command';
  if (probe['tcpSocket'] !== undefined) return 'a connection';
  return probe['grpc'] === undefined ? undefined : 'gRPC';
}

/**
 * The whole of health, where a probe asks a group of Spring Boot's for a part of it. Undefined where its path does not
 * tell: `/readyz` is a group on a path of its own, and `/ping` is anything.
 */
function wholeOf(path: string, format: PlacesRequest['format']): string | undefined {
  if (format !== 'spring') return path;
  return GROUP.exec(path)?.[1] ?? (/\/health\/?$/.test(path) ? path : undefined);
}

function probeOf(
  from: (typeof PROBES)[number],
  container: Fields,
): readonly (HealthPlace & { readonly scope: 'group' })[] {
  const asked = commandUrl(fields(fields(container[from])['exec'])['command']);
  if (asked !== undefined) return [{ ...asked, scope: 'group', from }];
  const http = fields(fields(container[from])['httpGet']);
  const path = text(http['path']) ?? '/';
  const port = portNumber(http['port'], container);
  if (port === undefined || !path.startsWith('/') || /[\s?#]/.test(path)) return [];
  // A host of its own leads away from the pod.
  if (text(http['host']) !== undefined) return [];
  const headers = Object.fromEntries(
    list(http['httpHeaders']).flatMap(({ name, value }): [string, string][] => {
      const [title, said] = [text(name), text(value)];
      return title === undefined || said === undefined ? [] : [[title, said]];
    }),
  );
  const scheme = text(http['scheme'])?.toUpperCase() === 'HTTPS' ? 'https' : 'http';
  const place = { path, port, scheme, scope: 'group', from } as const;
  return [Object.keys(headers).length === 0 ? place : { ...place, headers }];
}

/** What a command asks of its own container: `curl -f http://localhost:9090/actuator/health/readiness`. */
function commandUrl(command: unknown): Pick<HealthPlace, 'path' | 'port' | 'scheme'> | undefined {
  const words = Array.isArray(command) ? command.filter((word) => typeof word === 'string').join(' ') : '';
  const [, scheme, port, said] = LOCAL_URL.exec(words) ?? [];
  const path = said ?? '/';
  const number = port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port);
  if ((scheme === undefined && said === undefined) || number < 1 || number > 65_535) return undefined;
  return { path, port: number, scheme: scheme === 'https' ? 'https' : 'http' };
}

/** A number, or the name of one of the container's ports. */
function portNumber(value: unknown, container: Fields): number | undefined {
  if (typeof value !== 'string') return count(value);
  if (/^[0-9]{1,5}$/.test(value)) return Number(value);
  return count(list(container['ports']).find(({ name }) => name === value)?.['containerPort']);
}

/** Settings by canonical name: literal variables, `-Dname=value` of the JVM and `--name=value` of Spring Boot. */
function settingsOf(container: Fields): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const words: string[] = [];
  for (const { name, value } of list(container['env'])) {
    const [title, said] = [text(name), text(value)];
    if (title === undefined || said === undefined) continue;
    found.set(canonical(title), said);
    if (canonical(title) === 'springapplicationjson') for (const [key, one] of flattened(said)) found.set(key, one);
    if (/(?:^|_)(?:OPTS|OPTIONS|ARGS)$/i.test(title)) words.push(...said.split(/\s+/));
  }
  for (const part of [container['command'], container['args']]) {
    if (Array.isArray(part))
      words.push(
        ...part.filter((word): word is string => typeof word === 'string').flatMap((word) => word.split(/\s+/)),
      );
  }
  for (const word of words) {
    const [, name, value] = /^(?:-D|--)([A-Za-z][\w.-]*)=(.*)$/.exec(word) ?? [];
    if (name !== undefined && value !== undefined) found.set(canonical(name), value);
  }
  return found;
}

/** SPRING_APPLICATION_JSON by canonical name; empty for what is no JSON object. */
function flattened(said: string): readonly (readonly [string, string])[] {
  if (said.length > MOST_JSON) return [];
  const walk = (value: unknown, path: string, depth: number): readonly (readonly [string, string])[] => {
    if (!isRecord(value)) return path === '' || Array.isArray(value) ? [] : [[canonical(path), String(value)]];
    return depth > DEEPEST_JSON
      ? []
      : Object.entries(value).flatMap(([key, one]) => walk(one, `${path}.${key}`, depth + 1));
  };
  try {
    return walk(JSON.parse(said), '', 0);
  } catch {
    return [];
  }
}
