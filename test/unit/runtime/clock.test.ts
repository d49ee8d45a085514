import { describe, expect, test } from 'vitest';
import { Stop, isCancelled, stopReason, systemClock } from '../../../src/runtime/clock.ts';

describe('deadline', () => {
  test('says that it was a deadline, and how long it was', async () => {
    const { signal } = systemClock.deadline(1, new AbortController().signal);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    expect(stopReason(signal)).toEqual({ kind: 'Deadline', ms: 1 });
    expect(isCancelled(signal)).toBe(false);
  });

  test("follows its parent with the parent's reason", () => {
    const parent = new AbortController();
    const { signal } = systemClock.deadline(60_000, parent.signal);
    parent.abort(new Stop({ kind: 'Cancelled', why: 'superseded' }));
    expect(stopReason(signal)).toEqual({ kind: 'Cancelled', why: 'superseded' });
    expect(isCancelled(signal)).toBe(true);
  });

  test('is aborted from the start under an aborted parent', () => {
    const parent = new AbortController();
    parent.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
    expect(systemClock.deadline(60_000, parent.signal).signal.aborted).toBe(true);
  });

  test('a cleared deadline no longer follows its parent', () => {
    const parent = new AbortController();
    const deadline = systemClock.deadline(60_000, parent.signal);
    deadline.clear();
    parent.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
    expect(deadline.signal.aborted).toBe(false);
  });
});

describe('sleep', () => {
  test('ends with the reason of its signal', async () => {
    const stop = new AbortController();
    const sleeping = systemClock.sleep(60_000, stop.signal);
    stop.abort(new Stop({ kind: 'Cancelled', why: 'deleted' }));
    await expect(sleeping).rejects.toThrow('cancelled: deleted');
  });
});
