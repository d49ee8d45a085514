// How much of max_connections is in use, and whether the services' pools could ask for more than there is:
// 4 (connections) * pods * services (guide, "Scaling the cluster"), with what autoscalers and surges may add.
import type { FaultCode } from '../api/faults.ts';
import type { Service } from '../api/components.ts';
import { found, pass, type Check } from '../facts/answer.ts';
import type { Observations } from '../facts/observed.ts';
import type { DatabaseTarget, Workload } from '../facts/target.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';
import { QUESTION_FAULTS } from './database-question-faults.ts';
import { passOn } from './pass-on.ts';

const EXHAUSTED_SHARE = 0.95;
const HIGH_SHARE = 0.8;
const DETAIL_BYTES = 160;

const FAULTS = [
  'DatabaseConnectionsExhausted',
  'DatabaseConnectionsHigh',
  'ConnectionBudgetExceeded',
  ...QUESTION_FAULTS,
] as const satisfies readonly FaultCode[];

export const databaseConnections: Check<'database'> = {
  question: 'connections',
  about: 'database',
  feeds: 'Healthy',
  faults: FAULTS,
  ask({ target, observed: { connections }, all }) {
    if (!connections.ok) return passOn(connections.fault, FAULTS);
    const { max, reserved, used } = connections.value;
    const usable = Math.max(0, max - reserved);
    const share = usable === 0 ? 1 : used / usable;
    const seen = `${used} of ${usable} connections are in use (max_connections ${max})`;
    if (share >= EXHAUSTED_SHARE) return found({ code: 'DatabaseConnectionsExhausted', detail: say(seen) });
    if (share >= HIGH_SHARE) return found({ code: 'DatabaseConnectionsHigh', detail: say(seen) });
    const live = sumOf(poolsOn(target, all, livePods));
    const most = sumOf(poolsOn(target, all, mostPods));
    if (most.total > usable) {
      const when = most.total === live.total ? '' : ' at most (autoscaling, surge)';
      return found({
        code: 'ConnectionBudgetExceeded',
        detail: say(`${most.formula}${when}, above the ${usable} usable of max_connections ${max}`),
      });
    }
    return pass(say(live.total === 0 ? seen : `${seen}; ${live.formula}`));
  },
};

function say(text: string): SafeText {
  return redact(text, [], DETAIL_BYTES);
}

/** The pools of one service on the server: how many connections each pod keeps, and how many pods there are. */
interface Pools {
  readonly service: Service;
  readonly poolSize: number;
  readonly pods: number;
}

/** Pools on the target's server: its other databases draw on the same max_connections. */
function poolsOn(target: DatabaseTarget, all: Observations, podsOf: (workload: Workload) => number): readonly Pools[] {
  const server = serverOf(target);
  const workloads = new Map<Service, Workload>();
  const databases = new Map<string, DatabaseTarget>([[target.id, target]]);
  for (const visit of all.visits) {
    if (visit.kind === 'pods' && visit.observed.workload.ok)
      workloads.set(visit.target.id, visit.observed.workload.value);
    if (visit.kind === 'database' && server !== undefined && serverOf(visit.target) === server)
      databases.set(visit.target.id, visit.target);
  }
  return [...databases.values()].flatMap(({ usedBy, poolSize }) =>
    usedBy.flatMap((service) => {
      const workload = workloads.get(service);
      return workload === undefined ? [] : [{ service, poolSize, pods: podsOf(workload) }];
    }),
  );
}

function serverOf({ connection }: DatabaseTarget): string | undefined {
  return connection.ok ? `${connection.value.host.toLowerCase()}:${connection.value.port}` : undefined;
}

function livePods({ pods, desired }: Workload): number {
  const live = pods.filter(({ terminating, phase }) => !terminating && (phase === 'Running' || phase === 'Pending'));
  return pods.length === 0 ? desired : live.length;
}

/** At the autoscaler's maximum while a rollout adds its surge. */
function mostPods(workload: Workload): number {
  const { desired, autoscaler, maxSurge } = workload;
  return Math.max(livePods(workload), Math.max(desired, autoscaler?.max ?? 0) + maxSurge);
}

/** The sum in the guide's form: `4 (connections) * 3 (pods) * 2 (services) = 24`, group by group of like services. */
function sumOf(pools: readonly Pools[]): { readonly total: number; readonly formula: string } {
  const groups = new Map<string, Pools & { services: number }>();
  for (const pool of pools) {
    if (pool.pods === 0) continue;
    const key = `${pool.poolSize}*${pool.pods}`;
    groups.set(key, { ...pool, services: (groups.get(key)?.services ?? 0) + 1 });
  }
  const parts = [...groups.values()];
  const total = parts.reduce((sum, { poolSize, pods, services }) => sum + poolSize * pods * services, 0);
  const [only] = parts;
  const formula =
    parts.length === 1 && only !== undefined
      ? `${only.poolSize} (connections) * ${only.pods} (pods) * ${only.services} (services)`
      : parts.map(({ poolSize, pods, services }) => `${poolSize} * ${pods} * ${services}`).join(' + ');
  return { total, formula: `${formula}${parts.length > 1 ? ' (connections * pods * services)' : ''} = ${total}` };
}
