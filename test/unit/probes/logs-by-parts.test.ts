// A log that is read by parts says what the whole says: whatever stands in it, whenever the runs are, and whatever becomes
// of the file, the container and our memory between them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clients, ClusterClient, LogsSoFar } from '../../../src/clients/clients.ts';
import type { ServiceLogs } from '../../../src/facts/observed.ts';
import type { Outcome } from '../../../src/facts/outcome.ts';
import type { Container, Pod } from '../../../src/facts/workload.ts';
import { logStarts } from '../../../src/kube/log-starts.ts';
import { logsSoFar } from '../../../src/kube/logs-so-far.ts';
import { logsProbe } from '../../../src/probes/logs.ts';
import { container, NOW, pod, service, workload } from '../checks/seen.ts';
import { cases } from '../../support/cases.ts';
import { nodeLog, type NodeLine, type NodeLog } from './node-log.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const BEGIN = NOW.getTime();
const rfc = (ms: number): string => new Date(ms).toISOString();

const HEAD = '2026-11-23 12:00:00.000';
const JSON_HEAD = '"@timestamp":"2026-11-23T12:00:00Z"';
/** Records of a service, line by line; no line feed within a line. */
const RECORDS: Readonly<Record<string, readonly string[]>> = {
  info: [`${HEAD}  INFO 1 --- [main] a.B : served`],
  'info of two lines': [`${HEAD}  INFO 1 --- [main] a.B : the statement`, '  select 1'],
  'info with words of a signature': [`${HEAD}  INFO 1 --- [main] a.B : Failed JWT token sign`],
  warning: [`${HEAD}  WARN 1 --- [main] a.B : slow`],
  'warning with a signature': [`${HEAD}  WARN 1 --- [main] a.B : Failed JWT token sign`],
  error: [`${HEAD} ERROR 1 --- [main] a.B : Something broke`],
  'error with a cause': [
    `${HEAD} ERROR 1 --- [main] a.B : Failed JWT token sign`,
    'java.lang.IllegalStateException: no key',
    '\tat a.B.sign(B.java:1)',
    'Caused by: software.amazon.awssdk.services.kms.model.DisabledException: arn is disabled.',
    '\t... 12 more',
  ],
  'the same told again': [
    `${HEAD} ERROR 1 --- [main] a.C : no token for anybody`,
    'Caused by: software.amazon.awssdk.services.kms.model.DisabledException: arn is disabled.',
  ],
  'no level': [`${HEAD} it was read and understood by nobody`],
  'a trace without a head': ['java.lang.Error: x', '\tat a.B.c(B.java:2)', 'Caused by: java.io.IOException: y'],
  banner: [' :: Spring Boot ::  '],
  empty: [''],
  'a layout that nobody reads': Array.from({ length: 12 }, () => '>> something went on'),
  'JSON info': [`{${JSON_HEAD},"level":"INFO","message":"served"}`],
  'JSON error': [`{${JSON_HEAD},"level":"ERROR","message":"Failed JWT token sign"}`],
  'JSON without a level': [`{${JSON_HEAD},"message":"Failed JWT token sign"}`],
  'half of JSON': [`{${JSON_HEAD},"level":"ERROR","message":"Failed JWT tok`],
  'JSON over lines': ['{', `  ${JSON_HEAD},`, '  "level": "ERROR",', '  "message": "Failed JWT token sign"', '}'],
  'JSON over lines, not closed': ['{', `  ${JSON_HEAD},`, '  "level": "ERROR"'],
  'a brace': ['}'],
};

/** How much later than the one above a line is taken, in microseconds; its two streams are not always in order. */
const later = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 0, 1, 700, 4_000) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 3_000_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: -900_000, max: -1 }) },
  { weight: 1, arbitrary: fc.integer({ min: 3_000_000, max: 90_000_000 }) },
);
const record = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('info', 'JSON info', 'warning', 'info of two lines') },
  { weight: 2, arbitrary: fc.constantFrom('error', 'error with a cause', 'the same told again', 'JSON error') },
  { weight: 1, arbitrary: fc.constantFrom(...Object.keys(RECORDS)) },
);

type Step =
  | { readonly does: 'write'; readonly records: readonly (readonly [string, readonly number[]])[] }
  | { readonly does: 'run'; readonly afterMs: number }
  | { readonly does: 'break'; readonly afterLines: number }
  | { readonly does: 'window'; readonly ms: number }
  | { readonly does: 'rotate' | 'restart' | 'forget' | 'readiness' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant('write' as const),
      records: fc.array(fc.tuple(record, fc.array(later, { minLength: 5, maxLength: 5 })), { maxLength: 12 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      does: fc.constant('run' as const),
      afterMs: fc.oneof(
        { weight: 1, arbitrary: fc.constant(0) },
        { weight: 3, arbitrary: fc.integer({ min: 0, max: 90 * SECOND }) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 10 * MINUTE }) },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('break' as const), afterLines: fc.nat({ max: 9 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('window' as const),
      ms: fc.constantFrom(30 * SECOND, MINUTE, 5 * MINUTE),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constantFrom('rotate', 'restart', 'forget', 'readiness') }),
  },
);

interface Occasion {
  readonly nowMs: number;
  readonly windowMs?: number;
  readonly lastRun?: number | undefined;
}

/** What a run finds in the log of one pod of auth-vault. */
async function seenBy(
  cluster: Partial<ClusterClient>,
  of: Pod,
  { nowMs, windowMs = 5 * MINUTE, lastRun }: Occasion,
): Promise<Outcome<ServiceLogs>> {
  const windowFromMs = nowMs - windowMs;
  const fromMs = Math.min(windowFromMs, lastRun ?? windowFromMs);
  const logs = { namespace: 'recognize', writers: ['auth-vault'] as const, fromMs, windowFromMs, nowMs };
  const target = service({ logs, workload: workload({ pods: [of] }) });
  const clients = { cluster } as unknown as Clients;
  return (await logsProbe.observe(target, clients, new AbortController().signal)).logs;
}

/** What becomes of an installation of one pod, and what two who look at it find: one by parts, one always anew. */
function installation(pieceBytes: number, skewMs: number) {
  const log: NodeLog = nodeLog(pieceBytes);
  let nowMs = BEGIN;
  let lastLine = BEGIN * SECOND;
  let latest = lastLine;
  let lastRun: number | undefined;
  let windowMs = 5 * MINUTE;
  let ready = true;
  let breaks: number | undefined;
  let restarts = 0;
  let began = BEGIN - 60 * MINUTE;
  let ended: { readonly startedAt: string; readonly finishedAt: string } | undefined;
  let memory: LogsSoFar;
  const forget = (): void => void (memory = logsSoFar({ monotonicMs: () => nowMs }));
  forget();
  const starts = logStarts();
  // By its time a line is known for one of the file that was read before: the runtime takes none of the next file at it.
  const taken = { present: new Set<number>(), before: new Set<number>() };
  const putAway = (how: () => void): void => {
    how();
    taken.before = new Set([...taken.before, ...taken.present]);
    taken.present = new Set();
  };

  const write = (records: Extract<Step, { does: 'write' }>['records']): void => {
    const lines = records.flatMap(([name, gaps]): readonly NodeLine[] =>
      (RECORDS[name] ?? []).map((text, index) => {
        lastLine = Math.max(lastLine + (gaps[index] ?? 0), latest - 900_000);
        while (taken.before.has(lastLine)) lastLine += 1;
        taken.present.add(lastLine);
        latest = Math.max(latest, lastLine);
        return { at: lastLine, text };
      }),
    );
    log.write(lines);
    nowMs = Math.max(nowMs, Math.ceil(latest / SECOND));
  };
  const present = (): Pod =>
    pod('a', {
      ready,
      containers: [
        container({
          restarts,
          startedAt: rfc(began),
          ...(ended === undefined ? {} : { lastTermination: { reason: 'Error', exitCode: 1, ...ended } }),
        }),
      ],
    });
  const observe = (cluster: Partial<ClusterClient>): Promise<unknown> =>
    seenBy({ ...cluster, readLog: log.readLog }, present(), { nowMs: nowMs + skewMs, windowMs, lastRun });
  /** What the two found; undefined of a run that broke. And the lines that each was handed over. */
  const run = async (): Promise<{ readonly parts: unknown; readonly whole: unknown; readonly lines: number[] }> => {
    if (breaks !== undefined) log.breakNext(breaks);
    const parts = await observe({ logsSoFar: memory, logStarts: starts });
    const broke = breaks !== undefined;
    breaks = undefined;
    log.breakNext(Number.POSITIVE_INFINITY);
    const lines = [log.handedOver()];
    const whole = await observe({});
    lines.push(log.handedOver());
    lastRun = nowMs + skewMs;
    return { ...(broke ? { parts: undefined, whole: undefined } : { parts, whole }), lines };
  };
  return {
    run,
    does: (one: Exclude<Step, { does: 'run' }>): void => {
      if (one.does === 'write') write(one.records);
      else if (one.does === 'break') breaks = one.afterLines;
      else if (one.does === 'window') windowMs = one.ms;
      else if (one.does === 'rotate') putAway(log.rotate);
      else if (one.does === 'forget') forget();
      else if (one.does === 'readiness') ready = !ready;
      else {
        ended = { startedAt: rfc(began), finishedAt: rfc(nowMs) };
        began = nowMs + 1;
        restarts += 1;
        putAway(log.restart);
      }
    },
    pass: (ms: number): void => {
      nowMs += ms;
      lastLine = Math.max(lastLine, (nowMs - 2 * SECOND) * SECOND);
      latest = Math.max(latest, lastLine);
    },
  };
}

describe('a log that is read by parts', () => {
  it('says what the whole says', async () => {
    const read = { parts: 0, whole: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 25, size: 'max' }),
        fc.constantFrom(1, 50, 4_096),
        fc.constantFrom(0, 0, -700, 700, -90 * SECOND, 90 * SECOND),
        async (steps, pieceBytes, skewMs) => {
          const { run, does, pass } = installation(pieceBytes, skewMs);
          for (const one of steps) {
            if (one.does !== 'run') does(one);
            else {
              pass(one.afterMs);
              const { parts, whole, lines } = await run();
              expect(parts).toEqual(whole);
              read.parts += lines[0] ?? 0;
              read.whole += lines[1] ?? 0;
            }
          }
        },
      ),
      cases(200),
    );
    // It was read by parts indeed.
    expect(read.parts).toBeLessThan(read.whole * 0.8);
  });

  /** A container that began with its log. */
  const watched = (changes: Partial<Container> = {}) => {
    const log = nodeLog(4_096);
    const memory = logsSoFar({ monotonicMs: () => 0 });
    const a = pod('a', { containers: [container({ startedAt: rfc(BEGIN), ...changes })] });
    const observe = (nowMs: number, readLog = log.readLog) => seenBy({ logsSoFar: memory, readLog }, a, { nowMs });
    return { log, observe };
  };
  const at = (ms: number, name: string): readonly NodeLine[] =>
    (RECORDS[name] ?? []).map((text) => ({ at: ms * SECOND, text }));
  const every = (ms: number, from: number, many: number, name: string): readonly NodeLine[] =>
    Array.from({ length: many }, (_, index) => at(from + index * ms, name)).flat();

  it('is asked for what came since, and a second or two before', async () => {
    const { log, observe } = watched();
    const handed: number[] = [];
    for (let minute = 0; minute < 4; minute += 1) {
      log.write(every(SECOND, BEGIN + minute * MINUTE, 60, 'info'));
      await observe(BEGIN + (minute + 1) * MINUTE);
      handed.push(log.handedOver());
    }
    expect(handed).toEqual([60, 62, 62, 62]);
  });

  it('is read whole where a node’s clock was ahead and is set right', async () => {
    const { log, observe } = watched();
    log.write(at(BEGIN + 30 * MINUTE, 'error'));
    expect(await observe(BEGIN)).toMatchObject({ value: { errors: 1 } });
    log.write(at(BEGIN + 30 * SECOND, 'error'));
    expect(await observe(BEGIN + MINUTE)).toMatchObject({ value: { errors: 2 } });
  });

  it('is cut where the whole would be', async () => {
    const { log, observe } = watched();
    log.write([...at(BEGIN, 'error'), ...every(1, BEGIN, 9_990, 'info')]);
    expect(await observe(BEGIN + MINUTE)).toMatchObject({ value: { errors: 1, gaps: [] } });
    log.write(every(1, BEGIN + MINUTE, 20, 'info'));
    const { errors, gaps } = ((await observe(BEGIN + 2 * MINUTE)) as { value: ServiceLogs }).value;
    expect({ errors, gaps }).toEqual({ errors: 0, gaps: [expect.stringMatching(/the last 10000 lines/)] });
  });

  it('is not there where the reading breaks before anything came, and is told in full by the next', async () => {
    const { log, observe } = watched();
    log.write([...at(BEGIN, 'error'), ...at(BEGIN + SECOND, 'info')]);
    await observe(BEGIN + MINUTE);
    log.write(at(BEGIN + MINUTE, 'error'));
    log.breakNext(0);
    expect(await observe(BEGIN + 2 * MINUTE)).toMatchObject({ ok: false, fault: { code: 'ClusterUnavailable' } });
    expect(await observe(BEGIN + 3 * MINUTE)).toMatchObject({ value: { errors: 2, gaps: [] } });
  });

  it('of a container that ends between the reading of its two logs is counted once', async () => {
    const ended = { reason: 'Error', exitCode: 1, startedAt: rfc(BEGIN - 60 * MINUTE), finishedAt: rfc(BEGIN) };
    const { log, observe } = watched({ restarts: 1, lastTermination: ended });
    log.restart();
    log.write([...at(BEGIN + SECOND, 'error'), ...every(SECOND, BEGIN + 2 * SECOND, 20, 'info')]);
    expect(await observe(BEGIN + MINUTE)).toMatchObject({ value: { errors: 1 } });
    // The list knows nothing of the end yet: both are the log of the run that ended.
    const same: NodeLog['readLog'] = (request, onChunk) => log.readLog({ ...request, previous: false }, onChunk);
    expect(await observe(BEGIN + 2 * MINUTE, same)).toMatchObject({ value: { errors: 1 } });
  });

  it('keeps what a record without a level of its own rests on', async () => {
    const { log, observe } = watched();
    log.write([...at(BEGIN, 'error'), ...at(BEGIN, 'info'), ...at(BEGIN, 'JSON without a level')]);
    log.write(every(SECOND, BEGIN + 5 * SECOND, 10, 'info'));
    expect(await observe(BEGIN + MINUTE)).toMatchObject({ value: { sightings: [] } });
    expect(await observe(BEGIN + 2 * MINUTE)).toMatchObject({ value: { errors: 1, sightings: [] } });
  });
});
