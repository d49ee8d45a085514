// Reads pods/log, not followed: one request, its bytes as the node wrote them.
import type { PodLogFault, PodLogRequest, Result } from '../clients/clients.ts';
import { isCancelled } from '../runtime/clock.ts';
import { redact } from '../runtime/safe-text.ts';
import { type ApiFault, isDenied } from './api-fault.ts';
import type { KubeApi } from './call.ts';
import { describeCall, RULES } from './rules.ts';
import { transportFault } from './transport.ts';

/** A kubelet that is silent for longer has stopped answering. */
const SILENCE_MS = 10_000;

/**
 * One container's log, every line with the kubelet's time (RFC 3339, nine decimals) before it.
 * @throws the signal's reason when the run was cancelled; a deadline is `unavailable`
 */
export async function readPodLog(
  api: KubeApi,
  { namespace, pod, container, previous, sinceTime, tailLines, limitBytes }: PodLogRequest,
  onChunk: (chunk: Uint8Array) => void,
  signal: AbortSignal,
): Promise<Result<undefined, PodLogFault>> {
  const params = {
    namespace,
    name: pod,
    query: { container, timestamps: true, previous: previous || undefined, sinceTime, tailLines, limitBytes },
  };
  const opened = await api.stream(RULES.getPodLog, params, { signal, inactivityMs: SILENCE_MS });
  if (!opened.ok) return { ok: false, fault: logFault(opened.fault) };
  try {
    for await (const chunk of opened.value) onChunk(chunk);
    return { ok: true, value: undefined };
  } catch (error) {
    if (isCancelled(signal)) throw error;
    const why = signal.aborted ? 'no end before the deadline' : transportFault(error).message;
    const detail = redact(`cannot ${describeCall(RULES.getPodLog, params)}: ${why}`);
    return { ok: false, fault: { kind: 'unavailable', detail } };
  }
}

/** The kubelet answers 400 for a container that has not begun, and for a previous one that there is not. */
function logFault(fault: ApiFault): PodLogFault {
  const kind = isDenied(fault)
    ? 'denied'
    : fault.code === 'NotFound'
      ? 'gone'
      : fault.code === 'Invalid'
        ? 'none'
        : 'unavailable';
  return { kind, detail: fault.message };
}
