// Where the actuator of a service is, as a ConfigMap of its pod template says: asked for only when nothing else led to the
// whole of its health. Of the settings only those of the management server are kept.
import type { ClusterClient } from '../clients/clients.ts';
import type { DocumentReader } from '../settings/read-documents.ts';
import { isHealthPath } from '../facts/health-path.ts';
import type { ConfigMapUse, HealthPlace, ServiceTarget } from '../facts/target.ts';
import { MANAGEMENT_SETTINGS, managementIn } from '../product/management.ts';
import { canonical } from '../product/setting-name.ts';

/** A larger document is no configuration of Spring's. In characters. */
const MOST_TEXT = 32 * 1024;

const KNOWN: ReadonlySet<string> = new Set(MANAGEMENT_SETTINGS.map(canonical));
/** `application.yml`, `application-prod.properties`: a profile's own file counts, since somebody mounted it. */
const DOCUMENT = /\.(ya?ml|json|properties)$/i;

/** The place, or undefined where no ConfigMap can be read or none names one. */
export async function managementPlace(
  { configuration, health, credentials, tls }: ServiceTarget,
  cluster: ClusterClient | undefined,
  signal: AbortSignal,
): Promise<HealthPlace | undefined> {
  if (configuration === undefined || cluster === undefined || health.format !== 'spring') return undefined;
  const { namespace, configMaps, references = [] } = configuration;
  const wanted = references.filter(({ variable }) => KNOWN.has(canonical(variable)));
  const names = [...new Set([...configMaps, ...wanted].map(({ name }) => name))];
  const read = await Promise.all(
    names.map(async (name) => [name, await cluster.readConfigMap(namespace, name, signal)] as const),
  );
  const data = new Map(read.flatMap(([name, map]) => (map.ok && map.value !== undefined ? [[name, map.value]] : [])));
  const settings = new Map<string, string>();
  // Loaded for the first service that needs it: most have their health where their probes say.
  const { documentReader } = await import('../settings/read-documents.ts');
  const reader = documentReader();
  // Files first: a variable comes before them in Spring's order.
  for (const use of configMaps)
    for (const [name, value] of await inDocuments(use, data, reader, signal)) settings.set(name, value);
  for (const use of configMaps) for (const [name, value] of asVariables(use, data)) settings.set(name, value);
  for (const { variable, name, key } of wanted) {
    const value = data.get(name)?.[key];
    if (value !== undefined) settings.set(canonical(variable), value);
  }
  const management = managementIn(settings);
  if (management === undefined) return undefined;
  const { port, path, scheme } = management;
  // With something to show, nothing but health is asked, whatever a ConfigMap says.
  if ((credentials !== undefined || tls.certificate !== undefined) && !isHealthPath(path)) return undefined;
  return { path: health.named ? health.path : path, port, scheme, scope: 'all', from: 'management port' };
}

type Data = ReadonlyMap<string, Readonly<Record<string, string>>>;

function entriesOf({ name, keys }: ConfigMapUse, data: Data): readonly (readonly [string, string])[] {
  return Object.entries(data.get(name) ?? {}).filter(([key]) => keys === undefined || keys.includes(key));
}

/** Keys that are variables: placeholders in files may name any of them. */
function asVariables(use: ConfigMapUse, data: Data): readonly (readonly [string, string])[] {
  return entriesOf(use, data)
    .filter(([key, value]) => !DOCUMENT.test(key) && value.length < 256)
    .map(([key, value]) => [canonical(`${use.prefix ?? ''}${key}`), value]);
}

async function inDocuments(
  use: ConfigMapUse,
  data: Data,
  reader: DocumentReader,
  signal: AbortSignal,
): Promise<readonly (readonly [string, string])[]> {
  const found: (readonly [string, string])[] = [];
  for (const [key, text] of entriesOf(use, data)) {
    if (!DOCUMENT.test(key) || text.length > MOST_TEXT) continue;
    reader.read(key, text);
    await reader.settle(signal);
    const read = reader.read(key, text);
    const documents = 'refused' in read ? [] : read.documents.filter(isForAll);
    const values = documents.flatMap((document) => [...document]);
    found.push(...values.map(([name, value]) => [canonical(name), value] as const).filter(([name]) => KNOWN.has(name)));
  }
  return found;
}

/** A document of a profile counts only where that is active, which only the service knows. */
function isForAll(document: ReadonlyMap<string, string>): boolean {
  return ![...document.keys()].some((name) => /^spring\.(?:config\.activate\.on-profile|profiles)\b/.test(name));
}
