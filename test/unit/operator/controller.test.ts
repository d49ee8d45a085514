// The operator's discipline, on virtual time: what it writes, what it does not, and what ends a run.
import { describe, expect, test } from 'vitest';
import { REQUEST_ANNOTATION } from '../../../src/api/names.ts';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { controller, type Controller } from '../../../src/operator/controller.ts';
import type { ObservedReport, ReportApi, WriteResult } from '../../../src/operator/ports.ts';
import type { Examine } from '../../../src/operator/reconcile.ts';
import { Stop } from '../../../src/runtime/clock.ts';
import { processClock } from '../../support/process-clock.ts';
import { virtualClock, type VirtualClock } from '../../support/virtual-clock.ts';
import { goodStatus } from './good-status.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

interface Bench {
  readonly clock: VirtualClock;
  readonly control: Controller;
  readonly writes: { uid: string; status: HealthReportStatus }[];
  readonly events: string[];
  /** What it logged, the level before it. */
  readonly lines: string[];
  /** How late routine runs started. In ms. */
  readonly late: number[];
  readonly runs: { uid: string; generation: number; signal: AbortSignal }[];
  readonly stop: AbortController;
  /** What the API server holds, for re-reads. */
  stored: ObservedReport | undefined;
  answer: (write: number) => WriteResult;
  /** How long a write takes. */
  writeMs: number;
  verdict: HealthReportStatus['verdict'];
  /** How long a run takes. */
  runMs: number;
  /** What the lease says. */
  leads: boolean;
  /** Sets the wall clock; time goes on as it does. */
  setWallBy(ms: number): void;
}

function bench(random: () => number = () => 0, workers = 4): Bench {
  const clock = virtualClock();
  const own = processClock(clock);
  const stop = new AbortController();
  const self: Omit<Bench, 'control'> = {
    clock,
    writes: [],
    events: [],
    lines: [],
    late: [],
    runs: [],
    stop,
    stored: undefined,
    answer: () => ({ kind: 'Written' }),
    verdict: 'Healthy',
    runMs: 0,
    writeMs: 0,
    leads: true,
    setWallBy: (ms) => own.setWallBy(ms),
  };
  const api: ReportApi = {
    get: () => Promise.resolve(self.stored),
    applyStatus: async (metadata, written, signal) => {
      if (self.writeMs > 0) await clock.sleep(self.writeMs, signal);
      const result = self.answer(self.writes.length);
      self.writes.push({ uid: metadata.uid, status: written });
      return result;
    },
    markOutdated: () => Promise.resolve(undefined),
    recordEvent: (_metadata, event) => {
      self.events.push(event.reason);
      return Promise.resolve();
    },
  };
  const examine: Examine = async ({ metadata, signal }) => {
    self.runs.push({ uid: metadata.uid, generation: metadata.generation, signal });
    const started = own.now();
    if (self.runMs > 0) await clock.sleep(self.runMs, signal);
    return goodStatus(metadata.generation, started, self.verdict);
  };
  const control = controller({
    api,
    examine,
    mayWrite: () => self.leads,
    clock: own,
    log: {
      debug: (_, message) => void self.lines.push(`debug ${message}`),
      info: (_, message) => void self.lines.push(`info ${message}`),
      warn: (_, message) => void self.lines.push(`warn ${message}`),
      error: (_, message) => void self.lines.push(`error ${message}`),
    },
    random,
    workers,
    onStart: (lateMs) => void self.late.push(lateMs),
    signal: stop.signal,
  });
  return Object.assign(self, { control });
}

function report(overrides: Partial<ObservedReport['metadata']> = {}, spec: unknown = {}): ObservedReport {
  return {
    metadata: {
      name: 'prod',
      namespace: 'recognize',
      uid: 'one',
      generation: 1,
      resourceVersion: '1',
      annotations: {},
      ...overrides,
    },
    spec,
    status: undefined,
  };
}

describe('controller', () => {
  test('examines a new report at once and writes what it found', async () => {
    const b = bench();
    b.control.observe(report());
    await b.clock.advance(0);
    expect(b.writes.map(({ status: written }) => written.verdict)).toEqual(['Healthy']);
  });

  test('spreads what is overdue when it begins over time, and whoever waits for a run does not wait for that', async () => {
    const b = bench();
    const old = goodStatus(1, new Date(b.clock.now().getTime() - 60 * 60_000));
    for (let n = 0; n < 100; n += 1) b.control.observe({ ...report({ name: `r${n}`, uid: `u${n}` }), status: old });
    b.control.observe(report({ name: 'new', uid: 'new' }));
    await b.clock.advance(0);
    expect(b.runs.map(({ uid }) => uid).sort()).toEqual(['new', 'u0']);
    await b.clock.advance(1_000);
    expect(b.runs.length).toBeLessThan(40);
    await b.clock.advance(4_000);
    expect(new Set(b.runs.map(({ uid }) => uid)).size).toBe(101);
    // They stay apart: nobody's second run comes before an interval is over.
    await b.clock.advance(54_000);
    expect(b.runs).toHaveLength(101);
  });

  test('spreads reports that were made together over their interval, from the second run on', async () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const b = bench(random, 16);
    b.runMs = 100;
    for (let n = 0; n < 300; n += 1) b.control.observe(report({ name: `r${n}`, namespace: `n${n}`, uid: `u${n}` }));
    // All first runs are over after two seconds; none of them waits for its place in the interval.
    await b.clock.advance(3_000);
    expect(new Set(b.runs.map(({ uid }) => uid)).size).toBe(300);
    await b.clock.advance(57_000);
    let most = 0;
    for (let slice = 0; slice < 24; slice += 1) {
      const before = b.runs.length;
      await b.clock.advance(5_000);
      most = Math.max(most, b.runs.length - before);
    }
    // In step, all 300 would come within five seconds; evenly, 26 do.
    expect(most).toBeLessThan(75);
    expect(Math.max(...b.late)).toBeLessThan(5_000);
  });

  test('examines again after the interval and writes nothing when nothing is new', async () => {
    const b = bench();
    b.control.observe(report());
    await b.clock.advance(4 * 60_000);
    expect(b.runs).toHaveLength(5);
    expect(b.writes).toHaveLength(1);
  });

  test('writes a heartbeat after five minutes', async () => {
    const b = bench();
    b.control.observe(report());
    await b.clock.advance(5 * 60_000);
    expect(b.writes).toHaveLength(2);
  });

  test('logs one line a transition: a heartbeat is none', async () => {
    const b = bench();
    b.control.observe(report());
    await b.clock.advance(11 * 60_000);
    b.verdict = 'Failing';
    await b.clock.advance(60_000);
    const written = b.lines.filter((line) => line.endsWith('status written'));
    expect(written).toEqual([
      'info status written',
      'debug status written',
      'debug status written',
      'info status written',
    ]);
  });

  test('tells how late a routine run starts when the workers are busy', async () => {
    const b = bench();
    b.runMs = 90_000;
    for (const name of ['a', 'b', 'c', 'd']) b.control.observe(report({ name, uid: name }));
    await b.clock.advance(10 * 60_000);
    expect(b.late.length).toBeGreaterThan(0);
    expect(Math.max(...b.late)).toBeGreaterThan(0);
    expect(Math.min(...b.late)).toBeGreaterThanOrEqual(0);
  });

  test.each([
    ['back', -3_600_000],
    ['ahead', 3_600_000],
  ])('writes the time anew when the clock was set %s, and runs as before', async (_, ms) => {
    const b = bench();
    b.control.observe(report());
    await b.clock.advance(30_000);
    b.setWallBy(ms);
    await b.clock.advance(60_000);
    expect(b.runs).toHaveLength(2);
    const [before, after] = b.writes.map(({ status: written }) => Date.parse(written.lastRunTime ?? ''));
    expect(b.writes).toHaveLength(2);
    expect((after ?? 0) - (before ?? 0)).toBe(ms + 60_000);
  });

  test('shows of a report with a short interval that it ran a minute ago at most', async () => {
    const b = bench();
    b.control.observe(report({}, { interval: '10s' }));
    for (let second = 0; second < 600; second += 10) {
      await b.clock.advance(10_000);
      const last = Date.parse(b.writes.at(-1)?.status.lastRunTime ?? '');
      expect(b.clock.now().getTime() - last).toBeLessThanOrEqual(60_000);
    }
  });

  test('stays below 289 writes a day when nothing happens', async () => {
    const b = bench();
    b.control.observe(report());
    await b.clock.advance(24 * 60 * 60_000);
    expect(b.writes.length).toBeLessThanOrEqual(289);
    expect(b.runs.length).toBeGreaterThan(1_000);
  });

  test('writes a change at the next run', async () => {
    const b = bench();
    b.control.observe(report());
    await b.clock.advance(30_000);
    b.verdict = 'Failing';
    await b.clock.advance(30_000);
    expect(b.writes.map(({ status: written }) => written.verdict)).toEqual(['Healthy', 'Failing']);
    expect(b.events).toEqual(['VerdictFailing']);
  });

  test('its own write, seen through the watch, causes no run', async () => {
    const b = bench();
    b.control.observe(report());
    await b.clock.advance(0);
    b.control.observe({ ...report({ resourceVersion: '2' }), status: b.writes[0]!.status });
    await b.clock.advance(1_000);
    expect(b.runs).toHaveLength(1);
  });

  test('an edit cancels the run under way and starts one with the new generation', async () => {
    const b = bench();
    b.runMs = 5_000;
    b.control.observe(report());
    await b.clock.advance(1_000);
    b.control.observe(report({ generation: 2, resourceVersion: '2' }));
    await b.clock.advance(6_000);
    expect(b.runs.map(({ generation }) => generation)).toEqual([1, 2]);
    expect((b.runs[0]!.signal.reason as Stop).reason).toEqual({ kind: 'Cancelled', why: 'superseded' });
    expect(b.writes.map(({ status: written }) => written.observedGeneration)).toEqual([2]);
  });

  test('an edit while a status is written ends that write, without a line of trouble', async () => {
    const b = bench();
    b.writeMs = 1_000;
    b.control.observe(report());
    await b.clock.advance(500);
    b.control.observe(report({ generation: 2 }));
    await b.clock.advance(5_000);
    expect(b.writes.map(({ status: written }) => written.observedGeneration)).toEqual([2]);
    expect(b.lines.filter((line) => /^(?:warn|error)/.test(line))).toEqual([]);
  });

  test('a shutdown while a status is written leaves no line of trouble', async () => {
    const b = bench();
    b.writeMs = 1_000;
    b.control.observe(report());
    await b.clock.advance(500);
    b.stop.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
    await b.control.ended;
    expect(b.lines.filter((line) => /^(?:warn|error)/.test(line))).toEqual([]);
  });

  test('a report deleted in mid-run is not written', async () => {
    const b = bench();
    b.runMs = 5_000;
    b.control.observe(report());
    await b.clock.advance(1_000);
    b.control.remove('recognize', 'prod');
    await b.clock.advance(60_000);
    expect(b.writes).toEqual([]);
    expect(b.control.size).toBe(0);
  });

  test('a report deleted and made again in mid-run gets a run of its own and nothing of the old one', async () => {
    const b = bench();
    b.runMs = 5_000;
    b.control.observe(report());
    await b.clock.advance(1_000);
    b.control.remove('recognize', 'prod');
    b.control.observe(report({ uid: 'two', resourceVersion: '9' }));
    await b.clock.advance(6_000);
    expect(b.writes.map(({ uid }) => uid)).toEqual(['two']);
  });

  test('a report whose run does not end goes stale, and the worker is freed', async () => {
    const b = bench();
    b.runMs = 24 * 60 * 60_000;
    const last = goodStatus(1, new Date(b.clock.now().getTime() - 60_000));
    const freshUntil = new Date(b.clock.now().getTime() + 9 * 60_000).toISOString();
    b.stored = { ...report(), status: { ...last, freshUntil } };
    b.control.observe(b.stored);
    await b.clock.advance(8 * 60_000);
    expect(b.writes).toEqual([]);
    await b.clock.advance(2 * 60_000);
    const ready = b.writes[0]?.status.conditions.map(({ type, reason }) => `${type}/${reason}`);
    expect(ready).toEqual(['Ready/Stale', 'Healthy/Stale', 'Upgradeable/Stale']);
    expect(b.writes[0]?.status.verdict).toBe('Unknown');
    expect(b.writes).toHaveLength(1);
    expect(b.runs.length).toBeGreaterThan(1);
    b.runMs = 0;
    await b.clock.advance(10 * 60_000);
    expect(b.writes[1]?.status.verdict).toBe('Healthy');
  });

  test('an outdated definition is said in the status, and the next write comes when it is mended', async () => {
    const b = bench();
    b.answer = (write) => (write === 0 ? { kind: 'CrdOutdated', detail: 'old' } : { kind: 'Written' });
    b.control.observe(report());
    await b.clock.advance(29_000);
    expect(b.writes).toHaveLength(1);
    await b.clock.advance(1_000);
    expect(b.writes).toHaveLength(2);
  });

  test('a request is answered at once, also when nothing changed, and echoed', async () => {
    const b = bench();
    b.control.observe(report());
    await b.clock.advance(2_000);
    b.control.observe(report({ annotations: { [REQUEST_ANNOTATION]: 'gate-1' }, resourceVersion: '3' }));
    await b.clock.advance(0);
    expect(b.writes.at(-1)?.status.lastHandledRequest).toBe('gate-1');
    expect(b.writes).toHaveLength(2);
  });

  test('requests and edits, however many, start no second run within two seconds', async () => {
    const b = bench();
    b.control.observe(report());
    for (let change = 1; change <= 50; change += 1) {
      b.control.observe(report({ annotations: { [REQUEST_ANNOTATION]: `ask-${change}` }, generation: change }));
      await b.clock.advance(100);
    }
    expect(b.runs.length).toBeLessThanOrEqual(3);
    await b.clock.advance(2_000);
    expect(b.writes.at(-1)?.status).toMatchObject({ lastHandledRequest: 'ask-50', observedGeneration: 50 });
  });

  test('a namespace whose runs hang does not keep another one waiting', async () => {
    const b = bench();
    b.runMs = 120_000;
    const of = (namespace: string, name: string): ObservedReport =>
      report({ namespace, name, uid: `${namespace}/${name}` });
    b.control.observe(of('quiet', 'r'));
    for (let index = 0; index < 48; index += 1) b.control.observe(of('noisy', `r${index}`));
    await b.clock.advance(121_000);
    const quiet = b.runs.filter(({ uid }) => uid.startsWith('quiet/')).length;
    // Its next run is due a minute after the first began, and began although 47 others wait.
    b.control.observe({ ...of('quiet', 'r'), metadata: { ...of('quiet', 'r').metadata, generation: 2 } });
    await b.clock.advance(2_000);
    expect(b.runs.filter(({ uid }) => uid.startsWith('quiet/'))).toHaveLength(quiet + 1);
    expect(b.control.oldestMs()).toBeGreaterThan(100_000);
  });

  test('a namespace that was alone, and whose runs hang, does not keep the first report of another one waiting', async () => {
    const b = bench();
    b.runMs = 120_000;
    for (let index = 0; index < 48; index += 1) b.control.observe(report({ name: `r${index}`, uid: `r${index}` }));
    await b.clock.advance(1_000);
    expect(b.runs).toHaveLength(3);
    b.control.observe(report({ namespace: 'quiet', uid: 'quiet' }));
    await b.clock.advance(0);
    expect(b.runs.at(-1)?.uid).toBe('quiet');
    // The rest of the noisy one waits until it is within its share.
    await b.clock.advance(119_000);
    expect(b.runs).toHaveLength(5);
  });

  test('however often one namespace asks anew, another one has its turns when they are due', async () => {
    const b = bench();
    b.runMs = 30_000;
    const noisy = (index: number, token: string): ObservedReport =>
      report({ name: `r${index}`, uid: `r${index}`, annotations: { [REQUEST_ANNOTATION]: token } });
    b.control.observe(report({ namespace: 'quiet', uid: 'quiet' }));
    for (let second = 0; second < 600; second += 1) {
      for (let index = 0; index < 12; index += 1) b.control.observe(noisy(index, `${second}`));
      await b.clock.advance(1_000);
    }
    // A run takes half a minute, and the next one begins a minute after it.
    expect(b.runs.filter(({ uid }) => uid === 'quiet')).toHaveLength(7);
  });

  test('never works on one report twice at once, whatever is observed meanwhile', async () => {
    const b = bench();
    b.runMs = 10_000;
    for (let second = 0; second < 120; second += 1) {
      const annotations = { [REQUEST_ANNOTATION]: `${second}` };
      b.control.observe(report({ annotations, generation: Math.floor(second / 7), resourceVersion: `${second}` }));
      await b.clock.advance(1_000);
      expect(b.runs.filter(({ signal }) => !signal.aborted).length - b.writes.length).toBeLessThanOrEqual(1);
    }
    expect(b.runs.length).toBeGreaterThan(10);
  });

  test('a request that arrives in mid-run is answered by a run that started after it', async () => {
    const b = bench();
    b.runMs = 5_000;
    b.control.observe(report());
    await b.clock.advance(1_000);
    b.control.observe(report({ annotations: { [REQUEST_ANNOTATION]: 'gate-1' }, resourceVersion: '3' }));
    await b.clock.advance(4_000);
    expect(b.writes.map(({ status: written }) => written.lastHandledRequest)).toEqual([undefined]);
    await b.clock.advance(5_000);
    expect(b.writes.map(({ status: written }) => written.lastHandledRequest)).toEqual([undefined, 'gate-1']);
  });

  test('after a conflict it reads again and writes with the new fence', async () => {
    const b = bench();
    b.answer = (write) => (write === 0 ? { kind: 'Conflict' } : { kind: 'Written' });
    b.stored = report({ resourceVersion: '7' });
    b.control.observe(report());
    await b.clock.advance(0);
    expect(b.writes).toHaveLength(2);
  });

  test('after a conflict with an object of another uid it writes nothing more', async () => {
    const b = bench();
    b.answer = () => ({ kind: 'Conflict' });
    b.stored = report({ uid: 'two', resourceVersion: '7' });
    b.control.observe(report());
    await b.clock.advance(500);
    expect(b.writes).toHaveLength(1);
  });

  test('after a conflict with a newer generation it leaves the field to the next run', async () => {
    const b = bench();
    b.answer = () => ({ kind: 'Conflict' });
    b.stored = report({ generation: 2, resourceVersion: '7' });
    b.control.observe(report());
    await b.clock.advance(500);
    expect(b.writes).toHaveLength(1);
  });

  test('a leader whose lease may have passed writes nothing, and writes when it is sure again', async () => {
    const b = bench();
    b.leads = false;
    b.control.observe(report());
    await b.clock.advance(4_000);
    expect(b.writes).toEqual([]);
    b.leads = true;
    await b.clock.advance(5_000);
    expect(b.writes).toHaveLength(1);
  });

  test('a lease that passes between the conflict and the next try stops the write', async () => {
    const b = bench();
    b.stored = report({ resourceVersion: '7' });
    b.answer = () => {
      b.leads = false;
      return { kind: 'Conflict' };
    };
    b.control.observe(report());
    await b.clock.advance(500);
    expect(b.writes).toHaveLength(1);
  });

  test("another replica's newer status is not written over but started from", async () => {
    const b = bench();
    b.verdict = 'Failing';
    const theirs = { ...goodStatus(1, new Date(b.clock.now().getTime() + 500), 'Failing'), rootCause: 'theirs' };
    b.stored = { ...report({ resourceVersion: '7' }), status: theirs };
    b.answer = (write) => (write === 0 ? { kind: 'Conflict' } : { kind: 'Written' });
    b.control.observe({ ...report(), status: goodStatus(1, new Date('2026-11-22T09:58:00Z')) });
    await b.clock.advance(500);
    expect(b.writes).toHaveLength(1);
    await b.clock.advance(10 * 60_000);
    // What the other one told already (Healthy to Failing) is not told again.
    expect(b.events).toEqual([]);
    expect(b.writes.length).toBeGreaterThan(1);
  });

  test('after a write whose answer was lost, the status in the cluster is known as our own', async () => {
    const b = bench();
    b.answer = (write) =>
      write === 0 ? { kind: 'Failed', detail: 'reset' } : write === 1 ? { kind: 'Conflict' } : { kind: 'Written' };
    b.control.observe(report());
    await b.clock.advance(0);
    b.stored = { ...report({ resourceVersion: '8' }), status: b.writes[0]!.status };
    await b.clock.advance(5_000);
    expect(b.writes).toHaveLength(3);
  });

  test('a write that fails is tried again soon, with fresh evidence', async () => {
    const b = bench();
    b.answer = (write) => (write === 0 ? { kind: 'Failed', detail: '500' } : { kind: 'Written' });
    b.control.observe(report());
    await b.clock.advance(5_000);
    expect(b.runs).toHaveLength(2);
    expect(b.writes).toHaveLength(2);
  });

  test('Retry-After is obeyed', async () => {
    const b = bench();
    b.answer = (write) => (write === 0 ? { kind: 'Failed', detail: '429', retryAfterMs: 30_000 } : { kind: 'Written' });
    b.control.observe(report());
    await b.clock.advance(29_000);
    expect(b.writes).toHaveLength(1);
    await b.clock.advance(1_000);
    expect(b.writes).toHaveLength(2);
  });

  test('a spec that cannot be used is said once and waits for an edit', async () => {
    const b = bench();
    b.control.observe(report({}, { interval: 'soon' }));
    await b.clock.advance(10 * 60_000);
    expect(b.runs).toEqual([]);
    expect(b.writes).toHaveLength(1);
    const stalled = b.writes[0]!.status.conditions.find(({ type }) => type === 'Stalled');
    expect(stalled?.message).toContain('spec.interval');
  });

  test('a suspended report is not examined', async () => {
    const b = bench();
    b.control.observe(report({}, { suspend: true }));
    await b.clock.advance(10 * 60_000);
    expect(b.runs).toEqual([]);
    expect(
      b.writes.map(({ status: written }) => written.conditions.find(({ type }) => type === 'Ready')?.reason),
    ).toEqual(['Suspended']);
  });

  test('one report that hangs delays no other', async () => {
    const b = bench();
    b.runMs = 60_000;
    b.control.observe(report());
    await b.clock.advance(0);
    b.runMs = 0;
    b.control.observe(report({ name: 'other', uid: 'two' }));
    await b.clock.advance(0);
    expect(b.writes.map(({ uid }) => uid)).toEqual(['two']);
  });

  test('a shutdown cancels runs, writes nothing and ends the workers', async () => {
    const b = bench();
    b.runMs = 5_000;
    b.control.observe(report());
    await b.clock.advance(1_000);
    b.stop.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
    await b.clock.advance(0);
    await b.control.ended;
    expect(b.writes).toEqual([]);
    expect(b.clock.pending).toBe(0);
  });

  test('a report examined a moment ago by another process waits for its turn', async () => {
    const b = bench();
    b.control.observe({ ...report(), status: goodStatus(1, new Date(b.clock.now().getTime() - 20_000)) });
    await b.clock.advance(39_000);
    expect(b.runs).toEqual([]);
    await b.clock.advance(1_000);
    expect(b.runs).toHaveLength(1);
  });

  test('a run that breaks on a defect says so instead of leaving the old verdict to age', async () => {
    const clock = virtualClock();
    const writes: HealthReportStatus[] = [];
    const control = controller({
      mayWrite: () => true,
      api: {
        get: () => Promise.resolve(undefined),
        applyStatus: (_metadata, written) => {
          writes.push(written);
          return Promise.resolve({ kind: 'Written' });
        },
        markOutdated: () => Promise.resolve(undefined),
        recordEvent: () => Promise.resolve(),
      },
      examine: () => Promise.reject(new Error('a defect')),
      clock,
      log: silent,
      random: () => 0,
      workers: 1,
      signal: new AbortController().signal,
    });
    control.observe(report());
    await clock.advance(0);
    expect(writes[0]?.conditions.find(({ type }) => type === 'Healthy')?.status).toBe('Unknown');
  });
});
