// An API server that answers 429 for minutes, watches that end every second, and reports that come and go: on virtual
// time, with the real watch, queue and controller. Nothing grows, no run is lost, and lateness is told.
import { describe, expect, test } from 'vitest';
import { API_VERSION, KIND, REQUEST_ANNOTATION } from '../../../src/api/names.ts';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import type { KubeApi } from '../../../src/kube/call.ts';
import { controller, type Controller } from '../../../src/operator/controller.ts';
import { observedKept } from '../../../src/operator/kept-report.ts';
import type { ReportApi } from '../../../src/operator/ports.ts';
import { watchReports } from '../../../src/operator/watch-reports.ts';
import { Stop } from '../../../src/runtime/clock.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { virtualClock, type VirtualClock } from '../../support/virtual-clock.ts';
import { silent } from './lease-server.ts';
import { goodStatus } from './good-status.ts';

interface Stored {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly generation: number;
    readonly resourceVersion: string;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: object;
  readonly status?: HealthReportStatus;
}

const BUSY = {
  ok: false,
  fault: { code: 'TooManyRequests', message: literal('too many requests'), retryAfterMs: 1_000 },
} as const;

function scene(): {
  readonly clock: VirtualClock;
  readonly runs: string[];
  readonly late: number[];
  readonly calls: { lists: number; watches: number; writes: number };
  readonly control: Controller;
  /** The API server answers 429 to everything. */
  busy: boolean;
  /** Watches end after this. */
  cutAfterMs: number;
  put(name: string, annotations?: Readonly<Record<string, string>>): void;
  remove(name: string): void;
  stored(name: string): Stored | undefined;
  readonly size: () => number;
  stop(): Promise<void>;
} {
  const clock = virtualClock();
  const stop = new AbortController();
  const objects = new Map<string, Stored>();
  const history: { readonly type: string; readonly object: Stored; readonly version: number }[] = [];
  const waiting = new Set<() => void>();
  let version = 1;
  const self = {
    clock,
    runs: [] as string[],
    late: [] as number[],
    calls: { lists: 0, watches: 0, writes: 0 },
    busy: false,
    cutAfterMs: 5 * 60_000,
  };
  const happen = (type: string, object: Stored): void => {
    version += 1;
    const now = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    if (type === 'DELETED') objects.delete(now.metadata.name);
    else objects.set(now.metadata.name, now);
    history.push({ type, object: now, version });
    for (const wake of waiting) wake();
  };
  async function* events(from: number, signal: AbortSignal): AsyncGenerator<Buffer> {
    const end = clock.monotonicMs() + self.cutAfterMs;
    let at = from;
    while (clock.monotonicMs() < end) {
      for (const event of history.filter((one) => one.version > at)) {
        yield Buffer.from(`${JSON.stringify({ type: event.type, object: event.object })}\n`);
        at = event.version;
      }
      const wake = new AbortController();
      const woken = (): void => wake.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
      waiting.add(woken);
      await clock
        .sleep(Math.max(end - clock.monotonicMs(), 0), AbortSignal.any([signal, wake.signal]))
        .catch(() => undefined);
      waiting.delete(woken);
      if (signal.aborted) throw signal.reason;
    }
  }
  const api = {
    call: () => {
      self.calls.lists += 1;
      if (self.busy) return Promise.resolve(BUSY);
      return Promise.resolve({
        ok: true,
        value: { metadata: { resourceVersion: String(version) }, items: [...objects.values()] },
      });
    },
    stream: (_: unknown, { query }: { query: { resourceVersion: string } }, { signal }: { signal: AbortSignal }) => {
      self.calls.watches += 1;
      return Promise.resolve(self.busy ? BUSY : { ok: true, value: events(Number(query.resourceVersion), signal) });
    },
  } as unknown as KubeApi;
  const reports: ReportApi = {
    get: () => Promise.resolve('Unreachable'),
    applyStatus: (metadata, status) => {
      if (self.busy) return Promise.resolve({ kind: 'Failed', detail: 'busy', retryAfterMs: 1_000 });
      const stored = objects.get(metadata.name);
      if (stored === undefined) return Promise.resolve({ kind: 'Gone' });
      self.calls.writes += 1;
      happen('MODIFIED', { ...stored, status });
      return Promise.resolve({ kind: 'Written', resourceVersion: String(version) });
    },
    markOutdated: () => Promise.resolve(undefined),
    recordEvent: () => Promise.resolve(),
  };
  const control = controller({
    api: reports,
    examine: async ({ metadata, signal }) => {
      self.runs.push(metadata.name);
      const at = clock.now();
      await clock.sleep(100, signal);
      return goodStatus(metadata.generation, at);
    },
    mayWrite: () => true,
    clock,
    log: silent,
    random: () => 0,
    workers: 4,
    onStart: (lateMs) => void self.late.push(lateMs),
    signal: stop.signal,
  });
  const reflector = watchReports({
    api,
    namespaces: [],
    selector: undefined,
    clock,
    onReport: (report) => control.observe(observedKept(report)),
    onGone: (namespace, name) => control.remove(namespace, name),
    onNote: () => undefined,
  });
  const running = reflector.run(stop.signal);
  return Object.assign(self, {
    control,
    put: (name: string, annotations: Readonly<Record<string, string>> = {}) => {
      const known = objects.get(name);
      const metadata = { name, namespace: 'a', uid: known?.metadata.uid ?? `${name}-${version}`, generation: 1 };
      happen(known === undefined ? 'ADDED' : 'MODIFIED', {
        apiVersion: API_VERSION,
        kind: KIND,
        spec: {},
        ...known,
        metadata: { ...metadata, resourceVersion: '', annotations },
      });
    },
    remove: (name: string) => {
      const known = objects.get(name);
      if (known !== undefined) happen('DELETED', known);
    },
    stored: (name: string) => objects.get(name),
    size: () => reflector.keys().length,
    stop: async () => {
      stop.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
      await Promise.all([running, control.ended]);
    },
  });
}

const NAMES = Array.from({ length: 20 }, (_, index) => `r${String(index)}`);

describe('an API server that answers 429 for ten minutes', () => {
  test('is not asked in a storm, costs no run, and is written to when it is well again', async () => {
    const s = scene();
    for (const name of NAMES) s.put(name);
    await s.clock.advance(61_000);
    expect(s.runs).toHaveLength(2 * NAMES.length);
    s.busy = true;
    s.cutAfterMs = 0;
    const before = { ...s.calls, runs: s.runs.length };
    await s.clock.advance(10 * 60_000);
    // Each report is examined about every minute all the same; what could not be written is tried less and less often.
    for (const name of NAMES)
      expect(s.runs.slice(before.runs).filter((one) => one === name).length).toBeGreaterThanOrEqual(9);
    expect(s.runs.length - before.runs).toBeLessThanOrEqual(NAMES.length * 18);
    expect(s.calls.lists + s.calls.watches - before.lists - before.watches).toBeLessThan(10 * 60);
    expect(s.calls.writes).toBe(before.writes);
    s.busy = false;
    s.cutAfterMs = 5 * 60_000;
    s.put('r0', { [REQUEST_ANNOTATION]: 'after' });
    await s.clock.advance(70_000);
    expect(s.stored('r0')?.status?.lastHandledRequest).toBe('after');
    for (const name of NAMES)
      expect(Date.parse(s.stored(name)?.status?.lastRunTime ?? '')).toBeGreaterThan(s.clock.now().getTime() - 120_000);
    await s.stop();
  });
});

describe('watches that end every second', () => {
  test('lose no edit, no request and no run, and nothing grows', async () => {
    const s = scene();
    s.cutAfterMs = 1_000;
    for (const name of NAMES) s.put(name);
    await s.clock.advance(10_000);
    for (let minute = 1; minute <= 20; minute += 1) {
      s.put('r0', { [REQUEST_ANNOTATION]: `ask-${minute}` });
      await s.clock.advance(60_000);
      expect(s.stored('r0')?.status?.lastHandledRequest).toBe(`ask-${minute}`);
    }
    for (const name of NAMES) expect(s.runs.filter((one) => one === name).length).toBeGreaterThanOrEqual(20);
    expect(Math.max(...s.late)).toBeLessThan(5_000);
    expect([s.control.size, s.size()]).toEqual([NAMES.length, NAMES.length]);
    await s.stop();
  });
});

describe('reports that come and go by the hundred', () => {
  test.each([1_000, 5 * 60_000])('leave nothing behind, with watches that end after %i ms', async (cutAfterMs) => {
    const s = scene();
    s.cutAfterMs = cutAfterMs;
    for (let round = 0; round < 5; round += 1) {
      for (let index = 0; index < 100; index += 1) s.put(`new-${index}`);
      await s.clock.advance(3_000);
      for (let index = 0; index < 100; index += 1) s.remove(`new-${index}`);
      await s.clock.advance(10_000);
      expect([s.control.size, s.size(), s.control.oldestMs()]).toEqual([0, 0, 0]);
    }
    const before = s.runs.length;
    await s.clock.advance(10 * 60_000);
    expect(s.runs).toHaveLength(before);
    await s.stop();
  });
});
