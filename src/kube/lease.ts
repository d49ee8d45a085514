// Leases (coordination.k8s.io/v1) as leader election needs them: read, make, replace; every replace fenced.
import { z } from 'zod';
import type { ApiResult } from './api-fault.ts';
import type { KubeApi } from './call.ts';
import { RULES } from './rules.ts';

export interface LeaseAt {
  readonly namespace: string;
  readonly name: string;
}

/** What a Lease says. Times are of the holder's clock: for people, never compared with ours. */
export interface LeaseRecord {
  /** Empty: released. */
  readonly holder: string;
  readonly durationSeconds: number;
  readonly acquired: Date;
  readonly renewed: Date;
  /** How often the holder changed. */
  readonly transitions: number;
}

/** A Lease as it is stored. The object is kept whole, so that a replace loses nobody's labels. */
export interface StoredLease {
  readonly record: LeaseRecord;
  readonly object: LeaseObject;
}

interface LeaseObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly resourceVersion?: string };
  readonly spec?: object;
}

export interface LeaseCall {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** The three calls, on one Lease. None throws but for the signal's cancellation. */
export interface LeaseStore {
  get(call: LeaseCall): Promise<ApiResult<StoredLease>>;
  /** 409 AlreadyExists when somebody was first. */
  create(record: LeaseRecord, call: LeaseCall): Promise<ApiResult<StoredLease>>;
  /** Replaces what `stored` is; 409 Conflict when it has changed since. */
  update(stored: StoredLease, record: LeaseRecord, call: LeaseCall): Promise<ApiResult<StoredLease>>;
}

/** The Lease of this name on the API server. */
export function createLeaseStore(api: KubeApi, { namespace, name }: LeaseAt): LeaseStore {
  const stored = (answer: ApiResult<LeaseObject>): ApiResult<StoredLease> =>
    answer.ok ? { ...answer, value: { record: recordOf(answer.value), object: answer.value } } : answer;
  return {
    get: async (call) => stored(await api.call<LeaseObject>(RULES.getLease, { namespace, name }, call)),
    create: async (record, call) => {
      const body = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { namespace, name },
        spec: specOf(record),
      };
      return stored(await api.call<LeaseObject>(RULES.createLease, { namespace }, { ...call, body }));
    },
    update: async ({ object }, record, call) => {
      const body = { ...object, spec: { ...object.spec, ...specOf(record) } };
      return stored(await api.call<LeaseObject>(RULES.updateLease, { namespace, name }, { ...call, body }));
    },
  };
}

function specOf(record: LeaseRecord): object {
  return {
    holderIdentity: record.holder,
    leaseDurationSeconds: record.durationSeconds,
    acquireTime: microTime(record.acquired),
    renewTime: microTime(record.renewed),
    leaseTransitions: record.transitions,
  };
}

/** What is read of a Lease's spec; whatever is no such value is not there. */
const time = z
  .string()
  .transform((text) => new Date(text))
  .refine((at) => !Number.isNaN(at.getTime()))
  .catch(new Date(0));
const leaseSpec = z
  .object({
    holderIdentity: z.string().catch(''),
    leaseDurationSeconds: z.int().catch(0),
    acquireTime: time,
    renewTime: time,
    leaseTransitions: z.int().catch(0),
  })
  .catch({
    holderIdentity: '',
    leaseDurationSeconds: 0,
    acquireTime: new Date(0),
    renewTime: new Date(0),
    leaseTransitions: 0,
  });

function recordOf({ spec }: LeaseObject): LeaseRecord {
  const { holderIdentity, leaseDurationSeconds, acquireTime, renewTime, leaseTransitions } = leaseSpec.parse(
    spec ?? {},
  );
  return {
    holder: holderIdentity,
    durationSeconds: leaseDurationSeconds,
    acquired: acquireTime,
    renewed: renewTime,
    transitions: leaseTransitions,
  };
}

/** metav1.MicroTime: the API takes exactly six digits of a second. */
function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}
