// Settings files that are keys of Secrets, taken apart once a run may read them: names with their values, the last that
// counts of each. A value with a placeholder is left out, because what it refers to is not known there.
import { canonical } from '../product/setting-name.ts';
import type { ReadSecretFiles } from '../targets/configured.ts';
import { BOOTSTRAP, byName, compare, ending } from './config-places.ts';
import { readSettings } from './documents.ts';
import { isActive } from './profiles.ts';

/** The files by name, those of an active profile over the others, later documents over earlier ones. */
export const readSecretFiles: ReadSecretFiles = (files, { keys, names, profiles }) => {
  const found = new Map<string, { readonly file: string; readonly setting: string; readonly value: string }>();
  const ranked = [...files].flatMap(([file, text]) => {
    const [named, below] = [byName(file, names, profiles), byName(file, BOOTSTRAP, profiles)];
    if (keys === undefined && named === undefined && below === undefined) return [];
    const { profile = 0, name = 0 } = named ?? below ?? {};
    return [{ file, text, rank: [named === undefined && below !== undefined ? -1 : 0, profile, name, ending(file)] }];
  });
  for (const { file, text } of ranked.toSorted((a, b) => compare(a.rank, b.rank))) {
    const read = readSettings(file, text);
    if ('refused' in read) continue;
    for (const document of read.documents.filter((one) => isActive(one, { profiles })))
      for (const [setting, value] of document) found.set(canonical(setting), { file, setting, value });
  }
  return [...found.values()].filter(({ value }) => value !== '' && !value.includes('${'));
};
