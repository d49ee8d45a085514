// What can happen to one Recognize service of the stack: its process, its answers, its workload. Each with its undo.
import type { Service } from '../../../src/api/components.ts';
import type { Conduct } from '../recognize/conduct.ts';
import type { WorkloadTrouble } from '../recognize/workload-trouble.ts';
import { UP_SINCE_MS, type RunningService, type Where } from '../recognize/service.ts';
import { undo, type Undo } from './undo.ts';

export interface ServiceSwitches {
  readonly running: RunningService;
  /** The process is gone: connections are refused, while its pods still count as ready. */
  down(where?: Where): Promise<Undo>;
  /** Health says DOWN with 503 and a body (the agent: 500). */
  status503(where?: Where): Promise<Undo>;
  hang(where?: Where): Promise<Undo>;
  /** One of its pods says DOWN while it is ready: the last one. */
  onePodBad(): Promise<Undo>;
  /** Answers in some other wrong way. */
  answer(conduct: Conduct, where?: Where & { path?: RegExp }): Promise<Undo>;
  /** Every connection of a pool is in use, and callers wait; the first pool unless named. */
  poolExhausted(pool?: string): Promise<Undo>;
  /** The slowest request took this long, in seconds; nothing is published about the others. */
  slow(seconds: number): Promise<Undo>;
  /** Its containers start, fail, and are started again; the log says why. */
  crashLoop(): Promise<Undo>;
  scaleToZero(): Promise<Undo>;
  /** Workload, pods, Service and EndpointSlice are gone. */
  delete(): Promise<Undo>;
  /** A new image is being rolled out within its bounds. */
  rollout(image?: string): Promise<Undo>;
  /** Its rollouts are paused. */
  pause(): Promise<Undo>;
  /** One of its pods runs another image than the workload asks for. */
  imageSkew(image?: string): Promise<Undo>;
  /** One of its pods runs another image of the same name. */
  moveTag(): Promise<Undo>;
  /** A PodDisruptionBudget asks for as many pods as there are. */
  blockEvictions(): Promise<Undo>;
  /** Its pod template has these variables, and a ConfigMap with this data. */
  configure(settings: Pick<Extract<WorkloadTrouble, { kind: 'Configured' }>, 'variables' | 'configMap'>): Promise<Undo>;
  /** Any other trouble of its workload. */
  trouble(trouble: WorkloadTrouble): Promise<Undo>;
}

/** How the switches tell the cluster: sets or clears what is wrong with the workload and writes the objects. */
export interface Workloads {
  setTrouble(component: Service, trouble: WorkloadTrouble | undefined): Promise<void>;
  setDeleted(component: Service, deleted: boolean): Promise<void>;
}

export function serviceSwitches(running: RunningService, workloads: Workloads): ServiceSwitches {
  const { component } = running.profile;
  const conduct = async (how: Conduct, where?: Where & { path?: RegExp }): Promise<Undo> => {
    await running.setConduct(how, where);
    return undo(() => running.recover(where));
  };
  const trouble = async (kind: WorkloadTrouble): Promise<Undo> => {
    await workloads.setTrouble(component, kind);
    return undo(() => workloads.setTrouble(component, undefined));
  };
  const sayDown = (where?: Where): Promise<Undo> => {
    running.setHealth('DOWN', where);
    return Promise.resolve(undo(() => running.recover(where)));
  };
  const together = async (...switches: readonly Promise<Undo>[]): Promise<Undo> => {
    const undos = await Promise.all(switches);
    return undo(() => Promise.all(undos.map((mend) => mend())));
  };
  return {
    running,
    down: (where) => conduct({ kind: 'down' }, where),
    status503: sayDown,
    hang: (where) => conduct({ kind: 'hang' }, where),
    onePodBad: () => sayDown({ replica: running.replicas.length }),
    answer: conduct,
    poolExhausted(pool = [...running.pools.keys()][0]) {
      const figures = pool === undefined ? undefined : running.pools.get(pool);
      if (figures === undefined) throw new Error(`${running.profile.name} has no pool ${pool ?? 'at all'}.`);
      const before = { ...figures };
      Object.assign(figures, { active: figures.max, idle: 0, pending: 3 });
      return Promise.resolve(undo(() => Promise.resolve(Object.assign(figures, before))));
    },
    slow(seconds) {
      const before = { ...running.requests };
      Object.assign(running.requests, { count: 240, totalSeconds: 240 * seconds, maxSeconds: seconds });
      return Promise.resolve(undo(() => Promise.resolve(Object.assign(running.requests, before))));
    },
    async crashLoop() {
      if (running.profile.runtime === 'spring-boot') {
        running.restart({ trouble: component === 'node-persistence' ? 'run-failed' : 'service-run-failed' });
      }
      const mend = await together(conduct({ kind: 'down' }), trouble({ kind: 'CrashLoopBackOff' }));
      return undo(async () => {
        await mend();
        // The objects are again those of pods that never failed, and so are their logs.
        if (running.profile.runtime === 'spring-boot') running.restart({ at: new Date(Date.now() - UP_SINCE_MS) });
      });
    },
    scaleToZero: () => together(conduct({ kind: 'down' }), trouble({ kind: 'ScaledToZero' })),
    async delete() {
      await workloads.setDeleted(component, true);
      const mend = await conduct({ kind: 'down' });
      return undo(async () => {
        await mend();
        await workloads.setDeleted(component, false);
      });
    },
    rollout: (image) => trouble({ kind: 'RolloutInProgress', ...(image === undefined ? {} : { image }) }),
    pause: () => trouble({ kind: 'Paused' }),
    imageSkew: (image) => trouble({ kind: 'ImageSkew', ...(image === undefined ? {} : { image }) }),
    moveTag: () => trouble({ kind: 'TagMoved' }),
    blockEvictions: () => trouble({ kind: 'EvictionBlocked' }),
    configure: (settings) => trouble({ kind: 'Configured', ...settings }),
    trouble,
  };
}
