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
