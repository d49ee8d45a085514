// What the controller does about a status that is not as it wrote it, on virtual time: once, not in a circle, and never
// for what is its own write on its way back.
import { describe, expect, test } from 'vitest';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { isAtLeast } from '../../../src/kube/resource-version.ts';
import { statusWriters } from '../../../src/kube/writers.ts';
import { alterationEvent } from '../../../src/operator/alteration-event.ts';
import { controller } from '../../../src/operator/controller.ts';
import type { ObservedReport, ReportApi } from '../../../src/operator/ports.ts';
import { alterations } from '../../../src/report/index.ts';
import { virtualClock } from '../../support/virtual-clock.ts';
import { goodStatus } from './good-status.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** An API server that keeps one report; `webhook` changes what is written on its way. */
function scene(webhook: (status: HealthReportStatus) => HealthReportStatus = (status) => status, runMs = 0) {
  const clock = virtualClock();
  let version = 1;
  let runs = 0;
  const writes: HealthReportStatus[] = [];
  const notes: string[] = [];
  let hear = true;
  const metadata = { name: 'prod', namespace: 'a', uid: 'u', generation: 1, annotations: {} };
  let stored: ObservedReport = { metadata: { ...metadata, resourceVersion: '1' }, spec: {}, status: undefined };
  const store = (status: HealthReportStatus | undefined, writers: readonly string[] = []): void => {
    version += 1;
    stored = { metadata: { ...metadata, resourceVersion: String(version) }, spec: {}, status, writers };
    if (hear) control.observe(stored);
  };
  const api: ReportApi = {
    get: () => Promise.resolve(stored),
    applyStatus: (from, status) => {
      if (from.resourceVersion !== stored.metadata.resourceVersion) return Promise.resolve({ kind: 'Conflict' });
      writes.push(status);
      // The watch is often faster than the answer.
      store(webhook(status));
      const fields = alterations(status, stored.status);
      return Promise.resolve({
        kind: 'Written',
        resourceVersion: stored.metadata.resourceVersion,
        ...(fields.length === 0 ? {} : { alteration: { fields, by: [] } }),
      });
    },
    markOutdated: () => Promise.resolve(undefined),
    recordEvent: (_, event) => {
      if (event.reason === 'StatusAltered') notes.push(event.note);
      return Promise.resolve();
    },
  };
  const control = controller({
    api,
    examine: async ({ metadata: { generation }, signal }) => {
      runs += 1;
      const at = clock.now();
      if (runMs > 0) await clock.sleep(runMs, signal);
      return goodStatus(generation, at);
    },
    mayWrite: () => true,
    clock,
    log: silent,
    random: () => 0,
    workers: 2,
    signal: new AbortController().signal,
  });
  control.observe(stored);
  return {
    clock,
    writes,
    notes,
    runs: () => runs,
    stored: () => stored,
    forge: (status: Partial<HealthReportStatus>) =>
      store({ ...(stored.status as HealthReportStatus), ...status }, ['kubectl-edit (Update, t)']),
    deafen: () => void (hear = false),
    hear: () => {
      hear = true;
      control.observe(stored);
    },
  };
}

describe('a status that somebody else wrote into', () => {
  test('is written again within seconds, and told with its writer', async () => {
    const { clock, writes, forge, stored, notes } = scene();
    await clock.advance(20_000);
    expect(writes).toHaveLength(1);
    forge({ rootCause: 'forged' });
    await clock.advance(5_000);
    expect(writes).toHaveLength(2);
    expect(stored().status?.rootCause).toBeUndefined();
    expect(notes).toEqual([expect.stringMatching(/rootCause.*Written by kubectl-edit/)]);
  });

  test('is not mistaken for our own write, however early the watch brings that', async () => {
    const { clock, runs, notes } = scene();
    await clock.advance(10 * 60_000);
    // One run a minute, the first at once.
    expect(runs()).toBe(11);
    expect(notes).toEqual([]);
  });

  test('is put right when the watch tells of it only after the next run', async () => {
    const { clock, forge, deafen, hear, stored, notes } = scene();
    await clock.advance(1_000);
    deafen();
    forge({ verdict: 'Failing' });
    await clock.advance(30_000);
    hear();
    await clock.advance(5_000);
    expect(stored().status?.verdict).toBe('Healthy');
    expect(notes).toHaveLength(1);
  });

  test('while a run is under way that has nothing to write is put right after it', async () => {
    const { clock, runs, forge, stored, notes } = scene(undefined, 10_000);
    await clock.advance(72_000);
    expect(runs()).toBe(2);
    forge({ verdict: 'Failing' });
    await clock.advance(20_000);
    expect(stored().status?.verdict).toBe('Healthy');
    expect(notes).toHaveLength(1);
    expect(runs()).toBe(3);
  });

  test('while a run is under way that writes is put right by it, and costs no other run', async () => {
    const { clock, runs, forge, stored, notes, writes } = scene(undefined, 10_000);
    // The run in which the time is written anew though nothing has changed.
    await clock.advance(5 * 70_000 + 2_000);
    expect([runs(), writes.length]).toEqual([6, 1]);
    forge({ verdict: 'Failing' });
    await clock.advance(30_000);
    expect(stored().status?.verdict).toBe('Healthy');
    expect(notes).toHaveLength(1);
    expect([runs(), writes.length]).toEqual([6, 2]);
  });

  test('that is written all the time costs a run every few seconds and no more', async () => {
    const { clock, runs, forge } = scene();
    await clock.advance(1_000);
    const before = runs();
    for (let second = 0; second < 60; second += 1) {
      forge({ rootCause: `forged ${second}` });
      await clock.advance(1_000);
    }
    expect(runs() - before).toBeLessThanOrEqual(13);
  });

  test('by a webhook is written at each routine run, and not in a circle', async () => {
    const { clock, runs, writes, notes } = scene((status) => ({ ...status, verdict: 'Unknown' }));
    await clock.advance(5 * 60_000 - 1_000);
    expect(runs()).toBe(5);
    expect(writes).toHaveLength(5);
    expect(new Set(notes).size).toBe(1);
    expect(notes[0]).toContain('a mutating webhook');
  });
});

describe('who wrote', () => {
  test.each<[string, unknown, readonly string[]]>([
    ['nothing', undefined, []],
    ['no list', 'x', []],
    ['ourselves', [{ manager: 'recognize-health', operation: 'Apply', subresource: 'status' }], []],
    ['somebody of the spec', [{ manager: 'helm', operation: 'Apply', fieldsV1: { 'f:spec': {} } }], []],
    [
      'somebody of the status',
      [{ manager: 'k', operation: 'Update', time: 't', subresource: 'status' }],
      ['k (Update, t)'],
    ],
    [
      'somebody with a terminal in the name',
      [{ manager: 'k\u001b[2J\n', operation: 'Update', time: 't', fieldsV1: { 'f:status': {} } }],
      ['k [2J  (Update, t)'],
    ],
    ['what is no entry', [null, 5, 'x', { manager: {}, subresource: 'status' }], ['nobody (, )']],
  ])('%s', (_, managedFields, expected) => {
    expect(statusWriters(managedFields)).toEqual(expected);
  });

  test('fits into an Event, however many fields there are', () => {
    const fields = Array.from({ length: 300 }, (_, index) => `conditions[${'x'.repeat(300)}${index}]`);
    const { note } = alterationEvent({ fields, by: [] }, new Date(0));
    expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1024);
  });
});

test.each([
  ['5', '5', true],
  ['10', '9', true],
  ['9', '10', false],
  ['18446744073709551615', '18446744073709551614', true],
  ['abc', 'abc', true],
  ['b', 'a', false],
])('version %s is at least %s: %s', (version, other, expected) => {
  expect(isAtLeast(version, other)).toBe(expected);
});
