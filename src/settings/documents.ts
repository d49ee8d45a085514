// Settings in the text of a file that Spring reads: YAML, JSON (which is YAML) and properties, of several documents each.
// Whoever wrote it may be anybody: its size and its nesting are bounded before a parser sees it.
import { isScalar, parseAllDocuments, visit, type Document } from 'yaml';
import { isRecord } from '../runtime/is-record.ts';
import { nestingOf } from '../runtime/nesting.ts';

/** One document: names with dots, and `[0]` for items of lists. Later documents of a file stand over earlier ones. */
export type SettingsDocument = ReadonlyMap<string, string>;

/** The documents, or why the file is not read: the end of a sentence. */
export type ReadDocuments = { readonly documents: readonly SettingsDocument[] } | { readonly refused: string };

/** A Spring configuration has some kilobytes. In characters. */
const MOST_TEXT = 256 * 1024;
/** Of YAML, whose parser holds up everything else while it works. */
const MOST_YAML = 32 * 1024;
const MOST_NESTING = 64;
const MOST_SETTINGS = 5_000;
/** What Spring's own parser allows. */
const MOST_ALIASES = 50;

/** Why a file is too large to be read; undefined when it is not. */
export function tooLarge(file: string, text: string): string | undefined {
  const most = isProperties(file) || text.length > MOST_TEXT ? MOST_TEXT : MOST_YAML;
  return text.length > most ? `has ${text.length} characters; more than ${most} are not read` : undefined;
}

/** `.properties`; everything else is YAML. */
export function isProperties(file: string): boolean {
  return /\.properties$/i.test(file);
}

export function readSettings(file: string, text: string): ReadDocuments {
  const refused = tooLarge(file, text);
  if (refused !== undefined) return { refused };
  if (isProperties(file)) return bounded(propertyDocuments(text));
  if (nestingOf(text) > MOST_NESTING) return { refused: `is nested deeper than ${MOST_NESTING} levels` };
  if (moreThan(MOST_SETTINGS * 2, text, /[:,\n-]/g)) return { refused: `has more than ${MOST_SETTINGS} settings` };
  // The parser's own look for keys that stand twice compares each with each.
  const parsed = parseAllDocuments(text, { logLevel: 'silent', prettyErrors: false, uniqueKeys: false, merge: true });
  const documents: SettingsDocument[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    if (document.errors.length > 0 || hasKeyTwice(document)) return { refused: 'is no valid YAML' };
    const value = toPlain(document);
    if (value === REFUSED) return { refused: 'uses YAML aliases that multiply' };
    if (value === null || value === undefined) continue;
    if (!isRecord(value)) return { refused: 'holds no settings, but a list or a single value' };
    documents.push(flattened(value));
  }
  return bounded(documents);
}

/** The settings of a JSON text, as SPRING_APPLICATION_JSON holds them; undefined when it is none. */
export function readJson(text: string): SettingsDocument | undefined {
  if (text.length > MOST_TEXT || nestingOf(text) > MOST_NESTING) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? flattened(value) : undefined;
  } catch {
    return undefined;
  }
}

/** True when the pattern is found so often. */
function moreThan(many: number, text: string, pattern: RegExp): boolean {
  let left = many;
  for (const _ of text.matchAll(pattern)) if ((left -= 1) < 0) return true;
  return false;
}

function hasKeyTwice(document: Document.Parsed): boolean {
  let found = false;
  visit(document, {
    Map: (_, map) => {
      const keys = new Set<unknown>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? key.value : key;
        // A merge may stand several times.
        if (keys.has(name) && name !== '<<') found = true;
        keys.add(name);
      }
      return found ? visit.BREAK : undefined;
    },
  });
  return found;
}

const REFUSED = Symbol('refused');

function toPlain(document: { toJS(options: { maxAliasCount: number }): unknown }): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch {
    return REFUSED;
  }
}

function bounded(documents: readonly SettingsDocument[]): ReadDocuments {
  const settings = documents.reduce((sum, { size }) => sum + size, 0);
  return settings > MOST_SETTINGS ? { refused: `has more than ${MOST_SETTINGS} settings` } : { documents };
}

function flattened(value: Readonly<Record<string, unknown>>): SettingsDocument {
  const found = new Map<string, string>();
  const walk = (node: unknown, path: string): void => {
    if (found.size > MOST_SETTINGS) return;
    if (Array.isArray(node)) for (const [index, item] of node.entries()) walk(item, `${path}[${index}]`);
    else if (isRecord(node))
      for (const [key, below] of Object.entries(node)) walk(below, path === '' ? key : `${path}.${key}`);
    else found.set(path, scalar(node));
  };
  walk(value, '');
  return found;
}

function scalar(value: unknown): string {
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
      ? String(value)
      : '';
}

/** java.util.Properties, with Spring's `#---` between documents. */
function propertyDocuments(text: string): readonly SettingsDocument[] {
  return text.split(/^[#!]---[ \t]*$/m).map((document) => new Map(propertyLines(document).flatMap(property)));
}

/** Lines without comments and blank ones; one that ends with an odd number of backslashes goes on in the next. */
function propertyLines(text: string): readonly string[] {
  const lines: string[] = [];
  let open: string[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const trimmed = line.trimStart();
    if (open.length === 0 && (trimmed === '' || /^[#!]/.test(trimmed))) continue;
    const goesOn = trailingBackslashes(trimmed) % 2 === 1;
    open.push(goesOn ? trimmed.slice(0, -1) : trimmed);
    if (goesOn) continue;
    lines.push(open.join(''));
    open = [];
  }
  if (open.length > 0) lines.push(open.join(''));
  return lines;
}

function trailingBackslashes(line: string): number {
  let count = 0;
  while (line[line.length - 1 - count] === '\\') count += 1;
  return count;
}

/** `name=value`, `name: value`, `name value`. */
function property(line: string): [string, string][] {
  const [, name, value] = /^((?:\\.|[^\\\s=:])*)[ \t\f]*[=:]?[ \t\f]*(.*)$/su.exec(line) ?? [];
  return name === undefined || value === undefined || name === '' ? [] : [[unescaped(name), unescaped(value)]];
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f' };

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gsu, (_, code: string | undefined, character: string | undefined) =>
    code === undefined ? (ESCAPES[character ?? ''] ?? character ?? '') : String.fromCharCode(parseInt(code, 16)),
  );
}
