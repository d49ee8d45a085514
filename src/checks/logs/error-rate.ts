// The guide's first alert: more error logs over a period than a threshold allows. Counted in the logs; where those cannot
// be read (switched off, or a service that is known by its URL alone), from the service's own counters.
import { found, pass, type Answer, type Check } from '../../facts/answer.ts';
import type { MetersObserved, Observations } from '../../facts/observed.ts';
import type { ServiceTarget } from '../../facts/target.ts';
import { formatDuration } from '../../runtime/duration.ts';
import { literal, type SafeText } from '../../runtime/safe-text.ts';
import { counterGrowth } from '../counter-growth.ts';
import { LOGS_UNSEEN, notUnderstood, readsLogs, say, unseen } from './seen.ts';
import { hasMeters, METERS_TROUBLES, nameOf } from '../meters/seen.ts';
import { passOn } from '../../facts/pass-on.ts';
import { sentence } from '../../facts/sentence.ts';

const DEFAULT_ALERT = { threshold: 20, windowMs: 5 * 60_000 } as const;

export const alertErrorRate: Check<'logs'> = {
  question: 'error-rate',
  about: 'logs',
  component: 'alerts',
  feeds: 'Healthy',
  evidence:
    'The level of every record in the window, in the log of every pod; where no log can be read, the growth of the counter of error events. Unknown where a share of the records is in a layout of which no level can be read.',
  faults: ['ErrorRateHigh', 'MetricsNotReadable', 'LogsNotUnderstood', ...LOGS_UNSEEN],
  applies: (target) => readsLogs(target) || hasMeters(target),
  ask({ target, observed: { logs }, all, baseline, now }) {
    const { threshold, windowMs } = target.errorAlert ?? DEFAULT_ALERT;
    if (logs.ok) {
      const { errors } = logs.value;
      const strange = errors > threshold ? undefined : notUnderstood(logs.value);
      if (strange !== undefined) return strange;
      return judged(
        errors > threshold,
        say(`${errors} error logs in ${formatDuration(windowMs)}, the threshold is ${threshold}`, logs.value),
      );
    }
    const meters = metersOf(target, all);
    return meters === undefined || meters.answers.every(({ errors }) => !errors.ok && errors.fault.code === 'NotAsked')
      ? unseen(logs.fault)
      : byCounters(meters, { threshold, windowMs }, baseline, now.getTime());
  },
};

function metersOf({ id }: ServiceTarget, { visits }: Observations): MetersObserved | undefined {
  return visits.flatMap((visit) => (visit.kind === 'meters' && visit.target.id === id ? [visit.observed] : []))[0];
}

function byCounters(
  { answers }: MetersObserved,
  { threshold, windowMs }: { readonly threshold: number; readonly windowMs: number },
  baseline: string | undefined,
  nowMs: number,
): Answer {
  const counters = answers.flatMap(({ address, errors }) =>
    errors.ok ? [{ name: nameOf({ address }), count: errors.value }] : [],
  );
  const [first] = answers.flatMap(({ errors }) => (errors.ok ? [] : [errors.fault]));
  if (counters.length === 0 && first !== undefined) return passOn(first, METERS_TROUBLES);
  const growth = counterGrowth(counters, baseline, nowMs, windowMs);
  if (growth.grown === undefined) {
    const detail = literal('its error events are counted from this run on');
    return { kind: 'fault', fault: { code: 'NotAsked', detail }, baseline: growth.baseline };
  }
  const part = counters.length < answers.length ? `; ${counters.length} of ${answers.length} addresses answer` : '';
  const text = `${growth.grown} error events in ${formatDuration(growth.overMs)}, the threshold is ${threshold} in ${formatDuration(windowMs)}${part}`;
  return judged(growth.inWindow > threshold, sentence(text), growth.baseline);
}

function judged(high: boolean, detail: SafeText, baseline?: string): Answer {
  if (!high) return pass(detail, baseline);
  const answer = found({ code: 'ErrorRateHigh', detail });
  return baseline === undefined ? answer : { ...answer, baseline };
}
