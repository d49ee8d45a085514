// Does a Hikari pool have a connection for everyone who asks? One look at one moment, so it is a warning: a pool that
// stays exhausted makes the health endpoint and the log say so. It may be a symptom of the database (design: "pool
// timeouts"), whose slow answers keep connections in use.
import { pass, type Check } from '../../facts/answer.ts';
import type { PoolFigures } from '../../facts/observed.ts';
import type { Fault } from '../../facts/outcome.ts';
import { hasMeters, METERS_TROUBLES, overAddresses, say } from './seen.ts';

export const servicePool: Check<'meters'> = {
  question: 'pool',
  about: 'meters',
  feeds: 'Healthy',
  faults: ['PoolExhausted', ...METERS_TROUBLES],
  applies: hasMeters,
  ask({ observed: { answers } }) {
    return overAddresses(
      answers.map(({ address, pools }) => ({ address, seen: pools })),
      ({ pools }, name) => exhausted(pools, name),
      (values, where) => {
        const pending = values.reduce((sum, value) => sum + value.pending, 0);
        if (pending === 0) return pass(say(`${where}no caller waits for a connection`));
        const [busiest] = values.flatMap(({ pools }) => pools).toSorted((a, b) => b.pending - a.pending);
        const use = busiest === undefined ? '' : ` while ${figures(busiest)}`;
        return pass(say(`${where}${waiting(pending)}${use}: the pool is not at its end`));
      },
    );
  },
};

/** The pool with the most callers, of those that are at their end. */
function exhausted(pools: readonly PoolFigures[], name: string): Fault | undefined {
  const [worst] = pools
    .filter(({ active, max, pending }) => max > 0 && active >= max && pending > 0)
    .toSorted((a, b) => b.pending - a.pending || (a.pool < b.pool ? -1 : 1));
  if (worst === undefined) return undefined;
  return { code: 'PoolExhausted', detail: say(`${name}: ${figures(worst)}, and ${waiting(worst.pending)}`) };
}

function figures({ pool, active, max }: PoolFigures): string {
  return `${active} of ${max} connections of ${pool === '' ? 'the pool' : pool} are in use`;
}

function waiting(callers: number): string {
  return callers === 1 ? '1 caller waits for one' : `${callers} callers wait for one`;
}
