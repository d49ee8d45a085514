// Does the log of a service say what the guide knows? At most a warning: the probes decide whether it still holds.
import { traits, type FaultCode } from '../../api/faults.ts';
import { LOG_FAULTS } from '../../api/faults/logs.ts';
import { SEVERITIES } from '../../api/faults/traits.ts';
import { pass, type Check } from '../../facts/answer.ts';
import type { LogSighting, Observations } from '../../facts/observed.ts';
import type { ServiceTarget } from '../../facts/target.ts';
import { clipSafe } from '../../runtime/safe-text.ts';
import { readOutcome } from '../service/health.ts';
import { LOGS_UNSEEN, readsLogs, say, unseen, where } from './seen.ts';

const SIGNATURES = Object.keys(LOG_FAULTS) as (keyof typeof LOG_FAULTS)[];

export const serviceLogs: Check<'logs'> = {
  question: 'logs',
  about: 'logs',
  feeds: 'Healthy',
  faults: [...SIGNATURES, ...LOGS_UNSEEN.filter((code) => code !== 'ClusterUnavailable')],
  applies: readsLogs,
  ask({ target, observed: { logs }, all }) {
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
    const refusal = refusedTimeAndAgain(recent, () => showsDatabaseUp(target, all));
    if (refusal !== undefined) {
      const { code, lines } = refusal;
      const detail = say(`refused ${where(lines, target)}${because(lines[0])}`, logs.value);
      const evidence = lines[0]?.deepest?.text;
      return {
        kind: 'fault',
        fault: { code, detail },
        evidence,
        basis: 'Log',
        sightings: recent,
      };
    }
    const same = recent.filter(({ fault }) => fault === worst.fault);
    const others = [...new Set(recent.map(({ fault }) => fault))].filter((fault) => fault !== worst.fault).toSorted();
    const also = others.length === 0 ? '' : `; also ${others.join(', ')}`;
    return {
      kind: 'fault',
      fault: { code: worst.fault, detail: say(`logged ${where(same, target)}${because(worst)}${also}`, logs.value) },
      evidence: isGeneral(worst) ? (worst.deepest?.text ?? worst.excerpt) : worst.excerpt,
      basis: worst.basis,
      sightings: recent,
    };
  },
};

function isSignature(fault: FaultCode): boolean {
  return Object.hasOwn(LOG_FAULTS, fault);
}

/** What says no more than that a start failed; the cause below it says why. */
function isGeneral({ fault }: LogSighting): boolean {
  return fault === 'ApplicationRunFailed';
}

const CAUSE_BYTES = 70;

/** The deepest cause, for the sentence. */
function because(line: LogSighting | undefined): string {
  return line?.deepest === undefined ? '' : `: ${clipSafe(line.deepest.text, CAUSE_BYTES)}`;
}

/** So often in the window is no accident. */
const TIME_AND_AGAIN = 3;
type Refusal = 'StorageRefusesService' | 'KeyRefusesService' | 'DatabaseRefusesService';

/** Nothing of the kind passes by itself, and a probe that asks something else does not see it. */
const REFUSALS: Readonly<Partial<Record<FaultCode, Refusal>>> = {
  BucketAccessDenied: 'StorageRefusesService',
  BucketCredentialsInvalid: 'StorageRefusesService',
  BucketMissing: 'StorageRefusesService',
  BucketWrongRegion: 'StorageRefusesService',
  BucketFull: 'StorageRefusesService',
  BucketObjectLocked: 'StorageRefusesService',
  BucketKeyUnusable: 'StorageRefusesService',
  KmsAccessDenied: 'KeyRefusesService',
  KmsCredentialsInvalid: 'KeyRefusesService',
  KmsKeyMissing: 'KeyRefusesService',
  KmsKeyDisabled: 'KeyRefusesService',
  KmsKeyUnusable: 'KeyRefusesService',
  KmsKeyUsageWrong: 'KeyRefusesService',
  KmsKeyPendingDeletion: 'KeyRefusesService',
  DatabaseAuthenticationFailed: 'DatabaseRefusesService',
  DatabaseMissing: 'DatabaseRefusesService',
  DatabaseReadOnly: 'DatabaseRefusesService',
};
const EACH: readonly Refusal[] = ['StorageRefusesService', 'KeyRefusesService', 'DatabaseRefusesService'];

/**
 * A backend that refuses the service itself, again and again: no probe of ours has the service's rights. Of its database
 * the service may say otherwise at this moment.
 */
function refusedTimeAndAgain(
  recent: readonly LogSighting[],
  showsDatabaseUp: () => boolean,
): { readonly code: Refusal; readonly lines: readonly LogSighting[] } | undefined {
  for (const code of EACH) {
    const lines = recent.filter(({ deepest }) => deepest?.fault !== undefined && REFUSALS[deepest.fault] === code);
    const isOften = lines.reduce((sum, { count }) => sum + count, 0) >= TIME_AND_AGAIN;
    if (isOften && !(code === 'DatabaseRefusesService' && showsDatabaseUp())) return { code, lines };
  }
  return undefined;
}

/** Its own health shows the database UP at every address: a pool may hold what a login was refused. */
function showsDatabaseUp({ id }: ServiceTarget, { visits }: Observations): boolean {
  const seen = visits.flatMap((visit) => (visit.kind === 'service' && visit.target.id === id ? [visit] : []));
  return seen.some(
    ({ observed: { answers }, target }) =>
      answers.length > 0 &&
      answers.every((one) => {
        const reading = readOutcome(one, target);
        return reading.healthy && reading.vouches.includes('database');
      }),
  );
}

/** The most severe first, what is general after what is exact, then the latest, then by code and pod: never by the order of reading. */
function byGravity(a: LogSighting, b: LogSighting): number {
  const rank = ({ fault }: LogSighting): number => SEVERITIES.indexOf(traits(fault).severity);
  const compare = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);
  return (
    rank(a) - rank(b) ||
    Number(isGeneral(a)) - Number(isGeneral(b)) ||
    compare(b.lastTime, a.lastTime) ||
    compare(a.fault, b.fault) ||
    compare(a.pod, b.pod)
  );
}
