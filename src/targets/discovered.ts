// Targets out of the services' own configuration, beside those that the spec lists. What the spec lists stands over what is
// found: by its name, and by being the same backend under another name.
import type { CheckStatus, HealthReportSpec, InventoryItem } from '../api/health-report.ts';
import type { NamespaceObjects } from '../facts/namespace-objects.ts';
import { failed, type Fault } from '../facts/outcome.ts';
import { type BackendTarget, isSameBackend } from '../facts/same-backend.ts';
import type { SecretReader } from '../kube/secrets.ts';
import { parseDuration } from '../runtime/duration.ts';
import { redact } from '../runtime/safe-text.ts';
import { timestamp } from '../runtime/timestamp.ts';
import type { ConfigMapReader } from './authority.ts';
import { bucketTarget, keyTarget } from './aws.ts';
import type { Configuration, ConfiguredEntry } from './configured.ts';
import { databaseTarget } from './database.ts';
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
}

/** More than any installation has; a status has to hold them. */
const MOST_TARGETS = 16;
/** Of a place in the inventory. In bytes. */
const PLACE_BYTES = 256;

/** The targets that only the configuration names. */
export async function discoveredTargets(request: DiscoveredRequest): Promise<DiscoveredTargets> {
  const { configuration, listed, namespace, previous, now } = request;
  const ids = new Set(listed.map(({ id }) => id));
  const all = await Promise.all(configuration.entries.slice(0, MOST_TARGETS).map((entry) => targetOf(entry, request)));
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
  return { targets, inventory: targets.map((target) => itemOf(target, sinceOf(target))) };
}

async function targetOf(
  written: ConfiguredEntry,
  { spec, objects, secrets, configMap, previous, signal }: DiscoveredRequest,
): Promise<BackendTarget | undefined> {
  const entry = await located(written, secrets, signal);
  const sources = { secrets, ...(configMap === undefined ? {} : { configMap }) };
  switch (entry?.kind) {
    case undefined:
      return undefined;
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
  const shared = { id, name, required: true, usedBy: [], origin: redact(origin, [], PLACE_BYTES) } as const;
  const unread = failed(fault.code, fault.detail);
  switch (component) {
    case 'database':
      return [{ ...shared, kind: 'database', component, connection: unread, poolSize: 4 }];
    case 'object-storage':
      return [
        { ...shared, kind: 'bucket', component, bucket: name, forcePathStyle: true, writeTest: false, access: unread },
      ];
    case 'key-management':
      return [{ ...shared, kind: 'key', component, source: { kind: 'keyPair', pair: unread } }];
    default:
      return [];
  }
}

function itemOf({ component, name, origin }: BackendTarget, since: string): InventoryItem {
  return { component, name, origin, since };
}
