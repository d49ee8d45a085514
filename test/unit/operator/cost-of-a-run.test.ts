// What a run of a large report costs, counted and not timed, so that a busy machine changes nothing: calls of functions of
// ours and objects made for the CPU, characters of JSON, and what is kept for the memory. A tenth more than these figures,
// which docs/performance.md explains, is a failure; calls to the API server: test/integration/operator/calls-of-a-run.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { countARun, type RunCounts } from '../../../tools/bench/count-a-run.ts';

const DOCS = readFileSync(join(import.meta.dirname, '../../../docs/performance.md'), 'utf8');

let counts: RunCounts;

/** The figure of a row of docs/performance.md. */
function documented(what: string): number {
  const row = DOCS.split('\n').find((line) => line.startsWith(`| ${what} |`));
  return Number(row?.split('|')[2]?.replaceAll(',', ''));
}

// A process of its own: five seconds of CPU, most of them for loading.
beforeAll(async () => {
  counts = await countARun();
}, 300_000);

describe('a run of a large report', () => {
  test('has sixty checks and more', () => expect(counts.checks).toBeGreaterThanOrEqual(60));

  // Fewer by a fifth is no regression, but the figure says nothing any more: write down the new one.
  test.each<[string, (of: RunCounts) => number, least?: number]>([
    ['calls of functions in a run', ({ calls }) => calls],
    ['characters of JSON in a run', ({ json }) => json],
    ['bytes of objects made in a run', ({ allocated }) => allocated],
    ['bytes kept of a report', ({ keptReport }) => keptReport],
    ['bytes kept of a pod', ({ keptPod }) => keptPod],
    // Node 24 keeps it in three fifths of what Node 20 and the figure have.
    ['bytes kept of a log', ({ keptLog }) => keptLog, 0.5],
    ['bytes of a status that is written', ({ written }) => written],
  ])('%s: at most a tenth more than documented', (what, counted, least = 0.8) => {
    const figure = documented(what);
    const rooms = counts.byRoom.map(([room, calls]) => `${room} ${Math.round(calls)}`).join(', ');
    const said = `${what}: ${Math.round(counted(counts))} (calls: ${rooms})`;
    expect(counted(counts), said).toBeLessThanOrEqual(figure * 1.1);
    expect(counted(counts), said).toBeGreaterThan(figure * least);
  });

  test('costs the same again: nothing grows from run to run', () => {
    expect(Math.abs(counts.callsAgain - counts.calls)).toBeLessThan(counts.calls * 0.02);
  });

  test('is counted in every room that has a part in it', () => {
    const rooms = counts.byRoom.map(([room]) => room);
    expect(rooms).toEqual(
      expect.arrayContaining(['logs', 'targets', 'probes', 'checks', 'judge', 'report', 'operator']),
    );
  });
});
