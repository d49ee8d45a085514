// The configuration of the services as a run needs it: targets that it names, servers that it names, and what each service
// uses. It is the reading of `init`: the entry of a draft is the entry of a run.
import type { Service } from '../api/components.ts';
import type { HealthReportSpec } from '../api/health-report.ts';
import { validateSpec } from '../api/validate.ts';
import type { BackendUse } from '../facts/backend-use.ts';
import type { NamespaceObjects } from '../facts/namespace-objects.ts';
import type { ServiceTarget } from '../facts/target.ts';
import { type TopologyName, TOPOLOGIES } from '../product/index.ts';
import { failed } from '../facts/outcome.ts';
import { orAborted } from '../runtime/abort.ts';
import { isCancelled } from '../runtime/clock.ts';
import { literal, redact, type SafeText } from '../runtime/safe-text.ts';
import {
  type Configuration,
  type ConfiguredEntry,
  NO_CONFIGURATION,
  type NamedServers,
  secretsOf,
  type Template,
} from '../targets/configured.ts';
import { secretsOfPods } from '../targets/database-server.ts';
import { type WorkloadObject, workloadsIn } from '../targets/workload.ts';
import { backendsOf, type Backends, type Configured } from './backends.ts';
import type { ReadConfigMap } from './config-maps.ts';
import type { ConfiguredAccess, ConfiguredBackend, ConfiguredDatabase, HiddenBackend } from './configured.ts';
import { draftEntry, fieldsOf, servicesWithout } from './draft.ts';
import { soughtEntries } from './hidden.ts';
import type { DraftEntry } from './draft-entry.ts';
import { readSecretFiles } from './secret-files.ts';
import { readServiceSettings } from './services.ts';
import { configMapsOf, type Settings } from './settings.ts';
import { callsOf, originOf, useOf } from './uses.ts';

type Waiver = NonNullable<HealthReportSpec['upgrade']['waive']>[number];
type List = DraftEntry['list'];

export interface ConfigurationRequest {
  readonly services: readonly ServiceTarget[];
  readonly topology: TopologyName;
  /** Undefined without a cluster: then nothing is known. */
  readonly objects: NamespaceObjects | undefined;
  readonly namespace: string;
  readonly read: ReadConfigMap | undefined;
  readonly spec: HealthReportSpec;
  readonly signal: AbortSignal;
}

/** A ConfigMap that does not come in time is one that could not be read. */
export const LATE = failed('ClusterUnavailable', literal('it did not come in time'));

/** In bytes: a check has a sentence of 160. */
const LONGEST_WHY = 140;

const LISTS = {
  databases: { waiver: 'Databases', of: 'database' },
  buckets: { waiver: 'Buckets', of: 'bucket' },
  keys: { waiver: 'Keys', of: 'key' },
} as const satisfies Record<List, { readonly waiver: Waiver; readonly of: string }>;

const LIST_OF_ENTRY = { database: 'databases', bucket: 'buckets', key: 'keys' } as const;

const LIST_OF = { database: 'databases', bucket: 'buckets', kms: 'keys', keyPair: 'keys' } as const satisfies Record<
  ConfiguredBackend['kind'],
  List
>;

/** What became of each backend that is named: worked out once, since the schema is asked about it. */
type Entries = ReadonlyMap<Configured, readonly ConfiguredEntry[]>;

/** Reads the configuration of a run's services once it is known which they are. */
export function configurationReader(
  known: Omit<ConfigurationRequest, 'services' | 'topology'>,
): (services: readonly ServiceTarget[], topology: TopologyName) => Promise<Configuration> {
  return (services, topology) => readConfiguration({ ...known, services, topology });
}

/**
 * Reads what has come when `soon` is aborted: whoever is slow holds nobody else back. Undefined: everything had come, and
 * `configurationReader` says it.
 */
export function earlyReader(
  known: Omit<ConfigurationRequest, 'services' | 'topology'>,
  soon: AbortSignal,
): (services: readonly ServiceTarget[], topology: TopologyName) => Promise<Configuration | undefined> {
  return async (services, topology) => {
    const { objects, read, signal } = known;
    if (objects === undefined || read === undefined) return undefined;
    const came = new Map<string, Awaited<ReturnType<ReadConfigMap>>>();
    const names = new Set([...workloadsOf(services, objects).values()].flatMap(configMapsOf));
    const all = Promise.all([...names].map(async (name) => came.set(name, await read(name, signal))));
    await orAborted(all, soon).catch((error: unknown) => {
      if (isCancelled(soon)) throw error;
    });
    if (came.size === names.size) return undefined;
    return readConfiguration({
      ...known,
      services,
      topology,
      read: (name) => Promise.resolve(came.get(name) ?? LATE),
    });
  };
}

/** Reads the ConfigMaps that the services' templates name. What the spec waives is left out. */
export async function readConfiguration(request: ConfigurationRequest): Promise<Configuration> {
  const { services, topology, objects, namespace, read, spec, signal } = request;
  if (objects === undefined || read === undefined) return NO_CONFIGURATION;
  const workloads = workloadsOf(services, objects);
  const { settings, faults } = await readServiceSettings(workloads, namespace, read, signal);
  const waive = spec.upgrade.waive ?? [];
  const isWanted = ({ kind }: { readonly kind: ConfiguredBackend['kind'] }): boolean =>
    !waive.includes(LISTS[LIST_OF[kind]].waiver);
  const all = backendsOf(settings);
  const backends = { ...all, found: all.found.filter(isWanted), unresolved: all.unresolved.filter(isWanted) };
  const entries: Entries =
    spec.discovery === 'Auto' ? new Map(backends.found.map((one) => [one, entryFor(one, settings)])) : new Map();
  return {
    entries:
      spec.discovery === 'Auto'
        ? [
            ...[...entries.values()].flat(),
            ...partlyHidden(backends, settings),
            ...soughtEntries(settings, all, topology).filter(
              ({ kind }) => !waive.includes(LISTS[LIST_OF_ENTRY[kind]].waiver),
            ),
          ]
        : [],
    named: namedServers(settings, workloads),
    uses: usesOf(settings, backends, entries, request),
    calls: new Map([...settings].map(([service, own]) => [service, callsOf(own)])),
    readFiles: readSecretFiles,
    fault: faults[0],
  };
}

function workloadsOf(
  services: readonly ServiceTarget[],
  objects: NamespaceObjects,
): ReadonlyMap<Service, WorkloadObject> {
  const all = workloadsIn(objects);
  return new Map(
    services.flatMap(({ id, workload }): [Service, WorkloadObject][] => {
      const found = all.find(({ kind, object }) => kind === workload?.kind && object.metadata.name === workload.name);
      return found === undefined ? [] : [[id, found]];
    }),
  );
}

/** The entry of the draft, with what a draft cannot say. What the schema refuses is told as a use that nobody covers. */
function entryFor(backend: Configured, settings: ReadonlyMap<Service, Settings>): readonly ConfiguredEntry[] {
  const entry = draftEntry(backend, settings);
  if (entry.blocks.length === 0) return [];
  const validated = validateSpec({ [entry.list]: [fieldsOf(entry)] });
  if (!validated.ok) return [];
  const { databases: [database] = [], buckets: [bucket] = [], keys: [key] = [] } = validated.spec;
  const { overrules } = backend;
  // Of two places that disagree, Spring's order decides: the other one is named with it.
  const origin = originOf(`${backend.origin}${overrules === undefined ? '' : `; it overrules ${overrules}`}`);
  if (database !== undefined && backend.kind === 'database') {
    if (backend.place.kind === 'open' && backend.place.authority === 'elsewhere') {
      const { tls: _, credentialsSecretRef: __, ...bare } = database;
      const unknown = said('nobody logs in: the authority of its certificate is in its pods alone');
      return [{ kind: 'database', spec: bare, origin, ...urlOf(backend), unknown }];
    }
    const entry = {
      kind: 'database',
      spec: database,
      origin,
      ...urlOf(backend),
      ...loginOf(backend, database),
    } as const;
    return [backend.over === undefined ? entry : { ...entry, within: { ...entry.within, url: backend.over } }];
  }
  const hidden = 'access' in backend ? backend.access.hidden : undefined;
  const keys =
    'access' in backend && (bucket ?? key?.kms)?.credentialsSecretRef === undefined ? awsKeys(backend.access) : {};
  if (bucket !== undefined) return [{ kind: 'bucket', spec: bucket, origin, ...keys, ...given(hidden) }];
  return key === undefined ? [] : [{ kind: 'key', spec: key, origin, ...keys, ...given(hidden) }];
}

function given<H extends object>(hidden: H | undefined): { readonly hidden?: H } {
  return hidden === undefined || Object.keys(hidden).length === 0 ? {} : { hidden };
}

/** Backends that are named and of which Secrets hold a part: each once, with everybody who uses it. */
function partlyHidden({ unresolved }: Backends, settings: ReadonlyMap<Service, Settings>): readonly ConfiguredEntry[] {
  const all = new Map<string, { readonly hidden: HiddenBackend; readonly usedBy: readonly Service[] }>();
  for (const { hidden, service } of unresolved) {
    if (hidden === undefined) continue;
    const identity = JSON.stringify([hidden.kind, hidden.words]);
    const first = all.get(identity);
    all.set(identity, { hidden: first?.hidden ?? hidden, usedBy: [...(first?.usedBy ?? []), service] });
  }
  return [...all.values()].flatMap(({ hidden: { backend, words }, usedBy }) =>
    entryFor({ ...backend, usedBy, origins: [backend.origin] }, settings).map(
      (entry): ConfiguredEntry => ({ ...entry, hidden: { ...entry.hidden, ...words } }) as ConfiguredEntry,
    ),
  );
}

/** Both keys, where one Secret does not hold them under names that a report may write. */
function awsKeys({
  accessKeyId: id,
  secretAccessKey: secret,
}: ConfiguredAccess): Pick<BucketEntry, 'keys' | 'within' | 'unknown'> {
  if (id?.kind === 'secret' && secret?.kind === 'secret')
    return { keys: { accessKeyId: id.ref, secretAccessKey: secret.ref } };
  if (id === undefined && secret === undefined) return {};
  const unknown = said('no Secret that can be referred to holds both of its access keys');
  return id?.kind === 'within' && secret?.kind === 'within'
    ? { within: { accessKeyId: id.within, secretAccessKey: secret.within }, unknown }
    : { unknown };
}

type BucketEntry = Extract<ConfiguredEntry, { readonly kind: 'bucket' }>;
type DatabaseEntry = Extract<ConfiguredEntry, { readonly kind: 'database' }>;

/** The login of the services: the pods say which key is the user name, so it may have any name. */
function loginOf(
  { place, username, password }: ConfiguredDatabase,
  { credentialsSecretRef }: DatabaseEntry['spec'],
): Pick<DatabaseEntry, 'login' | 'within' | 'unknown'> {
  if (credentialsSecretRef !== undefined) return {};
  const name = username?.kind === 'secret' ? username.ref : username?.kind === 'open' ? username.text : undefined;
  const user = username?.kind === 'within' ? { username: username.within } : {};
  if (password?.kind === 'secret')
    return {
      login: { username: name, password: password.ref },
      ...(username?.kind === 'within' ? { within: user } : {}),
    };
  // Beside a URL in a Secret: that may hold both.
  if (password?.kind === 'within' && place.kind === 'open')
    return {
      within: { ...user, password: password.within },
      unknown: said(`nobody logs in: ${password.why}`),
      ...(name === undefined ? {} : { login: { username: name, password: undefined } }),
    };
  const why =
    password?.kind === 'open'
      ? 'its password stands in the open; put it into a Secret'
      : password?.kind === 'unknown'
        ? password.why
        : place.kind === 'secret'
          ? undefined
          : 'its settings name no password';
  return why === undefined ? {} : { unknown: said(`nobody logs in: ${why}`) };
}

function urlOf({ place }: ConfiguredDatabase): Pick<DatabaseEntry, 'url'> {
  return place.kind === 'open' && place.url !== undefined ? { url: place.url } : {};
}

/** Servers in the settings of each workload, with the Secrets that its pods use. */
function namedServers(
  settings: ReadonlyMap<Service, Settings>,
  workloads: ReadonlyMap<Service, WorkloadObject>,
): readonly NamedServers[] {
  return [...settings].flatMap(([service, own]) => {
    const workload = workloads.get(service);
    if (workload === undefined) return [];
    const secrets = secretsOfPods(workload.object);
    return backendsOf(new Map([[service, own]])).found.flatMap((one): NamedServers[] =>
      one.kind === 'database' && one.place.kind === 'open'
        ? [{ secrets, servers: one.place.hosts, mode: one.place.tls }]
        : [],
    );
  });
}

function usesOf(
  settings: ReadonlyMap<Service, Settings>,
  backends: Backends,
  entries: Entries,
  { spec, topology }: ConfigurationRequest,
): ReadonlyMap<Service, readonly BackendUse[]> {
  return new Map(
    [...settings].map(([service, { workload }]) => {
      const own = backends.found.filter(({ usedBy }) => usedBy.includes(service));
      return [
        service,
        [
          ...own.map((one) => useOf(one, workload)),
          ...(spec.discovery === 'Auto' ? untold(service, settings, backends, entries, spec, topology) : []),
        ],
      ] as const;
    }),
  );
}

/**
 * What the settings name and do not tell, and what the service needs and its settings do not name, while those of others do,
 * a part of them cannot be read, or Secrets are settings as a whole. Where the spec lists backends of that kind, whoever wrote it has told.
 */
function untold(
  service: Service,
  settings: ReadonlyMap<Service, Settings>,
  backends: Backends,
  entries: Entries,
  spec: HealthReportSpec,
  topology: TopologyName,
): readonly BackendUse[] {
  const refused = backends.found.filter((one) => one.usedBy.includes(service) && entries.get(one)?.length === 0);
  const named: BackendUse[] = [
    ...backends.unresolved
      .filter((one) => one.service === service)
      .map((one) => ({
        list: LIST_OF[one.kind],
        origin: one.origin,
        why: one.why,
        tellers: Object.values<Template>(one.hidden?.words ?? {}).flatMap(secretsOf),
      })),
    ...refused.map((one) => ({
      list: LIST_OF[one.kind],
      origin: one.origin,
      why: draftEntry(one, settings).todos[0] ?? 'it cannot be written into a report',
      tellers: [],
    })),
  ]
    .filter(({ list }) => (spec[list] ?? []).length === 0)
    .map(({ list, origin, why, tellers }) => ({
      kind: 'untold',
      of: LISTS[list].of,
      tellers,
      origin: originOf(origin),
      why: said(why),
    }));
  const waive = spec.upgrade.waive ?? [];
  const trouble = settings.get(service)?.troubles[0];
  const mayBeHidden = [...settings.values()].some(({ secrets }) => secrets.length > 0);
  const missing = (Object.keys(LISTS) as List[])
    .filter((list) => !waive.includes(LISTS[list].waiver) && (spec[list] ?? []).length === 0)
    .filter((list) => trouble !== undefined || mayBeHidden || backends.found.some(({ kind }) => LIST_OF[kind] === list))
    .flatMap((list): BackendUse[] =>
      servicesWithout(list, { backends, settings, topology: TOPOLOGIES[topology] })
        .filter((one) => one.service === service)
        .map(({ workload, where }) => ({
          kind: 'untold',
          of: LISTS[list].of,
          origin: originOf(workload),
          secrets: (settings.get(service)?.secrets ?? []).map(({ name }) => name),
          why: said(trouble ?? `its settings name no ${LISTS[list].of}${where}`),
        })),
    );
  return [...named, ...missing];
}

function said(why: string): SafeText {
  return redact(why, [], LONGEST_WHY);
}
