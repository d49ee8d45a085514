// The paths of the mappings in a YAML or JSON text, by the `yaml` package. A file of its own, so that the package is
// loaded for the first document: most ConfigMaps hold variables only. It lexes and parses and goes no further: names are
// all that is wanted, and each piece is small enough to let others have their turn in between.
import { CST, Lexer, Parser } from 'yaml';
import { turn } from '../runtime/turn.ts';

export interface DocumentNames {
  readonly paths: readonly string[];
  /** False when it is no YAML from end to end, or goes deeper than `deepest`. */
  readonly isWhole: boolean;
}

/** After so many lexemes, and after so many names, the event loop has its turn: about a millisecond of work. */
const SLICE = 500;

interface Found {
  readonly paths: string[];
  isWhole: boolean;
}

/** Aliases are not followed; values are not looked at. */
export async function documentNames(text: string, deepest: number): Promise<DocumentNames> {
  const found: Found = { paths: [], isWhole: true };
  const parser = new Parser();
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) await document(token, deepest, found);
    lexemes += 1;
    if (lexemes % SLICE === 0) await turn();
  }
  for (const token of parser.end()) await document(token, deepest, found);
  return found;
}

async function document(token: CST.Token, deepest: number, found: Found): Promise<void> {
  if (token.type === 'error') found.isWhole = false;
  if (token.type !== 'document') return;
  let visited = 0;
  const open: Child[] = [{ token: token.value, path: [], name: undefined }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.path.length > deepest) {
      found.isWhole = false;
      continue;
    }
    if (next.name !== undefined) found.paths.push(next.name);
    if (next.token !== undefined) open.push(...children(next.token, next.path, found).reverse());
    visited += 1;
    if (visited % SLICE === 0) await turn();
  }
}

interface Child {
  readonly token: CST.Token | undefined;
  readonly path: readonly string[];
  /** The path as one text, where this is a named value. */
  readonly name: string | undefined;
}

/** What stands in a collection. */
function children(token: CST.Token, path: readonly string[], found: Found): Child[] {
  if (token.type !== 'block-map' && token.type !== 'block-seq' && token.type !== 'flow-collection') return [];
  if (token.type === 'flow-collection' && token.end.length === 0) found.isWhole = false;
  return token.items.map((item) => {
    const key = item.key === undefined || item.key === null ? undefined : scalar(item.key, found);
    if (key === undefined) return { token: item.value, path, name: undefined };
    const below = [...path, key];
    return { token: item.value, path: below, name: below.join('.') };
  });
}

function scalar(token: CST.Token, found: Found): string | undefined {
  const isBroken = (): void => {
    found.isWhole = false;
  };
  const value = CST.resolveAsScalar(token, true, isBroken)?.value;
  return token.type === 'alias' ? undefined : value;
}

/** What decides whether a document of several counts: only Spring knows which profiles are active. */
const OF_A_PROFILE = /^spring\.(?:config\.activate\.on-profile|profiles)$/;

/** Texts and numbers by their path, as `documentNames` walks it; the last of several documents counts. */
export function documentValues(text: string, deepest: number): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const documents = parseAllDocuments(text, { logLevel: 'silent' });
  for (const { contents, errors } of Array.isArray(documents) ? documents : []) {
    const own = new Map<string, string>();
    const walk = (node: Node | null | undefined, path: readonly string[]): void => {
      if (path.length > deepest) return;
      if (isScalar(node)) own.set(path.join('.'), String(node.value));
      if (!isMap(node)) return;
      for (const { key, value } of node.items) if (isScalar(key)) walk(value as Node, [...path, String(key.value)]);
    };
    walk(contents, []);
    const isOfAProfile = [...own.keys()].some((path) => OF_A_PROFILE.test(path));
    if (errors.length === 0 && !isOfAProfile) for (const [path, value] of own) values.set(path, value);
  }
  return values;
}
