// Every body that a real Spring Boot service's actuator answered with, put through the probe and the check.
// `spring-health.jsonl`: what each path said in each state; `spring-prometheus.json.gz`: its meters in those states.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { capacityLatency } from '../../../src/checks/meters/latency.ts';
import { servicePool } from '../../../src/checks/meters/pool.ts';
import { serviceHealth } from '../../../src/checks/service/health.ts';
import type { HttpClient } from '../../../src/clients/clients.ts';
import type { Answer } from '../../../src/facts/answer.ts';
import type { ServiceTarget } from '../../../src/facts/target.ts';
import { metersProbe } from '../../../src/probes/meters.ts';
import { serviceProbe } from '../../../src/probes/service.ts';
import { answered, clients, httpClient } from '../probes/clients.ts';
import { http, NOW, service } from './seen.ts';

interface Recorded {
  readonly id: string;
  readonly path: string;
  /** 0: no answer came, and `body` says why. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly body: string;
}

const folder = new URL('../../fixtures/real/', import.meta.url);
const RECORDED = readFileSync(new URL('spring-health.jsonl', folder), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);
const PROMETHEUS = JSON.parse(
  gunzipSync(readFileSync(new URL('spring-prometheus.json.gz', folder))).toString('utf8'),
) as Readonly<Record<string, string>>;

/** Requests of a probe, answered from what was recorded; what was not recorded is not there. */
function server(rows: readonly Recorded[], overTls: readonly Recorded[] = rows): HttpClient['get'] {
  return ({ url, stream }) => {
    const { protocol, pathname } = new URL(url);
    const row = (protocol === 'https:' ? overTls : rows).find(({ path }) => path === pathname);
    if (row?.status === 0) {
      const kind = row.body.includes('refused') ? 'refused' : 'timeout';
      return Promise.resolve({ ok: false, fault: { kind, detail: kind } });
    }
    const { status, body, headers } = row ?? { status: 404, body: '', headers: null };
    stream?.onText(body);
    const answer = http(status, stream === undefined ? body : '', { contentType: headers?.['Content-Type'] ?? '' });
    return Promise.resolve(answered(answer));
  };
}

function told(answer: Answer): string {
  return answer.kind === 'pass' ? `pass: ${answer.note}` : `${answer.fault.code}: ${answer.fault.detail}`;
}

async function health(rows: readonly Recorded[], overTls?: readonly Recorded[], changes: Partial<ServiceTarget> = {}) {
  const target = service(changes);
  const client = clients(httpClient(server(rows, overTls)));
  const observed = await serviceProbe.observe(target, client, new AbortController().signal);
  const answer = serviceHealth.ask({ target, observed, all: { visits: [] }, now: NOW });
  return {
    said: told(answer).replace('core-daemon-1 ', ''),
    vouches: answer.kind === 'pass' ? (answer.vouches ?? []) : [],
  };
}

const rowsOf = (id: string): readonly Recorded[] => RECORDED.filter((row) => row.id === id);
const UP = 'pass: says UP';
const DATABASE = 'HealthDatabaseDown: says DOWN: db';

/** State of the service → what the operator makes of its actuator. */
const STATES: Readonly<Record<string, string>> = {
  up: UP,
  'auth-ops': UP,
  'mgmt-tls': UP,
  'mtls-ok': UP,
  // Of a database whose disk is full, and of one that shuts down while sessions are open, health knows nothing.
  'disk-full': UP,
  'db-smart-shutdown': UP,
  'db-back': UP,
  // Spring Boot goes on after an OutOfMemoryError in one thread: its log tells.
  'oom-heap': UP,
  'oom-threads': UP,
  'oom-heap-crash': 'ServiceRefused: core-daemon-1: refused',
  'oom-gc': 'ServiceTimeout: core-daemon-1: timeout',
  'oom-metaspace': 'ServiceTimeout: core-daemon-1: timeout',
  'db-down': DATABASE,
  'db-stopped': DATABASE,
  'db-stopped-idle': DATABASE,
  'slow-health': DATABASE,
  'pool-exhausted0': DATABASE,
  's3-down-NoSuchBucket': 'HealthStorageDown: says DOWN: s3',
  's3-down-SlowDown': 'HealthStorageDown: says DOWN: s3',
  'kms-down-NotFoundException': 'HealthKeysDown: says DOWN: kms',
  'kms-down-DisabledException': 'HealthKeysDown: says DOWN: kms',
  'kms-down-AccessDeniedException': 'HealthKeysDown: says DOWN: kms',
  oos: 'HealthDown: says OUT_OF_SERVICE: maintenance',
  degraded2: 'HealthDown: answers 503 with status DEGRADED: queue',
  degraded3: 'HealthStatusUnrecognized: says DEGRADED',
};

describe('the actuator of a real service', () => {
  it.each(Object.entries(STATES))('%s: %s', async (id, expected) => {
    const { said, vouches } = await health(rowsOf(id));
    expect(said).toBe(expected);
    // Each of these shows its `db`: only such a health vouches for the database.
    expect(vouches).toEqual(expected === UP ? ['database'] : []);
  });

  it('that asks for TLS is asked over TLS', async () => {
    const { said } = await health(rowsOf('mgmt-tls-http'), rowsOf('mgmt-tls'));
    expect(said).toBe(UP);
  });

  it('that speaks TLS alone, and to those with a certificate alone, is not read, and never well', async () => {
    const { said } = await health(rowsOf('mgmt-tls-http'), []);
    expect(said).toBe('HealthNotReadable: answers 404 on /actuator/health');
  });
});

/** Liveness and readiness are UP while the database is gone: Spring leaves `db` out of both. */
const GROUPS = RECORDED.filter(({ path, status }) => /\/health\/(?:liveness|readiness)$/.test(path) && status !== 0);

describe('a group of a real service', () => {
  it.each(GROUPS.map((row) => [`${row.id} ${row.path}`, row] as const))('%s', async (_, row) => {
    const place = {
      path: row.path,
      port: undefined,
      scheme: undefined,
      scope: 'group',
      from: 'readinessProbe',
    } as const;
    const { said, vouches } = await health([row], [row], {
      health: { path: row.path, named: false, format: 'spring', places: [place] },
    });
    const out = 'HealthDown: says OUT_OF_SERVICE: maintenance';
    expect(said).toBe(row.status === 503 ? out : `pass: says UP on ${row.path} alone`);
    expect(vouches).toEqual([]);
  });
});

describe('what was recorded', () => {
  it('is all looked at', () => {
    const known = new Set([...Object.keys(STATES), 'mgmt-tls-http', ...GROUPS.map(({ id }) => id)]);
    expect(RECORDED.filter(({ id }) => !known.has(id))).toEqual([]);
    expect(GROUPS).not.toHaveLength(0);
  });
});

async function meters(rows: readonly Recorded[]) {
  const target = service();
  const client = clients(httpClient(server(rows)));
  const observed = await metersProbe.observe(target, client, new AbortController().signal);
  const seen = { target, observed, all: { visits: [] }, now: NOW };
  const [first] = observed.answers;
  return {
    pool: told(servicePool.ask(seen)).replace('core-daemon-1', 'pod'),
    latency: told(capacityLatency.ask(seen)).replace('core-daemon-1', 'pod'),
    errors: first?.errors.ok === true ? first.errors.value : undefined,
  };
}

describe('the meters of a real service', () => {
  const text = (id: string): readonly Recorded[] => [
    {
      id,
      path: '/actuator/prometheus',
      status: 200,
      headers: { 'Content-Type': 'text/plain;version=0.0.4;charset=utf-8' },
      body: PROMETHEUS[id] ?? '',
    },
  ];

  it.each<[string, Awaited<ReturnType<typeof meters>>]>([
    [
      'up',
      {
        pool: 'pass: no caller waits for a connection',
        latency: 'pass: 95 % of the requests took at most 63 ms',
        errors: 0,
      },
    ],
    [
      'up-openmetrics',
      {
        pool: 'pass: no caller waits for a connection',
        latency: 'pass: 95 % of the requests took at most 63 ms',
        errors: 0,
      },
    ],
    [
      'db-stopped',
      {
        pool: 'PoolStarved: pod: HikariPool-1 has no connection, and it keeps 4 when it can make any',
        latency: 'MetricsNotReadable: the slowest request took 3008 ms, and no percentile is published',
        errors: 7,
      },
    ],
    [
      'pool-exhausted',
      {
        pool: 'pass: no caller waits for a connection, though 4 of 4 connections of HikariPool-1 are in use',
        latency: 'MetricsNotReadable: the slowest request took 8365 ms, and no percentile is published',
        errors: 58,
      },
    ],
    [
      'prom-only',
      {
        pool: 'pass: no caller waits for a connection',
        latency: 'MetricsNotReadable: the slowest request took 1028 ms, and no percentile is published',
        errors: 25,
      },
    ],
    [
      'prom-only-hist',
      {
        pool: 'pass: no caller waits for a connection',
        latency: 'LatencyAboveTested: pod: p95 of requests is 1055 ms, under 500 ms in the test',
        errors: 25,
      },
    ],
  ])('%s, as Prometheus reads them', async (id, expected) => {
    expect(await meters(text(id))).toEqual(expected);
  });

  it('are all looked at', () => {
    expect(Object.keys(PROMETHEUS)).toHaveLength(6);
  });

  it.each<[string, Awaited<ReturnType<typeof meters>>]>([
    [
      'up',
      {
        pool: 'pass: no caller waits for a connection',
        latency: 'pass: 95 % of the requests took at most 265 ms',
        errors: undefined,
      },
    ],
    [
      'auth-ops',
      {
        pool: 'pass: no caller waits for a connection',
        latency: 'pass: 95 % of the requests took at most 177 ms',
        errors: undefined,
      },
    ],
    [
      'mgmt-tls',
      {
        pool: 'pass: no caller waits for a connection',
        latency: 'MetricsNotReadable: /actuator/metrics/http.server.requests answers 404',
        errors: undefined,
      },
    ],
  ])('%s, one by one', async (id, expected) => {
    expect(await meters(rowsOf(id))).toEqual(expected);
  });
});
