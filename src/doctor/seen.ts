// What the doctor saw, as plain values: each answer of the API server stands for itself, so that one that is refused
// leaves the other questions answered.
import type { ApiResult } from '../kube/api-fault.ts';
import type { InstalledDefinition } from '../kube/definition.ts';
import type { OperatorDeployment, OperatorEndpoints, OperatorPod } from '../kube/installation.ts';
import type { LeaseAt, LeaseRecord } from '../kube/lease.ts';
import type { ReportObject } from '../kube/reports.ts';
import type { SafeText } from '../runtime/safe-text.ts';
import type { RightsSeen } from './rights.ts';

/** How an operator was told what to watch. */
export interface Watched {
  /** Empty: all of them. */
  readonly namespaces: readonly string[];
  readonly selector: string | undefined;
}

export interface ReportsSeen {
  readonly reports: readonly ReportObject[];
  /** Undefined: of all namespaces. */
  readonly namespaces: readonly string[] | undefined;
  /** `namespace/name` of those that the operator's selector takes; undefined when it has none. */
  readonly selected: ReadonlySet<string> | undefined;
}

export interface Seen {
  /** Of this program; `development` for one that was not built. */
  readonly version: string;
  /** This machine's clock, and the API server's at the same moment. */
  readonly now: Date;
  readonly serverNow: Date | undefined;
  readonly kubernetes: SafeText;
  /** Where an operator was looked for. */
  readonly at: LeaseAt;
  readonly definition: ApiResult<InstalledDefinition>;
  readonly deployments: ApiResult<readonly OperatorDeployment[]>;
  /** `namespace/name` of Deployments elsewhere, where there is none in the namespace that was looked at. */
  readonly elsewhere: readonly OperatorDeployment[];
  /** Undefined without a Deployment. */
  readonly pods: ApiResult<readonly OperatorPod[]> | undefined;
  readonly endpoints: ApiResult<readonly OperatorEndpoints[]> | undefined;
  readonly lease: ApiResult<LeaseRecord>;
  /** Says that nobody renews the Lease. */
  readonly nobody: SafeText | undefined;
  readonly watched: Watched;
  readonly rights: RightsSeen;
  readonly reports: ApiResult<ReportsSeen>;
}
