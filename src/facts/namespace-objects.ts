// The objects of one namespace that matter to us, read once for each run: what discovery and the workload checks see.
// Kept as the API sends them (only the fields that are read are typed); `targets` turns them into our own values.
import type { Outcome } from './outcome.ts';

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly resourceVersion?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly ownerReferences?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly uid: string;
    readonly controller?: boolean;
  }[];
}

export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** Each list is an Outcome: a forbidden list makes its questions errors, not failures. */
export interface NamespaceObjects {
  readonly deployments: Outcome<readonly KubernetesObject[]>;
  readonly statefulSets: Outcome<readonly KubernetesObject[]>;
  readonly daemonSets: Outcome<readonly KubernetesObject[]>;
  /** Empty where the API group does not exist (not OpenShift). */
  readonly deploymentConfigs: Outcome<readonly KubernetesObject[]>;
  /** Of Argo Rollouts; empty where it is not installed. */
  readonly rollouts: Outcome<readonly KubernetesObject[]>;
  readonly replicaSets: Outcome<readonly KubernetesObject[]>;
  readonly pods: Outcome<readonly KubernetesObject[]>;
  readonly services: Outcome<readonly KubernetesObject[]>;
  readonly endpointSlices: Outcome<readonly KubernetesObject[]>;
  readonly autoscalers: Outcome<readonly KubernetesObject[]>;
  readonly disruptionBudgets: Outcome<readonly KubernetesObject[]>;
  /** Warnings about any object. Missing: not asked, because every pod is fine. */
  readonly events?: Outcome<readonly EventObject[]>;
  /** Nodes of pods that are not ready, as far as they exist. Missing: not asked. */
  readonly nodes?: Outcome<readonly KubernetesObject[]>;
}

/** A core/v1 Event. */
export interface EventObject extends KubernetesObject {
  readonly involvedObject?: { readonly kind?: string; readonly name?: string; readonly uid?: string };
  readonly reason?: string;
  readonly message?: string;
  readonly type?: string;
  readonly count?: number;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly series?: { readonly lastObservedTime?: string } | null;
}
