// Reading the logs of a service's pods: which containers, from when, and what is missing.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clients, ClusterClient, PodLogFault, PodLogRequest } from '../../../src/clients/clients.ts';
import type { ServiceLogs } from '../../../src/facts/observed.ts';
import type { LogReading } from '../../../src/facts/target.ts';
import type { Pod } from '../../../src/facts/workload.ts';
import { logStarts } from '../../../src/kube/log-starts.ts';
import { logsProbe } from '../../../src/probes/logs.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { container, NOW, pod, service, workload } from '../checks/seen.ts';
import { cases } from '../../support/cases.ts';

const MINUTE = 60_000;
const at = (minutes: number): number => NOW.getTime() + minutes * MINUTE;
const rfc = (ms: number): string => new Date(ms).toISOString();
const HOURS_AGO = rfc(at(-360));

interface Line {
  readonly ms: number;
  readonly text: string | Buffer;
}
type Log = readonly Line[] | PodLogFault['kind'];

const error = (ms: number, message = 'Something broke'): Line => ({
  ms,
  text: `${rfc(ms)} ERROR 1 --- [main] com.example.App : ${message}`,
});
const start: Line = { ms: at(-360), text: `${HOURS_AGO}  INFO 1 --- [main] com.example.App : Started` };

/** Serves logs as the kubelet does: the tail of the file, then the time in whole seconds, then the limit of bytes. */
function cluster(logs: Readonly<Record<string, Log>>, asked: PodLogRequest[] = []): ClusterClient {
  return {
    readConfigMap: () => Promise.reject(new Error('no ConfigMap was to be read')),
    version: () => Promise.reject(new Error('not asked')),
    architectures: () => Promise.reject(new Error('not asked')),
    readLog(request, onChunk) {
      asked.push(request);
      const log = logs[request.previous ? `${request.pod} previous` : request.pod] ?? 'none';
      if (typeof log === 'string') {
        return Promise.resolve({ ok: false, fault: { kind: log, detail: literal('cannot get pods/log') } });
      }
      const since = request.sinceTime === undefined ? 0 : Date.parse(request.sinceTime);
      const bytes = Buffer.concat(
        log
          .slice(-(request.tailLines ?? log.length))
          .filter(({ ms }) => ms >= since)
          .flatMap(({ ms, text }) => [
            Buffer.from(`${rfc(ms).replace('Z', '000000Z')} `),
            Buffer.from(text),
            Buffer.from('\n'),
          ]),
      ).subarray(0, request.limitBytes);
      for (let from = 0; from < bytes.length; from += 7) onChunk(bytes.subarray(from, from + 7));
      return Promise.resolve({ ok: true, value: undefined });
    },
  };
}

const reading = (changes: Partial<LogReading> = {}): LogReading => ({
  namespace: 'recognize',
  writers: ['core-daemon'],
  fromMs: at(-5),
  windowFromMs: at(-5),
  nowMs: at(0),
  ...changes,
});
const old = (name: string, changes: Partial<Pod> = {}): Pod =>
  pod(name, { containers: [container({ startedAt: HOURS_AGO }), container({ name: 'istio-proxy' })], ...changes });

async function observe(client: ClusterClient, pods: readonly Pod[], changes: Partial<LogReading> = {}) {
  const target = service({ logs: reading(changes), workload: workload({ pods }) });
  const { logs } = await logsProbe.observe(
    target,
    { cluster: client } as unknown as Clients,
    new AbortController().signal,
  );
  return logs;
}
async function seen(...args: Parameters<typeof observe>): Promise<ServiceLogs> {
  const logs = await observe(...args);
  if (!logs.ok) throw new Error(logs.fault.code);
  return logs.value;
}

describe('the logs of a service', () => {
  it('are those of all replicas, of the application container alone', async () => {
    const asked: PodLogRequest[] = [];
    const client = cluster({ a: [start, error(at(-1))], b: [start, error(at(-2)), error(at(-1))] }, asked);
    expect(await seen(client, [old('b'), old('a')])).toMatchObject({ pods: 2, podsRead: 2, errors: 3, gaps: [] });
    expect(new Set(asked.map(({ container: name }) => name))).toEqual(new Set(['app']));
  });

  it('tell the share of them that is in a layout nobody reads', async () => {
    const strange = Array.from({ length: 30 }, (_, index) => ({ ms: at(-1), text: `>> ${index} something went on` }));
    const client = cluster({ a: [start, ...strange, error(at(-1))], b: [error(at(-1))] });
    expect(await seen(client, [old('a'), old('b')])).toMatchObject({ errors: 2, unread: { records: 30, of: 31 } });
    const understood = await seen(cluster({ a: [start, ...strange.slice(0, 3), error(at(-1))] }), [old('a')]);
    expect(understood.unread).toBeUndefined();
  });

  it('include the run before a restart, when it ended in the window', async () => {
    const restarted = old('a', {
      containers: [
        container({
          restarts: 1,
          startedAt: rfc(at(-1)),
          lastTermination: { reason: 'Error', exitCode: 1, startedAt: HOURS_AGO, finishedAt: rfc(at(-2)) },
        }),
      ],
    });
    const client = cluster({ 'a previous': [start, error(at(-2))], a: [error(at(-1))] });
    expect(await seen(client, [restarted])).toMatchObject({ errors: 2, gaps: [] });
  });

  it('count a log once that is both the present and the previous one', async () => {
    const ended = old('a', {
      containers: [container({ restarts: 1, startedAt: HOURS_AGO, lastTermination: { reason: 'Error', exitCode: 1 } })],
    });
    const same = [start, error(at(-2)), error(at(-1))];
    expect((await seen(cluster({ 'a previous': same, a: same }), [ended])).errors).toBe(2);
  });

  it('of a container between two starts are asked for once: the kubelet shows the ended run as the present one', async () => {
    const asked: PodLogRequest[] = [];
    const waiting = pod('a', {
      ready: false,
      containers: [container({ restarts: 3, waiting: { reason: 'CrashLoopBackOff', message: '' } })],
    });
    await seen(cluster({ a: [error(at(-1))] }, asked), [waiting]);
    expect(asked.map(({ previous }) => previous)).toEqual([false]);
  });

  it('go back to the start of a pod that is not ready', async () => {
    const failed: Line = { ms: at(-60), text: `${rfc(at(-60))} ERROR 1 --- [main] x : Application run failed` };
    const logs = await seen(cluster({ a: [start, failed] }), [old('a', { ready: false })]);
    expect(logs.sightings).toMatchObject([{ fault: 'ApplicationRunFailed', inWindow: false }]);
    expect(logs.errors).toBe(0);
  });

  it('leave out what is older than the window in the second that is asked for', async () => {
    const client = cluster({ a: [start, error(at(-5) + 1), error(at(-5) - 1), error(at(-5))] });
    expect((await seen(client, [old('a')])).errors).toBe(1);
  });

  it.each<[string, Log, Partial<Pod>, RegExp]>([
    ['a pod that is gone', 'gone', {}, /pod a ended while it was read/],
    ['a log that was rotated', [error(at(-1))], {}, /the log of pod a was rotated/],
    [
      'a log with more lines than are read',
      Array.from({ length: 10_001 }, (_, i) => error(at(-1) + i)),
      {},
      /last 10000 lines/,
    ],
    ['a log with more bytes than are read', [start, error(at(-1), 'x'.repeat(4 * 1024 * 1024))], {}, /4 MiB/],
  ])('say of %s what is missing', async (_what, log, changes, gap) => {
    const logs = await seen(cluster({ a: log, b: [start] }), [old('a', changes), old('b')]);
    expect(logs.gaps).toEqual([expect.stringMatching(gap)]);
  });

  it('ask where a file begins once, while lines show that it is the same one, and see that it was rotated', async () => {
    const memory = logStarts();
    const run = async (log: readonly Line[]): Promise<{ calls: number; gaps: readonly string[] }> => {
      const asked: PodLogRequest[] = [];
      const { gaps } = await seen({ ...cluster({ a: log }, asked), logStarts: memory }, [old('a')]);
      return { calls: asked.length, gaps };
    };
    const log = [start, error(at(-4)), error(at(-2))];
    expect(await run(log)).toEqual({ calls: 2, gaps: [] });
    expect(await run(log)).toEqual({ calls: 1, gaps: [] });
    const longer = [...log, error(at(-1))];
    expect(await run(longer)).toEqual({ calls: 1, gaps: [] });
    // Nothing new, and nothing of the old: no line proves anything, and none is missing.
    expect(await run([start])).toEqual({ calls: 1, gaps: [] });
    // The file was rotated: what it has now was never seen.
    const rotated = await run([error(at(-0.5))]);
    expect(rotated).toEqual({ calls: 2, gaps: [expect.stringMatching(/was rotated/)] });
    expect(await run([error(at(-0.5))])).toEqual({ calls: 1, gaps: rotated.gaps });
  });

  it('see that a file was rotated whose first line is a little older than the last of the one before', async () => {
    const memory = logStarts();
    const run = async (log: readonly Line[]): Promise<readonly string[]> =>
      (await seen({ ...cluster({ a: log }), logStarts: memory }, [old('a')])).gaps;
    expect(await run([start, error(at(-4)), error(at(-1))])).toEqual([]);
    // Two streams of a container are not always in order.
    expect(await run([error(at(-1) - 300)])).toEqual([expect.stringMatching(/was rotated/)]);
  });

  it('miss nothing in a young container whose log begins in the window', async () => {
    const young = pod('a', { containers: [container({ startedAt: rfc(at(-2)) })] });
    expect((await seen(cluster({ a: [error(at(-1))] }), [young])).gaps).toEqual([]);
  });

  it.each([
    ['denied', 'LogsNotReadable'],
    ['unavailable', 'ClusterUnavailable'],
  ] as const)('that are %s are %s', async (kind, code) => {
    expect(await observe(cluster({ a: kind }), [old('a')])).toMatchObject({ ok: false, fault: { code } });
  });

  it('are read in spite of NUL bytes, foreign bytes and half a JSON object', async () => {
    const bad = [
      { ms: at(-2), text: Buffer.from([0, 0, 0xff, 0xfe, 0xc3]) },
      { ms: at(-2), text: '{"@timestamp":"2026-11-23T11:58:00Z","level":"ERROR","message":"Failed JWT to' },
      error(at(-1), 'Failed JWT token sign'),
    ];
    const logs = await seen(cluster({ a: [start, ...bad] }), [old('a')], { writers: ['auth-vault'] });
    expect(logs.sightings).toMatchObject([{ fault: 'TokenSignFailed', count: 1 }]);
  });

  it('show no secret in an excerpt', async () => {
    const line = error(at(-1), 'Failed JWT token sign password=hunter2hunter2 postgres://np:s3cr3tpass@db/x');
    const logs = await seen(cluster({ a: [start, line] }), [old('a')], { writers: ['auth-vault'] });
    expect(logs.sightings[0]?.excerpt).toContain('Failed JWT token sign');
    expect(JSON.stringify(logs)).not.toMatch(/hunter2|s3cr3tpass/);
  });
});

describe('whatever the runs and the pods', () => {
  const offsets = fc.array(fc.integer({ min: -9 * MINUTE, max: 0 }), { maxLength: 30 });

  it('a run counts the errors of its window, each once, whenever the run before was', async () => {
    await fc.assert(
      fc.asyncProperty(offsets, fc.integer({ min: 5, max: 30 }), async (times, minutesBack) => {
        const lines = times.toSorted((a, b) => a - b).map((offset) => error(NOW.getTime() + offset));
        const logs = await seen(cluster({ a: [start, ...lines] }), [old('a')], { fromMs: at(-minutesBack) });
        expect(logs.errors).toBe(times.filter((offset) => offset > -5 * MINUTE).length);
      }),
      cases(60),
    );
  });

  it('the order of the pods changes nothing', async () => {
    const client = cluster({
      a: [start, error(at(-2), 'Cannot deserialize value of type java.time.LocalDateTime from x')],
      b: [start, error(at(-1))],
      c: 'gone',
    });
    const pods = ['a', 'b', 'c'].map((name) => old(name));
    const first = await observe(client, pods);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(pods, { minLength: 3 }), async (shuffled) => {
        expect(await observe(client, shuffled)).toEqual(first);
      }),
      cases(6),
    );
  });
});
