// What the pages tell people to type is there: verbs and flags, values of the chart, files, npm scripts; YAML and JSON
// parse, reports are valid, shell blocks are shell. What a block does when it is run is tested by integration/recipes; what
// no test runs says why.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { parse, parseAllDocuments } from 'yaml';
import { describe, expect, it } from 'vitest';
import { validateReport } from '../../src/api/validate.ts';
import { KIND } from '../../src/api/names.ts';
import { loadVerbs } from '../../src/cli/program.ts';
import { plain } from '../../src/output/columns.ts';
import { shellBlocks } from '../support/doc-blocks.ts';
import packageJson from '../../package.json' with { type: 'json' };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'helm/recognize-health/README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

const BLOCKS: readonly Block[] = PAGES.flatMap((page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^( *)```(\w*)\n([^]*?)^ *```/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split('\n').length,
    language: match[2] ?? '',
    text: (match[3] ?? '').replaceAll(new RegExp(`^${match[1] ?? ''}`, 'gm'), ''),
  }));
});

const of = (...languages: readonly string[]): readonly (readonly [string, Block])[] =>
  BLOCKS.filter(({ language }) => languages.includes(language)).map((block) => [`${block.page}:${block.line}`, block]);

const program = new Command();
await loadVerbs(program, {
  out: () => undefined,
  err: () => undefined,
  paint: plain,
  signal: new AbortController().signal,
});

/** Command lines of ours in a text: in blocks of a shell, and between backticks of prose. */
function ownCommands(text: string): readonly (readonly string[])[] {
  const joined = text.replaceAll(/\\\n\s*/g, ' ');
  return [...joined.matchAll(/(?:recognize-health(?:\.js)?|kubectl recognize) ([a-z][^\n`|<>]*)/g)]
    .map(([, rest = '']) => rest.replaceAll(/"[^"]*"|'[^']*'/g, 'TEXT').split(/\s+/))
    .filter(([verb = '']) => verb !== '' && program.commands.some((command) => command.name() === verb));
}

/** Flags that the verb does not have. */
function unknownFlags([verb, ...words]: readonly string[]): readonly string[] {
  const command = program.commands.find((one) => one.name() === verb);
  const known = new Set(command?.options.flatMap(({ short, long, negate }) => [short, long, negate ? '' : long]));
  return words
    .filter((word) => /^--?[a-z]/.test(word))
    .map((word) => (word.split('=')[0] ?? '').replace(/[.,;:)]+$/, ''))
    .filter((flag) => !known.has(flag) && flag !== '--help' && flag !== '--color');
}

describe('the pages', () => {
  it('hold blocks of each kind, so that this reads something', () => {
    for (const language of ['sh', 'yaml', 'json']) expect(of(language).length, language).toBeGreaterThan(2);
    expect(PAGES.length).toBeGreaterThan(20);
  });

  it.each(PAGES)('%s names verbs and flags that there are', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const wrong = ownCommands(text).flatMap((words) =>
      unknownFlags(words).map((flag) => `${words[0] ?? ''} has no ${flag}`),
    );
    expect(wrong).toEqual([]);
  });

  it('send nobody to a public registry for a package that is not there', () => {
    for (const page of PAGES) expect(readFileSync(join(ROOT, page), 'utf8'), page).not.toMatch(/npx +recognize-health/);
  });

  it('would find a flag that there is not', () => {
    const [words = []] = ownCommands('`recognize-health gate prod --max-aeg 5m`');
    expect(unknownFlags(words)).toEqual(['--max-aeg']);
    expect(unknownFlags(ownCommands('recognize-health status -A --request-timeout 5s')[0] ?? [])).toEqual([]);
  });
});

describe('a shell block', () => {
  const blocks = shellBlocks();

  it.each(blocks.map((block) => [block.place, block] as const))(
    '%s is run by a test, or says why not',
    (_place, { fate }) => {
      expect(fate).toBeDefined();
      if (fate?.kind === 'not run') expect(fate.why.split(' ').length).toBeGreaterThan(3);
    },
  );

  it('is run, as a rule', () => {
    const run = blocks.filter(({ fate }) => fate?.kind === 'run');
    expect(run.length).toBeGreaterThan(3 * (blocks.length - run.length));
    for (const block of of('sh', 'bash', 'console'))
      expect(blocks.map(({ script }) => script)).toContain(block[1].text);
  });
});

describe('a block', () => {
  it.each(of('sh', 'bash'))('%s is shell', (_place, { text }) => {
    execFileSync('bash', ['-n'], { input: text });
  });

  it.each(of('json'))('%s is JSON', (_place, { text }) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
  });

  it.each(of('yaml'))('%s is YAML, and a report in it is valid', (_place, { text }) => {
    for (const document of parseAllDocuments(text)) {
      expect(document.errors).toEqual([]);
      const value = document.toJS() as { readonly kind?: unknown } | null;
      if (value?.kind === KIND) expect(validateReport(value)).toMatchObject({ ok: true });
    }
  });

  it.each(of('sh', 'bash'))('%s names files, scripts and values that there are', (_place, { text }) => {
    const named = [...text.matchAll(/(?:-f|-k|kustomize) +((?:manifests|helm|docs|test)\/[\w./-]+)/g)].map(
      (match) => match[1] ?? '',
    );
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    const scripts = [...text.matchAll(/npm run ([\w:]+)/g)].map((match) => match[1] ?? '');
    expect(scripts.filter((name) => !Object.hasOwn(packageJson.scripts, name))).toEqual([]);
    const values = parse(readFileSync(join(ROOT, 'helm/recognize-health/values.yaml'), 'utf8')) as object;
    const set = [...text.replaceAll(/\\\n/g, ' ').matchAll(/--set ([\w.]+)/g)].map((match) => match[1] ?? '');
    expect(set.filter((path) => valueAt(values, path) === undefined)).toEqual([]);
  });
});

/** What stands at a dotted path; undefined where there is nothing. */
function valueAt(values: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (at, key) =>
        typeof at === 'object' && at !== null && Object.hasOwn(at, key)
          ? (at as Record<string, unknown>)[key]
          : undefined,
      values,
    );
}
