// What is kept of an object of the API server: the fields that somebody reads. Objects are reduced as they arrive, so
// that annotations of 250 KiB, or four thousand pods, cost what is read of them. A field that a new question needs is
// named here first: tests give objects to a run as they are kept.

/** Which fields to keep: all, those named (of each element where it is a list), or a map's short values. */
export type Shape = true | 'short values' | { readonly [field: string]: Shape };

/** Longer texts are cut: no name, address, setting or message that is read is longer. In characters. */
const LONGEST_TEXT = 8 * 1024;
/** Annotations are read by name only, and what is read is short. */
const SHORT = 256;
const MOST_SHORT = 64;
/** Objects and lists nest no deeper in what is read. */
const DEEPEST = 24;

/** What an object, a list and a value take in memory beside their texts. Measured with Node 20. In bytes. */
const COST = { object: 56, value: 16, text: 24 } as const;

export const METADATA: Shape = {
  name: true,
  namespace: true,
  uid: true,
  generation: true,
  resourceVersion: true,
  labels: true,
  annotations: 'short values',
  creationTimestamp: true,
  deletionTimestamp: true,
  ownerReferences: { kind: true, name: true, uid: true, controller: true },
};

/** A workload: its whole spec, since what a pod is started with, and how it is rolled out, is asked in many ways. */
const WORKLOAD: Shape = { metadata: METADATA, spec: true, status: true };

const CONTAINER_STATUS: Shape = {
  name: true,
  image: true,
  imageID: true,
  ready: true,
  started: true,
  restartCount: true,
  state: true,
  lastState: true,
};

export const KEPT = {
  workload: WORKLOAD,
  replicaSet: {
    metadata: METADATA,
    // The images that a rollback would start.
    spec: { replicas: true, template: { spec: { containers: { name: true, image: true } } } },
    // A Rollout does not repeat why its ReplicaSet cannot make pods.
    status: {
      replicas: true,
      readyReplicas: true,
      availableReplicas: true,
      observedGeneration: true,
      conditions: { type: true, status: true, reason: true, message: true },
    },
  },
  pod: {
    metadata: METADATA,
    spec: {
      nodeName: true,
      readinessGates: true,
      schedulingGates: true,
      restartPolicy: true,
      containers: { name: true, image: true, ports: true, resources: true },
      initContainers: { name: true, image: true, restartPolicy: true },
    },
    status: {
      phase: true,
      reason: true,
      message: true,
      podIP: true,
      podIPs: true,
      startTime: true,
      conditions: true,
      containerStatuses: CONTAINER_STATUS,
      initContainerStatuses: CONTAINER_STATUS,
    },
  },
  service: { metadata: METADATA, spec: true },
  endpointSlice: {
    metadata: METADATA,
    addressType: true,
    ports: true,
    endpoints: { addresses: true, conditions: true, nodeName: true, targetRef: { kind: true, name: true } },
  },
  autoscaler: { metadata: METADATA, spec: true, status: true },
  disruptionBudget: {
    metadata: METADATA,
    spec: true,
    status: {
      observedGeneration: true,
      disruptionsAllowed: true,
      currentHealthy: true,
      desiredHealthy: true,
      expectedPods: true,
      conditions: true,
    },
  },
  node: {
    metadata: METADATA,
    spec: { unschedulable: true, taints: true },
    status: { conditions: true, nodeInfo: true, allocatable: true, capacity: true },
  },
} as const satisfies Readonly<Record<string, Shape>>;

export interface Kept {
  readonly value: unknown;
  /** What it takes in memory, about. In bytes. */
  readonly bytes: number;
}

/** Makes copies of the fields that a shape names. The original is left as it was. */
export type Keep = (value: unknown, shape: Shape) => Kept;

/** Images, labels and node names are the same in many pods: one copy of each recent one is enough. */
const MOST_SHARED = 4_000;
const LONGEST_SHARED = 200;

/** A keeper with a memory for texts that come again: one for each list, and for each watch. */
export function createKeeper(): Keep {
  const recent = new Map<string, string>();
  let bytes = 0;

  const text = (from: string): string => {
    const known = from.length > LONGEST_SHARED ? undefined : recent.get(from);
    if (known !== undefined) return known;
    const kept = from.length > LONGEST_TEXT ? from.slice(0, LONGEST_TEXT) : from;
    bytes += COST.text + kept.length;
    if (kept.length > LONGEST_SHARED) return kept;
    if (recent.size >= MOST_SHARED) recent.clear();
    recent.set(kept, kept);
    return kept;
  };

  const copy = (from: unknown, shape: Shape, depth: number): unknown => {
    if (typeof from === 'string') return text(from);
    if (typeof from !== 'object' || from === null) return from;
    if (depth > DEEPEST) return undefined;
    bytes += COST.object;
    if (Array.isArray(from)) {
      bytes += COST.value * from.length;
      return from.map((element) => copy(element, shape, depth + 1));
    }
    const source = from as Readonly<Record<string, unknown>>;
    const to: Record<string, unknown> = {};
    for (const name of namesOf(source, shape)) {
      const found = source[name];
      // Assigning to __proto__ would make a parent of it.
      if (found === undefined || name === '__proto__') continue;
      bytes += COST.value;
      to[name] = copy(found, typeof shape === 'object' ? (shape[name] ?? true) : true, depth + 1);
    }
    return to;
  };

  return (value, shape) => {
    bytes = 0;
    return { value: copy(value, shape, 0), bytes };
  };
}

function namesOf(source: Readonly<Record<string, unknown>>, shape: Shape): readonly string[] {
  if (shape === true) return Object.keys(source);
  if (shape !== 'short values') return Object.keys(shape);
  return Object.keys(source)
    .filter((name) => typeof source[name] === 'string' && source[name].length <= SHORT)
    .slice(0, MOST_SHORT);
}
