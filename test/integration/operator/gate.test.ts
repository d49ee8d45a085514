// /gate/{namespace}/{name} of two real operators, the leader and a standby: each answers by itself, from what its own
// watch showed, and nothing but a good report of now is a 200.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPERATOR_ACCOUNT, OPERATOR_NAMESPACE } from '../../stack/operator-account.ts';
import { fastClock, NAMESPACE, said, startArena, until, type Arena, type RunningOperator } from './arena.ts';
import { startRelay } from './relay.ts';

const WAIVED = { upgrade: { waive: ['Databases', 'Buckets', 'Keys'] }, interval: '1h' };

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly cache: string | null;
  readonly text: string;
  readonly reason: string | undefined;
  readonly blockers: readonly { readonly check: string; readonly fault?: string }[];
}

async function ask(operator: RunningOperator, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${String(operator.port())}${path}`, init);
  const text = await response.text();
  const body = (text.startsWith('{') ? JSON.parse(text) : {}) as Partial<Answer>;
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    cache: response.headers.get('cache-control'),
    text,
    reason: body.reason,
    blockers: body.blockers ?? [],
  };
}
const gateOf = (name: string): string => `/gate/${NAMESPACE}/${name}`;

describe('a leader and a standby', () => {
  let arena: Arena;
  let replicas: readonly RunningOperator[];
  /** Both say so: the standby hears of a status a moment later. */
  const bothSay = async (name: string, status: number, reason: string): Promise<void> => {
    for (const replica of replicas)
      await until(
        `${name}: ${reason}`,
        () => ask(replica, gateOf(name)),
        (seen) => seen.status === status && seen.reason === reason,
      );
  };

  beforeAll(async () => {
    arena = await startArena();
    const election = { lease: { namespace: OPERATOR_NAMESPACE, name: OPERATOR_ACCOUNT } };
    const leader = await arena.start({ user: 'first', election });
    await until(
      'it leads',
      () => leader.lines,
      (lines) => said(lines, 'leading'),
    );
    const standby = await arena.start({ user: 'second', election });
    await until(
      'it stands by',
      () => standby.lines,
      (lines) => said(lines, 'standing by: another replica leads'),
    );
    replicas = [leader, standby];
    await arena.admin.create(arena.report('prod', WAIVED));
  });
  afterAll(() => arena.close());

  test('pass a good report, as JSON that nobody may keep', async () => {
    // The arena's Kubernetes is newer than what the vendor tested: a warning.
    await bothSay('prod', 200, 'PassingWithWarnings');
    for (const replica of replicas)
      expect(await ask(replica, gateOf('prod'))).toMatchObject({ type: 'application/json', cache: 'no-store' });
  });

  test('answer HEAD as GET, without a body, and POST as Flagger asks', async () => {
    await bothSay('prod', 200, 'PassingWithWarnings');
    for (const replica of replicas) {
      expect(await ask(replica, gateOf('prod'), { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
      const body = JSON.stringify({ name: 'core-daemon', namespace: NAMESPACE, phase: 'Progressing' });
      expect(await ask(replica, gateOf('prod'), { method: 'POST', body })).toMatchObject({ status: 200 });
      expect(await ask(replica, gateOf('prod'), { method: 'DELETE' })).toMatchObject({ status: 405 });
    }
  });

  test('name what blocks', async () => {
    arena.service.mood = 'down';
    await arena.request('prod', 'blocked');
    await bothSay('prod', 412, 'Blocked');
    for (const replica of replicas) {
      const { blockers } = await ask(replica, gateOf('prod'));
      expect(blockers).toMatchObject([{ check: 'core-daemon/health', fault: 'HealthDown' }]);
      expect(await ask(replica, gateOf('prod'), { method: 'HEAD' })).toMatchObject({ status: 412, text: '' });
    }
    arena.service.mood = 'up';
    await arena.request('prod', 'mended');
    await bothSay('prod', 200, 'PassingWithWarnings');
  });

  test('know no report that is not there, nor one that was deleted', async () => {
    await bothSay('nowhere', 503, 'NotFound');
    const report = await arena.admin.create(arena.report('gone', WAIVED));
    await bothSay('gone', 200, 'PassingWithWarnings');
    await arena.admin.remove(report);
    await bothSay('gone', 503, 'NotFound');
  });

  test('pass nothing that was not examined, not wholly examined, or suspended', async () => {
    await arena.admin.create(arena.report('services', { interval: '1h' }));
    await bothSay('services', 503, 'NotExamined');
    await arena.admin.create(arena.report('asleep', { ...WAIVED, suspend: true }));
    await bothSay('asleep', 503, 'Suspended');
  });

  test('pass no stale report, though nobody can say so in its status', async () => {
    const end = arena.server.faults.inject({
      match: ({ subresource, method }) => subresource === 'status' && method === 'PATCH',
      status: 503,
    });
    try {
      const report = arena.report('old', WAIVED);
      const status = await arena.status('prod');
      const times = { lastRunTime: '2020-01-01T00:00:00Z', freshUntil: '2020-01-01T00:10:00Z' };
      await arena.server.seed([{ ...report, status: { ...status, ...times } }]);
      await bothSay('old', 503, 'Stale');
    } finally {
      end();
    }
  });
});

describe('a standby whose way to the API server has become half-open', () => {
  test('does not pass what it saw before, and says how it knows what it passes', async () => {
    const arena = await startArena();
    const relay = await startRelay(arena.server.url);
    try {
      await arena.admin.create(arena.report('prod', WAIVED));
      const election = { lease: { namespace: OPERATOR_NAMESPACE, name: OPERATOR_ACCOUNT } };
      const leader = await arena.start({ user: 'first', election });
      const standby = await arena.start({ user: 'second', election, url: relay.url, gateMaxAgeMs: 2_000 });
      for (const replica of [leader, standby])
        await until(
          'it passes',
          () => ask(replica, gateOf('prod')),
          ({ status }) => status === 200,
        );
      const { text } = await ask(standby, gateOf('prod'));
      expect(JSON.parse(text)).toMatchObject({
        confirmed: { by: expect.stringMatching(/^(?:bookmark|change|list|read)$/) as string },
      });

      relay.freeze();
      arena.service.mood = 'down';
      await arena.request('prod', 'broken');
      await until(
        'the leader says no',
        () => ask(leader, gateOf('prod')),
        ({ status }) => status === 412,
      );
      // The copy counts for two seconds after its last confirmation, and the watch is not called stalled for long after.
      const silent = await until(
        'the standby does not pass',
        () => ask(standby, gateOf('prod')),
        ({ status }) => status !== 200,
      );
      expect(silent).toMatchObject({ status: 503, reason: 'Unreachable' });
      expect((await ask(standby, '/readyz')).status).toBe(200);
    } finally {
      await relay.close();
      await arena.close();
    }
  });
});

describe('an operator whose watch is dead', () => {
  test('passes nothing, however good the last thing was that it saw', async () => {
    // Five minutes of silence, in a quarter of one.
    const arena = await startArena({ clock: fastClock(20) });
    try {
      await arena.admin.create(arena.report('prod', { ...WAIVED, timeout: '20s' }));
      const operator = await arena.start();
      await until(
        'good',
        () => ask(operator, gateOf('prod')),
        ({ status }) => status === 200,
      );
      arena.server.faults.inject({ match: ({ user }) => user === 'operator', reset: true });
      arena.server.dropWatches();
      const dead = await until(
        'dead',
        () => ask(operator, gateOf('prod')),
        ({ status }) => status !== 200,
        60_000,
      );
      expect(dead).toMatchObject({ status: 503, reason: 'Unreachable' });
      await until(
        'not ready either',
        () => ask(operator, '/readyz'),
        ({ status }) => status === 503,
      );
    } finally {
      await arena.close();
    }
  });
});
