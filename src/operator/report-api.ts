// The reconciler's port to the Kubernetes API, over kube/.
import type { HealthReportStatus, ReportMetadata } from '../api/health-report.ts';
import { SCHEMA_VERSION } from '../api/names.ts';
import type { ApiFault } from '../kube/api-fault.ts';
import { applyStatus, correctStatus, type AppliedStatus } from '../kube/apply.ts';
import type { KubeApi } from '../kube/call.ts';
import { installedSchemaVersion } from '../kube/definition.ts';
import { createEvent } from '../kube/events.ts';
import { getReport, getReportWithWriters } from '../kube/reports.ts';
import { alterations, correction, outdatedStatus, saysOutdated } from '../report/index.ts';
import type { Clock } from '../runtime/clock.ts';
import { observed } from './observed-report.ts';
import type { Log, ReportApi, WriteResult } from './ports.ts';

/** The definition is looked at again after this. */
const DEFINITION_MS = 30_000;

/** `instance` names this process in Events (pod name). */
export function createReportApi(api: KubeApi, instance: string, log: Log, clock: Clock): ReportApi {
  let definition: { readonly at: number; readonly outdated: string | undefined } | undefined;
  /** What is wrong with the installed definition. One that may not be read, or is not annotated, shows at the write. */
  const outdated = async (signal: AbortSignal): Promise<string | undefined> => {
    if (definition !== undefined && clock.monotonicMs() - definition.at < DEFINITION_MS) return definition.outdated;
    const installed = await installedSchemaVersion(api, signal);
    const version = installed.ok ? installed.value : undefined;
    const older = version !== undefined && Number(version) < Number(SCHEMA_VERSION);
    definition = {
      at: clock.monotonicMs(),
      outdated: older
        ? `Its schema version is ${version.slice(0, 16)}, this operator's is ${SCHEMA_VERSION}.`
        : undefined,
    };
    return definition.outdated;
  };
  return {
    get: async (namespace, name, signal) => {
      const answer = await getReportWithWriters(api, namespace, name, signal);
      if (answer.ok) return { ...observed(answer.value.object), writers: answer.value.writers };
      return answer.fault.code === 'NotFound' ? undefined : 'Unreachable';
    },
    applyStatus: async (metadata, status, signal) => {
      const detail = await outdated(signal);
      if (detail !== undefined) return { kind: 'CrdOutdated', detail };
      const answer = await applyStatus(api, metadata, status, signal);
      return answer.ok ? corrected(api, metadata, status, answer.value, signal) : refused(answer.fault);
    },
    markOutdated: async (metadata, detail, now, signal) => {
      const found = await getReport(api, metadata.namespace, metadata.name, signal);
      if (!found.ok || found.value.metadata.uid !== metadata.uid) return undefined;
      const { resourceVersion = '', generation = 0 } = found.value.metadata;
      // As it is stored, not as we read it: a field that we do not know any more must not get lost.
      const stored = found.value.status as HealthReportStatus | undefined;
      const previous = Array.isArray(stored?.conditions) ? stored : undefined;
      if (saysOutdated(previous)) return previous;
      const status = outdatedStatus(previous, generation, now, detail);
      const answer = await applyStatus(api, { ...metadata, resourceVersion }, status, signal);
      if (answer.ok) return status;
      log.warn(
        { report: `${metadata.namespace}/${metadata.name}`, detail: answer.fault.message },
        'status could not be written',
      );
      return undefined;
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

/** Takes back what an apply has left beside what it wrote: fields of others, and what a webhook made of ours. */
async function corrected(
  api: KubeApi,
  metadata: ReportMetadata,
  status: HealthReportStatus,
  stored: AppliedStatus,
  signal: AbortSignal,
): Promise<WriteResult> {
  const { resourceVersion } = stored;
  const patch = correction(status, stored.status);
  if (patch === undefined) return { kind: 'Written', resourceVersion };
  const alteration = { fields: alterations(status, stored.status), by: stored.writers };
  const answer = await correctStatus(api, { ...metadata, resourceVersion }, patch, signal);
  // What was found is written. A correction that failed is made by the next run, which sees the difference again.
  return { kind: 'Written', resourceVersion: answer.ok ? answer.value.resourceVersion : resourceVersion, alteration };
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
    case 'TooLarge':
    case 'Misconfigured':
      return failed(fault);
  }
}

function failed({ message, retryAfterMs }: ApiFault): WriteResult {
  return retryAfterMs === undefined
    ? { kind: 'Failed', detail: message }
    : { kind: 'Failed', detail: message, retryAfterMs };
}
