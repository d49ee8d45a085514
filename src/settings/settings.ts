// The settings of a workload as Spring would read them, from its pod template and the ConfigMaps that it names. Secrets are
// not read: what they hold is a reference. Pure.
import { podTemplateSpec, templateContainer, type WorkloadObject } from '../targets/workload.ts';
import { titleOf } from '../targets/discovery.ts';
import { fields, labelsOf, text } from '../targets/fields.ts';
import { argumentsOf } from './arguments.ts';
import { canonical } from '../product/setting-name.ts';
import { configData, type ReadFile } from './config-data.ts';
import { configMapNames, type ConfigMaps } from './config-maps.ts';
import { readJson, readSettings } from './documents.ts';
import { environmentOf, type HiddenSecret } from './environment.ts';
import { type Mounts, mountsOf } from './mounts.ts';
import { resolvePlaceholders } from './placeholders.ts';
import { type Entry, pack, textOf, type Value } from './value.ts';

export interface Setting {
  /** As it is written where it counts. */
  readonly name: string;
  readonly value: Value;
  /** `Deployment core-daemon, env NP_SPRING_DATASOURCE_URL, ConfigMap core-daemon`; of several places, each. */
  readonly origin: string;
  /** A place that says something else and is overruled. */
  readonly overrules?: string;
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
  const { options, properties } = argumentsOf(container, environment);
  const mounts = mountsOf(container, pod, maps);
  const own = [options, properties, environment.entries];
  const json = jsonOf(own);
  const outer = isSpring ? [options, json.entries, properties, environment.entries] : [environment.entries];
  const data = isSpring ? configData(mounts, readingOf(outer), readFile) : NO_DATA;
  const first = new Map<string, Entry>();
  const overruled = new Map<string, string>();
  for (const entries of [...outer, ...data.sources]) {
    for (const entry of entries) {
      const name = canonical(entry.name);
      const held = first.get(name);
      if (held === undefined) first.set(name, entry);
      else if (!overruled.has(name) && pack(held.value).text !== pack(entry.value).text)
        overruled.set(name, entry.origin);
    }
  }
  const title = titleOf(workload);
  const find = (name: string): Entry | undefined => first.get(canonical(name));
  return {
    workload: title,
    identity: `ServiceAccount ${text(pod['serviceAccountName']) ?? 'default'}`,
    get: (name) => {
      const entry = find(name);
      if (entry === undefined) return undefined;
      const { value, origins } = isSpring
        ? resolvePlaceholders(entry, find)
        : { value: entry.value, origins: [entry.origin] };
      const overrules = overruled.get(canonical(name));
      return {
        name: entry.name,
        value,
        origin: `${title}, ${origins.join('; ')}`,
        ...(overrules === undefined ? {} : { overrules: `${title}, ${overrules}` }),
      };
    },
    names: [...first.keys()].sort(),
    mounts,
    secrets: [...environment.secrets, ...data.secrets],
    troubles: [
      ...new Set([
        ...environment.troubles,
        ...mounts.troubles,
        ...json.troubles,
        ...data.troubles,
        ...injected(workload),
      ]),
    ],
  };
}

const NO_DATA = { sources: [], secrets: [], troubles: [] } as const;

/** SPRING_APPLICATION_JSON, from wherever it is set. */
function jsonOf(sources: readonly (readonly Entry[])[]): {
  readonly entries: readonly Entry[];
  readonly troubles: readonly string[];
} {
  const entry = sources.flat().find(({ name }) => canonical(name) === 'springapplicationjson');
  if (entry === undefined) return { entries: [], troubles: [] };
  const { text, unpack } = pack(entry.value);
  const settings = readJson(text);
  if (settings === undefined)
    return { entries: [], troubles: [`SPRING_APPLICATION_JSON (${entry.origin}) is no JSON object that can be read`] };
  const entries = [...settings].map(([name, value]) => ({
    name,
    value: unpack(value),
    origin: `${name} in SPRING_APPLICATION_JSON, ${entry.origin}`,
  }));
  return { entries, troubles: [] };
}

/** Which config data Spring would look for. */
function readingOf(outer: readonly (readonly Entry[])[]): Parameters<typeof configData>[1] {
  const all = outer.flat();
  const words = (name: string): readonly string[] => {
    const entry = all.find((one) => canonical(one.name) === name);
    const text = entry === undefined ? undefined : textOf(entry.value);
    return (text ?? '')
      .split(/[,;]/)
      .map((word) => word.trim())
      .filter((word) => word !== '');
  };
  const names = words('springconfigname');
  return {
    names: names.length === 0 ? ['application'] : names,
    places: [
      ...words('springconfiglocation'),
      ...words('springconfigadditionallocation'),
      ...words('springconfigimport'),
    ],
    profiles: [...words('springprofilesinclude'), ...words('springprofilesactive')],
  };
}

/** Agents that bring settings into the container at its start. */
function injected({ object }: WorkloadObject): readonly string[] {
  const template = fields(fields(object.spec)['template']);
  const annotations = labelsOf(fields(template['metadata'])['annotations']);
  return annotations['vault.hashicorp.com/agent-inject'] === 'true'
    ? ['the Vault agent puts files into its pods, which cannot be seen from here']
    : [];
}
