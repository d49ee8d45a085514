// What happens to the world around a live operator: the clock is set, the definition goes and comes back, reports
// vanish in mid-run, one report of two hundred is hostile. Each time it tells the truth again by itself.
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { SERVICES } from '../../../src/api/components.ts';
import { crd } from '../../../src/api/crd.ts';
import { API_VERSION, CRD_NAME, KIND } from '../../../src/api/names.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import type { AnyObject } from '../../stack/admin.ts';
import { fastClock, NAMESPACE, said, startArena, startService, until, type Arena, type Line } from './arena.ts';

const HOUR_MS = 3_600_000;
/** The arena's Kubernetes is newer than what the vendor tested, and that is said. */
const WELL = 'Warning';
const REPORTS = { apiVersion: API_VERSION, kind: KIND };
const definition = (): AnyObject => JSON.parse(JSON.stringify(crd())) as AnyObject;

let arena: Arena;
const rejections: unknown[] = [];
const note = (reason: unknown): void => void rejections.push(reason);

beforeEach(async () => {
  rejections.length = 0;
  process.on('unhandledRejection', note);
  arena = await startArena();
});
afterEach(async () => {
  await arena.close();
  process.off('unhandledRejection', note);
  expect(rejections).toEqual([]);
});

const verdict = async (name: string): Promise<string> => (await arena.status(name))?.verdict ?? 'none';
const comesTo = (name: string, wanted: string): Promise<string> =>
  until(
    `${name} ${wanted}`,
    () => verdict(name),
    (seen) => seen === wanted,
  );
const errors = (lines: readonly Line[]): readonly Line[] => lines.filter(({ level }) => level === 'error');

describe('a wall clock that is set', () => {
  /** A clock whose wall can be set; ten times as fast, as in the other tests. */
  function settable(): Clock & { setBy(ms: number): void } {
    const clock = fastClock(10);
    let offset = 0;
    return {
      ...clock,
      now: () => new Date(clock.now().getTime() + offset),
      setBy: (ms) => {
        offset += ms;
      },
    };
  }

  test.each([
    ['ahead', HOUR_MS],
    ['back', -HOUR_MS],
  ])('%s by an hour: runs go on, the report is current, and an outage is told', async (_, ms) => {
    const clock = settable();
    const operator = await arena.start({ clock });
    await arena.admin.create(arena.report('prod'));
    await comesTo('prod', WELL);
    clock.setBy(ms);
    const asked = arena.service.asked;
    const current = await until(
      'the time told anew',
      () => arena.status('prod'),
      (status) => Math.abs(Date.parse(status?.lastRunTime ?? '') - clock.now().getTime()) < HOUR_MS / 2,
    );
    expect(current?.conditions.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'True' });
    // Timers are of the monotonic clock: an hour that did not pass brings no hour of runs. Each asks twice or so.
    expect(arena.service.asked - asked).toBeLessThan(60);
    arena.service.mood = 'down';
    await comesTo('prod', 'Failing');
    expect(errors(operator.lines)).toEqual([]);
  });
});

describe('the definition', () => {
  test('removed and made again: the operator says so once, idles, and examines the reports that are made again', async () => {
    const operator = await arena.start({ clock: fastClock(10) });
    await arena.admin.create(arena.report('prod'));
    await comesTo('prod', WELL);
    await arena.admin.remove(definition());
    const missing = ({ message }: Line): boolean => message.includes(`${CRD_NAME} is not installed`);
    await until(
      'said',
      () => operator.lines.filter(missing),
      (lines) => lines.length > 1,
    );
    const asked = arena.service.asked;
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    // Three intervals: nothing is left to examine. A run that was under way may still have asked.
    expect(arena.service.asked - asked).toBeLessThanOrEqual(4);
    expect(errors(operator.lines)).toEqual(operator.lines.filter(missing).slice(0, 1));

    await arena.admin.create(definition());
    await until('served', () => arena.admin.serves(REPORTS), Boolean);
    arena.service.mood = 'down';
    await arena.admin.create(arena.report('prod'));
    await comesTo('prod', 'Failing');
    expect(said(operator.lines, 'a run broke outside of its guard')).toBe(false);
  });

  test('that goes takes the reports with it: nothing holds them', async () => {
    await arena.start();
    await arena.admin.create(arena.report('prod'));
    await comesTo('prod', WELL);
    const report = await arena.admin.get(arena.report('prod'));
    expect(report?.metadata['finalizers']).toBeUndefined();
    await arena.admin.remove(definition());
    await expect.poll(() => arena.admin.list(REPORTS)).toEqual([]);
  });
});

test('a report deleted in mid-run is not written, and nothing breaks', async () => {
  const operator = await arena.start();
  // One of its own, so that nobody else's run is taken for the one that goes.
  const service = await startService();
  onTestFinished(() => service.close());
  await arena.admin.create(arena.report('going', { timeout: '2m' }, service.url));
  await arena.admin.create(arena.report('staying'));
  await comesTo('going', WELL);
  await comesTo('staying', WELL);
  service.mood = 'hang';
  const { asked } = service;
  await arena.request('going', 'last');
  await until(
    'asked',
    () => service.asked,
    (count) => count > asked,
  );
  const from = arena.server.requests.length;
  await arena.admin.remove(arena.report('going'));
  await arena.request('staying', 'after');
  await until(
    'the other',
    () => arena.status('staying'),
    (status) => status?.lastHandledRequest === 'after',
  );
  // The run has ended, and not because its time was up.
  const dropped = await until(
    'the run is dropped',
    () => operator.lines.find(({ message, report }) => message === 'run dropped' && report === `${NAMESPACE}/going`),
    (line) => line !== undefined,
  );
  expect(dropped).toMatchObject({ why: 'Cancelled' });
  const writes = arena.server.requests.slice(from).filter(({ method, name }) => method === 'PATCH' && name === 'going');
  expect(writes).toEqual([]);
  expect(errors(operator.lines)).toEqual([]);
});

test('an operator that was frozen over an answer does not blame the service', async () => {
  const operator = await arena.spawn('frozen', '--no-leader-elect');
  await arena.admin.create(arena.report('prod', { timeout: '3s', interval: '1h' }));
  await comesTo('prod', WELL);
  arena.service.delayMs = 1_000;
  const asked = arena.service.asked;
  await arena.request('prod', 'frozen');
  await until(
    'asked',
    () => arena.service.asked,
    (count) => count > asked,
  );
  operator.child.kill('SIGSTOP');
  // Past the deadline and the second after it; the service answers meanwhile.
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  operator.child.kill('SIGCONT');
  const status = await until(
    'answered',
    () => arena.status('prod'),
    (seen) => seen?.lastHandledRequest === 'frozen',
  );
  const health = status?.checks?.find(({ id }) => id === 'core-daemon/health');
  expect(health).toMatchObject({ result: 'error', fault: 'CheckerStarved' });
  arena.service.delayMs = 0;
  await arena.request('prod', 'awake');
  await until(
    'answered',
    () => arena.status('prod'),
    (seen) => seen?.lastHandledRequest === 'awake',
  );
  await comesTo('prod', WELL);
});

describe('one report of two hundred', () => {
  const OTHERS = Array.from({ length: 199 }, (_, n) => `report-${n}`);
  const silent = { url: '' };
  let close: () => Promise<void>;

  beforeEach(async () => {
    const service = await startService();
    service.mood = 'hang';
    silent.url = service.url;
    close = () => service.close();
  });
  afterEach(() => close());

  /** As much as a spec may hold, and every target of it takes connections and says nothing for two minutes. */
  const hostile = (): AnyObject => {
    const { hostname: host, port } = new URL(silent.url);
    const most = <T>(one: (n: number) => T): T[] => Array.from({ length: 8 }, (_, n) => one(n));
    const credentialsSecretRef = { name: 'credentials' };
    const aws = { region: 'eu-west-1', endpoint: silent.url, credentialsSecretRef };
    const database = {
      host,
      port: Number(port),
      database: 'x'.repeat(60),
      credentialsSecretRef,
      tls: { mode: 'Disable' },
    };
    return arena.report('poisoned', {
      timeout: '2m',
      services: SERVICES.map((name) => ({ name, url: silent.url })),
      databases: most((n) => ({ ...database, name: `d${n}` })),
      buckets: most((n) => ({ ...aws, name: `b${n}`, bucket: `bucket-${n}` })),
      keys: most((n) => ({ name: `k${n}`, kms: { ...aws, keyId: `alias/${n}` } })),
    });
  };

  test('that is hostile delays none of the others', async () => {
    await arena.server.seed([
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'credentials', namespace: NAMESPACE },
        data: Object.fromEntries(
          ['username', 'password', 'accessKeyId', 'secretAccessKey'].map((key) => [
            key,
            Buffer.from('x').toString('base64'),
          ]),
        ),
      },
    ]);
    // Time runs slowly for the operator: the hostile run lasts while a busy machine gets through all of the others.
    const operator = await arena.start({ clock: fastClock(1 / 5) });
    await arena.admin.create(hostile());
    await until(
      'the hostile one is visited',
      () => operator.lines.length,
      (count) => count > 0,
    );
    for (const name of OTHERS) await arena.admin.create(arena.report(name, { interval: '5m' }));
    const all = async (wanted: string): Promise<void> => {
      const reports = { apiVersion: 'recognize.health/v1alpha1', kind: 'HealthReport', namespace: NAMESPACE };
      await until(
        `199 reports are ${wanted}`,
        async () => {
          // Two hundred reports are a long list.
          await new Promise((resolve) => setTimeout(resolve, 500));
          const seen = await arena.admin.list(reports);
          return seen.filter(({ status }) => (status as { verdict?: string } | undefined)?.verdict === wanted).length;
        },
        (count) => count === OTHERS.length,
        240_000,
      );
    };
    await all(WELL);
    arena.service.mood = 'down';
    for (const name of OTHERS) await arena.request(name, 'now');
    await all('Failing');
    // All that while the hostile one's first run goes on.
    expect((await arena.status('poisoned'))?.observedGeneration).toBe(-1);
    expect(errors(operator.lines)).toEqual([]);
  }, 600_000);
});
