// What the meters of a service say when its pool is at its end and when it is slow, on a report and on the probe.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDial } from '../../../src/clients/dial.ts';
import { createHttpClient } from '../../../src/clients/http.ts';
import type { MetersObserved } from '../../../src/facts/observed.ts';
import { ok } from '../../../src/facts/outcome.ts';
import { metersProbe } from '../../../src/probes/meters.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { startRecognize, type Installation } from '../../stack/recognize/installation.ts';
import { address, service } from '../../unit/checks/seen.ts';
import { clients } from '../../unit/probes/clients.ts';
import { expectHealthy } from './expectations.ts';
import { checkOf, conditionOf, startScene, tell, type Scene } from './scene.ts';

const never = new AbortController().signal;

describe('a Split installation', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await startScene();
    expectHealthy(await scene.create());
  });
  afterAll(() => scene.close());

  it('passes while nobody waits for a connection', async () => {
    const status = await scene.run();
    expect(checkOf(status, 'circuit-storage/pool'), tell(status)).toMatchObject({ result: 'pass', state: 'pass' });
    // It has no database of its own.
    expect(checkOf(status, 'auth-vault/pool')).toMatchObject({ result: 'skip', fault: 'MetricsNotReadable' });
    expect(checkOf(status, 'auth-vault/pool').message).toContain('no Hikari pool');
  });

  it('warns of a pool at its end, names it, cites the connection formula, and blames nobody', async () => {
    const warned = () => scene.runUntil((status) => checkOf(status, 'circuit-storage/pool').state === 'warn');
    await scene.during(scene.stack.service('circuit-storage').poolExhausted(), async () => {
      const status = await warned();
      const check = checkOf(status, 'circuit-storage/pool');
      expect(check, tell(status)).toMatchObject({ result: 'warn', state: 'warn', fault: 'PoolExhausted' });
      expect(check.message).toContain('4 of 4 connections of HikariPool-1 are in use, and 3 callers wait for one');
      expect(check.citations?.[0]?.id).toBe('REC-SC-003');
      expect(status.rootCauses ?? []).toEqual([]);
      expect(status.verdict).toBe('Warning');
      expect(conditionOf(status, 'CircuitStorageHealthy')).toBe('True/PassingWithWarnings');
      expect(checkOf(status, 'node-persistence/pool').result).toBe('pass');
    });
    expectHealthy(await scene.status());
  });

  it('passes a service whose slowest request is within the test', () =>
    scene.during(scene.stack.service('core-daemon').slow(0.5), (status) => {
      const check = checkOf(status, 'capacity/core-daemon/latency');
      expect(check, tell(status)).toMatchObject({ result: 'pass' });
      expect(check.message).toContain('500 ms');
    }));

  it('says nothing of a slow request without a percentile', () =>
    scene.during(scene.stack.service('core-daemon').slow(0.812), (status) => {
      const check = checkOf(status, 'capacity/core-daemon/latency');
      expect(check, tell(status)).toMatchObject({ result: 'skip', fault: 'MetricsNotReadable' });
      expect(check.message).toContain('812 ms');
    }));

  it('skips when the metrics are closed, whatever health says', () =>
    scene.during(
      scene.stack.service('circuit-storage').answer({ kind: 'status', status: 401 }, { path: /metrics|prometheus/ }),
      (status) => {
        const check = checkOf(status, 'circuit-storage/pool');
        expect(check, tell(status)).toMatchObject({ result: 'skip', fault: 'MetricsNotReadable' });
        expect(check.message).toContain('answers 401');
        expect(checkOf(status, 'circuit-storage/health').result).toBe('pass');
        expect(status.verdict).toBe('Healthy');
      },
    ));

  it('keeps the deadline when the metrics hang, whatever health says', () =>
    scene.during(scene.stack.service('circuit-storage').answer({ kind: 'hang' }, { path: /metrics/ }), (status) => {
      expect(checkOf(status, 'circuit-storage/pool')).toMatchObject({ result: 'skip', fault: 'MetricsNotReadable' });
      expect(checkOf(status, 'circuit-storage/pool').message).toContain('did not answer');
      expect(checkOf(status, 'circuit-storage/health').result).toBe('pass');
    }));
});

describe('a report that leaves logs alone', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await startScene();
    await scene.create('recognize', { logs: { enabled: false } });
  });
  afterAll(() => scene.close());
  const rate = 'alerts/operations-service/error-rate';

  it('counts error events from its first run on, and is quiet', async () => {
    expect(checkOf(await scene.status(), rate)).toMatchObject({ result: 'skip', fault: 'NotAsked' });
    const status = await scene.run();
    expect(checkOf(status, rate), tell(status)).toMatchObject({ result: 'pass' });
    expectHealthy(status);
  });

  it("rings the guide's first alert when they are too many", async () => {
    scene.stack.service('operations-service').running.log('error-burst', { times: 21 });
    const status = await scene.run();
    expect(checkOf(status, rate), tell(status)).toMatchObject({
      fault: 'ErrorRateHigh',
      citations: [{ id: 'REC-AL-001', basis: 'Inferred' }],
    });
    expect(checkOf(status, rate).message).toContain('21 error events in ');
    expect(conditionOf(status, 'AlertsQuiet')).toBe('False/ErrorRateHigh');
    // Nothing of it came from a log.
    expect(status.checks?.filter(({ id }) => id.endsWith('/logs'))).toEqual([]);
  });

  it('and is quiet again when the service started anew', async () => {
    scene.stack.service('operations-service').running.restart();
    const status = await scene.runUntil(({ verdict }) => verdict === 'Healthy');
    expect(checkOf(status, rate), tell(status)).toMatchObject({ result: 'pass', state: 'pass' });
  });
});

describe('a service that shows Prometheus text', () => {
  let recognize: Installation;
  beforeAll(async () => {
    recognize = await startRecognize({ topology: 'Consolidated', exposed: ['health', 'prometheus'] });
  });
  afterAll(() => recognize.close());

  const observe = (): Promise<MetersObserved> => {
    const addresses = ok([{ ...address(), origin: recognize.url('core-daemon') }]);
    const http = createHttpClient(createDial());
    return metersProbe.observe(service({ addresses }), clients({ http }), systemClock.deadline(5000, never).signal);
  };

  it('and no metrics is asked there for its pools, each by its name', async () => {
    Object.assign(recognize.service('core-daemon').pools.get('HikariPool-2') ?? {}, { active: 4, idle: 0, pending: 2 });
    expect((await observe()).answers[0]?.pools).toEqual(
      ok({ pending: 2, pools: [{ pool: 'HikariPool-2', active: 4, max: 4, pending: 2 }] }),
    );
  });

  it('with percentiles is asked there for the latency', async () => {
    Object.assign(recognize.service('core-daemon').requests, {
      count: 240,
      totalSeconds: 60,
      maxSeconds: 1.2,
      p95Seconds: 0.612,
    });
    expect((await observe()).answers[0]?.latency).toEqual(
      ok({ maxMs: 1200, p95Ms: 612, route: 'POST /v2/operations' }),
    );
  });
});
