// Where Spring looks for config data, and which of the files that it finds stands over which: by the group of places, the
// profile, the place, the name and the ending. Of equal ones the mount decides.
import type { MountedFile } from './mounts.ts';

/** `optional:file:/etc/app/application.yml`, taken apart. */
export interface Place {
  /** Without a slash at its end; relative to a directory that is not known where it begins with a dot. */
  readonly path: string;
  /** `.yaml`, of a file without an ending: `file:/etc/app/settings[.yaml]`. */
  readonly hint: string;
}

/** What decides which files are read, and in which order. */
export interface Places {
  /** `spring.config.name`, without which it is `application`. */
  readonly names: readonly string[];
  /** Places that settings name, later groups over earlier ones; those of one group (`;`) stand beside each other. */
  readonly groups: readonly (readonly Place[])[];
  /** `spring.config.location`: the usual places are not looked at. */
  readonly isOnly: boolean;
  /** Active profiles, later ones over earlier ones. */
  readonly profiles: readonly string[];
}

export function placeOf(written: string): Place {
  const [, path = '', hint = ''] =
    /^(?:optional:)?(?:file:)?(?:\/\/(?=\/))?(.*?)\/*(\[\.[a-z]+\])?$/.exec(written) ?? [];
  return { path, hint: hint.slice(1, -1) };
}

/** Spring Cloud's own file, which it reads before the others and puts under them. */
export const BOOTSTRAP = ['bootstrap'];

/** How much a file counts, the highest most; undefined: Spring does not read it. Compared by `compare`. */
export type Rank = readonly number[];

export function rankOf(
  { path }: Pick<MountedFile, 'path'>,
  { names, groups, isOnly, profiles }: Places,
): Rank | undefined {
  const group = groups.findLastIndex((places) => places.some((place) => match(path, place) !== undefined));
  if (group === -1) {
    const named = isOnly ? undefined : byName(path, names, profiles);
    return named === undefined ? undefined : [-1, named.profile, usualDepth(path), named.name, ending(path)];
  }
  const places = groups[group] ?? [];
  const index = places.findLastIndex((place) => match(path, place) !== undefined);
  const place = places[index];
  const named =
    place === undefined || match(path, place) === 'directory'
      ? byName(path, names, profiles)
      : { profile: profileOfFile(path, place, profiles), name: 0 };
  return named === undefined ? undefined : [group, named.profile, index, named.name, ending(path)];

  /** Whether the place is this file, one of a profile beside it, or the directory that it is in. */
  function match(file: string, one: Place): 'file' | 'directory' | undefined {
    if (isAt(file, one.path) || profileOfFile(file, one, profiles) > 0) return 'file';
    return isBelow(placed(file, one), one.path) ? 'directory' : undefined;
  }
}

/** Ranks number by number; what is shorter comes first. */
export function compare(a: Rank, b: Rank): number {
  const length = Math.max(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (a[index] ?? -2) - (b[index] ?? -2);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** What a relative place is below a directory that nobody knows: that in which the program runs. */
const RELATIVE = /^(?:\.\.?\/)*([^/.].*)$/;

/** Whether the file is the one that is written. */
export function isAt(path: string, written: string): boolean {
  const relative = RELATIVE.exec(written)?.[1];
  return relative === undefined ? path === written : path === relative || path.endsWith(`/${relative}`);
}

/** A path as the place would write it. */
function placed(path: string, { path: place }: Place): string {
  const relative = RELATIVE.exec(place)?.[1];
  if (relative === undefined) return path;
  const at = path.lastIndexOf(`/${relative}`);
  return at === -1 ? path : place + path.slice(at + 1 + relative.length);
}

/** In a directory, or with a star at its end in one of the directories below. */
function isBelow(path: string, place: string): boolean {
  const directory = path.slice(0, path.lastIndexOf('/'));
  if (place.endsWith('/*')) return directory.slice(0, directory.lastIndexOf('/')) === place.slice(0, -2);
  return place === '.' || (place !== '' && directory === place);
}

/** 0: the file itself; n: that of the n-th active profile beside it, `settings-prod.yml` of `settings.yml`. */
function profileOfFile(path: string, place: Place, profiles: readonly string[]): number {
  const [, base, end] = /^(.*)(\.[a-z]+)$/i.exec(place.path) ?? [];
  return base === undefined || end === undefined
    ? 0
    : profiles.findLastIndex((profile) => isAt(path, `${base}-${profile}${end}`)) + 1;
}

/** A file of one of the names: 0 for every profile, n for the n-th active one. */
export function byName(
  path: string,
  names: readonly string[],
  profiles: readonly string[],
): { readonly profile: number; readonly name: number } | undefined {
  const base = /([^/]+)\.(?:ya?ml|properties)$/i.exec(path)?.[1];
  const found = names.flatMap((name, index) => {
    const active = profiles.findLastIndex((one) => base === `${name}-${one}`);
    return base === name || active !== -1 ? [{ profile: base === name ? 0 : active + 1, name: index }] : [];
  });
  return found.at(-1);
}

/** Of the usual places `config/` stands over the directory that it is in, and directories in it over both. */
function usualDepth(path: string): number {
  return /\/config\/[^/]+\/[^/]+$/.test(path) ? 2 : /\/config\/[^/]+$/.test(path) ? 1 : 0;
}

/** Spring's loaders in their order: properties stand over YAML. */
export function ending(path: string): number {
  return ['yaml', 'yml', 'properties'].indexOf(/[^.]*$/.exec(path.toLowerCase())?.[0] ?? '');
}
