// The gate over services that say UP while something that they need is gone: health as Spring Boot has it by default, a
// path of a group alone, many pods.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { said, startGateScene, type GateScene } from './scene.ts';

describe('services whose health shows none of its parts', () => {
  let scene: GateScene;
  beforeAll(async () => {
    scene = await startGateScene({ showDetails: false, replicas: { 'core-daemon': 7 } });
    const services = ['core-daemon', 'operations-service', 'node-persistence', 'circuit-storage'];
    await scene.create('whole');
    await scene.create('ready', {
      services: services.map((name) => ({ name, healthPath: '/actuator/health/readiness' })),
    });
  });
  afterAll(() => scene.close());

  const blockersOf = async (report: string): Promise<{ code: number; faults: readonly string[]; out: string }> => {
    const { code, out } = await scene.gate(report, '-o', 'json');
    const [one] = said({ code, out, err: '' }).reports;
    return { code, faults: (one?.blockers ?? []).map(({ fault }) => fault ?? ''), out };
  };

  /** A first run on a busy machine may fail, and services keep for a moment what they know: two good ones clear it. */
  const expectPass = async (report: string): Promise<void> => {
    let last = await blockersOf(report);
    for (let more = 0; more < 4 && last.code !== 0; more += 1) last = await blockersOf(report);
    expect(last.code, last.out).toBe(0);
  };

  it.each(['ready', 'whole'])('pass while everything is well (%s)', expectPass);

  it.each(['ready', 'whole'])('keep the gate shut over a database that is frozen (%s)', async (report) => {
    const thaw = await scene.stack.database.freeze();
    try {
      const { code, faults, out } = await blockersOf(report);
      expect(code, out).toBe(3);
      expect(faults, out).toContain('DatabaseTimeout');
    } finally {
      await thaw();
    }
  });

  it('keep it shut over a database that is stopped, though every pod is ready', async () => {
    const start = await scene.stack.database.stop();
    try {
      const { code, faults, out } = await blockersOf('ready');
      expect(code, out).toBe(3);
      expect(faults, out).toContain('DatabaseUnreachable');
    } finally {
      await start();
    }
  });

  it('keep it shut over the last of seven pods', async () => {
    // The services have seen that the database is back.
    await expectPass('whole');
    const undo = await scene.stack.service('core-daemon').status503({ replica: 7 });
    try {
      const { code, faults, out } = await blockersOf('whole');
      expect(code, out).toBe(3);
      expect(faults, out).toEqual(['HealthDown']);
    } finally {
      await undo();
    }
  });
});
