// Spring's config data: the mounted application files in their order of precedence, by profile and by place, and trees of
// files that are imported (`configtree:`). Profiles and imports that the files themselves name are followed.
import { canonical } from '../product/setting-name.ts';
import type { ReadDocuments, SettingsDocument } from './documents.ts';
import type { HiddenSecret } from './environment.ts';
import type { MountedFile, Mounts } from './mounts.ts';
import { type KeyRef, secretOf, textOf, type Entry, whyMissing } from './value.ts';

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

/** A mounted file with its documents, or with why they are not read: a sentence without its full stop. */
interface Read {
  readonly file: MountedFile;
  readonly read:
    | { readonly documents: readonly SettingsDocument[] }
    | { readonly trouble: string; readonly secret?: KeyRef | undefined };
}

/** Files name profiles and files, which name others: Spring goes on without end, nobody writes more levels than this. */
const MOST_ROUNDS = 5;
const MOST_NAMED = 64;
const STORE = /^(?:optional:)?((?:vault|aws-|consul|configserver|kubernetes)[a-z-]*)/;

/** The application files among the mounted ones. Where Spring would not look for a file, nobody would mount one. */
export function configData(mounts: Mounts, outer: Reading, readFile: ReadFile): ConfigData {
  const known = new Map<MountedFile, Read>();
  const readOnce = (file: MountedFile): Read => {
    const held = known.get(file) ?? readMounted(file, readFile);
    known.set(file, held);
    return held;
  };
  const { reading, files } = settled(mounts, outer, readOnce);
  const troubles = files.flatMap(({ read }) => ('trouble' in read ? [read.trouble] : []));
  const read = files.flatMap((one) => entriesOf(one, reading));
  const secrets: HiddenSecret[] = [];
  const trees: (readonly Entry[])[] = [];
  for (const place of reading.places) {
    const written = /^(?:optional:)?configtree:(.*?)\/*$/.exec(place)?.[1];
    const store = STORE.exec(place)?.[1];
    if (store !== undefined) troubles.push(`spring.config.import names a ${store} store`);
    for (const root of written === undefined ? [] : rootsOf(written, mounts)) {
      trees.push(treeEntries(mounts.files, root));
      secrets.push(...secretsOfTree(mounts, root));
    }
  }
  return { sources: [...trees, ...read], secrets: [...secrets, ...secretFiles(mounts, files, reading)], troubles };
}

/** Secrets below the root of a tree: each of their keys is a file. */
function secretsOfTree({ secrets }: Mounts, root: string): readonly HiddenSecret[] {
  return secrets
    .filter(({ path }) => isWithin(path, root))
    .map(({ path, secret, ...more }) => ({
      name: secret,
      how: `mounted at ${path}`,
      prefix: nameAt(`${path}/`, root),
      ...more,
    }));
}

/** Settings files that are keys of Secrets. */
function secretFiles(mounts: Mounts, files: readonly Read[], { places, profiles }: Reading): readonly HiddenSecret[] {
  const directories = mounts.secrets
    .filter(({ path }) => /\/config(?:\/|$)/.test(path) || places.some((place) => isWithin(path, placePath(place))))
    .map(({ path, secret, ...more }) => ({
      name: secret,
      how: `mounted at ${path}`,
      prefix: '',
      files: { profiles },
      ...more,
    }));
  const single = files.flatMap(({ file, read }): readonly HiddenSecret[] => {
    const secret = 'secret' in read ? read.secret : undefined;
    if (secret === undefined) return [];
    const how = `mounted at ${file.path}`;
    return [{ name: secret.name, how, prefix: '', files: { keys: [secret.key], profiles } }];
  });
  return [...directories, ...single.toReversed()];
}

/** What is read once the profiles and imports that the files name are known. */
function settled(
  mounts: Mounts,
  outer: Reading,
  readOnce: (file: MountedFile) => Read,
): { readonly reading: Reading; readonly files: readonly Read[] } {
  let reading = outer;
  for (let round = 0; ; round += 1) {
    const files = ranked(mounts, reading).map(readOnce);
    const entries = files.flatMap((one) => entriesOf(one, reading)).flat();
    const named = outer.profiles.length > 0 ? outer.profiles : words(entries, /^springprofilesactive(?:\[[0-9]+\])?$/);
    const included = words(entries, /^springprofilesinclude(?:\[[0-9]+\])?$/);
    const next: Reading = {
      names: outer.names,
      places: unique([...outer.places, ...words(entries, /^springconfigimport(?:\[[0-9]+\])?$/)]),
      profiles: withGroups(unique([...included, ...named]), entries),
    };
    const isSame = same(next.places, reading.places) && same(next.profiles, reading.profiles);
    if (isSame || round === MOST_ROUNDS) return { reading, files };
    reading = next;
  }
}

/** The profiles, each followed by those that `spring.profiles.group.<name>` puts behind it. */
function withGroups(profiles: readonly string[], entries: readonly Entry[]): readonly string[] {
  return unique(
    profiles.flatMap((profile) => [
      profile,
      ...words(
        entries,
        new RegExp(`^springprofilesgroup${canonical(profile).replace(/[[\]]/g, '\\$&')}(?:\\[[0-9]+\\])?$`),
      ),
    ]),
  );
}

/** Words of a list of settings, whose first source stands over the others. */
function words(entries: readonly Entry[], name: RegExp): readonly string[] {
  const [first] = entries.filter((entry) => name.test(canonical(entry.name)));
  if (first === undefined) return [];
  // Items of one list are settings of one source: those after an item of the same source belong to it.
  const source = first.origin.slice(first.name.length);
  return entries
    .filter((entry) => name.test(canonical(entry.name)) && entry.origin.slice(entry.name.length) === source)
    .flatMap(({ value }) => (textOf(value) ?? '').split(/[,;]/))
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** Each once; more profiles or imports than anybody has are left out. */
function unique(all: readonly string[]): readonly string[] {
  return [...new Set(all)].slice(0, MOST_NAMED);
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}

/** The files that are read, the one that counts most first. */
function ranked(mounts: Mounts, reading: Reading): readonly MountedFile[] {
  return mounts.files
    .flatMap((file, index) => {
      const profile = profileOf(file, reading);
      return profile === undefined ? [] : [{ file, rank: [profile, placeRank(file, reading), index] as const }];
    })
    .sort((a, b) => compare(b.rank, a.rank))
    .map(({ file }) => file);
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

function readMounted(file: MountedFile, readFile: ReadFile): Read {
  const text = textOf(file.value);
  if (text === undefined) {
    const secret = secretOf(file.value);
    const missing = whyMissing(file.value);
    if (missing !== undefined) return { file, read: { trouble: `${missing}, and is mounted at ${file.path}` } };
    const trouble = `${file.path} comes from key ${secret?.key ?? ''} of Secret ${secret?.name ?? ''}, which is not read`;
    return { file, read: { trouble, secret } };
  }
  const read = readFile(file.path, text);
  return {
    file,
    read: 'refused' in read ? { trouble: `${file.origin}, mounted at ${file.path}, ${read.refused}` } : read,
  };
}

/** The settings of a file: its documents from the last to the first. */
function entriesOf({ file, read }: Read, { profiles }: Reading): readonly (readonly Entry[])[] {
  if ('trouble' in read) return [];
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
export function isActive(document: SettingsDocument, profiles: readonly string[]): boolean {
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

/** The directories that a tree is read from: with `*` at its end, each one below. */
function rootsOf(written: string, { files, secrets }: Mounts): readonly string[] {
  if (!written.endsWith('/*')) return [written];
  const above = written.slice(0, -1);
  const below = [...files.map(({ path }) => path), ...secrets.map(({ path }) => `${path}/`)].flatMap((path) => {
    const [name, ...rest] = path.startsWith(above) ? path.slice(above.length).split('/') : [];
    return name === undefined || name === '' || rest.length === 0 ? [] : [above + name];
  });
  return [...new Set(below)].sort().toReversed();
}

/** The name that a path of a tree is. */
function nameAt(path: string, root: string): string {
  return path.slice(root.length + 1).replaceAll('/', '.');
}

/** Files of a tree: their paths are the names. */
function treeEntries(files: readonly MountedFile[], root: string): readonly Entry[] {
  return files
    .filter(({ path }) => isWithin(path, root) && path !== root)
    .map(({ path, value, origin }) => ({
      name: nameAt(path, root),
      value: value.map((part) => (typeof part === 'string' ? part.replace(/\r?\n$/, '') : part)),
      origin: `file ${path}, ${origin}`,
    }));
}
