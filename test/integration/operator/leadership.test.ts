// Two operators on one API server: who works when one is killed, frozen, cut off or told to go, and that what they
// write together reads as if one had written it.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FaultOrder } from '../../stack/apiserver/faults.ts';
import type { RecordedRequest } from '../../stack/apiserver/recorded.ts';
import { type Arena, NAMESPACE, type OperatorProcess, said, startArena, until } from './arena.ts';

const QUICK = ['--lease-duration', '6s', '--lease-renew-deadline', '3s', '--lease-retry-period', '500ms'];

/** The arena's Kubernetes is newer than what the vendor tested, and that is said. */
const WELL = 'Warning';

let arena: Arena;

beforeEach(async () => {
  arena = await startArena();
});
afterEach(() => arena.close());

const leads = (operator: OperatorProcess): boolean => said(operator.lines, 'leading');

/** A leader that has examined the report, and a standby that watches. */
async function pair(): Promise<{ leader: OperatorProcess; standby: OperatorProcess }> {
  await arena.admin.create(arena.report('prod', { thresholds: { failure: 3, success: 1 } }));
  const leader = await arena.spawn('first', ...QUICK);
  await until(
    'the first leads',
    () => leader.lines,
    () => leads(leader),
  );
  const standby = await arena.spawn('second', ...QUICK);
  await until(
    'the second stands by',
    () => standby.lines,
    (lines) => said(lines, 'standing by: another replica leads'),
  );
  await until(
    'examined',
    () => arena.status('prod'),
    (status) => status?.verdict === WELL,
  );
  return { leader, standby };
}

/** Who wrote a status successfully, in order. */
const writers = (): string[] =>
  arena.server.requests
    .filter(({ subresource, method, status }) => subresource === 'status' && method === 'PATCH' && status === 200)
    .map(({ user }) => user);

/** Follows the status through its versions: no run may be written after a later one. */
function watchOrder(): { stop(): Promise<readonly string[]> } {
  const seen: string[] = [];
  const on = { value: true };
  const done = (async () => {
    while (on.value) {
      const time = (await arena.status('prod').catch(() => undefined))?.lastRunTime;
      if (time !== undefined && seen.at(-1) !== time) seen.push(time);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return {
    stop: async () => {
      on.value = false;
      await done;
      return seen;
    },
  };
}

/** Makes the service fail and has the change confirmed by requests, so that Events are told. */
async function failNow(token: string): Promise<void> {
  arena.service.mood = 'down';
  for (let run = 0; run < 3; run += 1) {
    await arena.request('prod', `${token}-${String(run)}`);
    await until(
      'answered',
      () => arena.status('prod'),
      (status) => status?.lastHandledRequest === `${token}-${String(run)}`,
    );
  }
  await until(
    'failing',
    () => arena.status('prod'),
    (status) => status?.verdict === 'Failing',
  );
}

/** A write of this operator that the server has and has not answered. */
const isHeld = (
  { subresource, status, user }: Pick<RecordedRequest, 'subresource' | 'status' | 'user'>,
  { user: leader }: OperatorProcess,
): boolean => subresource === 'status' && user === leader && status === 0;

async function expectEachEventOnce(): Promise<void> {
  // An Event is told after the status that it speaks of.
  const events = await until(
    'told',
    () => arena.events(),
    (seen) => seen.some((event) => event.startsWith('VerdictFailing')),
  );
  expect(events.filter((event) => event.startsWith('VerdictFailing'))).toHaveLength(1);
  expect(new Set(events).size).toBe(events.length);
}

describe('two operators', () => {
  test('a standby examines nothing, writes nothing, and is ready', async () => {
    const { leader, standby } = await pair();
    await failNow('a');
    expect(new Set(writers())).toEqual(new Set([leader.user]));
    expect(leads(standby)).toBe(false);
    const started = standby.lines.find(({ message }) => message === 'operator started');
    // It stands by as soon as it knows the Lease, and is ready once it has listed the reports.
    await until(
      'ready',
      async () => {
        const answer = await fetch(`http://127.0.0.1:${String(started?.['port'])}/readyz`);
        return [answer.status, await answer.text()];
      },
      ([status, text]) => status === 200 && text === 'ok\n',
    );
  });

  test('a killed leader is followed, with its streak and without an Event told again', async () => {
    const { leader, standby } = await pair();
    const order = watchOrder();
    await failNow('a');
    arena.service.mood = 'up';
    await arena.request('prod', 'up');
    await until(
      'healthy',
      () => arena.status('prod'),
      (status) => status?.verdict === WELL,
    );
    // Two of three bad runs, then the leader dies: the third is the other one's.
    arena.service.mood = 'down';
    for (const token of ['one', 'two']) {
      await arena.request('prod', token);
      await until(
        'answered',
        () => arena.status('prod'),
        (status) => status?.lastHandledRequest === token,
      );
    }
    const before = (await arena.status('prod'))?.checks?.find(({ id }) => id === 'core-daemon/health');
    expect(before).toMatchObject({ result: 'fail', state: 'pass', streak: 2 });
    leader.child.kill('SIGKILL');
    await until(
      'the other leads',
      () => standby.lines,
      () => leads(standby),
    );
    await arena.request('prod', 'three');
    const after = await until(
      'answered by the other',
      () => arena.status('prod'),
      (status) => status?.lastHandledRequest === 'three',
    );
    expect(after?.checks?.find(({ id }) => id === 'core-daemon/health')).toMatchObject({ state: 'fail' });
    const times = await order.stop();
    expect(times).toEqual([...times].sort());
    // An Event is told after the status that it speaks of.
    const failing = (events: readonly string[]): number =>
      events.filter((event) => event.startsWith('VerdictFailing')).length;
    const events = await until(
      'told',
      () => arena.events(),
      (seen) => failing(seen) >= 2,
    );
    expect(failing(events)).toBe(2);
    expect(events.filter((event) => event.startsWith(`Verdict${WELL}`))).toHaveLength(1);
  });

  test('a frozen leader writes nothing when it wakes, and ends', async () => {
    const { leader, standby } = await pair();
    // In mid-run, so that it wakes with a result in its hands.
    arena.service.delayMs = 500;
    const asked = arena.service.asked;
    await arena.request('prod', 'frozen');
    await until(
      'asked',
      () => arena.service.asked,
      (count) => count > asked,
    );
    leader.child.kill('SIGSTOP');
    arena.service.delayMs = 0;
    await until(
      'the other leads',
      () => standby.lines,
      () => leads(standby),
    );
    await failNow('after');
    const written = writers().length;
    const order = watchOrder();
    leader.child.kill('SIGCONT');
    expect(await leader.exit).toBe(1);
    expect(said(leader.lines, 'lease lost')).toBe(true);
    expect(writers().slice(written)).not.toContain(leader.user);
    await order.stop();
    expect((await arena.status('prod'))?.verdict).toBe('Failing');
    await expectEachEventOnce();
  });

  test.each<[string, FaultOrder['match'], Omit<FaultOrder, 'match'>]>([
    ['from the API server', () => true, { hang: true }],
    ['from the Lease, which may not be written any more', ({ resource }) => resource === 'leases', { status: 403 }],
    ['from the Lease, whose writes conflict', ({ resource }) => resource === 'leases', { status: 409 }],
    ['from the Lease, whose storage fails', ({ resource }) => resource === 'leases', { status: 500 }],
  ])('a leader that is cut off %s has ended before the other leads', async (_what, match, fault) => {
    const { leader, standby } = await pair();
    // In mid-run: its calls take all the connections that they may.
    await arena.request('prod', 'cut');
    arena.server.faults.inject({ ...fault, match: (request) => request.user === leader.user && match(request) });
    const order = watchOrder();
    const first = await Promise.race([
      leader.exit,
      until(
        'the other leads',
        () => standby.lines,
        () => leads(standby),
        60_000,
      ).then(() => 'the other leads'),
    ]);
    expect(first).toBe(1);
    expect(said(leader.lines, 'lease lost')).toBe(true);
    await until(
      'the other leads',
      () => standby.lines,
      () => leads(standby),
    );
    const from = writers().length;
    await failNow('after');
    expect(new Set(writers().slice(from))).toEqual(new Set([standby.user]));
    const times = await order.stop();
    expect(times).toEqual([...times].sort());
    await expectEachEventOnce();
  });

  test('a write that arrives when another has led and written for long is refused', async () => {
    const { leader, standby } = await pair();
    const order = watchOrder();
    // The network holds the write back for longer than the Lease lasts.
    arena.server.faults.inject({
      match: ({ user, subresource }) => user === leader.user && subresource === 'status',
      delayMs: 14_000,
    });
    arena.service.mood = 'down';
    await arena.request('prod', 'late');
    await until(
      'sent',
      () => arena.server.requests,
      (requests) => requests.some(({ subresource, status, user }) => isHeld({ subresource, status, user }, leader)),
    );
    arena.server.faults.inject({
      match: ({ user, resource }) => user === leader.user && resource === 'leases',
      hang: true,
    });
    arena.service.mood = 'up';
    expect(await leader.exit).toBe(1);
    await until(
      'the other leads',
      () => standby.lines,
      () => leads(standby),
    );
    await failNow('after');
    const late = await until(
      'arrived',
      () => arena.server.requests.filter(({ subresource, user }) => subresource === 'status' && user === leader.user),
      (requests) => requests.every(({ status }) => status !== 0),
      60_000,
    );
    expect(late.at(-1)?.status).toBe(409);
    const times = await order.stop();
    expect(times).toEqual([...times].sort());
    await expectEachEventOnce();
  });

  test('a leader that is told to go gives its Lease back', async () => {
    const { leader, standby } = await pair();
    leader.child.kill('SIGTERM');
    expect(await leader.exit).toBe(0);
    expect(said(leader.lines, 'lease released')).toBe(true);
    await until(
      'the other leads',
      () => standby.lines,
      () => leads(standby),
    );
    await failNow('after');
    await expectEachEventOnce();
  });

  test('without the right to a Lease it says what to grant and examines nothing', async () => {
    await arena.admin.create(arena.report('prod'));
    const operator = await arena.spawn('third', ...QUICK, '--lease-namespace', NAMESPACE);
    const line = await until(
      'said',
      () => operator.lines.find(({ message }) => message.startsWith('the Lease may not')),
      (found) => found !== undefined,
    );
    expect(line?.message).toContain('recognize-health-leader');
    expect(writers()).toEqual([]);
  });
});
