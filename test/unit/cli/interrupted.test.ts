// Ctrl-C while a verb waits for the cluster or reads: one sentence and 130, whichever verb it is, and no trace of where it waited.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../../src/cli/program.ts';
import { plain } from '../../../src/output/columns.ts';
import { Stop } from '../../../src/runtime/clock.ts';

let folder: string;
let kubeconfig: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'recognize-health-interrupted-'));
  kubeconfig = join(folder, 'config');
  const cluster = { name: 'c', cluster: { server: 'https://127.0.0.1:1' } };
  const context = { name: 'c', context: { cluster: 'c', user: 'u', namespace: 'recognize' } };
  const user = { name: 'u', user: { token: 't' } };
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [cluster],
      contexts: [context],
      users: [user],
      'current-context': 'c',
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('interrupted while it asks the cluster, or reads', () => {
  it.each([
    ['explain'],
    ['explain', 'REC-AV-003'],
    ['explain', 'database/connect'],
    ['status', 'prod'],
    ['status', '-A'],
    ['gate', 'prod'],
    ['check', 'prod'],
    ['doctor'],
    ['dashboard'],
    ['init'],
    ['egress', 'prod'],
    ['run', 'prod'],
    ['suspend', 'prod'],
    ['mute', 'prod', 'core-daemon/health', '--until', '2h', '--reason', 'r'],
  ])('%s %s', async (...argv) => {
    const flags = argv[0] === 'explain' ? [] : ['--kubeconfig', kubeconfig];
    expect(await interrupted(...argv, ...flags)).toEqual([130, ['recognize-health: interrupted']]);
  });

  it('diagnose, which says how far it came', async () => {
    const said = await interrupted('diagnose', import.meta.filename);
    expect(said).toEqual([130, ['Interrupted after 0 lines; the rest was not read.']]);
  });
});

/** A command that is stopped as soon as it has begun: its exit code, and what it said of it. */
async function interrupted(...argv: readonly string[]): Promise<readonly [code: number, err: readonly string[]]> {
  const stop = new AbortController();
  const err: string[] = [];
  const ended = run(argv, {
    out: () => undefined,
    err: (text) => void err.push(text),
    paint: plain,
    signal: stop.signal,
  });
  stop.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
  return [await ended, err];
}
