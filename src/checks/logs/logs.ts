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
  evidence:
    'The log of every pod, and that of the run before a restart, without a line that the guide or the table of causes knows. At most a warning, except what no probe of ours asks and the log says time and again.',
  faults: [...SIGNATURES, ...LOGS_UNSEEN.filter((code) => code !== 'ClusterUnavailable')],
  applies: readsLogs,
  ask({ target, observed: { logs }, all, now }) {
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
    const isDatabaseUp = (): boolean => showsDatabaseUp(target, all);
    const refusal =
      refusedTimeAndAgain(recent, now, isDatabaseUp) ??
      failingForLong(recent, now, isDatabaseUp) ??
      failingStatements(recent, now);
    if (refusal !== undefined) {
      const { code, lines, word } = refusal;
      const detail = say(`${word} ${where(lines, target)}${because(lines[0])}`, logs.value);
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
type Lasting = Refusal | 'CallsToServiceFail' | 'StatementsFail';

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
/** A health that shows its database UP has connected, and written nothing. */
const BEYOND_HEALTH: ReadonlySet<FaultCode> = new Set(['DatabaseReadOnly']);
/** So old may the last of such lines be: a failover is over by then. */
const STILL_MS = 2 * 60_000;
const EACH: readonly Refusal[] = ['StorageRefusesService', 'KeyRefusesService', 'DatabaseRefusesService'];

interface Refused {
  readonly code: Lasting;
  readonly lines: readonly LogSighting[];
  readonly word: 'refused' | 'failed';
}

/**
 * A backend that refuses the service itself, again and again: no probe of ours has the service's rights. Of its database
 * the service may say otherwise at this moment.
 */
function refusedTimeAndAgain(
  recent: readonly LogSighting[],
  now: Date,
  showsDatabaseUp: () => boolean,
): Refused | undefined {
  for (const code of EACH) {
    const lines = recent.filter(({ deepest }) => deepest?.fault !== undefined && REFUSALS[deepest.fault] === code);
    if (!isOften(lines)) continue;
    if (code !== 'DatabaseRefusesService' || !showsDatabaseUp()) return { code, lines, word: 'refused' };
    const beyond = lines.filter(({ deepest }) => deepest?.fault !== undefined && BEYOND_HEALTH.has(deepest.fault));
    if (isOften(beyond) && isOn(beyond, now, STILL_MS)) return { code, lines: beyond, word: 'refused' };
  }
  return undefined;
}

function isOften(lines: readonly LogSighting[]): boolean {
  return lines.reduce((sum, { count }) => sum + count, 0) >= TIME_AND_AGAIN;
}

/** The last of the lines is so old at most. */
function isOn(lines: readonly LogSighting[], now: Date, stillMs: number): boolean {
  return lines.some(({ lastTime }) => now.getTime() - Date.parse(lastTime) <= stillMs);
}

/** A service that was restarted is back by then. */
const CALLS_STILL_MS = 60_000;

interface Alone {
  readonly code: Lasting;
  readonly faults: ReadonlySet<FaultCode>;
  /** So old may the last of the lines be. */
  readonly stillMs: number;
  /** Of these lines alone. Missing: of all. */
  readonly isMeant?: (line: LogSighting) => boolean;
  /** The service's own health may show it, and is believed. */
  readonly unlessUp?: boolean;
}

/**
 * Nobody's health shows a bucket, a key, or the way from one service to another, and not each shows its database: that a
 * service does not get at one, its log alone can tell.
 */
const ALONE: readonly Alone[] = [
  {
    code: 'StorageRefusesService',
    faults: new Set(['CircuitPersistFailed', 'StorageErrorLogged']),
    stillMs: STILL_MS,
  },
  { code: 'KeyRefusesService', faults: new Set(['TokenSignFailed', 'KeyErrorLogged']), stillMs: STILL_MS },
  {
    code: 'DatabaseRefusesService',
    faults: new Set(['DatabaseErrorLogged', 'PoolWithoutConnections']),
    stillMs: STILL_MS,
    isMeant: isCut,
    unlessUp: true,
  },
  {
    code: 'CallsToServiceFail',
    faults: new Set(['InternalConnectionError', 'NodePersistenceConnectionError']),
    stillMs: CALLS_STILL_MS,
  },
];
/** So long is no failover, and no burst of retries. */
const LASTING_MS = 60_000;

/** Failures of whatever cause, for longer than trouble passes by itself, and still going on. */
function failingForLong(
  recent: readonly LogSighting[],
  now: Date,
  showsDatabaseUp: () => boolean,
): Refused | undefined {
  for (const { code, faults, stillMs, isMeant, unlessUp } of ALONE) {
    if (unlessUp === true && showsDatabaseUp()) continue;
    const lines = recent.filter((line) => faults.has(line.fault) && isMeant?.(line) !== false);
    const from = Math.min(...lines.map(({ firstTime }) => Date.parse(firstTime)));
    const to = Math.max(...lines.map(({ lastTime }) => Date.parse(lastTime)));
    if (isOften(lines) && to - from >= LASTING_MS && isOn(lines, now, stillMs)) return { code, lines, word: 'failed' };
  }
  return undefined;
}

/** Of new connections: that a pool finds one of its own closed, and makes another, is everyday talk. */
const CUT: ReadonlySet<FaultCode> = new Set([
  'DatabaseAddressUnresolved',
  'DatabaseUnreachable',
  'DatabaseTimeout',
  'DatabaseTlsFailed',
  'DatabaseSlotsExhausted',
  'DatabaseStartingUp',
]);

function isCut({ fault, deepest }: LogSighting): boolean {
  if (fault === 'PoolWithoutConnections') return true;
  return (
    deepest?.fault !== undefined &&
    CUT.has(deepest.fault) &&
    !/connection has been closed|failed to validate connection/i.test(deepest.text)
  );
}

/** Of no single statement: no health and no probe of ours asks the tables of a service under its name. */
function failingStatements(recent: readonly LogSighting[], now: Date): Refused | undefined {
  const lines = recent.filter(({ fault }) => fault === 'StatementErrorLogged');
  return isOften(lines) && isOn(lines, now, STILL_MS) ? { code: 'StatementsFail', lines, word: 'failed' } : undefined;
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
