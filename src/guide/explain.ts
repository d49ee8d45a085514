// Looks the guide up by what people have at hand: an id, a code, a name, a fault, or a pasted line.
import { SERVICES } from '../api/components.ts';
import { entryUrl, type Entry } from './entry.ts';
import { ENTRIES } from './index.ts';
import { createMatcher, type Matcher } from './matcher.ts';
import { parseTemplate } from './template.ts';

export type Platform = NonNullable<Entry['platform']>;

/** An entry as `explain -o json` prints it. Scripts read these names. */
export interface Explanation {
  readonly id: string;
  readonly section: string;
  readonly title: string;
  readonly cause: string;
  readonly nextSteps: string;
  readonly url: string;
  readonly source: 'guide' | 'ours';
  readonly platform?: Platform;
  readonly code?: string;
  /** Templates in the guide's notation. */
  readonly signatures?: readonly string[];
}

/**
 * What the guide says about something, best first; empty when nothing matches (`nothingFound` has the sentence then).
 *
 * An exact id, code, name, fault or section answers alone. Any other text is searched for ids, for the guide's error
 * strings with real values in place of the wildcards, for SDK codes and names, and for the agent's HTTP status; last,
 * it may be a part of a title. Case never counts.
 *
 * @param options.platform narrows SDK codes that mean two things; without it iOS comes before Android
 */
export function explain(query: string, options: { readonly platform?: Platform } = {}): readonly Explanation[] {
  const text = normalized(query);
  if (text === '') return [];
  const asked = /^(.*?)[\s,(]+(?:on\s+)?(ios|android)\)?$/.exec(text);
  const platform = options.platform ?? platformNamed(asked?.[2]);
  const subject = asked?.[1] ?? text;
  const fits = (entry: Entry): boolean =>
    platform === undefined || entry.platform === undefined || entry.platform === platform;

  for (const look of [byId, byCode, byName, byFault, bySection, insideText, byPartOfTitle]) {
    const found = [...new Set(look(look === insideText ? query : subject))].filter(fits);
    if (found.length > 0) return found.map(toExplanation);
  }
  return [];
}

/** The whole guide with our own advice behind it, in its order. */
export function everyEntry(): readonly Explanation[] {
  return ENTRIES.map(toExplanation);
}

function platformNamed(name: string | undefined): Platform | undefined {
  return name === 'ios' || name === 'android' ? name : undefined;
}

/** `rec-av-003`; also the beginning of ids: `SDK-20002`, `REC-EA`. */
function byId(text: string): readonly Entry[] {
  const id = text.replace(/^\[(.*)\]$/, '$1').toUpperCase();
  return ENTRIES.filter((entry) => entry.id === id || entry.id.startsWith(`${id}-`));
}

/** `20002`, `SDK 20002`, `HTTP 422`, `error code: 30000` */
function byCode(text: string): readonly Entry[] {
  const code = /^(?:[a-z]+[\s:#=-]+){0,3}(\d{3}|\d{5})$/.exec(text)?.[1];
  return code === undefined ? [] : ENTRIES.filter((entry) => entry.code === code);
}

/** A title as the guide prints it; SDK errors by their name alone too (`lockedOut`). */
function byName(text: string): readonly Entry[] {
  return ENTRIES.filter((entry) => namesOf(entry).includes(text));
}

function namesOf(entry: Entry): readonly string[] {
  const title = normalized(entry.title);
  const name = entry.section === 'mobile-sdk' ? title.split(' ').at(-1) : undefined;
  return name === undefined ? [title] : [title, name];
}

/** The entry for any component first, then those for one. */
function byFault(text: string): readonly Entry[] {
  const claims = (entry: Entry, any: boolean): boolean =>
    entry.claims.some(([component, fault]) => (component === 'any') === any && fault.toLowerCase() === text);
  return [...ENTRIES.filter((entry) => claims(entry, true)), ...ENTRIES.filter((entry) => claims(entry, false))];
}

function bySection(text: string): readonly Entry[] {
  const section = text.replaceAll(' ', '-');
  return ENTRIES.filter(
    (entry) => entry.section === section || (entry.section.endsWith(section) && section === 'enrollment-agent'),
  );
}

let everySignature: Matcher | undefined;

function insideText(query: string): readonly Entry[] {
  everySignature ??= createMatcher(SERVICES, { fold: true, shared: true });
  const text = normalized(query);
  const words = new Set(query.split(/[^A-Za-z0-9]+/));
  const upper = query.toUpperCase();
  return [
    ...ENTRIES.filter((entry) => upper.includes(`[${entry.id}]`) || new RegExp(`\\b${entry.id}(?![\\w-])`).test(upper)),
    ...everySignature.match(query).map(({ entry }) => entry),
    ...ENTRIES.filter((entry) => entry.section === 'alerts' && standsInOrder(entry.title, text)),
    ...ENTRIES.filter((entry) => isMentioned(entry, words, text)),
    ...ENTRIES.filter((entry) => entry.claims.some(([, fault]) => words.has(fault))),
  ];
}

/** SDK codes and names as whole words; the agent's status only where the text speaks of the agent. */
function isMentioned(entry: Entry, words: ReadonlySet<string>, text: string): boolean {
  if (entry.code === undefined) return false;
  if (entry.section === 'mobile-sdk') {
    const name = entry.title.split(' ').at(-1) ?? '';
    // Names of one plain word (`timeout`, `spoofing`) are words of any log.
    // A bare number may be anything: Logback's level_value of INFO is 20000.
    return (
      new RegExp(`(?:^|code|error|sdk)\\W{0,4}${entry.code}\\b`).test(text) ||
      (/[a-z][A-Z]/.test(name) && words.has(name))
    );
  }
  return /agent|enrol/.test(text) && new RegExp(`(?:status|http|code)\\W{0,4}${entry.code}\\b`).test(text);
}

/** Whether the fixed parts of a title stand in the text one after another: an alert with real names in it. */
function standsInOrder(title: string, text: string): boolean {
  return parseTemplate(normalized(title)).some((tokens) => {
    let from = 0;
    return tokens.every((token) => {
      if (token.kind !== 'literal') return true;
      const at = text.indexOf(token.text, from);
      from = at + token.text.length;
      return at >= 0;
    });
  });
}

/** Shorter parts than this are in too many titles. */
const PART_CHARACTERS = 6;

function byPartOfTitle(text: string): readonly Entry[] {
  if (text.length < PART_CHARACTERS) return [];
  return ENTRIES.filter((entry) => normalized(entry.title).includes(text));
}

/** Lower case, single spaces, without the backticks and quotation marks that people copy along. */
function normalized(text: string): string {
  return text.toLowerCase().replace(/[`"]/g, '').replace(/\s+/g, ' ').trim();
}

function toExplanation(entry: Entry): Explanation {
  return {
    id: entry.id,
    section: entry.section,
    title: entry.title,
    cause: entry.cause,
    nextSteps: entry.nextSteps,
    url: entryUrl(entry),
    source: entry.source,
    ...(entry.platform === undefined ? {} : { platform: entry.platform }),
    ...(entry.code === undefined ? {} : { code: entry.code }),
    ...(entry.signatures.length === 0 ? {} : { signatures: entry.signatures.map(({ template }) => template) }),
  };
}
