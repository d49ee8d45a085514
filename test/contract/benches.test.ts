// The measurements, their files and docs/performance.md say the same; and the command that runs them answers as others do.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bench } from '../../tools/bench/command.ts';
import { leastSquares } from '../../tools/bench/least-squares.ts';
import { imageFlags } from '../../tools/bench/image-flags.ts';
import { MEASUREMENTS } from '../../tools/bench/measurements.ts';

const ROOT = join(import.meta.dirname, '../..');
const BENCH = join(ROOT, 'tools/bench');
const DOCS = readFileSync(join(ROOT, 'docs/performance.md'), 'utf8');
const ROWS = Object.entries(MEASUREMENTS);

interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...args: string[]): Promise<Answer> {
  const [out, err]: [string[], string[]] = [[], []];
  const status = await bench(
    args,
    (line) => out.push(line),
    (line) => err.push(line),
  );
  return { status, stdout: out.join('\n'), stderr: err.join('\n') };
}

/** As a process of its own, which takes seconds to start. */
const start = (...args: string[]): Answer =>
  spawnSync(process.execPath, ['--import', 'tsx', join(BENCH, 'main.ts'), ...args], { cwd: ROOT, encoding: 'utf8' });

describe('the measurements', () => {
  it('are all the files that measure', () => {
    const files = readdirSync(BENCH).filter((file) =>
      /^export async function measure\(/m.test(readFileSync(join(BENCH, file), 'utf8')),
    );
    expect(files.sort()).toEqual(ROWS.map(([name]) => `${name}.ts`).sort());
  });

  it.each(ROWS)('%s is in docs/performance.md with its budget', (name, { budget }) => {
    expect(DOCS).toContain(`| \`${name}\` |`);
    expect(DOCS).toContain(`| ${budget} |`);
  });

  it('and no other is in docs/performance.md', () => {
    const named = [...DOCS.matchAll(/^\| `([a-z][\w-]*)` \|/gm)].map((match) => match[1]);
    expect(named).toEqual(ROWS.map(([name]) => name));
  });

  it('are made with the flags that docs/performance.md explains', () => {
    for (const flag of imageFlags()) expect(DOCS).toContain(`\`${flag.replace(/=.*/, '')}`);
  });
});

describe('a formula', () => {
  const examples = [
    [1, 1, 0],
    [1, 4, 2],
    [1, 9, 3],
    [1, 2, 7],
  ].map((x) => ({ x, y: 5 + 2 * (x[1] ?? 0) + 0.5 * (x[2] ?? 0) }));

  it('is found again from what it made', () => {
    const { constants, worst } = leastSquares(examples);
    for (const [index, constant] of [5, 2, 0.5].entries()) expect(constants[index]).toBeCloseTo(constant, 6);
    expect(worst).toBeLessThan(1e-6);
  });

  it('says how far it is from an example that does not fit', () => {
    const [first, ...others] = examples;
    const { worst } = leastSquares([{ x: first?.x ?? [], y: 2 * (first?.y ?? 0) }, ...others, ...others]);
    expect(worst).toBeGreaterThan(0.1);
  });

  it('is not made of examples that do not tell its parts apart', () => {
    expect(() => leastSquares([1, 2, 3].map((y) => ({ x: [1, 1], y })))).toThrow('do not tell the columns apart');
  });
});

describe('npm run bench', () => {
  it('says what there is', async () => {
    const { status, stdout } = await run('--help');
    expect(status).toBe(0);
    const lines = stdout.split('\n');
    for (const [name, { budget }] of ROWS)
      expect(lines.find((line) => line.startsWith(`  ${name} `))).toContain(budget);
  });

  it('prints the table of docs/performance.md, and measures nothing for it', async () => {
    const { status, stdout, stderr } = await run('table');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) expect(DOCS).toContain(`${line}\n`);
    for (const [, name] of stdout.matchAll(/([a-z-]+)` \|/g)) expect(Object.keys(MEASUREMENTS)).toContain(name);
  });

  it.each([
    [['nosuch'], 'No such measurement: nosuch. There are: http-probes,'],
    [['--minutes', 'long', 'fleet'], '--minutes is a number above 0, not long.'],
    [['--minutes', '0', 'fleet'], '--minutes is a number above 0, not 0.'],
    [['--fast'], "Unknown option '--fast'"],
  ])('refuses %j with a sentence', async (args, sentence) => {
    const { status, stdout, stderr } = await run(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(sentence);
  });

  it('ends with that code as a process', { timeout: 120_000 }, () => {
    const { status, stdout, stderr } = start('nosuch');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('No such measurement: nosuch.');
  });
});
