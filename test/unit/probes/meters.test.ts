// The visit of the meters: what is asked, in which order, and when nothing more is.
import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../src/clients/clients.ts';
import type { HttpAnswer, MetersObserved } from '../../../src/facts/observed.ts';
import { ok } from '../../../src/facts/outcome.ts';
import type { ServiceTarget } from '../../../src/facts/target.ts';
import { metersProbe } from '../../../src/probes/meters.ts';
import { address, http, service } from '../checks/seen.ts';
import { answered, clients, httpClient } from './clients.ts';

const never = new AbortController().signal;
const PENDING = '/metrics/hikaricp.connections.pending';
const ACTIVE = '/metrics/hikaricp.connections.active';
const MAX = '/metrics/hikaricp.connections.max';
const IDLE = '/metrics/hikaricp.connections.idle';
const REQUESTS = '/metrics/http.server.requests';
const ERRORS = '/metrics/logback.events?tag=level:error';
/** A log that is read: then nothing is counted. */
const READ = {
  logs: { namespace: 'recognize', writers: ['core-daemon'], fromMs: 0, windowFromMs: 0, nowMs: 300_000 },
} as const satisfies Partial<ServiceTarget>;

type Answers = Readonly<Record<string, HttpAnswer | number>>;

const meter = (values: Record<string, number>, pools: readonly string[] = [], baseUnit?: string): HttpAnswer =>
  http(
    200,
    JSON.stringify({
      name: 'a meter',
      ...(baseUnit === undefined ? {} : { baseUnit }),
      measurements: Object.entries(values).map(([statistic, value]) => ({ statistic, value })),
      availableTags: pools.length === 0 ? [] : [{ tag: 'pool', values: pools }],
    }),
  );
const text = (body: string): HttpAnswer => http(200, body, { contentType: 'text/plain;version=0.0.4' });
const seconds = (MAX: number): HttpAnswer => meter({ COUNT: 9, TOTAL_TIME: 1, MAX }, [], 'seconds');

/** Visits one address whose actuator answers like this; what is not listed is 404. */
async function visit(answers: Answers, changes: Partial<ServiceTarget> = {}) {
  const asked: string[] = [];
  const get = ({ url, stream }: HttpRequest) => {
    const path = url.replace('http://10.0.0.1:8080/actuator', '');
    asked.push(path);
    const answer = answers[path] ?? 404;
    const said = typeof answer === 'number' ? http(answer) : answer;
    stream?.onText(said.body);
    return Promise.resolve(answered(stream === undefined ? said : { ...said, body: '' }));
  };
  const seen: MetersObserved = await metersProbe.observe(service(changes), clients(httpClient(get)), never);
  const [first] = seen.answers;
  return { asked, pools: first?.pools, latency: first?.latency, errors: first?.errors, answers: seen.answers };
}

const unread = (why: string | RegExp) => ({
  ok: false,
  fault: { code: 'MetricsNotReadable', detail: expect.stringMatching(why) as string },
});

describe('a service in which all is well', () => {
  it('is asked three times', async () => {
    const { asked, pools, latency } = await visit(
      { [PENDING]: meter({ VALUE: 0 }, ['A', 'B']), [IDLE]: meter({ VALUE: 4 }), [REQUESTS]: seconds(0.4) },
      READ,
    );
    expect(asked).toEqual([PENDING, IDLE, REQUESTS]);
    expect(pools).toEqual(ok({ pending: 0, pools: [] }));
    expect(latency).toEqual(ok({ maxMs: 400 }));
  });
});

describe('pools in which somebody waits', () => {
  it('are asked for by name, and those in which nobody waits are passed over', async () => {
    const { asked, pools } = await visit({
      [PENDING]: meter({ VALUE: 3 }, ['Pool B', 'A']),
      [`${PENDING}?tag=pool:A`]: meter({ VALUE: 0 }),
      [`${PENDING}?tag=pool:Pool%20B`]: meter({ VALUE: 3 }),
      [`${ACTIVE}?tag=pool:Pool%20B`]: meter({ VALUE: 4 }),
      [`${MAX}?tag=pool:Pool%20B`]: meter({ VALUE: 4 }),
      [REQUESTS]: seconds(0.1),
    });
    expect(asked).not.toContain(`${ACTIVE}?tag=pool:A`);
    expect(pools).toEqual(ok({ pending: 3, pools: [{ pool: 'Pool B', active: 4, max: 4, pending: 3 }] }));
  });

  it('are not asked twice for the callers of the only one', async () => {
    const { asked, pools } = await visit({
      [PENDING]: meter({ VALUE: 1 }, ['A']),
      [`${ACTIVE}?tag=pool:A`]: meter({ VALUE: 2 }),
      [`${MAX}?tag=pool:A`]: meter({ VALUE: 4 }),
    });
    expect(asked).not.toContain(`${PENDING}?tag=pool:A`);
    expect(pools).toMatchObject(ok({ pools: [{ pool: 'A', active: 2, max: 4, pending: 1 }] }));
  });

  it('that the meter does not tell apart are taken together', async () => {
    const { pools } = await visit({
      [PENDING]: meter({ VALUE: 1 }),
      [ACTIVE]: meter({ VALUE: 8 }),
      [MAX]: meter({ VALUE: 8 }),
    });
    expect(pools).toMatchObject(ok({ pools: [{ pool: '', active: 8, max: 8 }] }));
  });

  it('of which one figure is missing are not judged', async () => {
    const { pools } = await visit({
      [PENDING]: meter({ VALUE: 1 }, ['A']),
      [`${ACTIVE}?tag=pool:A`]: meter({ VALUE: 4 }),
    });
    expect(pools).toMatchObject(unread('max of A has no value'));
  });
});

describe('pools in which nobody waits and none is free', () => {
  it('are shown, because the gauge of those who wait lags', async () => {
    const { pools } = await visit({
      [PENDING]: meter({ VALUE: 0 }, ['A']),
      [IDLE]: meter({ VALUE: 0 }),
      [`${ACTIVE}?tag=pool:A`]: meter({ VALUE: 4 }),
      [`${MAX}?tag=pool:A`]: meter({ VALUE: 4 }),
    });
    expect(pools).toEqual(ok({ pending: 0, pools: [{ pool: 'A', active: 4, max: 4, pending: 0 }] }));
  });
});

describe('a Prometheus text', () => {
  it('that was cut is no evidence of anything', async () => {
    const { pools, latency } = await visit({
      '/prometheus': { ...text('hikaricp_connections_pending{pool="A"} 0.0'), truncated: true },
    });
    expect(pools).toMatchObject(unread('answers 404'));
    expect(latency).toMatchObject(unread('answers 404'));
  });
});

describe('a service that does not show its meters', () => {
  it.each([404, 401, 403, 302, 500])('but answers %d is skipped with the reason', async (status) => {
    const { asked, pools, latency } = await visit({ [PENDING]: status, '/metrics': status, [REQUESTS]: status });
    expect(pools).toMatchObject(unread(`/actuator/metrics answers ${status}`));
    expect(latency).toMatchObject(unread(`answers ${status}`));
    expect(asked.filter((path) => path === '/prometheus')).toHaveLength(1);
  });

  it('in JSON is asked for Prometheus text, once', async () => {
    const { asked, pools, latency } = await visit({
      '/prometheus': text(
        [
          'hikaricp_connections_active{pool="A"} 4.0',
          'hikaricp_connections_max{pool="A"} 4.0',
          'hikaricp_connections_pending{pool="A"} 2.0',
          'hikaricp_connections_pending{pool="B"} 0.0',
          'http_server_requests_seconds{uri="/x",method="GET",quantile="0.95"} 0.25',
        ].join('\n'),
      ),
    });
    expect(asked.filter((path) => path === '/prometheus')).toHaveLength(1);
    expect(pools).toEqual(ok({ pending: 2, pools: [{ pool: 'A', active: 4, max: 4, pending: 2 }] }));
    expect(latency).toEqual(ok({ p95Ms: 250, route: 'GET /x' }));
  });

  it('but the list of them has no pool', async () => {
    const { asked, pools } = await visit({ '/metrics': http(200, '{"names":["jvm.memory.used"]}') });
    expect(pools).toMatchObject(unread('no Hikari pool'));
    expect(asked.indexOf('/metrics')).toBe(1);
  });

  it.each([
    '',
    '<html>',
    'null',
    '[]',
    '{}',
    '{"measurements":{}}',
    '{"measurements":[{"statistic":"VALUE","value":"4"}]}',
  ])('but %j in their place is not believed', async (body) => {
    const { pools, latency } = await visit({ [PENDING]: http(200, body), [REQUESTS]: http(200, body) });
    expect(pools).toMatchObject(unread(''));
    expect(latency).toMatchObject(unread(''));
  });

  it('because the way is broken is not asked again', async () => {
    const asked: string[] = [];
    const get = ({ url }: HttpRequest) => {
      asked.push(url);
      return Promise.resolve({ ok: false as const, fault: { kind: 'timeout' as const, detail: 'it did not answer' } });
    };
    const { answers } = await metersProbe.observe(service(), clients(httpClient(get)), never);
    expect(asked).toHaveLength(1);
    expect(answers).toMatchObject([{ pools: unread('did not answer'), latency: unread('did not answer') }]);
  });
});

describe('the latency', () => {
  it('of a registry that counts in milliseconds is read as such', async () => {
    const { latency } = await visit({ [REQUESTS]: meter({ MAX: 412 }, [], 'milliseconds') });
    expect(latency).toEqual(ok({ maxMs: 412 }));
  });

  it('in a unit that nobody knows is not read', async () => {
    const { latency } = await visit({ [REQUESTS]: meter({ MAX: 0.4 }, [], 'fortnights') });
    expect(latency).toMatchObject(unread('unit'));
  });

  it('with a slow request is looked up in the Prometheus text', async () => {
    const quantile = 'http_server_requests_seconds{uri="/x",method="GET",quantile="0.95"} 0.7';
    const { latency } = await visit({ [REQUESTS]: seconds(0.9), '/prometheus': text(quantile) });
    expect(latency).toEqual(ok({ p95Ms: 700, route: 'GET /x' }));
  });

  it('with a slow request and nothing else is only that', async () => {
    expect((await visit({ [REQUESTS]: seconds(0.9) })).latency).toEqual(ok({ maxMs: 900 }));
  });
});

describe('the errors that a service logged', () => {
  const well = { [PENDING]: meter({ VALUE: 0 }), [REQUESTS]: seconds(0.1) };
  const counter = (level: string, count: number): string => `logback_events_total{level="${level}"} ${count}.0`;

  it.each([
    ['where the spec leaves logs alone', {}],
    ['where its pods are not known', { ...READ, workload: undefined }],
  ])('are counted by its own meter %s', async (_, changes) => {
    const { asked, errors } = await visit({ ...well, [ERRORS]: meter({ COUNT: 42 }) }, changes);
    expect(asked).toEqual([PENDING, IDLE, REQUESTS, ERRORS]);
    expect(errors).toEqual(ok(42));
  });

  it('are not counted where its log is read', async () => {
    const { asked, errors } = await visit({ ...well, [ERRORS]: meter({ COUNT: 42 }) }, READ);
    expect(asked).not.toContain(ERRORS);
    expect(errors).toMatchObject({ ok: false, fault: { code: 'NotAsked' } });
  });

  it('are found in the Prometheus text, those of every logger together', async () => {
    const lines = [counter('error', 3), counter('warn', 900), 'logback_events_total{level="error",logger="b"} 4'];
    expect((await visit({ ...well, '/prometheus': text(lines.join('\n')) })).errors).toEqual(ok(7));
  });

  it.each([
    ['has neither', {}, 'answers 404'],
    ['has other meters alone', { '/prometheus': text(counter('info', 9)) }, 'counts no log events'],
    ['says nothing of a count', { [ERRORS]: meter({ VALUE: 1 }) }, 'has no count'],
  ])('are unknown where it %s', async (_, answers, why) => {
    expect((await visit({ ...well, ...answers })).errors).toMatchObject(unread(why));
  });
});

describe('the path of the actuator', () => {
  it.each([
    ['/actuator/health', 'http://10.0.0.1:8080/actuator/metrics'],
    ['/actuator/health/readiness', 'http://10.0.0.1:8080/actuator/metrics'],
    ['/prefix/manage/health/', 'http://10.0.0.1:8080/prefix/manage/metrics'],
  ])('comes from %s', async (path, base) => {
    const asked: string[] = [];
    const get = ({ url }: HttpRequest) => {
      asked.push(url);
      return Promise.resolve(answered(http(404)));
    };
    const health = { path, named: true, format: 'spring' as const };
    await metersProbe.observe(service({ health }), clients(httpClient(get)), never);
    expect(asked[0]).toBe(`${base}/hikaricp.connections.pending`);
  });

  it.each([
    ['/status', 'spring' as const],
    ['/health-check', 'agent' as const],
    ['/', 'page' as const],
  ])('does not come from %s of a %s service, and nothing is asked', async (path, format) => {
    const { asked, answers } = await visit({}, { health: { path, named: false, format } });
    expect([asked, answers]).toEqual([[], []]);
  });

  it('is asked at every address', async () => {
    const addresses = ok(Array.from({ length: 9 }, (_, index) => address(index)));
    const get = () => Promise.resolve(answered(http(404)));
    const { answers } = await metersProbe.observe(service({ addresses }), clients(httpClient(get)), never);
    expect(answers).toHaveLength(9);
  });
});
