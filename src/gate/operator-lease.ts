// Is there an operator at work? The Lease says so within seconds, long before a report is past its freshUntil. What may
// not be read proves nothing; an old renewal is looked at twice, because it is written by another clock than ours.
import type { ApiResult } from '../kube/api-fault.ts';
import type { KubeApi } from '../kube/call.ts';
import { createLeaseStore, type LeaseAt, type StoredLease } from '../kube/lease.ts';
import type { Clock } from '../runtime/clock.ts';
import { formatDuration } from '../runtime/duration.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';

/** Where the manifests and the chart's examples put the operator, with its Lease. */
export const OPERATOR_LEASE: LeaseAt = { namespace: 'recognize-health', name: 'recognize-health' };

/** A leader renews every two seconds: within this its Lease has changed. */
const SECOND_LOOK_MS = 3_000;

/** Deadline of one look. */
const CALL_MS = 3_000;

/** A renewal that is older than its duration by no more than this may be under way. */
const SLACK_MS = 2_000;

export interface MissingOperator {
  readonly sentence: SafeText;
  /** False where there is no such Lease: an operator may be elsewhere, or elect nobody. */
  readonly isCertain: boolean;
}

/**
 * Undefined while an operator is at work, or where that cannot be told; otherwise a sentence that says that nobody is,
 * and where to look.
 * @throws the signal's reason when the work was cancelled
 */
export async function missingOperator(
  api: KubeApi,
  at: LeaseAt,
  clock: Clock,
  signal: AbortSignal,
): Promise<MissingOperator | undefined> {
  const store = createLeaseStore(api, at);
  const look = (): Promise<ApiResult<StoredLease>> => store.get({ signal, timeoutMs: CALL_MS });
  const where = `${at.namespace}/${at.name}`;
  const pods = `look at: kubectl -n ${at.namespace} get pods,lease`;
  const said = (text: string, isCertain = true): MissingOperator => ({ sentence: redact(text, [], 512), isCertain });
  const first = await look();
  if (!first.ok)
    return first.fault.code === 'NotFound'
      ? said(
          `There is no Lease ${where}: no operator has started there (elsewhere: --lease-namespace, --lease-name); ${pods}.`,
          false,
        )
      : undefined;
  const { holder, renewed, durationSeconds } = first.value.record;
  if (holder === '') return said(`No live operator holds the Lease ${where}: it was given back; ${pods}.`);
  const now = Date.parse(first.serverDate ?? '');
  const ageMs = now - renewed.getTime();
  if (!(ageMs > durationSeconds * 1_000 + SLACK_MS)) return undefined;
  await clock.sleep(SECOND_LOOK_MS, signal);
  const second = await look();
  if (!second.ok || second.value.record.renewed.getTime() !== renewed.getTime()) return undefined;
  const ago = formatDuration(Math.round(ageMs / 1_000) * 1_000);
  return said(`No live operator holds the Lease ${where}: ${holder} renewed it last, ${ago} ago; ${pods}.`);
}
