// The settings of a workload as Spring would read them, from its pod template and the ConfigMaps that it names. Secrets are
// not read: what they hold is a reference. Pure.
import { podTemplateSpec, templateContainer, type WorkloadObject } from '../targets/workload.ts';
import { titleOf } from '../targets/discovery.ts';
import { fields, labelsOf, text } from '../runtime/fields.ts';
import { argumentsOf } from './arguments.ts';
import { type Bindings, BINDINGS_PREFIX, bindingsOf } from './bindings.ts';
import { canonical } from '../product/setting-name.ts';
import { configData, type ReadFile } from './config-data.ts';
import { configMapNames, type ConfigMaps } from './config-maps.ts';
import { readJson, readSettings } from './documents.ts';
import { environmentOf, type HiddenSecret, mayBeWithin, type VariableEntry } from './environment.ts';
import { type Mounts, mountsOf } from './mounts.ts';
import { finderIn } from './named.ts';
import { resolvePlaceholders } from './placeholders.ts';
import { type Entry, type KeyRef, pack, type Part, secretOf, textOf, type Value } from './value.ts';

export interface Setting {
  /** As it is written where it counts. */
  readonly name: string;
  readonly value: Value;
  /** `Deployment core-daemon, env NP_SPRING_DATASOURCE_URL, ConfigMap core-daemon`; of several places, each. */
  readonly origin: string;
  /** A place that says something else and is overruled. */
  readonly overrules?: string;
  /** Secrets that stand over it if they hold a setting of its name. */
  readonly under: readonly HiddenSecret[];
}

export interface Settings {
  /** `Deployment core-daemon` */
  readonly workload: string;
  /** As whom its pods ask AWS where no credentials are configured: their ServiceAccount. */
  readonly identity: string;
  /** By relaxed binding. */
  readonly get: (name: string) => Setting | undefined;
  /** Each name once, in canonical spelling. */
  readonly names: readonly string[];
  readonly mounts: Mounts;
  /** Secrets that may set more names than can be seen without reading them. */
  readonly secrets: readonly HiddenSecret[];
  /** What could not be read: sentences without a full stop. */
  readonly troubles: readonly string[];
}

/** What the reading needs beside the template. */
export interface SettingsContext {
  readonly maps: ConfigMaps;
  readonly namespace: string;
  /** Spring puts placeholders in; a program of another kind takes `${…}` as it is. */
  readonly isSpring: boolean;
  /** Default: whatever it costs at once. */
  readonly readFile?: ReadFile;
}

/** Names of the ConfigMaps that `settingsOf` wants to see. */
export function configMapsOf(workload: WorkloadObject): readonly string[] {
  return configMapNames(templateContainer(workload), podTemplateSpec(workload));
}

/**
 * The settings, by Spring Boot's order of precedence: arguments, SPRING_APPLICATION_JSON, system properties, environment,
 * config data.
 */
export function settingsOf(
  workload: WorkloadObject,
  { maps, namespace, isSpring, readFile = readSettings }: SettingsContext,
): Settings {
  const container = templateContainer(workload);
  const pod = podTemplateSpec(workload);
  const environment = environmentOf(container, maps, namespace);
  const mounts = mountsOf(container, pod, maps, {
    annotations: annotationsOf(workload),
    variables: environment.variables,
  });
  const {
    options,
    properties,
    variables: assigned,
    troubles: unread,
  } = argumentsOf(container, environment, mounts.files);
  const ofEnvironment = [...assigned, ...environment.entries];
  const json = jsonOf([options, properties, ofEnvironment]);
  const outer = isSpring ? [options, json.entries, properties, ofEnvironment] : [ofEnvironment];
  const data = isSpring ? configData(mounts, outer, readFile) : NO_DATA;
  const bindings = isSpring ? bindingsOf(mounts, (name) => textIn(outer.flat(), name)) : NO_BINDINGS;
  const variables = environment.secrets;
  const sources: readonly Source[] = isSpring
    ? [
        { entries: options, over: [] },
        { entries: bindings.entries, over: [] },
        { entries: [...json.entries, ...properties], over: [...json.secrets, ...bindings.secrets] },
        { entries: ofEnvironment, over: [...json.secrets, ...bindings.secrets] },
        ...data.sources.map((entries) => ({ entries, over: [...variables, ...json.secrets, ...bindings.secrets] })),
      ]
    : [{ entries: ofEnvironment, over: [] }];
  const first = new Map<string, Found>();
  const overruled = new Map<string, string>();
  for (const { entries, over } of sources) {
    for (const entry of entries) {
      const name = canonical(entry.name);
      const held = first.get(name);
      if (held === undefined) first.set(name, { ...entry, under: [...('under' in entry ? entry.under : []), ...over] });
      else if (held.optional !== undefined) first.set(name, orElse(held, name, entry.value));
      else if (!overruled.has(name) && pack(held.value).text !== pack(entry.value).text)
        overruled.set(name, entry.origin);
    }
  }
  const title = titleOf(workload);
  const secrets = [...data.secrets, ...variables, ...json.secrets, ...bindings.secrets];
  const means = finderIn(sources.map(({ entries }) => entries));
  const find = (name: string): Entry | undefined => {
    const entry = means(name);
    const held = entry === undefined ? undefined : first.get(canonical(entry.name));
    return held?.name === entry?.name && held?.origin === entry?.origin ? held : entry;
  };
  const within = (name: string, otherwise: Value | undefined): Part | undefined =>
    secrets.length === 0 ? undefined : mayBeWithin(name, secrets, otherwise);
  return {
    workload: title,
    identity: `ServiceAccount ${text(pod['serviceAccountName']) ?? 'default'}`,
    get: (name) => {
      const entry = first.get(canonical(name));
      if (entry === undefined) return undefined;
      const { value, origins } = isSpring
        ? resolvePlaceholders(entry, find, within)
        : { value: entry.value, origins: [entry.origin] };
      const overrules = overruled.get(canonical(name));
      return {
        name: entry.name,
        value,
        origin: `${title}, ${origins.join('; ')}`,
        under: entry.under,
        ...(overrules === undefined ? {} : { overrules: `${title}, ${overrules}` }),
      };
    },
    // Bindings as they are stand there to be referred to; what a data source is made of has its usual name beside them.
    names: [...first.keys()].filter((name) => !name.startsWith(BINDINGS)).sort(),
    mounts,
    secrets,
    troubles: [
      ...new Set([
        ...environment.troubles,
        ...unread,
        ...mounts.troubles,
        ...json.troubles,
        ...data.troubles,
        ...injected(workload),
      ]),
    ],
  };
}

/** Settings of one rank, and the Secrets of a higher one. */
interface Source {
  readonly entries: readonly (Entry | VariableEntry)[];
  readonly over: readonly HiddenSecret[];
}

type Found = Entry & { readonly under: readonly HiddenSecret[]; readonly optional?: KeyRef };

/** A Secret key that pods do without, with what counts where it is not there. */
function orElse({ optional, ...found }: Found, name: string, otherwise: Value): Found {
  if (optional === undefined) return found;
  const only = { key: optional.key, setting: name };
  const place = { name: optional.name, how: `key ${optional.key}`, prefix: '', optional: true, only } as const;
  return { ...found, value: [mayBeWithin(found.name, [place], otherwise)] };
}

function textIn(entries: readonly Entry[], name: string): string | undefined {
  const entry = entries.find((one) => canonical(one.name) === canonical(name));
  return entry === undefined ? undefined : textOf(entry.value);
}

const BINDINGS = canonical(BINDINGS_PREFIX);
const NO_BINDINGS: Bindings = { entries: [], secrets: [] };
const NO_DATA = { sources: [], secrets: [], troubles: [] } as const;

/** SPRING_APPLICATION_JSON, from wherever it is set. */
function jsonOf(sources: readonly (readonly Entry[])[]): {
  readonly entries: readonly Entry[];
  readonly secrets: readonly HiddenSecret[];
  readonly troubles: readonly string[];
} {
  const nothing = { entries: [], secrets: [], troubles: [] };
  const entry = sources.flat().find(({ name }) => canonical(name) === 'springapplicationjson');
  if (entry === undefined) return nothing;
  const ref = secretOf(entry.value);
  if (ref !== undefined) {
    const files = { keys: [ref.key], names: [], profiles: [] };
    return { ...nothing, secrets: [{ name: ref.name, how: 'SPRING_APPLICATION_JSON', prefix: '', files }] };
  }
  const { text, unpack } = pack(entry.value);
  const settings = readJson(text);
  if (settings === undefined)
    return { ...nothing, troubles: [`SPRING_APPLICATION_JSON (${entry.origin}) is no JSON object that can be read`] };
  const entries = [...settings].map(([name, value]) => ({
    name,
    value: unpack(value),
    origin: `${name} in SPRING_APPLICATION_JSON, ${entry.origin}`,
  }));
  return { ...nothing, entries };
}

/** Agents that bring settings into the container at its start. */
function injected(workload: WorkloadObject): readonly string[] {
  return annotationsOf(workload)['vault.hashicorp.com/agent-inject'] === 'true'
    ? ['the Vault agent puts files into its pods, which cannot be seen from here']
    : [];
}

function annotationsOf({ object }: WorkloadObject): Readonly<Record<string, string>> {
  const template = fields(fields(object.spec)['template']);
  return labelsOf(fields(template['metadata'])['annotations']);
}
