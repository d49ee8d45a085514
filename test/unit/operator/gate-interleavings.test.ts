// A gate passes on a run that began after its request and on no other, however edits of spec and annotations, runs,
// late watches and restarts fall together. The author of the report may do all of it but write the status.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { REQUEST_ANNOTATION } from '../../../src/api/names.ts';
import { answers, type Asked } from '../../../src/gate/request.ts';
import { controller } from '../../../src/operator/controller.ts';
import type { ObservedReport, ReportApi } from '../../../src/operator/ports.ts';
import type { Examine } from '../../../src/operator/reconcile.ts';
import { Stop } from '../../../src/runtime/clock.ts';
import { virtualClock } from '../../support/virtual-clock.ts';
import { cases } from '../../support/cases.ts';
import { goodStatus } from './good-status.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

type Step =
  | { readonly kind: 'annotate'; readonly token: string | undefined }
  | { readonly kind: 'edit'; readonly suspend: boolean }
  | { readonly kind: 'ask' | 'deliver' | 'restart' }
  | { readonly kind: 'pass time'; readonly ms: number };

const LONG = 'a'.repeat(256);
const tokens = fc.constantFrom(undefined, '', 'a', 'b', LONG, `${LONG}1`, `${LONG}2`, `${'a'.repeat(255)}😀`);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: tokens.map((token): Step => ({ kind: 'annotate', token })) },
  { weight: 1, arbitrary: fc.boolean().map((suspend): Step => ({ kind: 'edit', suspend })) },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ kind: 'ask' }, { kind: 'restart' }) },
  { weight: 4, arbitrary: fc.constant<Step>({ kind: 'deliver' }) },
  { weight: 4, arbitrary: fc.constantFrom(0, 300, 900, 2_500, 70_000).map((ms): Step => ({ kind: 'pass time', ms })) },
);

/** An API server with one report, an operator beside it, and a gate that asked at most once at a time. */
async function play(steps: readonly Step[], runMs: number): Promise<{ passes: number; forged: string[] }> {
  const clock = virtualClock();
  let order = 0;
  const runs: number[] = [];
  let stored: ObservedReport = {
    metadata: { name: 'r', namespace: 'n', uid: 'u', generation: 1, resourceVersion: '1', annotations: {} },
    spec: {},
    status: undefined,
  };
  const change = (metadata: Partial<ObservedReport['metadata']>, rest: Partial<ObservedReport> = {}): void => {
    const resourceVersion = String(Number(stored.metadata.resourceVersion) + 1);
    stored = { ...stored, ...rest, metadata: { ...stored.metadata, ...metadata, resourceVersion } };
  };
  const annotate = (token: string | undefined): void => {
    change({ annotations: token === undefined ? {} : { [REQUEST_ANNOTATION]: token } });
  };
  const api: ReportApi = {
    get: () => Promise.resolve(stored),
    applyStatus: (metadata, status) => {
      if (metadata.resourceVersion !== stored.metadata.resourceVersion) return Promise.resolve({ kind: 'Conflict' });
      change({}, { status });
      return Promise.resolve({ kind: 'Written', resourceVersion: stored.metadata.resourceVersion });
    },
    markOutdated: () => Promise.resolve(undefined),
    recordEvent: () => Promise.resolve(),
  };
  const examine: Examine = async ({ metadata, signal, previous }) => {
    const run = runs.push((order += 1)) - 1;
    const at = clock.now();
    await clock.sleep(runMs, signal);
    const status: HealthReportStatus = {
      ...previous,
      ...goodStatus(metadata.generation, at),
      rootCause: String(run),
    };
    return status;
  };
  const start = (): { stop: AbortController; observe: () => void } => {
    const stop = new AbortController();
    const control = controller({
      api,
      examine,
      mayWrite: () => !stop.signal.aborted,
      clock,
      log: silent,
      random: () => 0,
      workers: 2,
      signal: stop.signal,
    });
    const observe = (): void => control.observe(stored);
    observe();
    return { stop, observe };
  };

  let operator = start();
  let asked: (Asked & { readonly order: number }) | undefined;
  let passes = 0;
  const forged: string[] = [];
  const look = (): void => {
    if (asked === undefined || stored.status === undefined || !answers(stored.status, asked)) return;
    // A suspended report answers too, and is never a pass: no run wrote what it says.
    if (stored.status.verdict !== 'Healthy') {
      asked = undefined;
      return;
    }
    passes += 1;
    const began = runs[Number(stored.status.rootCause)] ?? 0;
    if (began < asked.order) forged.push(`run ${stored.status.rootCause} began before the request ${asked.token}`);
    asked = undefined;
  };
  for (const next of steps) {
    switch (next.kind) {
      case 'annotate':
        annotate(next.token);
        break;
      case 'edit':
        change({ generation: stored.metadata.generation + 1 }, { spec: { suspend: next.suspend } });
        break;
      case 'ask': {
        const token = `gate-${order}`;
        annotate(token);
        asked = { token, before: stored.status?.lastRunTime, order: (order += 1) };
        break;
      }
      case 'deliver':
        operator.observe();
        break;
      case 'restart':
        operator.stop.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
        await clock.advance(0);
        operator = start();
        break;
      case 'pass time':
        await clock.advance(next.ms);
        break;
    }
    look();
  }
  operator.stop.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
  return { passes, forged };
}

test('a pass never rests on a run that began before the request (any interleaving)', async () => {
  let passes = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 4, maxLength: 24 }),
      fc.constantFrom(0, 500, 3_000),
      async (steps, ms) => {
        const played = await play(steps, ms);
        passes += played.passes;
        expect(played.forged).toEqual([]);
      },
    ),
    cases(150),
  );
  // The world of the property is one in which gates do pass.
  expect(passes).toBeGreaterThan(0);
});

const ask: Step = { kind: 'ask' };
const deliver: Step = { kind: 'deliver' };
const wait: Step = { kind: 'pass time', ms: 70_000 };
const annotate = (token: string): Step => ({ kind: 'annotate', token });

test.each<[string, readonly Step[], number]>([
  ['nobody does anything else', [deliver, wait, ask, deliver, wait], 1],
  [
    'an old token is put back, cut where the status cuts it',
    [annotate(`${LONG}1`), deliver, wait, ask, annotate(`${LONG}1`), deliver, wait],
    0,
  ],
  [
    'a token that a run under way began with is put back',
    [wait, annotate('a'), deliver, { kind: 'pass time', ms: 300 }, ask, annotate('a'), wait],
    0,
  ],
])('when %s', async (_, steps, passes) => {
  expect(await play(steps, 3_000)).toEqual({ passes, forged: [] });
});
