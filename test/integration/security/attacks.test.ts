// What an author of reports, or whoever can reach the endpoints, has tried against a running operator, and what became of
// it. The attacks that need a real database, planted Secrets or a real TLS peer stand beside this file.
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { NAMESPACE, startArena, until, type Arena, type RunningOperator } from '../operator/arena.ts';

let arena: Arena;
let operator: RunningOperator;

const whole = { upgrade: { waive: ['Databases', 'Buckets', 'Keys'] }, interval: '24h' };
const answered = (name: string, token: string): Promise<HealthReportStatus | undefined> =>
  until(
    `${name} answers ${token.slice(0, 20)}`,
    () => arena.status(name),
    (status) => status?.lastHandledRequest === token,
    60_000,
  );
const ask = async (path: string): Promise<number> =>
  (await fetch(`http://127.0.0.1:${String(operator.port())}${path}`)).status;

beforeAll(async () => {
  arena = await startArena();
  operator = await arena.start({ workers: 4 });
});
afterAll(() => arena.close());

describe('an author', () => {
  test('whose token is cut when it is stored gets no answer of a run from before the outage', async () => {
    await arena.admin.create(arena.report('forged', whole));
    const long = 'x'.repeat(2_000);
    await arena.request('forged', long);
    const before = await answered('forged', long.slice(0, 256));
    arena.service.mood = 'down';
    try {
      // Another token, and the old one back: both are asked, and both are answered by runs of now.
      await arena.request('forged', 'gate');
      const gate = await answered('forged', 'gate');
      expect(gate?.verdict).not.toBe('Healthy');
      await arena.request('forged', long);
      const again = await answered('forged', long.slice(0, 256));
      expect(again?.lastRunTime).not.toBe(before?.lastRunTime);
      expect(again?.conditions.find(({ type }) => type === 'Upgradeable')?.status).toBe('False');
    } finally {
      arena.service.mood = 'up';
    }
  });

  test.each<[string, string]>([
    ['line breaks', '\n\n\n\n\r\n'],
    ['blanks', '   \t  '],
    ['invisible characters', '\u200b\u200c\u2060\u00ad\u{e0041}'],
    ['one character', 'a'],
    ['nothing', ''],
    ['half a character', '\ud83d'],
    ['a megabyte of one letter', 'a'.repeat(900_000)],
    ['a pattern that a regular expression would chew on', `${'(a+)+'.repeat(50)}$`],
  ])('with a Secret of %s does not end the operator', async (what, value) => {
    const name = `secret-${what.replace(/\W+/g, '-').slice(0, 20)}`;
    await arena.admin.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: NAMESPACE },
      data: Object.fromEntries(
        ['username', 'password', 'url'].map((key) => [key, Buffer.from(value).toString('base64')]),
      ),
    });
    const databases = [
      { name: 'a', host: '127.0.0.1', port: 9, database: 'x', credentialsSecretRef: { name } },
      { name: 'b', urlSecretRef: { name, key: 'url' } },
    ];
    await arena.admin.create(arena.report(name, { ...whole, databases }));
    const status = await until(
      'examined',
      () => arena.status(name),
      (seen) => (seen?.observedGeneration ?? -1) >= 1,
      60_000,
    );
    expect(status?.checks?.length).toBeGreaterThan(0);
    expect(await ask('/healthz')).toBe(200);
    if (value.trim().length > 3) expect(JSON.stringify(status)).not.toContain(value.slice(0, 100));
  });

  test('whose reports hang and are asked again and again keeps no other namespace waiting', async () => {
    const other = 'elsewhere';
    await arena.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: other } });
    const names = Array.from({ length: 12 }, (_, index) => `hang-${index}`);
    arena.service.mood = 'hang';
    try {
      for (const name of names) await arena.admin.create(arena.report(name, { ...whole, timeout: '30s' }));
      const pester = setInterval(() => {
        for (const name of names) void arena.request(name, String(Math.random())).catch(() => undefined);
      }, 500);
      try {
        const report = arena.report('waits', { ...whole, timeout: '1s' });
        const there = { ...report, metadata: { ...report.metadata, namespace: other } };
        await arena.admin.create(there);
        await until(
          'the other namespace has its turn',
          async () => (await arena.admin.get(there))?.['status'] as HealthReportStatus | undefined,
          (status) => (status?.observedGeneration ?? -1) >= 1,
          20_000,
        );
      } finally {
        clearInterval(pester);
      }
    } finally {
      arena.service.mood = 'up';
      for (const name of names) await arena.admin.remove(arena.report(name));
    }
  });

  test.each([
    ['huge', 'x'.repeat(200_000)],
    ['of terminals', '\u001b[2J\u202e\u0007'],
    ['of prototypes', '__proto__'],
  ])('with annotations that are %s harms nothing', async (_, value) => {
    await arena.admin.create(arena.report('annotated', whole));
    await arena.request('annotated', value);
    const status = await until(
      'answered',
      () => arena.status('annotated'),
      (seen) => seen?.lastHandledRequest !== undefined,
      60_000,
    );
    expect(status?.lastHandledRequest?.length).toBeLessThanOrEqual(256);
    await arena.admin.remove(arena.report('annotated'));
  });
});

describe('whoever reaches the endpoints', () => {
  test('cannot take the descriptors that probes need with half-sent requests', async () => {
    await arena.admin.create(arena.report('starved', whole));
    const sockets: Socket[] = [];
    try {
      for (let index = 0; index < 400; index += 1) {
        const socket = connect(operator.port(), '127.0.0.1');
        socket.on('error', () => undefined);
        socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\nA: ');
        sockets.push(socket);
      }
      await arena.request('starved', 'now');
      const status = await answered('starved', 'now');
      expect(status?.checks?.find(({ id }) => id === 'core-daemon/health')).toMatchObject({ result: 'pass' });
    } finally {
      for (const socket of sockets) socket.destroy();
    }
    await until(
      'answers again',
      () => ask('/healthz').catch(() => 0),
      (code) => code === 200,
    );
  });

  test.each([
    ['/gate/../metrics', 404],
    ['/gate/%2e%2e/x', 404],
    ['/gate/a%0d%0aX:y/b', 404],
    ['/gate/__proto__/x', 404],
    [`/gate/${'a'.repeat(5_000)}/b`, 404],
    [`/gate/a/b?${'x'.repeat(5_000)}`, 503],
  ])('is told nothing by %s', async (path, code) => {
    const told = await new Promise<string>((resolve, reject) => {
      const socket = connect(operator.port(), '127.0.0.1');
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
      socket.end(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    });
    expect(told).toMatch(new RegExp(`^HTTP/1\\.1 ${code} `));
    expect(told).not.toMatch(/^X:/m);
  });
});
