// One Lease, as an API server keeps it, on virtual time; and the replicas that want it.
import type { ApiFault, ApiResult } from '../../../src/kube/api-fault.ts';
import type { LeaseCall, LeaseRecord, LeaseStore, StoredLease } from '../../../src/kube/lease.ts';
import { createLeadership, LEASE_TIMES, type Leadership, type LeaseTimes } from '../../../src/operator/leadership.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import { literal } from '../../../src/runtime/safe-text.ts';

export const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
export const fault = (code: ApiFault['code']): { ok: false; fault: ApiFault } => ({
  ok: false,
  fault: { code, message: literal('ordered') },
});

/** One Lease as an API server keeps it. */
export function leaseServer(): {
  store: (reachable: () => boolean, clock: Clock) => LeaseStore;
  stored: LeaseRecord | undefined;
} {
  let version = 0;
  const server = {
    stored: undefined as LeaseRecord | undefined,
    store: (reachable: () => boolean, clock: Clock): LeaseStore => {
      const at = (): ApiResult<StoredLease> =>
        server.stored === undefined
          ? fault('NotFound')
          : {
              ok: true,
              value: {
                record: server.stored,
                object: { metadata: { name: 'lease', resourceVersion: String(version) } },
              },
            };
      /** Who cannot reach the server hears nothing until the deadline. */
      const ask = async (call: LeaseCall, answer: () => ApiResult<StoredLease>): Promise<ApiResult<StoredLease>> => {
        if (reachable()) return answer();
        await clock.sleep(call.timeoutMs, call.signal);
        return fault('Timeout');
      };
      return {
        get: (call) => ask(call, at),
        create: (record, call) =>
          ask(call, () => {
            if (server.stored !== undefined) return fault('AlreadyExists');
            server.stored = record;
            version += 1;
            return at();
          }),
        update: (known, record, call) =>
          ask(call, () => {
            if (server.stored === undefined) return fault('NotFound');
            if (known.object.metadata.resourceVersion !== String(version)) return fault('Conflict');
            server.stored = record;
            version += 1;
            return at();
          }),
      };
    },
  };
  return server;
}

export interface Replica {
  readonly leadership: Leadership;
  readonly stop: AbortController;
  readonly ended: Promise<'stopped' | 'lost'>;
  end: 'stopped' | 'lost' | undefined;
  led: boolean;
  reachable: boolean;
}

export function replica(
  server: ReturnType<typeof leaseServer>,
  clock: Clock,
  identity: string,
  random: () => number = () => 0.5,
  times: LeaseTimes = LEASE_TIMES,
): Replica {
  const stop = new AbortController();
  const self = { reachable: true, led: false, end: undefined as Replica['end'] };
  const leadership = createLeadership({
    store: server.store(() => self.reachable, clock),
    identity,
    times,
    clock,
    random,
    log: silent,
    onLeading: () => {
      self.led = true;
    },
  });
  const ended = leadership.run(stop.signal).then((end) => {
    self.end = end;
    return end;
  });
  return Object.assign(self, { leadership, stop, ended });
}
