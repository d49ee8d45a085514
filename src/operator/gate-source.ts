// What /gate may judge: the watch's copy of a report while the server has just confirmed it, otherwise a read of now.
// A connection that is open and silent confirms nothing, so a replica that hears no more never passes an upgrade.
import type { ApiResult } from '../kube/api-fault.ts';
import type { Reflector } from '../kube/reflector.ts';
import type { ReportObject } from '../kube/reports.ts';
import type { Confirmed } from '../gate/http-answer.ts';
import type { Clock } from '../runtime/clock.ts';
import { literal, redact, type SafeText } from '../runtime/safe-text.ts';

/** A copy that was confirmed so long ago may be judged, unless the command says otherwise. */
export const GATE_MAX_AGE_MS = 15_000;

/** Whoever asks /gate waits no longer for a read. */
const READ_MS = 3_000;

/** Reads at once. More askers than that are told to come back. */
const MOST_READS = 16;

/** A report as it is known, and how; or why nothing is known. */
export type Sourced =
  | { readonly ok: true; readonly object: ReportObject | undefined; readonly confirmed: Confirmed }
  | { readonly ok: false; readonly why: SafeText };

export interface GateSourceInput {
  readonly reflector: Pick<Reflector<ReportObject>, 'synced' | 'confirmed' | 'get'>;
  /** One report of now. Rejects with the signal's reason alone. */
  readonly read: (namespace: string, name: string, signal: AbortSignal) => Promise<ApiResult<ReportObject>>;
  readonly maxAgeMs: number;
  readonly clock: Clock;
}

/** Looks a report up. Asks that come while its read is under way share it. Never rejects. */
export function gateSource(input: GateSourceInput): (namespace: string, name: string) => Promise<Sourced> {
  const { reflector, clock, maxAgeMs } = input;
  const reading = new Map<string, Promise<Sourced>>();

  const readNow = async (namespace: string, name: string): Promise<Sourced> => {
    const deadline = clock.deadline(READ_MS, new AbortController().signal);
    const confirmed: Confirmed = { by: 'read', ageMs: 0 };
    try {
      const answer = await input.read(namespace, name, deadline.signal);
      if (answer.ok) return { ok: true, object: answer.value, confirmed };
      if (answer.fault.code === 'NotFound') return { ok: true, object: undefined, confirmed };
      return { ok: false, why: redact(`the copy of the report cannot be confirmed: ${answer.fault.message}`, [], 512) };
    } catch {
      return { ok: false, why: literal('the copy of the report cannot be confirmed: no answer in time') };
    } finally {
      deadline.clear();
    }
  };

  return async (namespace, name) => {
    const key = `${namespace}/${name}`;
    if (!reflector.synced()) return { ok: false, why: literal('the reports have not been listed yet') };
    const last = reflector.confirmed();
    const ageMs = last === undefined ? Number.POSITIVE_INFINITY : clock.monotonicMs() - last.at;
    const object = reflector.get(key);
    if (last !== undefined && ageMs <= maxAgeMs) return { ok: true, object, confirmed: { by: last.by, ageMs } };
    const known = reading.get(key);
    if (known !== undefined) return known;
    // A report that the watch does not know is outside of its namespaces or labels: nothing of it is asked.
    if (object === undefined || reading.size >= MOST_READS)
      return { ok: false, why: literal('the copy of the reports is not confirmed at the moment') };
    const read = readNow(namespace, name).finally(() => reading.delete(key));
    reading.set(key, read);
    return read;
  };
}
