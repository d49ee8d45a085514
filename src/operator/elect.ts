// Who works: this replica alone, or whichever of several holds the Lease.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { KubeApi } from '../kube/call.ts';
import { createLeaseStore, type LeaseAt } from '../kube/lease.ts';
import type { Clock } from '../runtime/clock.ts';
import { createLeadership, LEASE_TIMES, type LeaseTimes } from './leadership.ts';
import type { Log } from './ports.ts';

export interface Election {
  readonly lease: LeaseAt;
  /** Default: `LEASE_TIMES`. */
  readonly times?: LeaseTimes | undefined;
}

export interface ElectInput {
  readonly api: KubeApi;
  /** Undefined: no election, this process leads at once. Then there must be no other one. */
  readonly election: Election | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Called once, when this replica comes to lead. A write is allowed while `mayWrite` says so. */
  readonly onLeading: (mayWrite: () => boolean) => void;
  /** Called once, when the Lease is gone and the work must end. */
  readonly onLost: () => void;
  readonly signal: AbortSignal;
}

export interface Elected {
  /** Resolves when the election is over: at once without one, else with the signal or the lost Lease. Never rejects. */
  readonly ended: Promise<void>;
  /** Gives the Lease back, so that a standby need not wait for its end. */
  release(signal: AbortSignal): Promise<void>;
}

/** Takes part in the election of the Lease, if there is one. */
export function elect(input: ElectInput): Elected {
  const { api, election, clock, log, onLeading, onLost, signal } = input;
  if (election === undefined) {
    onLeading(() => true);
    return { ended: Promise.resolve(), release: () => Promise.resolve() };
  }
  const leadership = createLeadership({
    store: createLeaseStore(api, election.lease),
    identity: `${hostname()}_${randomUUID()}`,
    times: election.times ?? LEASE_TIMES,
    clock,
    random: Math.random,
    log,
    onLeading: () => {
      onLeading(() => leadership.mayWrite());
    },
  });
  const ended = leadership.run(signal).then(
    (result) => {
      if (result === 'lost') onLost();
    },
    (error: unknown) => {
      log.error({ error: error instanceof Error ? error.stack : 'unknown' }, 'the election broke on a defect');
      onLost();
    },
  );
  return { ended, release: (running) => leadership.release(running) };
}
