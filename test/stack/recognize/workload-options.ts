// How a service is deployed, and what is wrong with its workload.
import type { Configuration } from './settings.ts';
import type { WorkloadKind } from './workload-object.ts';
import type { WorkloadTrouble } from './workload-trouble.ts';

export interface WorkloadOptions {
  /** 1 when not given. */
  replicas?: number;
  kind?: WorkloadKind;
  trouble?: WorkloadTrouble;
  image?: string;
  /** The environment of the container, e.g. `{ SPRING_DATASOURCE_URL: … }`. */
  env?: Readonly<Record<string, string>>;
  limits?: { cpu: string; memory: string };
  /** Adds a HorizontalPodAutoscaler. The charts' default maximum is 100. */
  autoscaler?: { minReplicas: number; maxReplicas: number };
  maxSurge?: number | string;
  maxUnavailable?: number | string;
  /** Adds a PodDisruptionBudget with this minAvailable. */
  minAvailable?: number;
  /** Where it is told where its backends are. */
  configuration?: Configuration;
}
