// Listening to a signal, and work that must not outlast one.
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { abortError, onAbort, orAborted } from '../../../src/runtime/abort.ts';
import { Stop } from '../../../src/runtime/clock.ts';

const REASON = new Stop({ kind: 'Cancelled', why: 'shutdown' });
const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;
const never = new Promise<never>(() => undefined);

describe('the error of a signal', () => {
  it('is its reason', () => {
    expect(abortError(AbortSignal.abort(REASON))).toBe(REASON);
  });

  it('is an Error whatever the reason is', () => {
    expect(abortError(AbortSignal.abort('because'))).toEqual(new Error('aborted'));
  });
});

describe('listening to a signal', () => {
  it('acts once', () => {
    const controller = new AbortController();
    let acted = 0;
    onAbort(controller.signal, () => (acted += 1));
    expect(acted).toBe(0);
    controller.abort();
    controller.abort();
    expect(acted).toBe(1);
  });

  it('acts at once when it is aborted already', () => {
    let acted = 0;
    onAbort(AbortSignal.abort(), () => (acted += 1));
    expect(acted).toBe(1);
  });

  it('ends when it is left', () => {
    const controller = new AbortController();
    let acted = 0;
    onAbort(controller.signal, () => (acted += 1))();
    expect(listeners(controller.signal)).toBe(0);
    controller.abort();
    expect(acted).toBe(0);
  });
});

describe('work under a signal', () => {
  it('comes to what it comes to, and listens no more', async () => {
    const { signal } = new AbortController();
    await expect(orAborted(Promise.resolve(1), signal)).resolves.toBe(1);
    await expect(orAborted(Promise.reject(new Error('broke')), signal)).rejects.toThrow('broke');
    expect(listeners(signal)).toBe(0);
  });

  it('is left when the signal is aborted, whether or not it notices', async () => {
    const controller = new AbortController();
    const result = orAborted(never, controller.signal);
    controller.abort(REASON);
    await expect(result).rejects.toBe(REASON);
  });

  it('is left at once when the signal is aborted already', async () => {
    await expect(orAborted(never, AbortSignal.abort(REASON))).rejects.toBe(REASON);
  });

  it('that fails after it was left is heard by nobody', async () => {
    let fail = (_: Error): void => undefined;
    const work = new Promise<never>((_, reject) => (fail = reject));
    await expect(orAborted(work, AbortSignal.abort(REASON))).rejects.toBe(REASON);
    fail(new Error('too late'));
    await new Promise((resolve) => setImmediate(resolve));
  });
});
