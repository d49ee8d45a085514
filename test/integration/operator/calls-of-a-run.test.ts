// What a run costs the API server in the steady state, counted: an installation of ten pods with logs, a report with
// sixty checks and more. A tenth more than what docs/performance.md says is a failure.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadAccess } from '../../../src/kube/access.ts';
import { createKubeApi } from '../../../src/kube/call.ts';
import { createTransport } from '../../../src/kube/transport.ts';
import { runOperator } from '../../../src/operator/operator.ts';
import { Stop } from '../../../src/runtime/clock.ts';
import { callsSince } from '../../../tools/bench/calls.ts';
import { startBenchCluster, type BenchCluster } from '../../../tools/bench/cluster.ts';
import { installations, PODS, type Installations } from '../../../tools/bench/installations.ts';
import { isOnRealServer } from '../../stack/switched-server.ts';
import { fastClock, until } from './arena.ts';

/** A watch that is silent for 90 s is not believed; a real API server breaks the silence about once a minute. */
const SPEED = isOnRealServer() ? 1 : 3;
/** Runs that are counted. */
const RUNS = 4;

let cluster: BenchCluster;
let all: Installations;
let ended: Promise<unknown>;
const stop = new AbortController();

beforeAll(async () => {
  cluster = await startBenchCluster({ bookmarkMs: 500 });
  all = await installations(cluster);
});
afterAll(async () => {
  stop.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
  await ended;
  await all.stop();
  await cluster.stop();
});

describe('a run of a large report', () => {
  test('lists nothing, reads the logs of its pods, and little else', async () => {
    await all.add({ namespace: 'recognize-0', reports: ['report-0', 'report-1'], interval: '15s' });
    let runs = 0;
    cluster.onVisit = (report) => {
      if (report === 'report-0') runs += 1;
    };
    const clock = fastClock(SPEED);
    const api = createKubeApi(createTransport(await loadAccess({ kubeconfig: cluster.kubeconfig, clock })), clock);
    ended = runOperator({
      api,
      namespaces: [],
      workers: 4,
      listen: { host: '127.0.0.1', port: 0 },
      logLevel: 'error',
      clock,
      signal: stop.signal,
    }).finally(() => api.close());
    const run = (count: number): Promise<unknown> =>
      until(
        `${count} runs`,
        () => runs,
        (seen) => seen >= count,
        120_000,
      );
    // The first ones list, and the watches begin after them.
    await run(3);
    const status = await cluster.status('report-0', 'recognize-0');
    expect(status?.checks?.length).toBeGreaterThanOrEqual(60);
    const from = runs;
    const callsOf = await callsSince(cluster.server);
    await run(from + RUNS);
    // Two reports: each has had as many runs, and one more may be under way.
    const { total, text } = await callsOf(2 * (runs - from));
    const perRun = total / (2 * (runs - from));
    expect(perRun, text).toBeLessThanOrEqual((PODS + 2) * 1.1);
    // The bound can be missed from below, too: a run that asks nothing examines nothing.
    expect(perRun, text).toBeGreaterThan(PODS * 0.6);
    const lists = (cluster.server.recording?.requests ?? []).filter(
      ({ verb, namespace }) => verb === 'list' && namespace === 'recognize-0',
    );
    expect(lists).not.toEqual([]);
    // Eleven kinds, by the runs that came before the watches, and by the first after; nothing in any later one.
    expect(lists.length).toBeLessThanOrEqual(4 * 11);
  }, 300_000);
});
