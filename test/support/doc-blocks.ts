// The shell blocks of the pages, each with what stands above it: how it is run by a test, or why it is not.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Every page, in the order in which somebody new reads them. */
export const PAGES: readonly string[] = [
  ...new Set([
    'docs/gate.md',
    'docs/upgrades.md',
    'docs/gitops.md',
    'README.md',
    'docs/quick-start.md',
    'docs/operating.md',
    'docs/install.md',
    'helm/recognize-health/README.md',
    'CONTRIBUTING.md',
    ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`)
      .sort(),
  ]),
];

/** The cluster that a block is run on. `installing`: nothing of ours is there; the blocks follow each other. */
export type Situation = 'healthy' | 'blocked' | 'dead' | 'installing';

export interface ShellBlock {
  /** `docs/gate.md:12` */
  readonly place: string;
  readonly script: string;
  /** Undefined where nothing is said about it. */
  readonly fate:
    | { readonly kind: 'run'; readonly situation: Situation; readonly code: number }
    | { readonly kind: 'not run'; readonly why: string }
    | undefined;
}

const BLOCK = /(?:^<!-- ([^\n]*) -->\n\n)?^( *)```(?:sh|bash|console)\n([^]*?)^ *```/gm;
const RUN = /^test: (healthy|blocked|dead|installing) ([0-9]+)$/;
const NOT_RUN = /^not run: (.+)$/;

/** All of them, page by page. */
export function shellBlocks(): readonly ShellBlock[] {
  return PAGES.flatMap((page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    return [...text.matchAll(BLOCK)].map(({ index, 1: said = '', 3: script = '' }) => ({
      place: `${page}:${text.slice(0, index).split('\n').length}`,
      script,
      fate: fateOf(said),
    }));
  });
}

function fateOf(said: string): ShellBlock['fate'] {
  const [, situation, code] = RUN.exec(said) ?? [];
  if (situation !== undefined) return { kind: 'run', situation: situation as Situation, code: Number(code) };
  const [, why] = NOT_RUN.exec(said) ?? [];
  return why === undefined ? undefined : { kind: 'not run', why };
}
