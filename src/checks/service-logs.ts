// Does the log of a service say what the guide knows? At most a warning: the probes decide whether it still holds.
import { traits, type FaultCode } from '../api/faults.ts';
import { LOG_FAULTS } from '../api/faults/logs.ts';
import { SEVERITIES } from '../api/faults/traits.ts';
import { pass, type Check } from '../facts/answer.ts';
import type { LogSighting } from '../facts/observed.ts';
import { LOGS_UNSEEN, readsLogs, say, unseen, where } from './logs-seen.ts';

const SIGNATURES = Object.keys(LOG_FAULTS) as (keyof typeof LOG_FAULTS)[];

export const serviceLogs: Check<'logs'> = {
  question: 'logs',
  about: 'logs',
  feeds: 'Healthy',
  faults: [...SIGNATURES, ...LOGS_UNSEEN.filter((code) => code !== 'ClusterUnavailable')],
  applies: readsLogs,
  ask({ target, observed: { logs } }) {
    // What a log says is evidence beside the probes' own; without it they still decide.
    if (!logs.ok) {
      const { code, detail } = logs.fault;
      return unseen({ code: code === 'ClusterUnavailable' ? 'LogsNotReadable' : code, detail });
    }
    const recent = logs.value.sightings.filter(({ fault, inWindow }) => inWindow && isSignature(fault));
    const [worst] = recent.toSorted(byGravity);
    if (worst === undefined) {
      const { pods } = logs.value;
      return pass(say(`no line that the guide knows in the log of ${pods} ${pods === 1 ? 'pod' : 'pods'}`, logs.value));
    }
    const same = recent.filter(({ fault }) => fault === worst.fault);
    const others = [...new Set(recent.map(({ fault }) => fault))].filter((fault) => fault !== worst.fault).toSorted();
    const also = others.length === 0 ? '' : `; also ${others.join(', ')}`;
    return {
      kind: 'fault',
      fault: { code: worst.fault, detail: say(`logged ${where(same, target)}${also}`, logs.value) },
      evidence: worst.excerpt,
      basis: 'Log',
      sightings: recent,
    };
  },
};

function isSignature(fault: FaultCode): boolean {
  return Object.hasOwn(LOG_FAULTS, fault);
}

/** The most severe first, then the latest, then by code and pod: never by the order of reading. */
function byGravity(a: LogSighting, b: LogSighting): number {
  const rank = ({ fault }: LogSighting): number => SEVERITIES.indexOf(traits(fault).severity);
  const compare = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);
  return rank(a) - rank(b) || compare(b.lastTime, a.lastTime) || compare(a.fault, b.fault) || compare(a.pod, b.pod);
}
