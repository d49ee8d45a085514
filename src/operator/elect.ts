// Who works: this replica alone, or whichever of several holds the Lease. Of several shards each has its own Lease, and
// all hold one together that says how many they are: nobody examines while shards of another number do.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { KubeApi } from '../kube/call.ts';
import { createLeaseStore, type LeaseAt } from '../kube/lease.ts';
import { Stop, type Clock } from '../runtime/clock.ts';
import { createLeadership, LEASE_TIMES, type Leadership, type LeadershipInput, type LeaseTimes } from './leadership.ts';
import type { Log } from './ports.ts';
import { shardLeaseName, type Shard } from './shard.ts';
import { stackOf } from './stack-of.ts';

export interface Election {
  readonly lease: LeaseAt;
  /** Default: `LEASE_TIMES`. */
  readonly times?: LeaseTimes | undefined;
  /** Which shard this is. */
  readonly shard?: Shard | undefined;
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
  const { lease, shard, times = LEASE_TIMES } = election;
  const enter = (at: LeaseAt, as: Pick<LeadershipInput, 'identity' | 'isShared' | 'onLeading'>): Leadership =>
    createLeadership({ store: createLeaseStore(api, at), times, clock, random: Math.random, log, ...as });
  /** When one is lost, both are: the other's turn ends with it. */
  const over = new AbortController();
  const running = AbortSignal.any([signal, over.signal]);
  const hold = (leadership: Leadership): Promise<void> =>
    leadership.run(running).then(
      (result) => {
        if (result === 'lost') lose();
      },
      (error: unknown) => {
        log.error({ error: stackOf(error) }, 'the election broke on a defect');
        lose();
      },
    );
  const lose = (): void => {
    if (over.signal.aborted) return;
    over.abort(new Stop({ kind: 'Cancelled', why: 'lease lost' }));
    onLost();
  };

  let together: Promise<void> = Promise.resolve();
  const own: Leadership = enter(shard === undefined ? lease : { ...lease, name: shardLeaseName(lease.name, shard) }, {
    identity: `${hostname()}_${randomUUID()}`,
    onLeading: () => {
      if (shard === undefined) {
        onLeading(() => own.mayWrite());
        return;
      }
      const layout = enter(lease, {
        identity: `${shard.of} shards`,
        isShared: true,
        onLeading: () => {
          onLeading(() => own.mayWrite() && layout.mayWrite());
        },
      });
      together = hold(layout);
    },
  });
  const ended = hold(own).then(() => together);
  // What the shards hold together is left to its end: the others may still be at work.
  return { ended, release: (releasing) => own.release(releasing) };
}
