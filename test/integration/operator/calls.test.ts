// What a run asks of the API server in the steady state: counted, not timed.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RecordedRequest } from '../../stack/apiserver/server.ts';
import { startInstallations, type Installations } from '../../stack/installations.ts';
import { fastClock, NAMESPACE, startArena, type Arena } from './arena.ts';

const RUNS = 6;

let arena: Arena;
let installations: Installations;
beforeEach(async () => {
  arena = await startArena({ clock: fastClock(4) });
  installations = await startInstallations(arena.server);
});
afterEach(async () => {
  await arena.close();
  await installations.close();
});

/** Starts an operator, and says where its endpoints are. */
async function listening(): Promise<number> {
  const { port } = await arena.start();
  await vi.waitFor(() => expect(port()).toBeGreaterThan(0), { timeout: 30_000 });
  return port();
}

const runsOf = async (port: number): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^recognize_health_runs_total\{result="examined"\} (\d+)/m.exec(text)?.[1]);
};
/** What it asked, but for watches. */
const asked = (): readonly RecordedRequest[] =>
  arena.server.requests.filter(({ user, verb }) => user === 'operator' && verb !== 'watch');

/** What so many further runs asked. */
async function during(port: number, runs: number): Promise<{ runs: number; calls: readonly RecordedRequest[] }> {
  const from = await runsOf(port);
  const before = asked().length;
  let until = from;
  await vi.waitFor(
    async () => {
      installations.write(NAMESPACE, 'Served');
      until = await runsOf(port);
      expect(until).toBeGreaterThanOrEqual(from + runs);
    },
    { timeout: 60_000, interval: 200 },
  );
  return { runs: until - from, calls: asked().slice(before) };
}

const tally = (calls: readonly RecordedRequest[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const { verb, resource, subresource, path } of calls) {
    const what = `${verb} ${resource === '' ? path : resource}${subresource === '' ? '' : `/${subresource}`}`;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
};

describe('in the steady state', () => {
  it('four reports of a namespace cost no list more than one', async () => {
    installations.install(NAMESPACE);
    for (const name of ['a', 'b', 'c', 'd'])
      await arena.admin.create(
        arena.report(name, { discovery: 'Auto', services: [], timeout: '10s', logs: { enabled: false } }),
      );
    const port = await listening();
    await during(port, 4);
    const lists = asked().filter(
      ({ verb, namespace, resource }) => verb === 'list' && namespace === NAMESPACE && resource === 'pods',
    );
    expect(lists.length).toBeLessThanOrEqual(2);
    const { calls } = await during(port, RUNS);
    expect(Object.keys(tally(calls)).filter((what) => what.startsWith('list ') && what !== 'list nodes')).toEqual([]);
  });
});
