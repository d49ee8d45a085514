// Which copy of a report /gate may judge, and when it has to read.
import { describe, expect, it } from 'vitest';
import type { ApiResult } from '../../../src/kube/api-fault.ts';
import type { Confirmation } from '../../../src/kube/reflector.ts';
import type { ReportObject } from '../../../src/kube/reports.ts';
import { gateSource } from '../../../src/operator/gate-source.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const copy: ReportObject = { metadata: { name: 'prod', namespace: 'a', resourceVersion: '1' } };
const fresh: ReportObject = { metadata: { name: 'prod', namespace: 'a', resourceVersion: '2' } };

function scene(changes: {
  synced?: boolean;
  confirmed?: Confirmation;
  known?: ReportObject | undefined;
  read?: (signal: AbortSignal) => Promise<ApiResult<ReportObject>>;
}) {
  const clock = virtualClock();
  let reads = 0;
  const source = gateSource({
    reflector: {
      synced: () => changes.synced ?? true,
      confirmed: () => changes.confirmed,
      get: () => ('known' in changes ? changes.known : copy),
    },
    read: (_namespace, _name, signal) => {
      reads += 1;
      return changes.read?.(signal) ?? Promise.resolve({ ok: true, value: fresh });
    },
    maxAgeMs: 15_000,
    clock,
  });
  return { clock, source, reads: () => reads };
}
const confirmed: Confirmation = { at: 0, by: 'bookmark' };

describe('a report that /gate is asked about', () => {
  it('is the copy while it was confirmed a moment ago', async () => {
    const { source, clock, reads } = scene({ confirmed });
    await clock.advance(15_000);
    expect(await source('a', 'prod')).toEqual({ ok: true, object: copy, confirmed: { by: 'bookmark', ageMs: 15_000 } });
    expect(reads()).toBe(0);
  });

  it('is read when the last confirmation is too old', async () => {
    const { source, clock } = scene({ confirmed });
    await clock.advance(15_001);
    expect(await source('a', 'prod')).toEqual({ ok: true, object: fresh, confirmed: { by: 'read', ageMs: 0 } });
  });

  it('is not known when the read gets no answer', async () => {
    const { source, clock } = scene({
      confirmed,
      read: (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('late')))),
    });
    await clock.advance(60_000);
    const asked = source('a', 'prod');
    await clock.advance(3_000);
    expect(await asked).toMatchObject({ ok: false });
  });

  it.each([
    ['Unreachable', { ok: false }],
    ['Forbidden', { ok: false }],
    ['NotFound', { ok: true, object: undefined }],
  ] as const)('is not the copy when the read says %s', async (code, expected) => {
    const { source, clock } = scene({
      confirmed,
      read: () => Promise.resolve({ ok: false, fault: { code, message: literal('no') } }),
    });
    await clock.advance(60_000);
    expect(await source('a', 'prod')).toMatchObject(expected);
  });

  it('is read once for all who ask at the same time, and by so many reads at most', async () => {
    const answers: ((answer: ApiResult<ReportObject>) => void)[] = [];
    const { source, clock, reads } = scene({ confirmed, read: () => new Promise((resolve) => answers.push(resolve)) });
    await clock.advance(60_000);
    const same = [source('a', 'prod'), source('a', 'prod')];
    expect(reads()).toBe(1);
    const others = Array.from({ length: 30 }, (_, index) => source('a', `r${index}`));
    expect(reads()).toBe(16);
    expect(await others.at(-1)).toMatchObject({ ok: false });
    for (const answer of answers) answer({ ok: true, value: fresh });
    expect(await Promise.all(same)).toMatchObject([{ ok: true }, { ok: true }]);
  });

  it('is not asked for before the first list, nor when the watch does not know it', async () => {
    const early = scene({ synced: false, confirmed });
    expect(await early.source('a', 'prod')).toMatchObject({ ok: false });
    const foreign = scene({ known: undefined, confirmed });
    await foreign.clock.advance(60_000);
    expect(await foreign.source('a', 'prod')).toMatchObject({ ok: false });
    expect([early.reads(), foreign.reads()]).toEqual([0, 0]);
  });
});
