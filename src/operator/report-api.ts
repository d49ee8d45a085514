// The reconciler's port to the Kubernetes API, over kube/.
import type { ReportMetadata } from '../api/health-report.ts';
import type { ApiFault } from '../kube/api-fault.ts';
import { applyStatus } from '../kube/apply.ts';
import type { KubeApi } from '../kube/call.ts';
import { createEvent } from '../kube/events.ts';
import { getReport } from '../kube/reports.ts';
import { observed } from './observed-report.ts';
import type { Log, ReportApi, WriteResult } from './ports.ts';

/** `instance` names this process in Events (pod name). */
export function createReportApi(api: KubeApi, instance: string, log: Log): ReportApi {
  return {
    get: async (namespace, name, signal) => {
      const answer = await getReport(api, namespace, name, signal);
      if (answer.ok) return observed(answer.value);
      return answer.fault.code === 'NotFound' ? undefined : 'Unreachable';
    },
    applyStatus: async (metadata, status, signal) => {
      const answer = await applyStatus(api, metadata, status, signal);
      return answer.ok ? { kind: 'Written', resourceVersion: answer.value.resourceVersion } : refused(answer.fault);
    },
    // An Event that is lost is no reason to hold a run: the status says it all, and the log keeps the sentence.
    recordEvent: async (metadata: ReportMetadata, event, signal) => {
      const answer = await createEvent(api, metadata, event, instance, signal);
      if (!answer.ok)
        log.warn(
          { report: `${metadata.namespace}/${metadata.name}`, event: event.note, detail: answer.fault.message },
          'event could not be written',
        );
    },
  };
}

function refused(fault: ApiFault): WriteResult {
  switch (fault.code) {
    case 'Conflict':
    case 'AlreadyExists':
      return { kind: 'Conflict' };
    case 'NotFound':
      return { kind: 'Gone' };
    case 'ServerError':
      // A field that the schema does not declare makes the whole apply fail with a 500 (seen on a real server).
      if (fault.message.includes('not declared in schema')) return { kind: 'CrdOutdated', detail: fault.message };
      return failed(fault);
    case 'Forbidden':
    case 'Unauthorized':
    case 'Gone':
    case 'TooManyRequests':
    case 'Invalid':
    case 'Unreachable':
    case 'Timeout':
    case 'Misconfigured':
      return failed(fault);
  }
}

function failed({ message, retryAfterMs }: ApiFault): WriteResult {
  return retryAfterMs === undefined
    ? { kind: 'Failed', detail: message }
    : { kind: 'Failed', detail: message, retryAfterMs };
}
