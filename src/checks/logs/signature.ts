// The guide's third alert: auth vault met a signature that does not verify. One line is enough, and it is not forgotten
// when the line has left the log. Which lines were counted is kept as the baseline: for each pod the time of its last.
import { pass, type Check } from '../../facts/answer.ts';
import type { LogSighting } from '../../facts/observed.ts';
import { holdsLinesOf, LOGS_UNSEEN, notUnderstood, say, unseen, where } from './seen.ts';
import { shortName } from '../../runtime/short-name.ts';

/** Entries of `pod=time` that fit the baseline's 128 bytes. */
const MOST_PODS = 5;

export const alertSignature: Check<'logs'> = {
  question: 'signature',
  about: 'logs',
  component: 'alerts',
  feeds: 'Healthy',
  evidence:
    'No record with isSignatureValid that says at a known level that a signature failed; one that nobody could look at is none.',
  faults: ['SignatureInvalid', 'LogsNotUnderstood', ...LOGS_UNSEEN],
  applies: (target) => holdsLinesOf(target, 'auth-vault'),
  ask({ target, observed: { logs }, baseline }) {
    if (!logs.ok) return unseen(logs.fault);
    const counted = parse(baseline);
    const all = logs.value.sightings.filter(
      ({ fault, lastTime }) =>
        fault === 'SignatureInvalid' && Date.parse(lastTime) >= (target.logs?.fromMs ?? Number.NEGATIVE_INFINITY),
    );
    const fresh = all.filter(({ pod, lastTime }) => instant(lastTime) > (counted.get(shortName(pod)) ?? 0n));
    const remembered = format(counted, all);
    const memory = remembered === undefined ? {} : { baseline: remembered };
    const [first] = fresh;
    const strange = first === undefined ? notUnderstood(logs.value) : undefined;
    if (strange !== undefined) return { ...strange, ...memory };
    if (first === undefined) return pass(say('no invalid signature since the last run', logs.value), remembered);
    const detail = say(`isSignatureValid failed ${where(fresh, target)}`, logs.value);
    const fault = { code: 'SignatureInvalid', detail } as const;
    return { kind: 'fault', fault, evidence: first.excerpt, basis: 'Log', ...memory };
  },
};

/** Nanoseconds since the epoch. */
function instant(time: string): bigint {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? 0n : BigInt(ms) * 1_000_000n + BigInt(time.slice(23, 29).padEnd(6, '0') || '0');
}

function parse(baseline: string | undefined): ReadonlyMap<string, bigint> {
  const found = new Map<string, bigint>();
  for (const part of (baseline ?? '').split(' ')) {
    const [, name, time] = /^([0-9a-z]{1,7})=([0-9a-z]{1,13})$/.exec(part) ?? [];
    if (name !== undefined && time !== undefined) found.set(name, parseBase36(time));
  }
  return found;
}

function parseBase36(text: string): bigint {
  let value = 0n;
  for (const digit of text) value = value * 36n + BigInt(Number.parseInt(digit, 36));
  return value;
}

/** The latest of all pods, the newest first: what is forgotten is the oldest, long out of every read. */
function format(counted: ReadonlyMap<string, bigint>, sightings: readonly LogSighting[]): string | undefined {
  const latest = new Map(counted);
  for (const { pod, lastTime } of sightings) {
    const name = shortName(pod);
    const time = instant(lastTime);
    if (time > (latest.get(name) ?? 0n)) latest.set(name, time);
  }
  if (latest.size === 0) return undefined;
  return [...latest]
    .toSorted(([a, timeA], [b, timeB]) => (timeB > timeA ? 1 : timeB < timeA ? -1 : a < b ? -1 : 1))
    .slice(0, MOST_PODS)
    .map(([name, time]) => `${name}=${time.toString(36)}`)
    .join(' ');
}
