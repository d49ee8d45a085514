// Who of several replicas works: leader election on a Lease by client-go's algorithm (leaderelection.go). Ours, because
// @kubernetes/client-node has none. Clocks are never compared: a standby measures on its own monotonic clock how long
// the Lease has not changed, the leader how long ago it last asked for a renewal that was granted.
import type { ApiFault } from '../kube/api-fault.ts';
import type { LeaseCall, LeaseRecord, LeaseStore, StoredLease } from '../kube/lease.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from './ports.ts';

/** In ms. A lease must outlast the renewing, and the renewing several tries. */
export interface LeaseTimes {
  /** A Lease that has not changed for this long may be taken. Whole seconds: so the API writes it. */
  readonly durationMs: number;
  /** A leader that could not renew for this long gives up. */
  readonly renewDeadlineMs: number;
  /** Between tries. */
  readonly retryMs: number;
}

/** The defaults of client-go and of Kubernetes' own components. */
export const LEASE_TIMES: LeaseTimes = { durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

/** A standby waits up to this part longer between tries, so that several do not ask together. */
const JITTER = 0.5;

/** Standbys that saw the Lease change together try at its end spread over this. */
const TAKEOVER_SPREAD_MS = 200;

/** A try takes at least this long before it is given up, also when little is left. */
const SHORTEST_CALL_MS = 1_000;

/** Why these times cannot work; undefined when they can. The conditions of client-go. */
export function leaseTimesProblem({ durationMs, renewDeadlineMs, retryMs }: LeaseTimes): string | undefined {
  if (durationMs < 1_000 || durationMs % 1_000 !== 0) return 'the lease duration must be whole seconds';
  if (renewDeadlineMs >= durationMs) return 'the renew deadline must be shorter than the lease duration';
  if (retryMs <= 0 || retryMs * (1 + JITTER) >= renewDeadlineMs)
    return `the retry period must be shorter than the renew deadline by a factor of ${1 + JITTER}`;
  return undefined;
}

export interface LeadershipInput {
  readonly store: LeaseStore;
  /** Of this process alone: another one of the same host must not be taken for us. */
  readonly identity: string;
  /** The identity is that of several processes that hold the Lease together: what one renews is renewed for all. */
  readonly isShared?: boolean;
  readonly times: LeaseTimes;
  readonly clock: Clock;
  /** [0, 1) */
  readonly random: () => number;
  readonly log: Log;
  /** Called once, when the Lease is ours. */
  readonly onLeading: () => void;
}

export interface Leadership {
  /** Waits for the Lease, then renews it. Resolves with `lost` when it is not ours any more, `stopped` by the signal. */
  run(signal: AbortSignal): Promise<'stopped' | 'lost'>;
  /** True while nobody else can hold the Lease. To be asked before every write. */
  mayWrite(): boolean;
  /** Who holds it, as last seen. */
  holder(): string | undefined;
  /** Gives the Lease back, so that a standby need not wait for its end. Nothing may be written after. */
  release(signal: AbortSignal): Promise<void>;
}

/** What a try came to. */
type Try = 'ours' | 'theirs' | { readonly fault: ApiFault };

/** An election that this process has not entered yet. */
export function createLeadership(input: LeadershipInput): Leadership {
  const { store, identity, times, clock, log } = input;
  const callMs = Math.max(SHORTEST_CALL_MS, times.renewDeadlineMs / 2);
  /** The Lease as last seen, and when its content was first seen so. */
  let seen: { readonly lease: StoredLease; readonly at: number } | undefined;
  /** When the last renewal that was granted was asked for: nobody saw a change before, so nobody may take it earlier. */
  let renewal: { readonly monotonicMs: number; readonly wallMs: number } | undefined;
  let acquired = clock.now();
  let transitions = 0;

  const observe = (lease: StoredLease): void => {
    if (seen === undefined || !sameRecord(seen.lease.record, lease.record)) seen = { lease, at: clock.monotonicMs() };
    else seen = { lease, at: seen.at };
  };
  const record = (): LeaseRecord => ({
    holder: identity,
    durationSeconds: times.durationMs / 1_000,
    acquired,
    renewed: clock.now(),
    transitions,
  });

  /** One try to take or to keep it: up to four calls, all within `timeoutMs`. */
  const attempt = async (timeoutMs: number, signal: AbortSignal): Promise<Try> => {
    const startedAt = { monotonicMs: clock.monotonicMs(), wallMs: clock.now().getTime() };
    const call = (): LeaseCall => ({
      signal,
      timeoutMs: Math.max(startedAt.monotonicMs + timeoutMs - clock.monotonicMs(), 0),
    });
    const ours = (lease: StoredLease): Try => {
      observe(lease);
      renewal = startedAt;
      return 'ours';
    };
    if (renewal !== undefined && seen !== undefined) {
      const renewed = await store.update(seen.lease, record(), call());
      if (renewed.ok) return ours(renewed.value);
      if (renewed.fault.code !== 'Conflict' && renewed.fault.code !== 'NotFound') return { fault: renewed.fault };
    }
    const found = await store.get(call());
    if (!found.ok) {
      if (found.fault.code !== 'NotFound') return { fault: found.fault };
      if (renewal === undefined) acquired = clock.now();
      const made = await store.create(record(), call());
      if (made.ok) return ours(made.value);
      return made.fault.code === 'AlreadyExists' ? 'theirs' : { fault: made.fault };
    }
    observe(found.value);
    const { holder, transitions: before } = found.value.record;
    if (holder !== identity) {
      if (renewal !== undefined || remainingMs() > 0) return 'theirs';
      acquired = clock.now();
      transitions = before + 1;
    } else if (renewal === undefined) {
      // An answer that we never got: it was granted all the same.
      acquired = found.value.record.acquired;
      transitions = before;
    }
    const taken = await store.update(found.value, record(), call());
    if (taken.ok) return ours(taken.value);
    if (input.isShared === true && holder === identity && taken.fault.code === 'Conflict') {
      // What was read may have been long out of date, so that others took it: what stands there now tells who wrote.
      const now = await store.get(call());
      if (!now.ok) return { fault: now.fault };
      observe(now.value);
      if (now.value.record.holder !== identity) return 'theirs';
      // Another one of us renewed it after our read, which began after `startedAt`. An edit of its labels renews nothing.
      return sameRecord(now.value.record, found.value.record) ? { fault: taken.fault } : ours(now.value);
    }
    // Whoever was faster is seen at the next try. A leader that was overtaken twice in one try is not sure of anything.
    return taken.fault.code === 'Conflict' || taken.fault.code === 'NotFound' ? 'theirs' : { fault: taken.fault };
  };

  /** How long a Lease that is not ours still binds us. */
  const remainingMs = (): number => {
    if (seen === undefined || seen.lease.record.holder === '') return 0;
    return seen.at + seen.lease.record.durationSeconds * 1_000 - clock.monotonicMs();
  };

  const acquire = async (signal: AbortSignal): Promise<void> => {
    let said = '';
    for (;;) {
      const result = await attempt(callMs, signal);
      if (result === 'ours') return;
      const holder = seen?.lease.record.holder ?? '';
      if (result === 'theirs') {
        if (holder !== '' && holder !== said) log.info({ holder, identity }, 'standing by: another replica leads');
        said = holder;
      } else {
        log.warn({ detail: result.fault.message, code: result.fault.code }, leaseAdvice(result.fault));
      }
      const retryMs = times.retryMs * (1 + JITTER * input.random());
      const remaining = remainingMs();
      const untilEnd = remaining > 0 ? remaining + TAKEOVER_SPREAD_MS * input.random() : retryMs;
      // Without this a standby that looks just before the end loses a whole period.
      await clock.sleep(Math.min(retryMs, untilEnd), signal);
    }
  };

  const renew = async (signal: AbortSignal): Promise<void> => {
    const leftMs = (): number => Math.max((renewal?.monotonicMs ?? 0) + times.renewDeadlineMs - clock.monotonicMs(), 0);
    for (;;) {
      // The last try is at the deadline and not a period later: a standby's time runs too.
      await clock.sleep(Math.min(times.retryMs, leftMs()), signal);
      // One try even when nothing is left: a process that was frozen, with nobody there to take over, goes on.
      const result = await attempt(Math.min(callMs, Math.max(leftMs(), SHORTEST_CALL_MS)), signal);
      if (result === 'ours') continue;
      const silentMs = clock.monotonicMs() - (renewal?.monotonicMs ?? 0);
      const detail = result === 'theirs' ? `held by ${seen?.lease.record.holder ?? 'nobody'}` : result.fault.message;
      if (result === 'theirs' || silentMs >= times.renewDeadlineMs) {
        log.error({ identity, detail, silentMs: Math.round(silentMs) }, 'lease lost');
        return;
      }
      log.warn({ identity, detail, silentMs: Math.round(silentMs) }, 'lease could not be renewed');
    }
  };

  return {
    run: async (signal) => {
      try {
        await acquire(signal);
        log.info({ identity, transitions }, 'leading');
        input.onLeading();
        await renew(signal);
        renewal = undefined;
        return 'lost';
      } catch (error) {
        if (signal.aborted) return 'stopped';
        throw error;
      }
    },
    mayWrite: () => {
      if (renewal === undefined) return false;
      // The wall clock goes on while a machine sleeps and the monotonic one may not. One that was only set ahead costs
      // a retry after the next renewal.
      const elapsed = Math.max(clock.monotonicMs() - renewal.monotonicMs, clock.now().getTime() - renewal.wallMs);
      return elapsed < times.durationMs;
    },
    holder: () => seen?.lease.record.holder,
    release: async (signal) => {
      if (renewal === undefined || seen === undefined) return;
      renewal = undefined;
      const now = clock.now();
      const released = { holder: '', durationSeconds: 1, acquired: now, renewed: now, transitions };
      const call = { signal, timeoutMs: SHORTEST_CALL_MS };
      let answer = await store.update(seen.lease, released, call);
      if (!answer.ok && answer.fault.code === 'Conflict') {
        // A renewal that the shutdown interrupted may have been granted.
        const found = await store.get(call);
        if (!found.ok) answer = found;
        else if (found.value.record.holder === identity) answer = await store.update(found.value, released, call);
      }
      if (answer.ok) log.info({ identity }, 'lease released');
      else log.warn({ identity, detail: answer.fault.message }, 'lease could not be released');
    },
  };
}

function sameRecord(a: LeaseRecord, b: LeaseRecord): boolean {
  return (
    a.holder === b.holder &&
    a.renewed.getTime() === b.renewed.getTime() &&
    a.acquired.getTime() === b.acquired.getTime() &&
    a.transitions === b.transitions &&
    a.durationSeconds === b.durationSeconds
  );
}

function leaseAdvice(fault: ApiFault): string {
  return fault.code === 'Forbidden'
    ? 'the Lease may not be read or written: grant the Role recognize-health-leader in its namespace, give --lease-namespace, or run one replica with --no-leader-elect'
    : 'the Lease cannot be read or written: nothing is examined by this replica until it can';
}
