// Targets out of the services' own configuration, beside those that the spec lists. What the spec lists stands over what is
// found: by its name, and by being the same backend under another name.
import type { Service } from '../api/components.ts';
import type { CheckStatus, HealthReportSpec, InventoryItem } from '../api/health-report.ts';
import type { NamespaceObjects } from '../facts/namespace-objects.ts';
import type { Fault, Outcome } from '../facts/outcome.ts';
import { type BackendTarget, isSameBackend } from '../facts/same-backend.ts';
import type { SecretReader } from '../kube/secrets.ts';
import { parseDuration } from '../runtime/duration.ts';
import { redact } from '../runtime/safe-text.ts';
import { timestamp } from '../runtime/timestamp.ts';
import type { ConfigMapReader } from './authority.ts';
import { bucketTarget, keyTarget } from './aws.ts';
import { type Configuration, type ConfiguredEntry, secretsOf, type Template } from './configured.ts';
import { databaseTarget } from './database.ts';
import { type PlacedSecrets, placedSecrets } from './secret-places.ts';
import { located } from './within.ts';

export interface DiscoveredRequest {
  readonly spec: HealthReportSpec;
  readonly namespace: string;
  readonly objects: NamespaceObjects | undefined;
  readonly configuration: Configuration;
  /** What the spec lists. */
  readonly listed: readonly BackendTarget[];
  /** Of Secrets that pods use. */
  readonly secrets: SecretReader;
  readonly configMap?: ConfigMapReader;
  readonly previous:
    | {
        readonly inventory?: readonly InventoryItem[] | undefined;
        readonly checks?: readonly CheckStatus[] | undefined;
      }
    | undefined;
  readonly now: Date;
  readonly signal: AbortSignal;
}

export interface DiscoveredTargets {
  /** Databases, buckets and keys. */
  readonly targets: readonly BackendTarget[];
  readonly inventory: readonly InventoryItem[];
  /** Backends that were sought within Secrets which told nothing, with why. */
  readonly unread: readonly Unread[];
}

export interface Unread {
  readonly service: Service;
  readonly of: ConfiguredEntry['kind'];
  readonly fault: Fault;
}

/** More than any installation has; a status has to hold them. */
const MOST_TARGETS = 16;
/** Secrets of pods are looked into for more than is found. */
const MOST_ENTRIES = 64;
/** Of a place in the inventory. In bytes. */
const PLACE_BYTES = 256;

/** The targets that only the configuration names. */
export async function discoveredTargets(request: DiscoveredRequest): Promise<DiscoveredTargets> {
  const { configuration, listed, namespace, previous, now, signal } = request;
  const ids = new Set(listed.map(({ id }) => id));
  const secrets = placedSecrets(request.secrets, configuration.readFiles);
  const looked = await Promise.all(
    configuration.entries.slice(0, MOST_ENTRIES).map(async (written): Promise<readonly Place[]> => {
      const found = await located(written, secrets, signal);
      if (found === undefined) return [];
      return [found.ok ? { entry: found.value, fault: undefined } : { entry: written, fault: found.fault }];
    }),
  );
  const places = looked.flat();
  const own = withOwnNames(places.filter((place) => !isUnread(place))).slice(0, MOST_TARGETS);
  const all = await Promise.all(own.map((place) => targetOf(place, request, secrets)));
  const found: BackendTarget[] = [];
  for (const target of all) {
    if (target === undefined || ids.has(target.id) || listed.some((one) => standsFor(one, target, namespace))) continue;
    const same = found.findIndex((one) => isSameBackend(one, target, namespace) === 'yes');
    const first = found[same];
    if (first === undefined) found.push(target);
    else found[same] = { ...first, usedBy: [...new Set([...first.usedBy, ...target.usedBy])] };
  }
  const remembered = (previous?.inventory ?? []).filter(({ origin }) => origin !== undefined);
  const lost =
    configuration.fault === undefined
      ? []
      : remembered.flatMap((item) => lostTarget(item, configuration.fault as Fault, [...listed, ...found]));
  const sinceOf = ({ id }: BackendTarget): string =>
    remembered.find(({ component, name }) => `${component}/${name ?? ''}` === id)?.since ?? timestamp(now);
  const targets = [...found, ...lost];
  return {
    targets,
    inventory: targets.map((target) => itemOf(target, sinceOf(target))),
    unread: places.filter(isUnread).flatMap(unreadOf),
  };
}

/** An entry with what Secrets hold of it, or with why that is none. */
interface Place {
  readonly entry: ConfiguredEntry;
  readonly fault: Fault | undefined;
}

/** No setting names it, so it is no target: the service that needs it tells why nobody knows one. */
type UnreadPlace = Place & { readonly fault: Fault };

function isUnread(place: Place): place is UnreadPlace {
  return place.entry.sought === true && place.fault !== undefined;
}

function unreadOf({ entry, fault }: UnreadPlace): readonly Unread[] {
  return (entry.spec.usedBy ?? []).map((service) => ({ service, of: entry.kind, fault }));
}

/** Names are unique within their kind; the second of a name is `<name>-2`. */
function withOwnNames(places: readonly Place[]): readonly Place[] {
  const taken = new Set<string>();
  return places.map((place) => {
    const { kind, spec } = place.entry;
    let { name } = spec;
    for (let index = 2; taken.has(`${kind} ${name}`); index += 1) name = `${spec.name.slice(0, 36)}-${index}`;
    taken.add(`${kind} ${name}`);
    return { ...place, entry: { ...place.entry, spec: { ...spec, name } } as ConfiguredEntry };
  });
}

async function targetOf(
  { entry, fault }: Place,
  { spec, objects, configMap, previous, signal }: DiscoveredRequest,
  secrets: PlacedSecrets,
): Promise<BackendTarget | undefined> {
  if (fault !== undefined) return troubled(entry, fault);
  const sources = { secrets, ...(configMap === undefined ? {} : { configMap }) };
  switch (entry.kind) {
    case 'database': {
      const timeoutMs = parseDuration(spec.timeout) ?? 10_000;
      return databaseTarget(entry.spec, { ...sources, objects, timeoutMs, found: entry }, signal);
    }
    case 'bucket':
      return bucketTarget(entry.spec, sources, previous?.checks ?? [], signal, entry);
    case 'key':
      return keyTarget(entry.spec, sources, signal, entry);
  }
}

/** Where it cannot be told whether they are one, the listed one stands for the services that it is used by. */
function standsFor(listed: BackendTarget, found: BackendTarget, namespace: string): boolean {
  if (listed.kind !== found.kind) return false;
  const likeness = isSameBackend(listed, found, namespace);
  if (likeness !== 'unknown') return likeness === 'yes';
  return listed.usedBy.length === 0 || found.usedBy.some((service) => listed.usedBy.includes(service));
}

/** What was found before and may stand in what could not be read now: it is asked about, and not forgotten. */
function lostTarget(item: InventoryItem, fault: Fault, known: readonly BackendTarget[]): readonly BackendTarget[] {
  const { component, name = '', origin = '' } = item;
  const id = `${component}/${name}`;
  if (known.some((one) => one.id === id)) return [];
  const shared = { name, usedBy: [], origin: redact(origin, [], PLACE_BYTES) };
  const unread: Outcome<never> = { ok: false, fault };
  switch (component) {
    case 'database':
      return [unreadTarget('database', shared, unread)];
    case 'object-storage':
      return [unreadTarget('bucket', shared, unread)];
    case 'key-management':
      return [unreadTarget('key', shared, unread)];
    default:
      return [];
  }
}

/** What is named, at a place that a Secret should hold and does not. */
function troubled(entry: ConfiguredEntry, fault: Fault): BackendTarget {
  const { kind, spec, origin, hidden = {} } = entry;
  const holders = Object.values<Template>(hidden).flatMap(secretsOf);
  const shared = { name: spec.name, usedBy: spec.usedBy ?? [], origin };
  const [told] = holders;
  const target = { ...unreadTarget(kind, shared, { ok: false, fault }), ...(told === undefined ? {} : { told }) };
  // A place without its region or its endpoint: it has the name that the settings say.
  if (target.kind === 'bucket' && entry.kind === 'bucket' && entry.hidden?.bucket === undefined)
    return { ...target, bucket: entry.spec.bucket };
  const kms = entry.kind === 'key' && entry.hidden?.keyId === undefined ? entry.spec.kms : undefined;
  return target.kind === 'key' && kms !== undefined
    ? {
        ...target,
        source: { kind: 'kms', keyId: kms.keyId, access: { ok: false, fault }, signTest: kms.signTest },
      }
    : target;
}

/** A backend of which no more is known than its name, and why. */
function unreadTarget(
  kind: ConfiguredEntry['kind'],
  shared: Pick<BackendTarget, 'name' | 'usedBy' | 'origin'>,
  unread: Outcome<never>,
): BackendTarget {
  const { name } = shared;
  switch (kind) {
    case 'database':
      return {
        ...shared,
        kind,
        id: `database/${name}`,
        component: 'database',
        required: true,
        connection: unread,
        poolSize: 4,
      };
    case 'bucket':
      return {
        ...shared,
        kind,
        id: `object-storage/${name}`,
        component: 'object-storage',
        required: true,
        bucket: name,
        forcePathStyle: true,
        writeTest: false,
        access: unread,
      };
    case 'key':
      return {
        ...shared,
        kind,
        id: `key-management/${name}`,
        component: 'key-management',
        required: true,
        source: { kind: 'keyPair', pair: unread },
      };
  }
}

function itemOf({ component, name, origin }: BackendTarget, since: string): InventoryItem {
  return { component, name, origin, since };
}
