// The HealthReport as a whole: its parts come from the schema, and so do types and validation.
import type { HealthReportSpec } from './schema/spec.ts';
import type { HealthReportStatus } from './schema/status.ts';

export {
  healthReportSpec,
  type BucketSpec,
  type DatabaseSpec,
  type HealthReportSpec,
  type KeySpec,
  type AcceptedPlatform,
  type MuteSpec,
  type ServiceSpec,
} from './schema/spec.ts';
export {
  healthReportStatus,
  type CheckStatus,
  type CitationRef,
  type HealthReportStatus,
  type InventoryItem,
  type Verdict,
} from './schema/status.ts';

/** What we read of an object's metadata. */
export interface ReportMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly generation: number;
  readonly resourceVersion: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** RFC 3339. Absent where no API server made the object. */
  readonly creationTimestamp?: string;
}

/** A HealthReport with a valid spec. */
export interface HealthReport {
  readonly metadata: ReportMetadata;
  readonly spec: HealthReportSpec;
  readonly status: HealthReportStatus | undefined;
}
