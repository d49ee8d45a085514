// Spring's profiles: which are active by what the settings say, and for which of them a document is read.
import { canonical } from '../product/setting-name.ts';
import type { SettingsDocument } from './documents.ts';

/** More profiles than anybody has are left out. */
const MOST_PROFILES = 64;
/** What is active where nothing is. */
const DEFAULT = 'default';

/** Words of a list, by the pattern of its canonical name: those of the first source that sets it, or of each. */
export type WordsOf = (name: RegExp, of?: 'first' | 'each') => readonly string[];

/**
 * The active profiles, later ones over earlier ones: included ones, those that are activated, each followed by those that
 * `spring.profiles.group.<name>` puts behind it.
 */
export function activeProfiles(words: WordsOf): readonly string[] {
  const active = [...words(/^springprofilesinclude[0-9]*$/, 'each'), ...words(/^springprofilesactive[0-9]*$/)];
  const otherwise = (): readonly string[] => {
    const said = words(/^springprofilesdefault[0-9]*$/);
    return said.length === 0 ? [DEFAULT] : said;
  };
  const found = new Set<string>();
  const add = (profile: string): void => {
    if (found.has(profile) || found.size === MOST_PROFILES) return;
    found.add(profile);
    for (const one of words(new RegExp(`^springprofilesgroup${canonical(profile)}[0-9]*$`))) add(one);
  };
  for (const profile of active.length === 0 ? otherwise() : active) add(profile);
  return [...found];
}

/** `spring.config.activate.on-profile`, or `spring.profiles` as before 2.4: profiles with `!`, `&`, `|` and brackets; the cloud platform is Kubernetes, unless `spring.main.cloud-platform` says another. */
export function isActive(
  document: SettingsDocument,
  { profiles, platform = 'kubernetes' }: { readonly profiles: readonly string[]; readonly platform?: string },
): boolean {
  const wanted = [...document].flatMap(([name, value]) =>
    /^spring(?:config)?(?:activateonprofile|profiles)[0-9]*$/.test(canonical(name)) ? value.split(',') : [],
  );
  const platforms = [...document].flatMap(([name, value]) =>
    canonical(name).endsWith('configactivateoncloudplatform') ? [value.trim().toLowerCase()] : [],
  );
  if (platforms.some((one) => one !== platform)) return false;
  return wanted.length === 0 || wanted.some((expression) => holds(expression, profiles));
}

/** What is no expression holds for nobody. */
function holds(expression: string, profiles: readonly string[]): boolean {
  const tokens = expression.match(/[()!&|]|[^()!&|\s]+/g) ?? [];
  let at = 0;
  const either = (): boolean => {
    let value = both();
    while (tokens[at] === '|') {
      at += 1;
      value = both() || value;
    }
    return value;
  };
  const both = (): boolean => {
    let value = single();
    while (tokens[at] === '&') {
      at += 1;
      value = single() && value;
    }
    return value;
  };
  const single = (): boolean => {
    const token = tokens[at];
    at += 1;
    if (token === '!') return !single();
    if (token !== '(') return token !== undefined && profiles.includes(token);
    const value = either();
    at += 1;
    return value;
  };
  return tokens.length <= MOST_TOKENS && either() && at >= tokens.length;
}

/** Each of them may be a bracket: a parser must not go as deep as somebody writes. */
const MOST_TOKENS = 200;
