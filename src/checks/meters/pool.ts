// Does a Hikari pool have a connection for everyone who asks? One look at one moment is a warning. Where the health of
// the same pod waits for its database, or says that it is DOWN, the pool is the cause: used up, or without connections.
import type { FaultCode } from '../../api/faults.ts';
import { found, pass, type Answer, type Check, type Seen } from '../../facts/answer.ts';
import type { PoolFigures, PoolsSeen } from '../../facts/observed.ts';
import type { Fault } from '../../facts/outcome.ts';
import { poolFault } from '../../guide/cause.ts';
import { hasMeters, METERS_TROUBLES, nameOf, overAddresses } from './seen.ts';
import { sentence } from '../../facts/sentence.ts';
import { readOutcome } from '../service/health.ts';

/** What health says when it lacks its database. */
const WITHOUT_DATABASE: ReadonlySet<FaultCode> = new Set(['HealthPartSlow', 'HealthDatabaseDown']);

export const servicePool: Check<'meters'> = {
  question: 'pool',
  about: 'meters',
  feeds: 'Healthy',
  evidence:
    'Gauges of the pool of every pod that show nobody waiting, while the health of the same pod does not lack its database.',
  faults: ['PoolFullyUsed', 'PoolCannotConnect', 'PoolExhausted', 'PoolStarved', ...METERS_TROUBLES],
  applies: hasMeters,
  ask(seen) {
    const lacking = podsWithoutDatabase(seen);
    const answer = overAddresses(
      seen.observed.answers.map(({ address, pools }) => ({ address, seen: pools })),
      ({ pools }, name) => faultOf(pools, name, lacking.has(name)),
      (values, where) => good(values, where, lacking),
    );
    if (answer.kind === 'fault' && WITHOUT_CONNECTION.has(answer.fault.code)) return answer;
    return logged(seen, lacking) ?? answer;
  },
};

const WITHOUT_CONNECTION: ReadonlySet<FaultCode> = new Set(['PoolFullyUsed', 'PoolCannotConnect']);

/** Pods, or addresses, whose health lacks its database in this run. */
function podsWithoutDatabase({ target, all }: Seen<'meters'>): ReadonlySet<string> {
  return new Set(
    all.visits.flatMap((visit) =>
      visit.kind === 'service' && visit.target.id === target.id
        ? visit.observed.answers.flatMap((one) => {
            const reading = readOutcome(one, visit.target);
            return !reading.healthy && WITHOUT_DATABASE.has(reading.code) ? [nameOf(one)] : [];
          })
        : [],
    ),
  );
}

/** What the pools of one address amount to; the one with the most callers is named. */
function faultOf(pools: readonly PoolFigures[], name: string, isLacking: boolean): Fault | undefined {
  const most = (a: PoolFigures, b: PoolFigures): number => b.pending - a.pending || (a.pool < b.pool ? -1 : 1);
  const waiting = pools.filter(({ pending }) => pending > 0 || isLacking).toSorted(most);
  const used = waiting.find(({ active, max }) => max > 0 && active >= max);
  if (used !== undefined) {
    const detail = sentence(`${name}: ${figures(used)}, and ${callers(used, isLacking)}`);
    return { code: isLacking ? 'PoolFullyUsed' : 'PoolExhausted', detail };
  }
  const empty =
    waiting.find(({ active, max }) => max > 0 && active === 0) ?? pools.toSorted(most).find(isBelowItsMinimum);
  if (empty === undefined) return undefined;
  const then =
    empty.pending > 0 || isLacking ? callers(empty, isLacking) : `it keeps ${String(empty.min)} when it can make any`;
  const detail = sentence(`${name}: ${pool(empty)} has no connection, and ${then}`);
  return { code: isLacking ? 'PoolCannotConnect' : 'PoolStarved', detail };
}

/** A pool without callers is only known when it has no free connection: then one that keeps some has none at all. */
function isBelowItsMinimum({ active, pending, min }: PoolFigures): boolean {
  return active === 0 && pending === 0 && min !== undefined && min > 0;
}

function good(values: readonly PoolsSeen[], where: string, lacking: ReadonlySet<string>): Answer {
  const pending = values.reduce((sum, value) => sum + value.pending, 0);
  if (pending === 0) {
    // The gauges lag: they do not overrule a health that waits for its database.
    if (lacking.size > 0) {
      const detail = sentence(`${where}its gauges show no caller that waits, while its health lacks the database`);
      return found({ code: 'MetricsNotReadable', detail });
    }
    const full = values.flatMap(({ pools }) => pools).find(({ active, max }) => max > 0 && active >= max);
    const use = full === undefined ? '' : `, though ${figures(full)}`;
    return pass(sentence(`${where}no caller waits for a connection${use}`));
  }
  const [busiest] = values.flatMap(({ pools }) => pools).toSorted((a, b) => b.pending - a.pending);
  const use = busiest === undefined ? '' : ` while ${figures(busiest)}`;
  const who = pending === 1 ? '1 caller waits' : `${pending} callers wait`;
  return pass(sentence(`${where}${who} for one${use}: the pool is not at its end`));
}

/** Hikari's own numbers in the log of a pod whose health lacks its database: the two states need different people. */
function logged({ target, all }: Seen<'meters'>, lacking: ReadonlySet<string>): Answer | undefined {
  for (const visit of all.visits) {
    if (visit.kind !== 'logs' || visit.target.id !== target.id || !visit.observed.logs.ok) continue;
    for (const { inWindow, excerpt, pod } of visit.observed.logs.value.sightings) {
      const said = inWindow && lacking.has(pod) ? poolFault(excerpt) : undefined;
      if (said === undefined) continue;
      const state = /\(total=[^)]{0,80}\)/.exec(excerpt)?.[0] ?? '';
      const isEmpty = said === 'PoolWithoutConnections';
      const what = isEmpty ? 'no connection can be made' : 'all connections are in use';
      const code = isEmpty ? 'PoolCannotConnect' : 'PoolFullyUsed';
      return { ...found({ code, detail: sentence(`${pod}: ${what}, says its log: ${state}`) }, excerpt), ...LOGGED };
    }
  }
  return undefined;
}

const LOGGED = { basis: 'Log' } as const;

function figures(one: PoolFigures): string {
  return `${one.active} of ${one.max} connections of ${pool(one)} are in use`;
}

function pool({ pool: name }: PoolFigures): string {
  return name === '' ? 'the pool' : name;
}

function callers({ pending }: PoolFigures, isLacking: boolean): string {
  if (pending === 0 && isLacking) return 'its health waits for one';
  return pending === 1 ? '1 caller waits for one' : `${pending} callers wait for one`;
}
