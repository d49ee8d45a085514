// A HealthReport as the watch's copy of it is kept: what is counted at hand, the status packed, everything else let go.
import { REQUEST_ANNOTATION } from '../api/names.ts';
import type { HealthReportStatus } from '../api/health-report.ts';
import { metadataOf, parseStatus, type ReportObject } from '../kube/reports.ts';
import { pack, type Packed } from '../runtime/packed.ts';
import type { ObservedReport } from './ports.ts';
import { countedStatus, type Counted, type CountedStatus } from './summary.ts';

export interface KeptReport {
  readonly metadata: ReportObject['metadata'];
  readonly spec?: unknown;
  /** As it is stored. */
  readonly status: Packed<object> | undefined;
  /** Undefined for a status that we cannot read. */
  readonly counted: CountedStatus | undefined;
}

/** Reduces what the API server sends. An annotation of somebody else may have 256 KiB. */
export function keptReport(object: object): KeptReport {
  const { metadata, spec, status } = object as ReportObject;
  const { name, namespace, uid, generation, resourceVersion, annotations, creationTimestamp, deletionTimestamp } =
    metadata;
  const request = annotations?.[REQUEST_ANNOTATION];
  const parsed = parseStatus(status ?? {});
  return {
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(generation === undefined ? {} : { generation }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      ...(request === undefined ? {} : { annotations: { [REQUEST_ANNOTATION]: request } }),
    },
    spec,
    status: typeof status === 'object' && status !== null ? pack(status) : undefined,
    counted: parsed === undefined ? undefined : countedStatus(parsed),
  };
}

/** The object again, as far as it was kept. */
export function wholeReport({ metadata, spec, status }: KeptReport): ReportObject {
  return { metadata, spec, ...(status === undefined ? {} : { status: status.unpack() }) };
}

/** As the controller takes it. The status is unpacked and parsed whenever it is asked for, and not kept. */
export function observedKept(kept: KeptReport): ObservedReport {
  return {
    metadata: metadataOf(kept),
    spec: kept.spec,
    freshUntil: kept.counted?.freshUntil,
    get status(): HealthReportStatus | undefined {
      return parseStatus(kept.status?.unpack() ?? {});
    },
  };
}

/** As the metrics count it. */
export function countedKept({ metadata, spec, counted: status }: KeptReport): Counted {
  const suspended = (spec as { readonly suspend?: unknown } | undefined)?.suspend === true;
  return { namespace: metadata.namespace ?? '', name: metadata.name, suspended, status };
}
