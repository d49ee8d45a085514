// How much of max_connections is in use, and whether the services' pools could ask for more than there is:
// 4 (connections) * pods * services (guide, "Scaling the cluster"), with what autoscalers and surges may add.
import type { FaultCode } from '../../api/faults.ts';
import { found, pass, type Check } from '../../facts/answer.ts';
import type { Workload } from '../../facts/workload.ts';
import { isPooled, poolsOn, sumOf } from './connection-pools.ts';
import { QUESTION_FAULTS } from './question-faults.ts';
import { passOn } from '../pass-on.ts';
import { sentence } from '../sentence.ts';

const EXHAUSTED_SHARE = 0.95;
const HIGH_SHARE = 0.8;
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
  evidence:
    "The server's own max_connections, the backends of all its databases and CONNECTION LIMIT; behind a pooler, `poolerClients` of the spec.",
  faults: FAULTS,
  ask({ target, observed: { connections, pooled }, all }) {
    if (!connections.ok) return passOn(connections.fault, FAULTS);
    const { max, reserved, used } = connections.value;
    const usable = Math.max(0, max - reserved);
    const share = usable === 0 ? 1 : used / usable;
    const seen = `${used} of ${usable} connections are in use (max_connections ${max})`;
    if (share >= EXHAUSTED_SHARE) return found({ code: 'DatabaseConnectionsExhausted', detail: sentence(seen) });
    if (share >= HIGH_SHARE) return found({ code: 'DatabaseConnectionsHigh', detail: sentence(seen) });
    for (const { whose, most, used: taken } of connections.value.limits ?? []) {
      const share = most === 0 ? 1 : taken / most;
      if (share < HIGH_SHARE) continue;
      const words = `${whose} has ${taken} of the ${most} connections that it may have (CONNECTION LIMIT)`;
      const code = share >= EXHAUSTED_SHARE ? 'DatabaseConnectionsExhausted' : 'DatabaseConnectionsHigh';
      return found({ code, detail: sentence(words) });
    }
    // Behind a pooler its pool meets the server's limit, and the services' pools its own.
    const isBehind = isPooled(target, pooled);
    const { poolerClients } = target;
    if (isBehind && poolerClients === undefined)
      return pass(sentence(`${seen}; behind a pooler, so the pools of the services are not summed up`));
    const limit = isBehind && poolerClients !== undefined ? poolerClients : usable;
    const whose = isBehind ? `${limit} clients of the pooler` : `${usable} usable of max_connections ${max}`;
    const live = sumOf(poolsOn(target, all, livePods));
    const most = sumOf(poolsOn(target, all, mostPods));
    if (most.total > limit) {
      const when = most.total === live.total ? '' : ' at most (autoscaling, surge)';
      return found({
        code: 'ConnectionBudgetExceeded',
        detail: sentence(`${most.formula}${when}, above the ${whose}`),
      });
    }
    return pass(sentence(live.total === 0 ? seen : `${seen}; ${live.formula}`));
  },
};

function livePods({ pods, desired }: Workload): number {
  const live = pods.filter(({ terminating, phase }) => !terminating && (phase === 'Running' || phase === 'Pending'));
  return pods.length === 0 ? desired : live.length;
}

/** At the autoscaler's maximum while a rollout adds its surge. */
function mostPods(workload: Workload): number {
  const { desired, autoscaler, maxSurge } = workload;
  return Math.max(livePods(workload), Math.max(desired, autoscaler?.max ?? 0) + maxSurge);
}
