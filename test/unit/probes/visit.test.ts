// The visits of a run: each under its own deadline, and what one does wrong stays with it.
import { describe, expect, it } from 'vitest';
import type { Clients } from '../../../src/clients/clients.ts';
import { ok } from '../../../src/facts/outcome.ts';
import type { Visit } from '../../../src/facts/observed.ts';
import type { ServiceTarget, Target } from '../../../src/facts/target.ts';
import { visitAll } from '../../../src/probes/visit.ts';
import { Stop, type Clock } from '../../../src/runtime/clock.ts';
import { virtualClock } from '../../support/virtual-clock.ts';
import { address, http, service } from '../checks/seen.ts';
import { CLUSTER } from '../checks/targets.ts';
import { answered, clients, httpClient } from './clients.ts';

const target = (id: ServiceTarget['id']): ServiceTarget =>
  service({ id, component: id, addresses: ok([{ ...address(), origin: `http://${id}` }]) });

/** Services whose conduct is in their name's answer: by URL. */
const conducts: Clients['http']['get'] = ({ url }) => {
  if (url.startsWith('http://auth-vault')) return new Promise(() => undefined);
  if (url.startsWith('http://circuit-storage')) return Promise.reject(new TypeError('a defect of ours'));
  return Promise.resolve(answered(http(200)));
};

function visiting(
  targets: readonly Target[],
  controller = new AbortController(),
  some: Partial<Clients> = httpClient(conducts),
) {
  const clock = virtualClock();
  const settled: (readonly Visit[] | Error)[] = [];
  const result = visitAll({ targets, clients: clients(some), clock, timeoutMs: 10_000, signal: controller.signal });
  result.then(
    (visits) => settled.push(visits),
    (error: unknown) => settled.push(error as Error),
  );
  return { clock, controller, result, settled };
}

const answerOf = (visits: readonly Visit[], id: string): unknown => {
  const visit = visits.find((one) => one.kind === 'service' && one.target.id === id);
  return visit?.kind === 'service' ? visit.observed.answers[0]?.answer : undefined;
};

describe('all targets', () => {
  it('are visited by every probe of their kind, in their order', async () => {
    const { result } = visiting([target('core-daemon'), CLUSTER]);
    expect((await result).map(({ kind, target: { id } }) => `${kind} ${id}`)).toEqual([
      'service core-daemon',
      'meters core-daemon',
      'pods core-daemon',
      'logs core-daemon',
      'configuration core-daemon',
      'cluster cluster',
    ]);
  });

  it('are visited at the same time', async () => {
    let under = 0;
    let most = 0;
    const get: Clients['http']['get'] = async ({ url }) => {
      if (!url.endsWith('/health')) return answered(http(404));
      most = Math.max(most, ++under);
      await Promise.resolve();
      under -= 1;
      return answered(http(200));
    };
    await visiting([target('core-daemon'), target('operations-service')], undefined, httpClient(get)).result;
    expect(most).toBe(2);
  });

  it('leave no timer behind', async () => {
    const { clock, result } = visiting([target('core-daemon'), CLUSTER]);
    await result;
    expect(clock.pending).toBe(0);
  });
});

describe('a probe that throws', () => {
  it('is InternalError, and its neighbours have their answers', async () => {
    const { result } = visiting([target('circuit-storage'), target('core-daemon')]);
    const visits = await result;
    expect(answerOf(visits, 'circuit-storage')).toMatchObject({
      ok: false,
      fault: { code: 'InternalError', detail: 'the probe broke: TypeError: a defect of ours' },
    });
    expect(answerOf(visits, 'core-daemon')).toMatchObject({ ok: true });
  });

  it('before it returns a promise is InternalError too', async () => {
    const broken: ServiceTarget = Object.defineProperty({ ...target('core-daemon') }, 'workload', {
      get: () => {
        throw new TypeError('at once');
      },
    });
    const [asked, , pods] = await visiting([broken]).result;
    expect(asked?.observed).toMatchObject({ answers: [{ answer: { ok: true } }] });
    expect(pods?.observed).toMatchObject({ workload: { fault: { code: 'InternalError' } } });
  });
});

describe('a probe that hangs', () => {
  it('is given up 100 ms after its deadline, and its neighbours have their answers', async () => {
    const { clock, settled } = visiting([target('auth-vault'), target('core-daemon')]);
    await clock.advance(10_099);
    expect(settled).toEqual([]);
    await clock.advance(1);
    const [visits] = settled as [readonly Visit[]];
    expect(answerOf(visits, 'auth-vault')).toMatchObject({
      ok: false,
      fault: { code: 'Unclassified', detail: 'the probe did not end 100 ms after its deadline of 10000 ms' },
    });
    expect(answerOf(visits, 'core-daemon')).toMatchObject({ ok: true });
  });

  it('is told of its deadline first', async () => {
    const told: unknown[] = [];
    const get: Clients['http']['get'] = ({ url }, signal) => {
      if (url.endsWith('/health/liveness')) signal.addEventListener('abort', () => told.push(signal.reason));
      return new Promise(() => undefined);
    };
    const { clock } = visiting([target('core-daemon')], undefined, httpClient(get));
    await clock.advance(10_000);
    expect(told).toMatchObject([{ reason: { kind: 'Deadline', ms: 10_000 } }]);
  });
});

describe('a process that stands still', () => {
  /** Blocks for `ms` at the deadline of ten seconds, as a loop does that gets no CPU. */
  const blocked = async (ms: number, get: Clients['http']['get']): Promise<readonly Visit[]> => {
    const clock = virtualClock();
    let stood = 0;
    const own: Clock = { ...clock, monotonicMs: () => clock.monotonicMs() + stood };
    const result = visitAll({
      targets: [target('core-daemon'), target('operations-service')],
      clients: clients(httpClient(get)),
      clock: own,
      timeoutMs: 10_000,
      signal: new AbortController().signal,
    });
    await clock.advance(9_999);
    stood = ms;
    await clock.advance(200);
    return result;
  };
  /** One answers; the other is silent until the deadline. */
  const silent: Clients['http']['get'] = ({ url }, signal) =>
    url.startsWith('http://core-daemon')
      ? Promise.resolve(answered(http(503)))
      : new Promise((resolve) =>
          signal.addEventListener('abort', () => resolve({ ok: false, fault: { kind: 'timeout', detail: 'silent' } })),
        );

  it('takes a silence for its own, and believes what was answered', async () => {
    const visits = await blocked(5_000, silent);
    expect(answerOf(visits, 'operations-service')).toMatchObject({
      fault: { code: 'CheckerStarved', detail: 'this process noticed the deadline of 10000 ms only 5000 ms after it' },
    });
    expect(answerOf(visits, 'core-daemon')).toMatchObject({ ok: true, value: { status: 503 } });
  });

  it('for less than a second holds a silence against the other side', async () => {
    expect(answerOf(await blocked(900, silent), 'operations-service')).toMatchObject({
      fault: { code: 'ServiceTimeout' },
    });
  });

  it('believes a refusal, whenever it is read', async () => {
    const refused: Clients['http']['get'] = (_, signal) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () => resolve({ ok: false, fault: { kind: 'refused', detail: 'refused' } })),
      );
    expect(answerOf(await blocked(5_000, refused), 'core-daemon')).toMatchObject({ fault: { code: 'ServiceRefused' } });
  });

  it('does not call a probe that did not end broken', async () => {
    const visits = await blocked(5_000, () => new Promise(() => undefined));
    expect(answerOf(visits, 'core-daemon')).toMatchObject({ fault: { code: 'CheckerStarved' } });
  });
});

describe('a cancelled run', () => {
  const stop = new Stop({ kind: 'Cancelled', why: 'superseded' });
  it('rejects at once, also when a probe hangs', async () => {
    const { controller, result } = visiting([target('auth-vault'), target('core-daemon')]);
    controller.abort(stop);
    await expect(result).rejects.toBe(stop);
  });

  it('rejects, also when a probe breaks because of it', async () => {
    const get: Clients['http']['get'] = (_request, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('socket closed'))));
    const { controller, result } = visiting([target('core-daemon')], undefined, httpClient(get));
    controller.abort(stop);
    await expect(result).rejects.toThrow();
  });

  it('that was cancelled before it began rejects', async () => {
    const controller = new AbortController();
    controller.abort(stop);
    await expect(visiting([target('auth-vault')], controller).result).rejects.toBe(stop);
  });
});
