// Which setting a placeholder means. Spring takes a name as it is written; one that is spelt as its own names are (small
// letters, digits, hyphens, dots) it takes by relaxed binding before. `${DB_HOST}` is the variable, and no `db.host` of a file.
import type { Entry } from './value.ts';

/** Of sources of which the first stands over the others: the entry that a placeholder with this name means. */
export function finderIn(sources: readonly (readonly Entry[])[]): (name: string) => Entry | undefined {
  let known: Index | undefined;
  return (name) => {
    const { written, relaxed, variables } = (known ??= indexOf(sources.flat()));
    const own = IS_NAME.test(name) ? first([relaxed.get(uniform(name)), variables.get(variableOf(name))]) : undefined;
    return (own ?? first([name, ...inShells(name)].map((one) => written.get(one))))?.entry;
  };
}

type Named = ReadonlyMap<string, Placed>;

interface Index {
  readonly written: Named;
  /** Without the variables. */
  readonly relaxed: Named;
  /** In capital letters. */
  readonly variables: Named;
}

function indexOf(entries: readonly Entry[]): Index {
  const [written, relaxed, variables] = [
    new Map<string, Placed>(),
    new Map<string, Placed>(),
    new Map<string, Placed>(),
  ];
  for (const [index, entry] of entries.entries()) {
    const placed = { entry, index };
    add(written, entry.name, placed);
    if (entry.isVariable === true) add(variables, entry.name.toUpperCase(), placed);
    else add(relaxed, uniform(entry.name), placed);
  }
  return { written, relaxed, variables };
}

interface Placed {
  readonly entry: Entry;
  readonly index: number;
}

/** Names of Spring's own: elements between dots, and items in brackets. */
const IS_NAME = /^[a-z0-9-]+(?:\[[^\]]*\])*(?:\.[a-z0-9-]+(?:\[[^\]]*\])*)*$/;
const IN_NAME = /[.[\]]+/;

function add(all: Map<string, Placed>, name: string, placed: Placed): void {
  if (!all.has(name)) all.set(name, placed);
}

function first(all: readonly (Placed | undefined)[]): Placed | undefined {
  return all
    .filter((one) => one !== undefined)
    .toSorted((a, b) => a.index - b.index)
    .at(0);
}

/** Element by element, without case, hyphens and underscores. */
function uniform(name: string): string {
  return name
    .split(IN_NAME)
    .map((element) => element.toLowerCase().replace(/[^a-z0-9]/g, ''))
    .join('.');
}

/** The variable of a name: its elements without their hyphens. */
function variableOf(name: string): string {
  return name
    .toUpperCase()
    .replaceAll('-', '')
    .split(IN_NAME)
    .filter((element) => element !== '')
    .join('_');
}

/** As a shell would call it, which knows neither dots nor hyphens. */
function inShells(name: string): readonly string[] {
  const plain = name.replace(/[.-]/g, '_');
  return [plain, plain.toUpperCase()];
}
