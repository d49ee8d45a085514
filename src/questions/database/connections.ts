// How much of max_connections is in use, and whether the services' pools could ask for more than there is:
// 4 (connections) * pods * services (guide, "Scaling the cluster"), with what autoscalers and surges may add.
import { found, pass } from '../../facts/answer.ts';
import { ok, type Outcome } from '../../facts/outcome.ts';
import { sentence } from '../../facts/sentence.ts';
import type { Workload } from '../../facts/workload.ts';
import { redact, type SafeText } from '../../runtime/safe-text.ts';
import { isPooled, poolsOn, sumOf } from './connection-pools.ts';
import { databaseQuestion, isCount, strange } from './question.ts';

declare module '../../facts/observed.ts' {
  interface DatabaseAnswers {
    readonly connections: Outcome<{
      readonly max: number;
      /** superuser_reserved_connections + reserved_connections: not for applications. */
      readonly reserved: number;
      /** Backends of all databases of the server. */
      readonly used: number;
      /** Of the database, and of the connected role that is nearest to its own; missing where none is set. */
      readonly limits?: readonly ConnectionLimit[];
      /** Of the process that answered. */
      readonly processId?: number;
    }>;
  }
}

/** CONNECTION LIMIT of a role or database, and what is in use of it. */
interface ConnectionLimit {
  /** `role app`, `the database` */
  readonly whose: SafeText;
  readonly most: number;
  readonly used: number;
}

const EXHAUSTED_SHARE = 0.95;
const HIGH_SHARE = 0.8;

export const connections = databaseQuestion('connections', {
  // A role without pg_monitor sees the rows of others, but not their backend_type. reserved_connections is new in 16.
  // Database and roles may have limits of their own; of the roles that are connected, the one nearest to its limit counts.
  sql: `SELECT current_setting('max_connections')::int AS max, pg_backend_pid() AS pid,
    current_setting('superuser_reserved_connections')::int
      + coalesce(current_setting('reserved_connections', true), '0')::int AS reserved,
    (SELECT count(*)::int FROM pg_stat_activity
      WHERE datid IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend') AS used,
    (SELECT datconnlimit FROM pg_database WHERE datname = current_database()) AS database_limit,
    (SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database()
      AND coalesce(backend_type, 'client backend') = 'client backend') AS database_used,
    r.rolname::text AS role, r.rolconnlimit AS role_limit, r.used AS role_used
    FROM (SELECT 1) AS one LEFT JOIN LATERAL (
      SELECT rolname, rolconnlimit, count(*)::int AS used
      FROM pg_roles JOIN pg_stat_activity ON usesysid = pg_roles.oid
      WHERE rolconnlimit >= 0 AND datid IS NOT NULL AND pid <> pg_backend_pid() GROUP BY rolname, rolconnlimit
      ORDER BY count(*)::float8 / greatest(rolconnlimit, 1) DESC LIMIT 1) AS r ON true`,
  read: (row) => {
    const { max, reserved, used, pid } = row;
    if (!isCount(max) || !isCount(reserved) || !isCount(used)) return strange();
    const limits = [
      limit(`the database`, row['database_limit'], row['database_used']),
      limit(`role ${String(row['role'])}`, row['role_limit'], row['role_used']),
    ].filter((one) => one !== undefined);
    return ok({
      max,
      reserved,
      used,
      ...(limits.length === 0 ? {} : { limits }),
      ...(isCount(pid) ? { processId: pid } : {}),
    });
  },
  evidence:
    "The server's own max_connections, the backends of all its databases and CONNECTION LIMIT; behind a pooler, `poolerClients` of the spec.",
  faults: ['DatabaseConnectionsExhausted', 'DatabaseConnectionsHigh', 'ConnectionBudgetExceeded'],
  judge({ max, reserved, used, limits = [] }, { target, observed: { pooled }, all }) {
    const usable = Math.max(0, max - reserved);
    const share = usable === 0 ? 1 : used / usable;
    const seen = `${used} of ${usable} connections are in use (max_connections ${max})`;
    if (share >= EXHAUSTED_SHARE) return found({ code: 'DatabaseConnectionsExhausted', detail: sentence(seen) });
    if (share >= HIGH_SHARE) return found({ code: 'DatabaseConnectionsHigh', detail: sentence(seen) });
    for (const { whose, most, used: taken } of limits) {
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
});

/** A limit that is set: -1 is none, and -2 marks a database that is being dropped. */
function limit(whose: string, most: unknown, used: unknown): ConnectionLimit | undefined {
  return isCount(most) && isCount(used) ? { whose: redact(whose, [], 80), most, used } : undefined;
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
