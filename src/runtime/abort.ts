// Waiting for a signal: why it was aborted, what happens then, and work that must not outlast it.

/** Why `signal` was aborted, as an Error: promises reject with one, and libraries that rethrow it expect one. */
export function abortError(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted');
}

/**
 * Calls `act` once, as soon as `signal` is aborted; at once when it is already, before this returns.
 *
 * @returns takes the listener off again, for work that has ended before
 */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) {
    act();
    return () => undefined;
  }
  signal.addEventListener('abort', act, { once: true });
  return () => signal.removeEventListener('abort', act);
}

/** What `work` comes to, or a rejection as soon as `signal` is aborted, whether or not the work notices. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let leave = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    leave = onAbort(signal, () => reject(abortError(signal)));
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    leave();
  }
}
