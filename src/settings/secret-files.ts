// Settings files that are keys of Secrets, taken apart once a run may read them: names with their values, the last that
// counts of each. A value with a placeholder is left out, because what it refers to is not known there.
import { canonical } from '../product/setting-name.ts';
import type { ReadSecretFiles } from '../targets/configured.ts';
import { isActive } from './config-data.ts';
import { readSettings } from './documents.ts';

/** The files by name, those of an active profile over the others, later documents over earlier ones. */
export const readSecretFiles: ReadSecretFiles = (files, profiles) => {
  const found = new Map<string, { readonly file: string; readonly setting: string; readonly value: string }>();
  for (const [file, text] of [...files].toSorted(([a], [b]) => rank(a, profiles) - rank(b, profiles))) {
    if (rank(file, profiles) < 0) continue;
    const read = readSettings(file, text);
    if ('refused' in read) continue;
    for (const document of read.documents.filter((one) => isActive(one, profiles)))
      for (const [setting, value] of document) found.set(canonical(setting), { file, setting, value });
  }
  return [...found.values()].filter(({ value }) => value !== '' && !value.includes('${'));
};

/** 0: of no profile; n: of the n-th active one; -1: of one that is not active. */
function rank(file: string, profiles: readonly string[]): number {
  const profile = /^application-(.+)\.[a-z]+$/i.exec(file)?.[1];
  return profile === undefined ? 0 : profiles.lastIndexOf(profile) + 1 || -1;
}
