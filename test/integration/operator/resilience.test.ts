// A live operator and an API server in trouble: whatever happens to the connection, the status is true again afterwards,
// nothing is rejected into the void, and the API server is not stormed. Time runs ten times as fast as the operator thinks.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fastClock, startArena, until, type Arena, type RunningOperator } from './arena.ts';
import type { FaultRequest } from '../../stack/apiserver/faults.ts';

let arena: Arena;
let operator: RunningOperator;
let requests = 0;
const rejections: unknown[] = [];
const note = (reason: unknown): void => void rejections.push(reason);

const ofOperator = ({ user }: FaultRequest): boolean => user === 'operator';
/** `True`, `False`, `Unknown` or `absent`: what the report says of the one service. */
const healthy = async (name = 'prod'): Promise<string> =>
  (await arena.condition(name, 'CoreDaemonHealthy')).split('/')[0] ?? 'absent';

beforeAll(async () => {
  process.on('unhandledRejection', note);
  arena = await startArena({ clock: fastClock(10) });
  await arena.admin.create(arena.report('prod', { timeout: '20s' }));
  operator = await arena.start();
  await until(
    'the first report',
    () => healthy(),
    (seen) => seen === 'True',
  );
});

afterEach(async () => {
  arena.server.faults.clear();
  arena.service.mood = 'up';
  await until(
    'the recovery',
    () => healthy(),
    (seen) => seen === 'True',
    60_000,
  );
});

afterAll(async () => {
  await arena.close();
  process.off('unhandledRejection', note);
});

describe('an operator goes on, and tells the truth again,', () => {
  test.each<[string, () => Promise<void> | void]>([
    ['after the API server restarted', () => arena.server.restart()],
    ['after every watch was cut', () => void arena.server.dropWatches()],
    [
      'after a watch that is too old (410)',
      async () => {
        // It comes back only when what it saw last is forgotten.
        const watching = ({ user, verb }: FaultRequest): boolean => user === 'operator' && verb === 'watch';
        const end = arena.server.faults.inject({ match: watching, status: 500 });
        arena.server.dropWatches();
        await arena.request('prod', 'unseen');
        const lists = (): number => operator.lines.filter(({ message }) => message === 'reports listed').length;
        const before = lists();
        await arena.server.compact();
        end();
        await until(
          'it lists anew',
          () => Promise.resolve(lists()),
          (count) => count > before,
        );
      },
    ],
    [
      'after 429 with Retry-After',
      () => void arena.server.faults.inject({ match: ofOperator, status: 429, retryAfter: 1, times: 12 }),
    ],
    ['after a row of 500', () => void arena.server.faults.inject({ match: ofOperator, status: 500, times: 25 })],
    ['after a row of 503', () => void arena.server.faults.inject({ match: ofOperator, status: 503, times: 25 })],
    [
      'after connections that were reset',
      () => void arena.server.faults.inject({ match: ofOperator, reset: true, times: 25 }),
    ],
    [
      'after answers that never came',
      () => void arena.server.faults.inject({ match: ofOperator, hang: true, times: 6 }),
    ],
    ['behind an API server that is slow', () => void arena.server.faults.inject({ match: ofOperator, delayMs: 300 })],
    [
      'after status writes that were refused',
      () =>
        void arena.server.faults.inject({
          match: (request) => ofOperator(request) && request.subresource === 'status',
          status: 500,
          times: 5,
        }),
    ],
  ])('%s', async (_what, trouble) => {
    await trouble();
    arena.service.mood = 'down';
    // Only a watch that lives brings the request: routine runs would find the outage without one.
    const token = `after-${(requests += 1)}`;
    await until(
      'the request is made',
      () =>
        arena.request('prod', token).then(
          () => true,
          () => false,
        ),
      Boolean,
    );
    await until(
      'the request is answered',
      () => arena.status('prod'),
      (status) => status?.lastHandledRequest === token,
      60_000,
    );
    expect(
      await until(
        'the outage in the report',
        () => healthy(),
        (seen) => seen === 'False',
        60_000,
      ),
    ).toBe('False');
  });

  test('when its watch was cut while a report was made and another deleted', async () => {
    await arena.admin.create(arena.report('going', { timeout: '20s' }));
    await until(
      'the report that goes',
      () => healthy('going'),
      (seen) => seen === 'True',
    );
    await arena.server.stop();
    await arena.server.restart();
    // The administrator's kept connection is dead too.
    await until('the API server', () => arena.status('prod').then(Boolean, () => false), Boolean);
    await arena.admin.remove(arena.report('going'));
    await arena.admin.create(arena.report('coming', { timeout: '20s' }));
    await until(
      'the report that comes',
      () => healthy('coming'),
      (seen) => seen === 'True',
      60_000,
    );
    await arena.admin.remove(arena.report('coming'));
  });
});

describe('all the while', () => {
  test('no rejection went unhandled', () => {
    expect(rejections).toEqual([]);
  });

  test('the operator said what interrupted it, and never broke', () => {
    expect(operator.lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect(operator.lines.some(({ message }) => message === 'watch interrupted')).toBe(true);
  });

  test('the API server knew every path that was asked', () => {
    expect(arena.server.unknownPaths).toEqual([]);
  });
});
