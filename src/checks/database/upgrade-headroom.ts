// Are there connections left for the pods that a rolling update adds before it ends the old ones? On top of what is in
// use now: 4 (connections) * surge pods * services (guide, "Scaling the cluster"). Behind
// a pooler they are its clients, and its limit counts, which only the spec can tell.
import type { Service } from '../../api/components.ts';
import { found, pass, type Answer, type Check } from '../../facts/answer.ts';
import type { Observations } from '../../facts/observed.ts';
import type { DatabaseTarget } from '../../facts/target.ts';
import type { Workload } from '../../facts/workload.ts';
import { literal } from '../../runtime/safe-text.ts';
import { isPooled, poolsOn, sumOf } from '../../questions/database/connection-pools.ts';
import { unjudged } from '../upgrade-unjudged.ts';
import { sentence } from '../../facts/sentence.ts';

export const upgradeHeadroom: Check<'database'> = {
  question: 'headroom',
  about: 'database',
  component: 'upgrade',
  feeds: 'Upgradeable',
  evidence:
    'What `connections` saw, and the strategies of the workloads; behind a pooler `poolerClients` of the spec, and Unknown without it.',
  faults: ['UpgradeHeadroomMissing', 'UpgradePoolerLimitUnknown', 'NotAsked'],
  ask({ target, observed: { connections, pooled }, all }) {
    if (!connections.ok) return unjudged(`${target.id}/connections`);
    const { max, reserved, used } = connections.value;
    const usable = Math.max(0, max - reserved);
    const observed = observedPools(all);
    const pools = poolsOn(target, all, ({ maxSurge, desired }) => (desired === 0 ? 0 : maxSurge));
    if (pools.length === 0) {
      const detail = literal('not asked, because no workload is known to use this server (usedBy)');
      return found({ code: 'NotAsked', detail });
    }
    const surge = sumOf(
      pools.map((pool) => ({ ...pool, poolSize: observed.get(pool.service) ?? pool.poolSize })),
      'surge pods',
    );
    if (surge.total === 0) return pass(literal('a rolling update adds no pod that would connect'));
    if (isPooled(target, pooled)) return behindPooler(target, all, surge);
    const words = `${used} in use, a rolling update adds ${surge.formula}`;
    // Of a limit of one role or database only what connects here counts, as far as it is known.
    const short = (connections.value.limits ?? []).find(({ most, used: taken }) => taken + surge.total > most);
    if (short !== undefined) {
      const detail = sentence(
        `${short.used} in use, a rolling update adds ${surge.total}: above the ${short.most} that ${short.whose} may have`,
      );
      return found({ code: 'UpgradeHeadroomMissing', detail });
    }
    if (used + surge.total <= usable) return pass(sentence(`${words}, ${usable} are usable`));
    const detail = sentence(`${words}: above the ${usable} usable of max_connections ${max}`);
    return found({ code: 'UpgradeHeadroomMissing', detail });
  },
};

/** What new pods add are clients of the pooler. How many it takes, and how many it has, is told to nobody but its admins. */
function behindPooler(
  target: DatabaseTarget,
  all: Observations,
  surge: { readonly total: number; readonly formula: string },
): Answer {
  const { poolerClients: limit } = target;
  if (limit === undefined) {
    const words = `a rolling update adds ${surge.formula} clients of a pooler, whose limit is not seen from here: say it in poolerClients`;
    return found({ code: 'UpgradePoolerLimitUnknown', detail: sentence(words) });
  }
  const { total, formula } = sumOf(poolsOn(target, all, withSurge));
  const words = `with a rolling update ${formula}, and the pooler takes ${limit} clients`;
  if (total <= limit) return pass(sentence(words));
  return found({ code: 'UpgradeHeadroomMissing', detail: sentence(words) });
}

function withSurge({ desired, maxSurge }: Workload): number {
  return desired === 0 ? 0 : desired + maxSurge;
}

/** The largest pool of each service, where its meters were looked at: when callers wait for a connection. */
function observedPools({ visits }: Observations): ReadonlyMap<Service, number> {
  const sizes = new Map<Service, number>();
  for (const visit of visits) {
    if (visit.kind !== 'meters') continue;
    const seen = visit.observed.answers.flatMap(({ pools }) => (pools.ok ? pools.value.pools : []));
    if (seen.length > 0) sizes.set(visit.target.id, Math.max(...seen.map(({ max }) => max)));
  }
  return sizes;
}
