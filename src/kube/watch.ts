// Keeps a watch of the API server open, whatever ends it, and hands over what it tells. Ours, because client-node's
// informer ends for good on most errors, needs no bookmarks, and lets a handler's exception end the process
// (kubernetes-client/javascript#447, #680, #1496, #1933).
import { backoffMs } from '../runtime/backoff.ts';
import type { Clock } from '../runtime/clock.ts';
import { isRecord } from '../runtime/is-record.ts';
import { redact } from '../runtime/safe-text.ts';
import { isElsewhere, isNamed, versionIn } from './answer.ts';
import type { ApiFault, ApiResult } from './api-fault.ts';
import type { KubeApi } from './call.ts';
import { lines, LineTooLong } from './lines.ts';
import type { CallParams, ResourceRule } from './rules.ts';
import { transportFault } from './transport.ts';

/** What a watch does, for metrics and logs. */
export type WatchNote =
  | { readonly kind: 'listed'; readonly objects: number }
  | { readonly kind: 'watching' }
  | { readonly kind: 'fault'; readonly fault: ApiFault; readonly waitMs: number }
  /** A handler threw. A defect of ours; the watch goes on. */
  | { readonly kind: 'handler'; readonly error: unknown };

/** When, and by what, the server last said that the copy is what it stores. `at` in `clock.monotonicMs()`. */
export interface Confirmation {
  readonly at: number;
  /** Events come in order: a change of any object says that nothing before it is missing. */
  readonly by: 'list' | 'bookmark' | 'change';
}

export interface WatchOptions {
  readonly api: KubeApi;
  readonly rule: ResourceRule;
  readonly params: CallParams;
  readonly clock: Clock;
  /** [0, 1) */
  readonly random: () => number;
  /**
   * Learns the present state, or makes ready for learning it, and says from which version to watch. Called before the
   * first watch, when the history is gone (410), and after `relistMs`.
   */
  readonly start: (signal: AbortSignal) => Promise<ApiResult<{ readonly version: string; readonly objects: number }>>;
  /** An object as it is now, or as it was last when it is gone. */
  readonly onObject: (object: object, isGone: boolean) => void;
  readonly onNote: (note: WatchNote) => void;
  /** How long a watch may be silent. Bookmarks come about once a minute. */
  readonly inactivityMs?: number | undefined;
  /** A new start as a safety net after this. */
  readonly relistMs?: number | undefined;
}

export interface Watch {
  /** Watches until the signal is aborted. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** When the server last proved that it talks to us. `clock.monotonicMs()`. */
  lastEventAt(): number | undefined;
  /** Undefined before the first start. A connection that is merely open confirms nothing. */
  confirmed(): Confirmation | undefined;
  /** True while a stream is open that goes on from the last start. */
  isOpen(): boolean;
}

const BASE_WAIT_MS = 800;
const MAX_WAIT_MS = 30_000;
/** The same when the server is well: it says when to come back, or does not know the resource yet. */
const SOON_MS = 5_000;
/** A spread of zero would make a failing server see a storm. */
const MIN_WAIT_MS = 100;
/**
 * A watch that lived this long was a working one, and failures are counted anew: unrelated troubles, minutes apart, must
 * not add up to the longest wait. Six watches a minute are no storm.
 */
const LONG_LIVED_MS = 10_000;
/** Bookmarks come once a minute. Before `STALLED_MS` of the operator, so that a watch is mended and not only doubted. */
const INACTIVITY_MS = 85_000;
/** A watch that was ended after this was served: whoever cuts each after a second is asked again soon, not in half a minute. */
const SERVED_MS = 500;
const RELIST_MS = 10 * 60_000;
const WATCH_S = { shortest: 230, spread: 120 } as const;

interface WatchEvent {
  readonly type?: unknown;
  readonly object?: unknown;
}

/** What happened to an object; its value says whether the object is gone. */
const CHANGES: ReadonlyMap<unknown, boolean> = new Map([
  ['ADDED', false],
  ['MODIFIED', false],
  ['DELETED', true],
]);

/** How a watch ended. `gone`: start again at once. */
type WatchEnd =
  { readonly kind: 'closed' } | { readonly kind: 'gone' } | { readonly kind: 'fault'; readonly fault: ApiFault };

/** A watch that has not begun. */
export function createWatch(options: WatchOptions): Watch {
  const { api, clock, params, random, rule } = options;
  const inactivityMs = options.inactivityMs ?? INACTIVITY_MS;
  const relistMs = options.relistMs ?? RELIST_MS;
  let lastEventAt: number | undefined;
  let confirmed: Confirmation | undefined;
  let isOpen = false;

  const note = (what: WatchNote): void => {
    try {
      options.onNote(what);
    } catch {
      // Who listens must not be able to stop the watch.
    }
  };
  const heard = (by?: Confirmation['by']): void => {
    lastEventAt = clock.monotonicMs();
    if (by !== undefined) confirmed = { at: lastEventAt, by };
  };

  /** What an event brings: from where a later watch goes on, or the end of this one. */
  const apply = ({ type, object }: WatchEvent): { version?: string; end?: WatchEnd } => {
    if (type === 'ERROR') return { end: errorEvent(object) };
    const odd = (why: string): { end: WatchEnd } => ({ end: { kind: 'fault', fault: unreadable(why) } });
    const version = versionIn(object);
    // A bookmark has a version and no name.
    if (type === 'BOOKMARK') return version === undefined ? odd('a bookmark has no version') : { version };
    const isGone = CHANGES.get(type);
    // Nothing is passed over: what was not understood may be the change that matters.
    if (isGone === undefined) return odd('an event is of no type that there is');
    if (!isNamed(object)) return odd('an event is of an object whose metadata cannot be read');
    if (isElsewhere(params, object)) return odd('an event is of an object of another namespace');
    options.onObject(object, isGone);
    return version === undefined ? {} : { version };
  };

  /** Watches until it ends, and says from where to go on. */
  const watch = async (
    from: string,
    seconds: number,
    signal: AbortSignal,
  ): Promise<{ end: WatchEnd; version: string }> => {
    let version = from;
    const query = {
      ...params.query,
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: from,
      timeoutSeconds: seconds,
    };
    const stream = await api.stream(rule, { ...params, query }, { signal, inactivityMs });
    if (!stream.ok) {
      const end: WatchEnd = stream.fault.code === 'Gone' ? { kind: 'gone' } : { kind: 'fault', fault: stream.fault };
      return { end, version };
    }
    note({ kind: 'watching' });
    heard();
    isOpen = true;
    try {
      for await (const line of lines(stream.value)) {
        const event = parseEvent(line);
        if (event === undefined) return { end: { kind: 'fault', fault: unreadable('an event is not JSON') }, version };
        const { version: next, end } = apply(event);
        if (end !== undefined) return { end, version };
        heard(event.type === 'BOOKMARK' ? 'bookmark' : 'change');
        if (next !== undefined) version = next;
      }
      return { end: { kind: 'closed' }, version };
    } catch (error) {
      if (signal.aborted) throw error;
      const fault = error instanceof LineTooLong ? unreadable(error.message) : transportFault(error);
      return { end: { kind: 'fault', fault }, version };
    } finally {
      isOpen = false;
    }
  };

  const loop = async (signal: AbortSignal): Promise<void> => {
    let version: string | undefined;
    let startedAt = 0;
    let failures = 0;
    let goneInRow = 0;
    const wait = async (fault: ApiFault, wasServed = false): Promise<void> => {
      const isWell = wasServed || fault.code === 'NotFound' || fault.retryAfterMs !== undefined;
      const longestMs = isWell ? SOON_MS : MAX_WAIT_MS;
      const jittered = Math.max(MIN_WAIT_MS, backoffMs(failures, BASE_WAIT_MS, longestMs, random));
      const waitMs = Math.max(jittered, fault.retryAfterMs ?? 0);
      failures += 1;
      note({ kind: 'fault', fault, waitMs });
      await clock.sleep(waitMs, signal);
    };
    while (!signal.aborted) {
      if (version === undefined || clock.monotonicMs() - startedAt >= relistMs) {
        const started = await options.start(signal);
        if (!started.ok) {
          await wait(started.fault);
          continue;
        }
        ({ version } = started.value);
        // The server answers again: what failed before says nothing about what comes.
        failures = 0;
        startedAt = clock.monotonicMs();
        heard('list');
        note({ kind: 'listed', objects: started.value.objects });
      }
      const jittered = WATCH_S.shortest + Math.floor(random() * WATCH_S.spread);
      const untilRelist = Math.ceil((relistMs - (clock.monotonicMs() - startedAt)) / 1000);
      const begun = clock.monotonicMs();
      const seconds = Math.max(1, Math.min(jittered, untilRelist));
      const { end, version: reached } = await watch(version, seconds, signal);
      version = reached;
      // A watch that lasted as long as it was asked to is a working one too, however short that was.
      const livedMs = clock.monotonicMs() - begun;
      const longLived = livedMs >= Math.min(LONG_LIVED_MS, seconds * 900);
      if (longLived) {
        failures = 0;
        goneInRow = 0;
      }
      switch (end.kind) {
        case 'gone':
          version = undefined;
          // Started at once, unless the server answers one watch after another with 410: not asked in a circle.
          if (goneInRow > 0) {
            failures = goneInRow - 1;
            await wait({ code: 'Gone', message: redact('the watch is too old and starts again') });
          }
          goneInRow += 1;
          break;
        case 'closed':
          if (!longLived)
            await wait(
              { code: 'Unreachable', message: redact('the server ended the watch early') },
              livedMs >= SERVED_MS,
            );
          break;
        case 'fault':
          // The resource itself is gone: when it is made again, its versions begin anew.
          if (end.fault.code === 'NotFound') version = undefined;
          await wait(end.fault);
          break;
      }
    }
  };

  return {
    run: async (signal) => {
      const stopped = (): boolean => signal.aborted;
      while (!stopped()) {
        try {
          await loop(signal);
        } catch (error) {
          if (stopped()) return;
          // Nothing in the loop throws but our own mistakes. A watch that is silently dead is worse than one that says
          // so and starts again.
          note({ kind: 'handler', error });
          await clock.sleep(MAX_WAIT_MS, signal).catch(() => undefined);
        }
      }
    },
    lastEventAt: () => lastEventAt,
    confirmed: () => confirmed,
    isOpen: () => isOpen,
  };
}

function parseEvent(line: string): WatchEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A server says in an event what it could not say in the status of an answer that had begun. */
function errorEvent(object: unknown): WatchEnd {
  const { code, message } = isRecord(object) ? object : {};
  if (code === 410) return { kind: 'gone' };
  const text = redact(`the watch ended with an error: ${typeof message === 'string' ? message : 'no message'}`);
  return { kind: 'fault', fault: { code: code === 429 ? 'TooManyRequests' : 'ServerError', message: text } };
}

function unreadable(why: string): ApiFault {
  return { code: 'ServerError', message: redact(`the watch cannot be read: ${why}`) };
}
