// Plays the kubelet of pods that the real controllers make: each gets the address of a service of the stack and becomes
// ready, cannot pull its image, or waits for a Secret; one that is deleted goes at once.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, AnyObject } from '../../stack/admin.ts';

/** What becomes of a pod with this image. */
export type Fate = 'ready' | 'ImagePullBackOff' | 'CreateContainerConfigError' | 'CrashLoopBackOff';

export interface PlayingKubelet {
  stop(): Promise<void>;
}

const MESSAGES = {
  ImagePullBackOff: 'Back-off pulling image',
  CreateContainerConfigError: 'secret "node-persistence-db" not found',
  CrashLoopBackOff: 'back-off 10s restarting failed container',
} as const;
const LOOK_MS = 200;

interface Pod extends AnyObject {
  readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly played?: string;
  };
}

/**
 * @param addressOf where the service of a pod of this name listens; undefined: no pod of the stack's
 */
export function playKubelet(
  admin: Admin,
  namespace: string,
  addressOf: (pod: string) => string | undefined,
  fateOf: (image: string) => Fate,
): PlayingKubelet {
  const ending = new AbortController();
  const played = new Set<string>();
  const look = async (): Promise<void> => {
    for (const pod of (await admin.list({ apiVersion: 'v1', kind: 'Pod', namespace })) as Pod[]) {
      const { name } = pod.metadata;
      const named = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace } };
      const address = addressOf(name);
      if (pod.metadata['deletionTimestamp'] !== undefined) await admin.remove(named);
      else if (address !== undefined && !played.has(String(pod.metadata['uid']))) {
        await admin.setStatus(named, statusOf(pod, address, fateOf(pod.spec.containers[0]?.image ?? '')));
        played.add(String(pod.metadata['uid']));
      }
    }
  };
  const working = (async () => {
    while (!ending.signal.aborted) {
      // A pod that went meanwhile is looked for again.
      await look().catch(() => undefined);
      await sleep(LOOK_MS, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })();
  return {
    stop: () => {
      ending.abort();
      return working;
    },
  };
}

function statusOf({ spec }: Pod, address: string, fate: Fate): object {
  const now = new Date().toISOString().replace(/\.\d+/, '');
  const ready = fate === 'ready' ? 'True' : 'False';
  const condition = (type: string, status: string): object => ({
    type,
    status,
    lastTransitionTime: now,
    observedGeneration: 1,
  });
  return {
    phase: fate === 'ready' || fate === 'CrashLoopBackOff' ? 'Running' : 'Pending',
    startTime: now,
    hostIP: '10.0.0.1',
    podIP: address,
    podIPs: [{ ip: address }],
    conditions: [
      condition('PodScheduled', 'True'),
      condition('Initialized', 'True'),
      condition('ContainersReady', ready),
      condition('Ready', ready),
    ],
    containerStatuses: spec.containers.map(({ name, image }) => ({
      name,
      image,
      imageID: fate === 'ready' ? `${image.replace(/:[^:/]*$/, '')}@sha256:${digestOf(image)}` : '',
      ready: fate === 'ready',
      started: fate === 'ready',
      restartCount: fate === 'CrashLoopBackOff' ? 5 : 0,
      state:
        fate === 'ready' ? { running: { startedAt: now } } : { waiting: { reason: fate, message: MESSAGES[fate] } },
      ...(fate === 'CrashLoopBackOff'
        ? { lastState: { terminated: { exitCode: 1, reason: 'Error', startedAt: now, finishedAt: now } } }
        : {}),
    })),
  };
}

/** One image, one digest. */
function digestOf(image: string): string {
  return Buffer.from(image.padEnd(32, '.')).toString('hex').slice(-64).padStart(64, '0');
}
