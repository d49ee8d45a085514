// Mutes through the resource: what somebody knows of is silent for a time, stays visible everywhere, and speaks again
// when the time is over or when it gets worse.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { HealthReportStatus, MuteSpec } from '../../../src/api/health-report.ts';
import { systemClock, type Clock } from '../../../src/runtime/clock.ts';
import type { Undo } from '../../stack/switches/undo.ts';
import { UP_SINCE_MS } from '../../stack/recognize/service.ts';
import { command, type CommandResult } from '../gate/command.ts';
import { startArena, until } from './arena.ts';
import { checkOf, conditionOf, startScene, tell, type Scene } from '../faults/scene.ts';

const DAY_MS = 86_400_000;
const STORAGE = 'circuit-storage/health';
const REACH = 'object-storage/circuits/reach';
/** All databases are on one server; this is the first of them. */
const DATABASE = 'database/circuit-storage/connect';

let scene: Scene;
const undos: Undo[] = [];

const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();
const mute = (what: { check: string } | { fault: string }, until = inDays(1)): MuteSpec => ({
  ...what,
  until,
  reason: 'INC-1: known, a new disk comes on Monday',
  by: 'storage team',
});

/** Writes the mutes and waits for the run that the edit starts. */
async function withMutes(...mutes: readonly MuteSpec[]): Promise<HealthReportStatus> {
  await scene.edit({ mutes });
  return scene.run();
}

async function broken(breaking: Promise<Undo>): Promise<void> {
  undos.push(await breaking);
  // The services keep what they know of each other for a moment.
  await systemClock.sleep(200, new AbortController().signal);
}

async function mend(): Promise<void> {
  for (const undo of undos.splice(0).reverse()) await undo();
  await systemClock.sleep(200, new AbortController().signal);
}

/** Events by their name: the API server lists them in no order of time. */
const notes = async (but?: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, string>> =>
  new Map(
    (await scene.events())
      .filter(({ metadata }) => but?.has(metadata.name) !== true)
      .map((event) => [event.metadata.name, `${String(event['reason'])} ${String(event['note'])}`]),
  );

const cli = (...argv: readonly string[]): Promise<CommandResult> =>
  command(...argv, '-n', scene.stack.namespace, '--kubeconfig', scene.stack.kubeconfig.adminFile);

beforeAll(async () => {
  scene = await startScene();
  await scene.create();
});
afterAll(() => scene.close());

afterEach(async () => {
  await mend();
  await scene.edit({ mutes: [] });
  const status = await scene.runUntil(({ verdict }) => verdict === 'Healthy');
  expect(status.verdict, tell(status)).toBe('Healthy');
});

describe('what is muted', () => {
  it.each<[string, () => MuteSpec]>([
    ['by its check', () => mute({ check: STORAGE })],
    ['by its fault', () => mute({ fault: 'HealthDown' })],
  ])('%s stays visible, blocks nothing and raises no Event', async (_, of) => {
    await withMutes(of());
    const before = await notes();
    await broken(scene.stack.service('circuit-storage').status503());
    const status = await scene.run();

    expect(checkOf(status, STORAGE), tell(status)).toMatchObject({
      result: 'fail',
      state: 'fail',
      fault: 'HealthDown',
      muted: true,
      citations: [{ id: 'REC-CD-001' }],
    });
    expect(status.counts).toMatchObject({
      fail: 0,
      muted: status.checks?.filter(({ muted }) => muted === true).length,
    });
    // Its other questions have good answers; each condition that leaves the muted one out says so.
    for (const type of ['CircuitStorageHealthy', 'Healthy', 'Upgradeable']) {
      expect(conditionOf(status, type), tell(status)).toMatch(/^True\//);
      const { message } = status.conditions.find((condition) => condition.type === type)!;
      expect(message, type).toContain('Muted: circuit-storage/health');
    }
    expect(status.rootCauses ?? []).toEqual([]);
    // A mute by fault matched nothing until now, which was a warning: that this is over is news, the fault is not.
    expect([...(await notes(before)).values()].filter((note) => !note.startsWith('Verdict'))).toEqual([]);

    const shown = await cli('status', 'recognize');
    expect(shown.out).toMatch(/Muted \(1\)\n +circuit-storage\/health HealthDown: /);
    const gate = await cli('gate', 'recognize', '--no-refresh', '--max-age', '1h');
    expect(gate.code, gate.out).toBe(0);
    expect(gate.out).toContain('Muted by the spec');
    expect(gate.out).toContain(STORAGE);
    for (const format of ['junit', 'markdown']) {
      const { out } = await cli('gate', 'recognize', '--no-refresh', '--max-age', '1h', '-o', format);
      expect(out, format).toMatch(/muted/i);
    }
  });

  it('did block until the mute came, and its end is no recovery', async () => {
    await broken(scene.stack.service('circuit-storage').status503());
    const failing = await scene.run();
    expect(conditionOf(failing, 'Upgradeable'), tell(failing)).toBe('False/HealthDown');
    const before = await notes();
    const muted = await withMutes(mute({ check: STORAGE }));
    expect(conditionOf(muted, 'Upgradeable'), tell(muted)).toMatch(/^True\//);
    // The verdict has changed, and that is told; the fault is not over.
    expect([...(await notes(before)).values()].filter((note) => note.startsWith('Recovered'))).toEqual([]);
  });

  it('is kept by the findings table and by no alert', async () => {
    await withMutes(mute({ check: STORAGE }));
    await broken(scene.stack.service('circuit-storage').status503());
    await scene.run();
    expect(await scene.fetch('/metrics')).not.toMatch(/recognize_health_findings\{entry="REC-CD-001"\} [1-9]/);
  });
});

describe('a mute', () => {
  it('lifts when it gets worse than it was, and holds again when it is no worse', async () => {
    await broken(scene.stack.bucket.throttle());
    const throttled = await withMutes(mute({ check: REACH }));
    expect(checkOf(throttled, REACH), tell(throttled)).toMatchObject({ fault: 'BucketThrottled', muted: true });
    await mend();

    await broken(scene.stack.bucket.remove());
    const missing = await scene.run();
    expect(checkOf(missing, REACH), tell(missing)).toMatchObject({ state: 'fail', fault: 'BucketMissing' });
    expect(checkOf(missing, REACH).muted).toBeUndefined();
    expect(conditionOf(missing, 'Upgradeable')).toBe('False/BucketMissing');
    expect(missing.rootCauses?.map(({ check }) => check)).toContain(REACH);
    await mend();
    await scene.run();

    await broken(scene.stack.bucket.throttle());
    expect(checkOf(await scene.run(), REACH)).toMatchObject({ fault: 'BucketThrottled', muted: true });
  });

  it.each<[string, () => MuteSpec, string]>([
    ['matches nothing', () => mute({ check: 'circuit-storage/helth' }), 'circuit-storage/helth matches nothing here'],
    ['ends too late', () => mute({ check: STORAGE }, inDays(31)), 'ends more than 30 days ahead and is ignored'],
  ])('that %s is a warning', async (_, of, words) => {
    const status = await withMutes(of());
    expect(checkOf(status, 'alerts/mutes')).toMatchObject({ state: 'warn', fault: 'MuteUnmatched' });
    expect(checkOf(status, 'alerts/mutes').message).toContain(words);
    expect(status.verdict).toBe('Warning');
    // A typing error must not stop an upgrade, nor hide what it meant to hide.
    expect(conditionOf(status, 'Upgradeable')).toMatch(/^True\//);
  });

  it.each<[string, object]>([
    ['end', { check: STORAGE, reason: 'r', by: 'b' }],
    ['reason', { check: STORAGE, until: inDays(1), by: 'b' }],
    ['author', { check: STORAGE, until: inDays(1), reason: 'r' }],
    ['check or fault', { until: inDays(1), reason: 'r', by: 'b' }],
  ])('without %s is refused by the API server', async (_, incomplete) => {
    await expect(scene.edit({ mutes: [incomplete] })).rejects.toThrow(/mutes/);
  });

  it('of both a check and a fault is refused by the API server', async () => {
    await expect(scene.edit({ mutes: [{ ...mute({ check: STORAGE }), fault: 'HealthDown' }] })).rejects.toThrow(
      /give exactly one of check and fault/,
    );
  });
});

describe('a maintenance window', () => {
  /** One that opened ten minutes ago. */
  const open = (): MuteSpec => {
    const start = new Date(Date.now() - 600_000);
    const schedule = `${start.getUTCMinutes()} ${start.getUTCHours()} * * *`;
    return { schedule, timeZone: 'Etc/UTC', duration: '1h', reason: 'patch night', by: 'storage team' };
  };

  it('pages nobody, is shown with its end, and opens no gate', async () => {
    await withMutes(open());
    await broken(scene.stack.service('circuit-storage').status503());
    const status = await scene.run();
    const muted = { state: 'fail', muted: true, mutedAs: { window: true } };
    expect(checkOf(status, STORAGE), tell(status)).toMatchObject(muted);
    expect(conditionOf(status, 'Healthy')).toMatch(/^True\//);
    expect(conditionOf(status, 'Upgradeable')).toBe('False/HealthDown');
    // Of what its watch has told it, and gathered once a second.
    await expect.poll(() => scene.fetch('/metrics')).toMatch(/recognize_health_report_muted\{.*by="window"\} [1-9]/);
    const { out } = await cli('status', 'recognize');
    expect(out.replaceAll(/\s+/g, ' ')).toMatch(
      /A window of everything \(patch night; storage team\) is open until .*Z, for .* more\. The next one is from /,
    );
    const gate = await cli('gate', 'recognize', '--no-refresh', '--max-age', '1h');
    expect(gate.code, gate.out).toBe(3);
    expect(gate.out.replaceAll(/\s+/g, ' ')).toMatch(/A maintenance window silences .* until .*; it opens no gate\./);
  });

  it('of another form is refused by the API server, with what is wrong', async () => {
    const refused: readonly (readonly [object, RegExp])[] = [
      [{ schedule: '0 30 2 * * *' }, /schedule is a cron line of five fields/],
      [{ until: inDays(1) }, /give exactly one of until and schedule/],
      [{ timeZone: undefined }, /schedule, timeZone and duration go together/],
      [{ duration: '48h' }, /must be between 1m and 24h/],
    ];
    for (const [change, why] of refused)
      await expect(scene.edit({ mutes: [{ ...open(), ...change }] })).rejects.toThrow(why);
  });

  it('that cannot be is a warning, and mutes nothing', async () => {
    const status = await withMutes({ ...open(), timeZone: 'Mars/Olympus' });
    expect(checkOf(status, 'alerts/mutes'), tell(status)).toMatchObject({ result: 'warn', fault: 'MuteUnmatched' });
    expect(checkOf(status, 'alerts/mutes').message).toContain(
      'its time zone "Mars/Olympus" is not in the IANA database',
    );
  });
});

describe('muted and suppressed', () => {
  it('a muted root cause keeps explaining its symptoms, which are told of in its place nowhere', async () => {
    await withMutes(mute({ check: DATABASE }));
    const before = await notes();
    await broken(scene.stack.database.stop());
    const status = await scene.runUntil(
      ({ checks }) => checks?.some((check) => check.suppressedBy !== undefined) === true,
    );
    expect(checkOf(status, DATABASE), tell(status)).toMatchObject({ state: 'fail', muted: true });
    const symptoms = (status.checks ?? []).filter(({ suppressedBy }) => suppressedBy === DATABASE);
    expect(symptoms.length).toBeGreaterThan(0);
    // The symptoms fail, and without their cause nobody could say why: it stays the root cause, muted as it is.
    expect(status.rootCauses?.map(({ check }) => check)).toContain(DATABASE);
    expect(conditionOf(status, 'Upgradeable')).toMatch(/^False\//);
    const told = [...(await notes(before)).values()];
    expect(told.filter((note) => note.includes(`${DATABASE}:`))).toEqual([]);
    expect(told.filter((note) => symptoms.some(({ id }) => note.includes(` ${id}:`)))).toEqual([]);
  });

  it('a symptom may be muted too, and is both', async () => {
    await withMutes(mute({ check: 'node-persistence/health' }));
    await broken(scene.stack.database.stop());
    const status = await scene.runUntil(
      ({ checks }) => checks?.some(({ id, muted }) => id === 'node-persistence/health' && muted === true) === true,
    );
    expect(checkOf(status, 'node-persistence/health'), tell(status)).toMatchObject({
      state: 'fail',
      muted: true,
      suppressedBy: DATABASE,
    });
    expect(status.rootCauses?.map(({ check }) => check)).toContain(DATABASE);
  });
});

describe('an invalid signature', () => {
  const SIGNATURE = 'alerts/auth-vault/signature';

  it('is latched until a mute acknowledges it, and a later one latches again under the same mute', async () => {
    const { running } = scene.stack.service('auth-vault');
    const quieten = (): void => running.restart({ at: new Date(Date.now() - UP_SINCE_MS) });
    running.log('signature-invalid');
    const first = await scene.run();
    expect(checkOf(first, SIGNATURE), tell(first)).toMatchObject({ state: 'fail', fault: 'SignatureInvalid' });
    quieten();
    const latched = await scene.run();
    expect(checkOf(latched, SIGNATURE)).toMatchObject({ result: 'pass', state: 'fail' });
    expect(checkOf(latched, SIGNATURE).latchedSince).toBeDefined();

    const acknowledged = await withMutes(mute({ check: SIGNATURE }, inDays(2)));
    expect(checkOf(acknowledged, SIGNATURE), tell(acknowledged)).toMatchObject({ state: 'pass' });
    expect(checkOf(acknowledged, SIGNATURE).latchedSince).toBeUndefined();
    expect(acknowledged.verdict).toBe('Healthy');

    running.log('signature-invalid');
    const again = await scene.run();
    expect(checkOf(again, SIGNATURE), tell(again)).toMatchObject({ state: 'fail', fault: 'SignatureInvalid' });
    expect(checkOf(again, SIGNATURE).muted).toBeUndefined();
    expect(again.verdict).toBe('Failing');
    quieten();
    expect(checkOf(await scene.run(), SIGNATURE).state).toBe('fail');
    // Another end is another mute: it acknowledges what came since.
    expect(checkOf(await withMutes(mute({ check: SIGNATURE }, inDays(3))), SIGNATURE).state).toBe('pass');
  });
});

describe('the end of a mute', () => {
  /** The operator's clock, which the test moves on. */
  let aheadMs = 0;
  const clock: Clock = { ...systemClock, now: () => new Date(Date.now() + aheadMs) };
  const HEALTH = 'core-daemon/health';

  it('is kept to the minute: then the check counts again, blocks, and is told of', async () => {
    const arena = await startArena({ clock });
    try {
      let token = 0;
      const run = async (): Promise<HealthReportStatus> => {
        token += 1;
        await arena.request('prod', String(token));
        const seen = await until(
          'the run',
          () => arena.status('prod'),
          (status) => status?.lastHandledRequest === String(token),
        );
        return seen!;
      };
      const mutes = [mute({ check: HEALTH }, inDays(0.5))];
      const waive = ['Databases', 'Buckets', 'Keys'];
      await arena.admin.create(arena.report('prod', { interval: '1h', mutes, upgrade: { waive } }));
      await arena.start();
      arena.service.mood = 'down';

      expect(checkOf(await run(), HEALTH)).toMatchObject({ state: 'fail', muted: true });
      aheadMs += 0.5 * DAY_MS - 60_000;
      const late = await run();
      expect(checkOf(late, HEALTH)).toMatchObject({ muted: true });
      expect(conditionOf(late, 'CoreDaemonHealthy')).toBe('Unknown/Muted');
      expect((await arena.events()).filter((note) => note.startsWith('HealthDown'))).toEqual([]);
      aheadMs += 120_000;
      const over = await run();
      expect(checkOf(over, HEALTH).muted).toBeUndefined();
      expect(conditionOf(over, 'Upgradeable')).toBe('False/HealthDown');
      expect(over.verdict).toBe('Failing');
      await until(
        'the Event',
        () => arena.events(),
        (notes) => notes.some((note) => note.startsWith(`HealthDown: ${HEALTH}`)),
      );
    } finally {
      await arena.close();
    }
  });
});
