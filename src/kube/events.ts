// Events (events.k8s.io/v1) whose name follows from what they tell: told twice, there is still one.
import { createHash } from 'node:crypto';
import { API_VERSION, GROUP, KIND } from '../api/names.ts';
import type { ReportMetadata } from '../api/health-report.ts';
import { clip, type SafeText } from '../runtime/safe-text.ts';
import type { ApiResult } from './api-fault.ts';
import type { KubeApi } from './call.ts';
import { RULES } from './rules.ts';

export interface ReportEvent {
  /** What makes it this event and no other: check, from, to, since. Hashed with the report's uid into the name. */
  readonly identity: readonly string[];
  readonly type: 'Normal' | 'Warning';
  /** A fault's code or a reason. */
  readonly reason: string;
  /** What was seen, with the citation. */
  readonly note: SafeText;
  readonly at: Date;
  /** Who tells it; the operator unless said. */
  readonly by?: 'gate';
}

/** Limits of the API: a longer one is refused with 422. */
const MAX_NOTE_BYTES = 1024;
const MAX_REASON_LENGTH = 128;

/** Creates the event. One that exists already was told before: that is a success. */
export async function createEvent(
  api: KubeApi,
  report: Pick<ReportMetadata, 'name' | 'namespace' | 'uid'>,
  event: ReportEvent,
  instance: string,
  signal: AbortSignal,
): Promise<ApiResult<{ readonly created: boolean }>> {
  const { namespace } = report;
  const body = eventObject(report, event, instance);
  const answer = await api.call(RULES.createEvent, { namespace }, { signal, body });
  if (answer.ok) return { ok: true, value: { created: true } };
  return answer.fault.code === 'AlreadyExists' ? { ok: true, value: { created: false } } : answer;
}

/** The event as it is sent. Pure. */
export function eventObject(
  report: Pick<ReportMetadata, 'name' | 'namespace' | 'uid'>,
  event: ReportEvent,
  instance: string,
): object {
  const hash = createHash('sha256')
    .update(JSON.stringify([report.uid, ...event.identity]))
    .digest('hex')
    .slice(0, 16);
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    // A name of 253 characters is the most; the hash must survive.
    metadata: { name: `${report.name.slice(0, 230)}.${hash}`, namespace: report.namespace },
    eventTime: event.at.toISOString().replace('Z', '000Z'),
    type: event.type,
    reason: event.reason.slice(0, MAX_REASON_LENGTH),
    action: event.by === 'gate' ? 'Gate' : 'Examine',
    note: clip(event.note, MAX_NOTE_BYTES),
    reportingController: `${GROUP}/${event.by ?? 'operator'}`,
    reportingInstance: instance.slice(0, 128),
    regarding: { apiVersion: API_VERSION, kind: KIND, name: report.name, namespace: report.namespace, uid: report.uid },
  };
}
