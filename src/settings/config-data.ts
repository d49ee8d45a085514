// Spring's config data: the mounted application files in their order of precedence, by profile and by place, and trees of
// files that are imported (`configtree:`). Profiles and imports that the files themselves name are followed.
import { canonical } from '../product/setting-name.ts';
import { BOOTSTRAP, compare, isAt, type Place, placeOf, type Places, type Rank, rankOf } from './config-places.ts';
import type { ReadDocuments, SettingsDocument } from './documents.ts';
import type { HiddenSecret } from './environment.ts';
import type { MountedFile, Mounts } from './mounts.ts';
import { finderIn } from './named.ts';
import { resolvePlaceholders } from './placeholders.ts';
import { activeProfiles, isActive, type WordsOf } from './profiles.ts';
import { storeOf, storesIn } from './stores.ts';
import { type KeyRef, secretOf, textOf, type Entry, whyMissing } from './value.ts';

/** Settings of the command line and the environment, the first source over the others. */
export type Outer = readonly (readonly Entry[])[];

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
  readonly rank: Rank;
  readonly read:
    | { readonly documents: readonly SettingsDocument[] }
    | { readonly trouble: string; readonly secret?: KeyRef | undefined };
}

/** What `spring.config.import` or a location names, and how much it counts. */
interface Import {
  readonly written: string;
  readonly rank: Rank;
}

interface Reading extends Places {
  /** Of the files. */
  readonly imports: readonly Import[];
  /** `spring.main.cloud-platform` */
  readonly platform: string;
}

/** Files name profiles and files, which name others: Spring goes on without end, nobody writes more levels than this. */
const MOST_ROUNDS = 5;
const MOST_NAMED = 64;
const OF_A_VARIABLE = 'env:';
const KUBERNETES = 'kubernetes';

/** The application files among the mounted ones. Where Spring would not look for a file, nobody would mount one. */
export function configData(mounts: Mounts, outer: Outer, readFile: ReadFile): ConfigData {
  const known = new Map<string, Read['read']>();
  const variables = variablesIn(outer);
  const all: Mounts = { ...mounts, files: [...mounts.files, ...variables] };
  // Which hint a file has is known once everything is that names it.
  const readOnce = (file: MountedFile, hint: string): Read['read'] => {
    const key = `${all.files.indexOf(file)} ${hint}`;
    const held = known.get(key) ?? readMounted(file, hint, readFile);
    known.set(key, held);
    return held;
  };
  const words = (written: string): readonly string[] => wordsIn(outer)(new RegExp(`^${written}[0-9]*$`));
  const { groups, written, isOnly } = locationsOf(words);
  const names = words('springconfigname');
  const places = { names: names.length === 0 ? ['application'] : names, groups, isOnly };
  const { reading, files } = settled(all, places, outer, readOnce);
  const troubles = files.flatMap(({ read }) => ('trouble' in read ? [read.trouble] : []));
  const secrets: HiddenSecret[] = [];
  const ranked = files.map((one) => ({ rank: one.rank, sources: entriesOf(one, reading) }));
  for (const { written: place, rank } of [...written, ...reading.imports]) {
    const tree = /^(?:optional:)?configtree:(.*?)\/*$/.exec(place)?.[1];
    const store = storeOf(place);
    if (store !== undefined) troubles.push(`spring.config.import names ${store}`);
    for (const root of tree === undefined ? [] : rootsOf(tree, mounts)) {
      ranked.push({ rank, sources: [treeEntries(mounts.files, root)] });
      secrets.push(...secretsOfTree(mounts, root));
    }
  }
  const sources = ranked.toSorted((a, b) => compare(b.rank, a.rank)).flatMap((one) => one.sources);
  troubles.push(...storesIn([...outer, ...sources].flat()));
  return {
    sources,
    secrets: [...secrets, ...secretFiles(mounts, files, reading)],
    troubles,
  };
}

/** The places that settings name: what is imported over additional places over those instead of the usual ones. */
function locationsOf(words: (name: string) => readonly string[]): Pick<Reading, 'groups' | 'isOnly'> & {
  readonly written: readonly Import[];
} {
  const instead = words('springconfiglocation');
  const all = [...instead, ...words('springconfigadditionallocation'), ...words('springconfigimport')];
  const grouped = all.map((group) => group.split(';').map((one) => one.trim()));
  return {
    groups: grouped.map((group) => group.map(placeOf)),
    written: grouped.flatMap((group, index) => group.map((written) => ({ written, rank: [index] }))),
    isOnly: instead.length > 0,
  };
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

/** Settings files that are keys of Secrets: of directories in which Spring looks, and those that a place names. */
function secretFiles(mounts: Mounts, files: readonly Read[], reading: Reading): readonly HiddenSecret[] {
  const { names, profiles } = reading;
  const named = [...reading.groups.flat(), ...reading.imports.map(({ written }) => placeOf(written))];
  const directories = mounts.secrets.flatMap(({ path, secret, ...more }): readonly HiddenSecret[] => {
    const held = { name: secret, how: `mounted at ${path}`, prefix: '', ...more };
    const isUsual = !reading.isOnly && /\/config(?:\/|$)/.test(path);
    const isRead = isUsual || rankIn({ path: `${path}/${names[0] ?? ''}.yml` }, reading, 'named') !== undefined;
    const keys = named.flatMap((one) => (one.path.startsWith(`${path}/`) ? [one.path.slice(path.length + 1)] : []));
    return [
      ...(keys.length === 0 ? [] : [{ ...held, files: { keys, profiles, names } }]),
      ...(isRead ? [{ ...held, files: { profiles, names } }] : []),
    ];
  });
  const single = files.flatMap(({ file, read }): readonly HiddenSecret[] => {
    const secret = 'secret' in read ? read.secret : undefined;
    if (secret === undefined) return [];
    const how = `mounted at ${file.path}`;
    return [{ name: secret.name, how, prefix: '', files: { keys: [secret.key], profiles, names } }];
  });
  return [...directories, ...single.toReversed()];
}

/** What is read once the profiles and imports that the files name are known. */
function settled(
  mounts: Mounts,
  places: Pick<Places, 'names' | 'groups' | 'isOnly'>,
  outer: Outer,
  readOnce: (file: MountedFile, hint: string) => Read['read'],
): { readonly reading: Reading; readonly files: readonly Read[] } {
  let reading: Reading = { ...places, profiles: activeProfiles(wordsIn(outer)), imports: [], platform: KUBERNETES };
  for (let round = 0; ; round += 1) {
    const files = ranked(mounts, reading).map(({ file, rank, hint }) => ({ file, rank, read: readOnce(file, hint) }));
    const read = files.map((one) => ({ rank: one.rank, own: entriesOf(one, reading) }));
    const sources = [...outer, ...read.flatMap(({ own }) => own)];
    const imports = read.flatMap(({ rank, own }) =>
      wordsIn(own, sources)(/^springconfigimport[0-9]*$/, 'each').map((written, index) => ({
        written,
        rank: [...rank, index],
      })),
    );
    const words = wordsIn(sources);
    const [platform = KUBERNETES] = words(/^springmaincloudplatform$/);
    const next = {
      ...places,
      profiles: activeProfiles(words),
      imports: imports.slice(0, MOST_NAMED),
      platform: platform.toLowerCase(),
    };
    const isSame = JSON.stringify(next) === JSON.stringify(reading);
    if (isSame || round === MOST_ROUNDS) return { reading, files };
    reading = next;
  }
}

/** Words of lists within sources, of which the first stands over the others. `all`: where placeholders lead to. */
function wordsIn(sources: Outer, all: Outer = sources): WordsOf {
  const find = finderIn(all);
  const known = sources.map((source) =>
    source.flatMap((entry) => {
      const name = canonical(entry.name);
      return /^spring(?:profiles|config|maincloudplatform)/.test(name) ? [{ name, entry }] : [];
    }),
  );
  return (pattern, of = 'first') => {
    const lists = known.map((source) => source.filter(({ name }) => pattern.test(name)));
    return (of === 'each' ? lists.flat() : (lists.find((list) => list.length > 0) ?? []))
      .flatMap(({ entry }) => (textOf(resolvePlaceholders(entry, find).value) ?? '').split(','))
      .map((word) => word.trim())
      .filter((word) => word !== '');
  };
}

/** The files that are read, the one that counts most first. */
function ranked(
  mounts: Mounts,
  reading: Reading,
): readonly { readonly file: MountedFile; readonly rank: Rank; readonly hint: string }[] {
  return mounts.files
    .flatMap((file, index) => {
      const rank = rankIn(file, reading);
      return rank === undefined ? [] : [{ file, rank, index, hint: hintOf(file, reading) }];
    })
    .sort((a, b) => compare(b.rank, a.rank) || b.index - a.index);
}

/** By its place, or by what imports it. `named`: only of places that somebody named. */
function rankIn(file: Pick<MountedFile, 'path'>, reading: Reading, of: 'any' | 'named' = 'any'): Rank | undefined {
  const { names, profiles, imports } = reading;
  const isOnly = reading.isOnly || of === 'named';
  const bootstrap = rankOf(file, { ...reading, names: BOOTSTRAP, isOnly });
  const found = [
    rankOf(file, { ...reading, isOnly }),
    bootstrap === undefined ? undefined : [-2, ...bootstrap],
    ...imports.map(({ written, rank }) => {
      const own = rankOf(file, { names, groups: [[placeOf(written)]], isOnly: true, profiles });
      return own === undefined ? undefined : [...rank, ...own];
    }),
  ].filter((rank) => rank !== undefined);
  return found.toSorted(compare).at(-1);
}

function hintOf({ path }: MountedFile, { groups, imports }: Reading): string {
  const all: readonly Place[] = [...groups.flat(), ...imports.map(({ written }) => placeOf(written))];
  const hint = all.find((place) => place.hint !== '' && isAt(path, place.path))?.hint ?? '';
  return hint === '' && path.startsWith(OF_A_VARIABLE) ? '.properties' : hint;
}

/** Variables as the files that an import may name: `env:APP_SETTINGS[.yml]`. */
function variablesIn(outer: Outer): readonly MountedFile[] {
  return outer
    .flat()
    .filter(({ isVariable }) => isVariable)
    .map(({ name, value, origin }) => ({ path: OF_A_VARIABLE + name, value, origin }));
}

function isWithin(path: string, root: string): boolean {
  return root !== '' && (path === root || path.startsWith(`${root}/`));
}

function readMounted(file: MountedFile, hint: string, readFile: ReadFile): Read['read'] {
  const text = textOf(file.value);
  if (text === undefined) {
    const secret = secretOf(file.value);
    const missing = whyMissing(file.value);
    if (missing !== undefined) return { trouble: `${missing}, and is mounted at ${file.path}` };
    const from =
      secret === undefined ? 'is put together from Secrets' : `comes from key ${secret.key} of Secret ${secret.name}`;
    return { trouble: `${file.path} ${from}, which ${secret === undefined ? 'are' : 'is'} not read`, secret };
  }
  const read = readFile(file.path + hint, text);
  return 'refused' in read ? { trouble: `${file.origin}, mounted at ${file.path}, ${read.refused}` } : read;
}

/** The settings of a file: its documents from the last to the first. */
function entriesOf({ file, read }: Read, reading: Reading): readonly (readonly Entry[])[] {
  if ('trouble' in read) return [];
  return read.documents
    .filter((document) => isActive(document, reading))
    .map((document) =>
      [...document].map(([name, value]) => ({
        name,
        value: [value],
        origin: `${name} in ${file.path}, ${file.origin}`,
      })),
    )
    .reverse();
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
