// The names of settings in the data of a ConfigMap: its own keys, and the paths within values that are documents (YAML,
// JSON, properties). Whoever wrote them may be anybody: sizes are bounded, aliases are not followed, and what cannot be
// read is told apart from what holds nothing.
import { nestingOf } from '../runtime/nesting.ts';

/** Of all documents of one ConfigMap together; what is larger is not read. A Spring configuration has some kilobytes. */
const MOST_TEXT = 64 * 1024;
/** Of all ConfigMaps of one service together. */
export const MOST_SERVICE_TEXT = 256 * 1024;
const MOST_NAMES = 5_000;
/** Paths of settings are shorter than this; a text that could be nested deeper is not given to the parser. */
const DEEPEST = 16;
const MOST_NESTING = 64;

export interface SettingNames {
  readonly keys: readonly string[];
  /** False when a value was too large, too deep, or no document that can be read. */
  readonly isWhole: boolean;
  /** Characters of documents that were read. */
  readonly read: number;
}

/**
 * Names only: no value is part of the answer.
 *
 * @param most how many characters of documents are read at most
 */
export async function settingNames(
  data: Readonly<Record<string, string>>,
  most: number = MOST_TEXT,
): Promise<SettingNames> {
  const found: Found = { keys: new Set(), isWhole: true };
  let text = 0;
  for (const [key, value] of Object.entries(data)) {
    add(found, key);
    const kind = kindOf(key, value);
    if (kind === undefined) continue;
    if (text + value.length > Math.min(most, MOST_TEXT)) {
      found.isWhole = false;
      continue;
    }
    text += value.length;
    if (kind === 'properties') for (const name of propertyNames(value)) add(found, name);
    else await addDocuments(found, value, /\.[a-z]+$/i.test(key));
  }
  return { keys: [...found.keys], isWhole: found.isWhole, read: text };
}

interface Found {
  readonly keys: Set<string>;
  isWhole: boolean;
}

/** By the file's name; without one that tells, a value of several lines, or in braces, is taken for YAML. */
function kindOf(key: string, value: string): 'yaml' | 'properties' | undefined {
  if (/\.(?:ya?ml|json)$/i.test(key)) return 'yaml';
  if (/\.properties$/i.test(key)) return 'properties';
  if (/\.[a-z]{1,8}$/i.test(key) && !/\.(?:conf|config|txt)$/i.test(key)) return undefined;
  if (/^\s*\{/.test(value)) return 'yaml';
  if (!value.trim().includes('\n')) return undefined;
  return /^[^\s#!][^\s:=]*=/m.test(value) ? 'properties' : 'yaml';
}

function add(found: Found, path: string): void {
  if (found.keys.size < MOST_NAMES) found.keys.add(path);
  else found.isWhole = false;
}

/** `name=value`, `name: value`, `name value`; a line that ends with a backslash goes on in the next one. */
function propertyNames(text: string): readonly string[] {
  let goesOn = false;
  return text.split(/\r?\n/).flatMap((line) => {
    const isContinuation = goesOn;
    const isComment = /^\s*[#!]/.test(line) && !isContinuation;
    goesOn = !isComment && trailingBackslashes(line) % 2 === 1;
    if (isContinuation || isComment) return [];
    return /^\s*([^\s:=]+)/.exec(line)?.[1] ?? [];
  });
}

function trailingBackslashes(line: string): number {
  let count = 0;
  while (line[line.length - 1 - count] === '\\') count += 1;
  return count;
}

/** A text of several lines that is no YAML, and does not say that it is, holds no names. */
async function addDocuments(found: Found, text: string, isNamedSo: boolean): Promise<void> {
  if (nestingOf(text) > MOST_NESTING) {
    found.isWhole &&= !isNamedSo;
    return;
  }
  const { documentNames } = await import('./document-names.ts');
  const { paths, isWhole } = await documentNames(text, DEEPEST);
  for (const path of paths) add(found, path);
  found.isWhole &&= isWhole || !isNamedSo;
}
