// The whole status is the operator's: what anybody else writes into it is taken back, and an Event says who it was.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import type { AnyObject } from '../../stack/admin.ts';
import { startScene, tell, type Scene } from '../faults/scene.ts';

type Loose = Record<string, unknown> & { conditions: readonly Record<string, unknown>[] };

let scene: Scene;
const report = (): AnyObject => ({
  apiVersion: 'recognize.health/v1alpha1',
  kind: 'HealthReport',
  metadata: { name: 'recognize', namespace: scene.stack.namespace },
});

const told = async (): Promise<string[]> =>
  (await scene.events()).filter(({ reason }) => reason === 'StatusAltered').map(({ note }) => String(note));

/** Writes into the stored status as somebody with the rights to. */
async function forge(change: (status: Loose) => object): Promise<HealthReportStatus> {
  const before = await scene.status();
  await scene.stack.admin.setStatus(report(), change(structuredClone(before)));
  return before;
}

const extra = {
  type: 'Blessed',
  status: 'True',
  reason: 'SaidSo',
  message: 'All is well.',
  lastTransitionTime: '2026-01-02T03:04:05Z',
};

describe('a status that somebody else writes into', () => {
  beforeAll(async () => {
    scene = await startScene();
    await scene.create();
  });
  afterAll(() => scene.close());

  it('is left alone, and nothing is told, while nobody does', async () => {
    const first = await scene.run();
    const again = await scene.run();
    expect(again.verdict, tell(again)).toBe(first.verdict);
    expect(await told()).toEqual([]);
  });

  it.each<[string, (status: Loose) => object, readonly string[]]>([
    [
      'a root cause, a verdict, and a condition more',
      (status) => ({
        ...status,
        rootCause: 'NothingToSee (forged)',
        verdict: 'Failing',
        conditions: [...status.conditions, extra],
      }),
      ['rootCause', 'verdict', 'conditions[Blessed]'],
    ],
    [
      'conditions that are turned round, a message, a longer life, and a token that was never answered',
      (status) => ({
        ...status,
        freshUntil: '2099-01-01T00:00:00Z',
        lastHandledRequest: 'mine',
        conditions: status.conditions.map((one) => ({
          ...one,
          ...(one['type'] === 'Upgradeable' ? { status: 'False' } : {}),
          ...(one['type'] === 'Ready' ? { message: 'Call 555' } : {}),
        })),
      }),
      ['conditions[Upgradeable]', 'conditions[Ready]', 'freshUntil', 'lastHandledRequest'],
    ],
    ['nothing left of it', () => ({ verdict: 'Healthy', conditions: [] }), ['checks', 'conditions[Healthy]']],
  ])('%s: is put right without a request, and an Event names the fields and the writer', async (_, change, fields) => {
    const before = await forge(change);
    const own = (status: HealthReportStatus): boolean =>
      status.rootCause === before.rootCause &&
      status.verdict === before.verdict &&
      status.freshUntil !== '2099-01-01T00:00:00Z' &&
      status.lastHandledRequest === before.lastHandledRequest &&
      status.checks?.length === before.checks?.length &&
      !JSON.stringify(status.conditions).includes('555') &&
      JSON.stringify(status.conditions.map(({ type, status: value }) => [type, value]).sort()) ===
        JSON.stringify(before.conditions.map(({ type, status: value }) => [type, value]).sort());
    await scene.until(own);
    // The Event comes after the status.
    const note = async (): Promise<string | undefined> =>
      (await told()).find((one) => fields.every((field) => one.includes(field)));
    await expect.poll(note).toMatch(/Written by stack \(Update, /);
  });

  it('is no past for a run that was under way when it was forged', async () => {
    const service = scene.stack.service('operations-service');
    const requests = (): number => service.running.replicas.reduce((sum, replica) => sum + replica.requests.length, 0);
    const mend = await service.hang();
    const before = requests();
    const asked = await scene.request();
    await expect.poll(requests).toBeGreaterThan(before);
    await forge((status) => ({ ...status, verdict: 'Failing', rootCause: 'Forged (race)' }));
    await mend();
    // A field that we do not set goes with the patch that follows the apply.
    await scene.until(
      ({ lastHandledRequest, rootCause = '' }) => lastHandledRequest === asked && !rootCause.includes('Forged'),
    );
    const after = await scene.runUntil(({ verdict }) => verdict !== 'Failing');
    expect(after.verdict, tell(after)).not.toBe('Failing');
  });
});
