// Workloads, their pods and containers, as the cluster describes them.
import type { Fault, Outcome } from './outcome.ts';

export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'DeploymentConfig' | 'Rollout';

/** A workload as its controller last described it. Counts are of replicas. */
export interface Workload {
  readonly kind: WorkloadKind;
  readonly name: string;
  readonly image: string;
  /** What its ReplicaSets name, the present one's included, sorted. Missing of a kind that has none. */
  readonly keptImages?: readonly string[];
  readonly desired: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
  /** metadata.generation differs from status.observedGeneration: the controller has not looked yet. */
  readonly lagging: boolean;
  /** A rollout is under way: its controller says so, or, where it says nothing, its counts do. */
  readonly rollingOut: boolean;
  /** Somebody paused its rollouts: a new template changes no pod. */
  readonly paused: boolean;
  /** Somebody deleted it, and a finalizer or its pods keep it for now. Missing of one that stays. */
  readonly deleting?: true;
  /** From the strategy, in replicas. */
  readonly maxUnavailable: number;
  readonly maxSurge: number;
  /** Its controller gave the rollout up: past its deadline, or aborted. */
  readonly stuck: boolean;
  /** How long a rollout may stand still. */
  readonly deadlineMs?: number;
  /** RFC 3339 UTC */
  readonly createdAt?: string | undefined;
  /** Why its controller cannot create pods: the API server's own words. */
  readonly refused?: string | undefined;
  /** Why its pods are not known: what its controller counts is all that there is. */
  readonly podsUnread?: Fault | undefined;
  /** The Events that could say why a pod waits were asked for and not given. */
  readonly eventsUnread?: true;
  readonly limits: { readonly cpu?: string; readonly memory?: string };
  readonly autoscaler?: { readonly min: number; readonly max: number } | undefined;
  /** Names of the Services that select its pods. */
  readonly services?: readonly string[];
  /** That select its pods. */
  readonly disruptionBudgets: Outcome<readonly DisruptionBudget[]>;
  readonly pods: readonly Pod[];
}

/** A PodDisruptionBudget as its controller last described it. */
export interface DisruptionBudget {
  readonly name: string;
  /** The controller has seen its present form. */
  readonly isObserved: boolean;
  /** Evictions that it allows now. */
  readonly allowed: number;
  readonly healthy: number;
  /** Pods that must stay healthy. */
  readonly wanted: number;
  readonly expected: number;
}

export interface Pod {
  readonly name: string;
  readonly node?: string | undefined;
  readonly phase: string;
  readonly ready: boolean;
  readonly terminating: boolean;
  /** RFC 3339 UTC */
  readonly createdAt?: string | undefined;
  readonly startedAt?: string | undefined;
  readonly unschedulable?: string;
  /** Its containers are ready; these gates of its spec are not, and hold it back. */
  readonly gates?: readonly string[];
  /** It was ready before, or it is not known that it never was. */
  readonly wasReady?: boolean;
  /** When its kubelet, or that of a lost node's controller, took it for not ready. Missing of one that is. RFC 3339 UTC */
  readonly unreadySince?: string;
  /** Why its node is not ready. */
  readonly nodeTrouble?: string;
  /** Of its Events, newest first. Missing where they were not asked for, or could not be read. */
  readonly warnings?: readonly Warning[];
  /** The application container first; sidecars after it. */
  readonly containers: readonly Container[];
}

/** A Warning among the Events about an object. */
export interface Warning {
  readonly reason: string;
  readonly message: string;
  /** When it was last seen. RFC 3339 UTC */
  readonly at?: string | undefined;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  /** `sha256:…` of the image that runs, where the kubelet tells. */
  readonly digest?: string | undefined;
  readonly ready: boolean;
  readonly restarts: number;
  /** Of the run that is on. RFC 3339 UTC */
  readonly startedAt?: string | undefined;
  /** CrashLoopBackOff, ImagePullBackOff, … */
  readonly waiting?: { readonly reason: string; readonly message: string };
  readonly lastTermination?: {
    readonly reason: string;
    readonly exitCode: number;
    readonly startedAt?: string | undefined;
    readonly finishedAt?: string | undefined;
  };
}
