// Log matching: every signature of the guide, against `grep -F -c -f` with as many literals on the same file; and the
// work on hostile input, which must grow with its length and not faster.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SERVICES } from '../../src/api/components.ts';
import { ENTRIES } from '../../src/guide/index.ts';
import { parseTemplate } from '../../src/guide/template.ts';
import { createLogScan } from '../../src/logs/scan.ts';
import { benignRecords, type BenignLayout } from '../../test/fixtures/logs/benign/generate.ts';
import { median, pairs } from './measure.ts';

const MEGABYTES = 200;
const RUNS = 5;
/** One record in so many has a signature. */
const HIT_EVERY = 5000;
const BUDGET = 0.7;
const READ_BYTES = 1024 * 1024;

export const title = 'log matching against grep -F -c -f';
export const budget = `at least ${BUDGET}× of grep's throughput, and linear in hostile input`;

export async function measure(print: (line: string) => void): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'recognize-health-bench-'));
  try {
    const literals = literalsOfSignatures();
    const patterns = join(folder, 'literals.txt');
    writeFileSync(patterns, `${literals.join('\n')}\n`);
    let within = true;
    for (const [name, layouts] of LOGS) {
      const log = join(folder, 'log.txt');
      const { bytes, hits } = writeLog(log, layouts);
      const all = await pairs(
        RUNS,
        () => scanFile(log),
        () => grep(patterns, log),
      );
      const found = await scanFile(log);
      const ours = median(all.map((pair) => pair.ours));
      const theirs = median(all.map((pair) => pair.theirs));
      const ratio = median(all.map((pair) => pair.theirs / pair.ours));
      within &&= ratio >= BUDGET;
      print(
        `${name}: ${(bytes / 1e6).toFixed(0)} MB, ${found} of ${hits} records found, ${literals.length} literals; ` +
          `ours ${speed(bytes, ours)}, grep ${speed(bytes, theirs)}, throughput ${ratio.toFixed(2)}× of grep's (budget ${BUDGET}×)`,
      );
    }
    return hostile(print) && within;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const LOGS: readonly (readonly [string, readonly BenignLayout[]])[] = [
  ['plain', ['Spring Boot 3']],
  ['JSON', ['logstash']],
  ['mixed', ['Spring Boot 2', 'Spring Boot 3', 'logstash', 'ECS, nested']],
];

/** What a person would grep for: the longest fixed part of every alternative of every signature. */
function literalsOfSignatures(): readonly string[] {
  const literals = ENTRIES.flatMap(({ signatures }) => signatures)
    .flatMap(({ template }) => parseTemplate(template))
    .map((tokens) =>
      tokens
        .map((token) => (token.kind === 'literal' ? token.text : token.kind === 'host' ? '.svc.cluster.local' : ''))
        .reduce((longest, text) => (text.length > longest.length ? text : longest), ''),
    );
  return [...new Set(literals)];
}

function writeLog(path: string, layouts: readonly BenignLayout[]): { bytes: number; hits: number } {
  const file = openSync(path, 'w');
  // Twenty megabytes of distinct records, again and again: to make them takes longer than to search them.
  const block: string[] = [];
  let size = 0;
  let hits = 0;
  for (const record of benignRecords({ seed: 3, layouts })) {
    block.push(record);
    size += record.length;
    if (block.length % HIT_EVERY === 0) {
      const hit =
        '2026-11-20T09:18:36.281Z ERROR 1 --- [nio-8080-exec-2] i.k.authvault.JwtService : Failed JWT token sign\n';
      block.push(hit);
      hits += 1;
    }
    if (size > 20e6) break;
  }
  const text = block.join('');
  const times = Math.ceil((MEGABYTES * 1e6) / text.length);
  let bytes = 0;
  for (let time = 0; time < times; time += 1) bytes += writeSync(file, text);
  closeSync(file);
  return { bytes, hits: hits * times };
}

/** As `diagnose` reads a file. */
function scanFile(path: string): Promise<number> {
  const scan = createLogScan();
  const file = openSync(path, 'r');
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) scan.push(buffer.subarray(0, read));
  closeSync(file);
  return Promise.resolve(scan.end().counters.matched);
}

async function grep(patterns: string, log: string): Promise<void> {
  const child = spawn('grep', ['-F', '-c', '-f', patterns, log], {
    // Not /dev/null: grep stops at the first match then.
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
  });
  child.stdout.resume();
  await once(child, 'exit');
}

/** Twice the input may take twice as long, and something for the noise of the machine. */
const LINEAR = 3;

function hostile(print: (line: string) => void): boolean {
  const makers: Readonly<Record<string, (bytes: number) => Buffer>> = {
    'one line of anchors': (bytes) => Buffer.alloc(bytes, ' service returned error: '),
    'nothing but line feeds': (bytes) => Buffer.alloc(bytes, '\n'),
    'NUL bytes': (bytes) => Buffer.alloc(bytes),
    'a line of one letter': (bytes) => Buffer.alloc(bytes, 'a'),
    'half JSON on every line': (bytes) => Buffer.alloc(bytes, '{"level":"ERROR","message":"Failed JWT token sign\n'),
    'an INFO record without end': (bytes) =>
      Buffer.concat([
        Buffer.from('2026-11-20 09:00:00.000  INFO 1 --- [main] a : b\n'),
        Buffer.alloc(bytes, '\tFailed JWT token sign\n'),
      ]),
    'an error on every line': (bytes) =>
      Buffer.alloc(bytes, '2026-11-20 09:00:00.000 ERROR 1 --- [main] a : Failed JWT token sign\n'),
    'open brackets': (bytes) => Buffer.alloc(bytes, '{"level":[[[[[[[[[[[[Batch entry'),
    'hosts in hosts': (bytes) => Buffer.alloc(bytes, 'node-persistence.svc.cluster.local'),
  };
  let linear = true;
  for (const [name, make] of Object.entries(makers)) {
    const [small = Number.NaN, large = Number.NaN] = [1e6, 2e6].map((bytes) => {
      const input = make(bytes);
      return median(
        Array.from({ length: 3 }, () => {
          const start = performance.now();
          const scan = createLogScan({ services: SERVICES });
          for (let at = 0; at < input.length; at += 65_536) scan.push(input.subarray(at, at + 65_536));
          scan.end();
          return performance.now() - start;
        }),
      );
    });
    const growth = large / small;
    linear &&= growth < LINEAR || large < 50;
    print(`hostile, ${name}: 2 MB in ${large.toFixed(0)} ms, ${growth.toFixed(2)}× the time of 1 MB`);
  }
  return linear;
}

function speed(bytes: number, ms: number): string {
  return `${(bytes / 1e6 / (ms / 1000)).toFixed(0)} MB/s`;
}
