// Spring's config data: the mounted application files in their order of precedence, by profile and by place, and trees of
// files that are imported (`configtree:`).
import { canonical } from './canonical.ts';
import type { ReadDocuments, SettingsDocument } from './documents.ts';
import type { HiddenSecret } from './environment.ts';
import type { MountedFile, Mounts } from './mounts.ts';
import { secretOf, textOf, type Entry } from './value.ts';

/** What decides which files are read: settings of the command line and the environment. */
export interface Reading {
  /** `spring.config.name`, without which it is `application`. */
  readonly names: readonly string[];
  /** Directories and files that settings name, later ones over earlier ones. */
  readonly places: readonly string[];
  /** Active profiles, later ones over earlier ones. */
  readonly profiles: readonly string[];
}

/** The documents of a file. */
export type ReadFile = (file: string, text: string) => ReadDocuments;

export interface ConfigData {
  /** The first stands over the others. */
  readonly sources: readonly (readonly Entry[])[];
  readonly secrets: readonly HiddenSecret[];
  readonly troubles: readonly string[];
}

/** The application files among the mounted ones. Where Spring would not look for a file, nobody would mount one. */
export function configData(mounts: Mounts, reading: Reading, readFile: ReadFile): ConfigData {
  const troubles: string[] = [];
  const secrets: HiddenSecret[] = [];
  const ranked = mounts.files
    .flatMap((file, index) => {
      const profile = profileOf(file, reading);
      return profile === undefined ? [] : [{ file, rank: [profile, placeRank(file, reading), index] as const }];
    })
    .sort((a, b) => compare(b.rank, a.rank));
  const read = ranked.flatMap(({ file }) => entriesOf(file, reading, readFile, troubles));
  const imports = [...reading.places, ...read.flatMap((entries) => entries.flatMap(importOf))];
  const trees = imports.flatMap((place) => {
    const root = /^(?:optional:)?configtree:(.*?)\/*$/.exec(place)?.[1];
    if (root === undefined) {
      if (/^(?:optional:)?(?:vault|aws-|consul|configserver|kubernetes)/.test(place))
        troubles.push(`spring.config.import names a ${place.replace(/^optional:/, '').split(':')[0] ?? ''} store`);
      return [];
    }
    for (const { path, secret } of mounts.secrets)
      if (isWithin(path, root)) secrets.push({ name: secret, how: `mounted at ${path}`, prefix: '' });
    return [treeEntries(mounts.files, root)];
  });
  for (const { path, secret } of mounts.secrets)
    if (/\/config(?:\/|$)/.test(path) || reading.places.some((place) => isWithin(path, placePath(place))))
      secrets.push({ name: secret, how: `mounted at ${path}`, prefix: '' });
  return { sources: [...trees, ...read], secrets, troubles };
}

/** 0: for every profile; n: for the n-th active one. Undefined: no application file, or of another profile. */
function profileOf({ path }: MountedFile, { names, places, profiles }: Reading): number | undefined {
  const [, base, profile] = /([^/]+?)\.(?:ya?ml|properties|json)$/i.exec(path) ?? [];
  if (base === undefined || profile !== undefined) return undefined;
  if (places.some((place) => placePath(place) === path)) return 0;
  for (const name of names) {
    if (base === name) return 0;
    const active = profiles.findLastIndex((one) => base === `${name}-${one}`);
    if (active !== -1) return active + 1;
  }
  return undefined;
}

/** Places that settings name stand over those that Spring knows by itself. */
function placeRank({ path }: MountedFile, { places }: Reading): number {
  return places.findLastIndex((place) => path === placePath(place) || isWithin(path, placePath(place)));
}

function placePath(place: string): string {
  return place.replace(/^(?:optional:)?(?:file:)?(?:\/\/(?=\/))?/, '').replace(/\/+$/, '');
}

function isWithin(path: string, root: string): boolean {
  return root !== '' && (path === root || path.startsWith(`${root}/`));
}

function compare(a: readonly number[], b: readonly number[]): number {
  return a.map((one, index) => one - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

/** The settings of a file: its documents from the last to the first. */
function entriesOf(
  file: MountedFile,
  { profiles }: Reading,
  readFile: ReadFile,
  troubles: string[],
): readonly (readonly Entry[])[] {
  const text = textOf(file.value);
  if (text === undefined) {
    const secret = secretOf(file.value);
    troubles.push(
      `${file.path} comes from key ${secret?.key ?? ''} of Secret ${secret?.name ?? ''}, which is not read`,
    );
    return [];
  }
  const read = readFile(file.path, text);
  if ('refused' in read) {
    troubles.push(`${file.origin}, mounted at ${file.path}, ${read.refused}`);
    return [];
  }
  return read.documents
    .filter((document) => isActive(document, profiles))
    .map((document) =>
      [...document].map(([name, value]) => ({
        name,
        value: [value],
        origin: `${name} in ${file.path}, ${file.origin}`,
      })),
    )
    .reverse();
}

/** `spring.config.activate.on-profile`, or `spring.profiles` as before 2.4: profiles with `!`, `&` and `|`. */
function isActive(document: SettingsDocument, profiles: readonly string[]): boolean {
  const wanted = [...document].flatMap(([name, value]) =>
    /^spring(?:config)?(?:activateonprofile|profiles)(?:\[[0-9]+\])?$/.test(canonical(name)) ? value.split(',') : [],
  );
  return wanted.length === 0 || wanted.some((expression) => holds(expression, profiles));
}

function holds(expression: string, profiles: readonly string[]): boolean {
  const active = profiles.length === 0 ? ['default'] : profiles;
  return expression
    .replace(/[()\s]/g, '')
    .split('|')
    .some((all) =>
      all.split('&').every((one) => (one.startsWith('!') ? !active.includes(one.slice(1)) : active.includes(one))),
    );
}

function importOf({ name, value }: Entry): readonly string[] {
  if (!/^springconfigimport(?:\[[0-9]+\])?$/.test(canonical(name))) return [];
  return (textOf(value) ?? '').split(',').map((one) => one.trim());
}

/** Files of a tree: their paths are the names. */
function treeEntries(files: readonly MountedFile[], root: string): readonly Entry[] {
  return files
    .filter(({ path }) => isWithin(path, root) && path !== root)
    .map(({ path, value, origin }) => ({
      name: path.slice(root.length + 1).replaceAll('/', '.'),
      value: value.map((part) => (typeof part === 'string' ? part.replace(/\r?\n$/, '') : part)),
      origin: `file ${path}, ${origin}`,
    }));
}
