// What a report costs the cluster that remembers all it may: writes a day, counted on virtual time, and the size of the
// object. With the largest history, a window that opens and closes, and everything that the last healthy run saw.
import { describe, expect, it } from 'vitest';
import { COMPONENTS } from '../../../src/api/components.ts';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { availabilityOf } from '../../../src/api/history.ts';
import type { FaultCode } from '../../../src/api/faults.ts';
import { controller } from '../../../src/operator/controller.ts';
import type { ObservedReport } from '../../../src/operator/ports.ts';
import { jsonBytes, OBJECT_BYTES, STATUS_BYTES } from '../../../src/report/index.ts';
import { MOST_WATCHED } from '../../../src/report/watched.ts';
import { virtualClock } from '../../support/virtual-clock.ts';
import { minutes, report, run, START } from '../judge/fixtures.ts';

const HOUR = 3_600_000;
/** A part of a day: over a whole one the test would run for a minute. */
const HOURS = 4;
const WRITES = 288 / (24 / HOURS);
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** As many buckets as there are of each length, no two alike, so that nothing is shortened. */
const buckets = (most: number, count: number): string =>
  Array.from({ length: count }, (_, index) => Math.floor(most / 2) - index).join(',');
const track = [buckets(300, 13), buckets(3_600, 25), buckets(86_400, 31)].join(';');
const LARGEST_HISTORY = {
  until: START.toISOString(),
  components: ['all', ...COMPONENTS].map((component) => ({ component, up: track, down: track })),
};
const WATCHED = Array.from({ length: MOST_WATCHED }, (_, index) => ({
  id: `secret/of-a-usual-length-${index}`,
  is: `${1_000_000 + index}`,
}));
const WINDOW = { schedule: '30 13 * * *', timeZone: 'Europe/Berlin', duration: '1h', reason: 'patches', by: 'us' };

const remembering = (faults: Readonly<Record<string, FaultCode>> = {}): HealthReportStatus =>
  report(
    run(faults),
    { ...report(run(), undefined, { report: { watched: WATCHED } }).status, history: LARGEST_HISTORY },
    {
      now: minutes(1),
      thresholds: { failure: 1, success: 1 },
      report: { watched: WATCHED },
    },
  ).status;

interface Passed {
  readonly writes: readonly HealthReportStatus[];
  readonly runs: number;
}

/** At the default interval; the first hour, in which it begins, is not counted. */
async function hours(faults: Readonly<Record<string, FaultCode>> = {}): Promise<Passed> {
  const clock = virtualClock(START.toISOString());
  const stop = new AbortController();
  const writes: HealthReportStatus[] = [];
  let runs = 0;
  const control = controller({
    api: {
      get: () => Promise.resolve(undefined),
      applyStatus: (_, status) => {
        writes.push(status);
        return Promise.resolve({ kind: 'Written' });
      },
      markOutdated: () => Promise.resolve(undefined),
      recordEvent: () => Promise.resolve(),
    },
    examine: ({ spec, previous }) => {
      runs += 1;
      const { status } = report(run(faults), previous, {
        now: clock.now(),
        thresholds: spec.thresholds,
        mutes: spec.mutes ?? [],
        report: { watched: WATCHED },
      });
      return Promise.resolve(status);
    },
    mayWrite: () => true,
    clock,
    log: silent,
    random: () => 0,
    workers: 1,
    onStart: () => undefined,
    signal: stop.signal,
  });
  const metadata = {
    name: 'prod',
    namespace: 'recognize',
    uid: 'one',
    generation: 1,
    resourceVersion: '1',
    annotations: {},
  };
  const observed: ObservedReport = { metadata, spec: { mutes: [WINDOW] }, status: remembering(faults) };
  control.observe(observed);
  await clock.advance(HOUR);
  const [before, ranBefore] = [writes.length, runs];
  await clock.advance(HOURS * HOUR);
  stop.abort();
  return { writes: writes.slice(before), runs: runs - ranBefore };
}

describe('a report that remembers all it may', () => {
  it('is written as often as 288 times a day when nothing changes, and never larger than it may be', async () => {
    const { writes, runs } = await hours();
    expect(runs).toBeGreaterThanOrEqual(HOURS * 60 - 1);
    expect(writes.length).toBeLessThanOrEqual(WRITES);
    expect(writes.length).toBeGreaterThan(WRITES - 8);
    for (const status of writes) {
      expect(jsonBytes(status)).toBeLessThanOrEqual(STATUS_BYTES);
      expect(status.lastHealthy?.watched).toHaveLength(MOST_WATCHED);
      expect(status.history?.components.map(({ component }) => component)).toContain('all');
    }
    // What was recorded meanwhile is in it, and the month before still is.
    const { history } = writes.at(-1) ?? {};
    expect(history && availabilityOf(history, 'all', '1h')).toEqual({ up: 3_600, down: 0, unknown: 0 });
    expect(history && availabilityOf(history, 'all', '30d')).toMatchObject({ down: expect.any(Number) as number });
  });

  it('is written once more where a window silences a failure, and once more where it ends', async () => {
    const { writes } = await hours({ 'database/node-persistence/connect': 'DatabaseMissing' });
    expect(writes.length).toBeLessThanOrEqual(WRITES + 2);
    const silenced = writes.map(({ verdict }) => verdict);
    expect(silenced.filter((verdict, index) => index > 0 && verdict !== silenced[index - 1])).toHaveLength(2);
  });

  it('fits into an object of 64 KiB with the largest history, and with every check besides', () => {
    const status = remembering();
    expect(status.history?.components).toHaveLength(LARGEST_HISTORY.components.length);
    expect(status.lastHealthy?.watched).toHaveLength(MOST_WATCHED);
    expect(status.truncated).toBe(0);
    // managedFields name every path that the operator owns: about as much as 6 KiB.
    const object = {
      metadata: { name: 'prod', managedFields: 'm'.repeat(6 * 1024) },
      spec: { mutes: [WINDOW] },
      status,
    };
    expect(jsonBytes(object)).toBeLessThanOrEqual(OBJECT_BYTES);

    const many = Object.fromEntries(
      Array.from({ length: 320 }, (_, index) => [`auth-vault/question-${index}`, 'HealthDown'] as const),
    );
    expect(jsonBytes(remembering(many))).toBeLessThanOrEqual(STATUS_BYTES);
  });
});
