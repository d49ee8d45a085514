// Is the 95th percentile of a service's answers within that of the vendor's test? A maximum within it is enough.
import { found, pass, type Answer, type Check } from '../../facts/answer.ts';
import type { LatencySeen } from '../../facts/observed.ts';
import type { Fault } from '../../facts/outcome.ts';
import { TESTED_P95_MS } from '../../product/tested-setup.ts';
import { hasMeters, METERS_TROUBLES, overAddresses } from './seen.ts';
import { sentence } from '../../facts/sentence.ts';

export const capacityLatency: Check<'meters'> = {
  question: 'latency',
  about: 'meters',
  component: 'capacity',
  feeds: 'Healthy',
  evidence:
    'A maximum, or a 95th percentile, of all requests within the tested figure; a text that was cut or a bucket without a bound is none.',
  faults: ['LatencyAboveTested', ...METERS_TROUBLES],
  applies: hasMeters,
  ask({ observed: { answers } }) {
    return overAddresses(
      answers.map(({ address, latency }) => ({ address, seen: latency })),
      slow,
      within,
    );
  },
};

function slow({ p95Ms, p95IsMore, route }: LatencySeen, name: string): Fault | undefined {
  if (p95Ms === undefined) return undefined;
  if (p95IsMore === true ? p95Ms < TESTED_P95_MS : p95Ms <= TESTED_P95_MS) return undefined;
  const of = route === undefined || route === '' ? 'requests' : route.slice(0, 60);
  const figure = `${p95IsMore === true ? 'over ' : ''}${ms(p95Ms)}`;
  const detail = sentence(`${name}: p95 of ${of} is ${figure}, under ${TESTED_P95_MS} ms in the test`);
  return { code: 'LatencyAboveTested', detail };
}

/** None is known to be slow: a pass only when each that was read is known not to be. */
function within(values: readonly LatencySeen[], where: string): Answer {
  const unknown = values.find((value) => bound(value) === undefined);
  if (unknown === undefined) {
    const most = Math.max(...values.map((value) => bound(value) ?? 0));
    return pass(sentence(`${where}95 % of the requests took at most ${ms(most)}`));
  }
  const { maxMs, p95Ms } = unknown;
  const why =
    p95Ms !== undefined
      ? `no bucket above ${ms(p95Ms)} tells the 95th percentile`
      : maxMs === undefined || maxMs === 0
        ? 'no request was timed lately'
        : `the slowest request took ${ms(maxMs)}, and no percentile is published`;
  return found({ code: 'MetricsNotReadable', detail: sentence(where + why) });
}

/** What 95 % of the requests stayed within, where it is known to be within the test. */
function bound({ p95Ms, p95IsMore, maxMs }: LatencySeen): number | undefined {
  if (p95Ms !== undefined) return p95IsMore === true ? undefined : p95Ms;
  return maxMs !== undefined && maxMs > 0 && maxMs <= TESTED_P95_MS ? maxMs : undefined;
}

function ms(milliseconds: number): string {
  return `${Math.round(milliseconds)} ms`;
}
