// A maintenance window from judgement to gate: it silences alerts until it closes, and excuses nothing.
import { describe, expect, it } from 'vitest';
import { availabilityOf } from '../../../src/api/history.ts';
import type { MuteSpec } from '../../../src/api/health-report.ts';
import { decideGate } from '../../../src/gate/decide.ts';
import { snapshotReport } from '../../../src/gate/snapshot.ts';
import { countedStatus, summarise } from '../../../src/operator/summary.ts';
import { checkIn, conditionIn, finding, minutes, report, run, type Ran } from './fixtures.ts';

const DOWN = { 'database/node-persistence/connect': 'DatabaseMissing' } as const;
const CONNECT = 'database/node-persistence/connect';
const THRESHOLDS = { failure: 1, success: 1 };

/** Runs begin at 10:00 UTC, in the half hour of the window. */
const open = (what: Partial<MuteSpec> = {}): MuteSpec => ({
  schedule: '45 9 * * *',
  timeZone: 'Etc/UTC',
  duration: '30m',
  reason: 'patch night',
  by: 'us',
  ...what,
});
const CLOSES = '2026-11-23T10:15:00Z';

const ran = (faults: Parameters<typeof run>[0], mute: MuteSpec = open(), minute = 0, previous?: Ran): Ran =>
  report(run(faults), previous?.status, { mutes: [mute], thresholds: THRESHOLDS, now: minutes(minute) });

const decide = ({ status }: Ran, minute = 0): ReturnType<typeof decideGate> =>
  decideGate({
    status,
    generation: 1,
    suspended: false,
    waive: [],
    asked: undefined,
    maxAgeMs: undefined,
    failOn: 'fail',
    skips: [],
    now: minutes(minute),
  });

describe('an open window', () => {
  it.each([
    ['everything', {}],
    ['a fault', { fault: 'DatabaseMissing' }],
    ['a check', { check: CONNECT }],
  ])('over %s silences what it is about, and leaves it visible', (_, what) => {
    const seen = ran(DOWN, open(what));
    expect(checkIn(seen, CONNECT)).toMatchObject({
      state: 'fail',
      muted: true,
      mutedAs: { until: CLOSES, window: true },
    });
    expect(seen.status.verdict).toBe('Healthy');
    expect(conditionIn(seen, 'Healthy').message).toContain(`Muted: ${CONNECT}`);
    const { named } = summarise(
      [{ namespace: 'a', name: 'b', suspended: false, status: countedStatus(seen.status) }],
      minutes(0),
    );
    expect(named[0]).toMatchObject({ failing: [], muted: { mute: 0, window: 1 } });
  });

  it('opens no gate: what it silences blocks, and the gate says why nobody was paged', () => {
    const seen = ran(DOWN);
    expect(conditionIn(seen, 'Upgradeable')).toMatchObject({ status: 'False', reason: 'DatabaseMissing' });
    const decision = decide(seen);
    expect(decision).toMatchObject({ exitCode: 3, reason: 'Blocked', muted: [] });
    expect(decision.blockers.map(({ check }) => check)).toEqual([CONNECT]);
    expect(decision.message).toContain(`A maintenance window silences a finding until ${CLOSES}; it opens no gate.`);
  });

  it('opens no gate for a question without an answer either', () => {
    expect(decide(ran({ [CONNECT]: 'CheckerNotAuthorized' })).exitCode).toBe(5);
  });

  it('changes nothing for a gate over what is well', () => {
    expect(decide(ran({}))).toMatchObject({ exitCode: 0, reason: 'Upgradeable' });
  });

  it('leaves a mute with an end what it was: that one excuses', () => {
    const mutes = [open(), { check: CONNECT, until: '2026-11-24T00:00:00Z', reason: 'x', by: 'y' }];
    const seen = report(run(DOWN), undefined, { mutes, thresholds: THRESHOLDS });
    expect(checkIn(seen, CONNECT).mutedAs?.window).toBeUndefined();
    expect(decide(seen).exitCode).toBe(0);
  });

  it('stays silent when it gets worse, and speaks when it closes', () => {
    const first = ran({ 'database/circuit-storage/connections': 'DatabaseConnectionsHigh' });
    const worse = ran(DOWN, open(), 5, first);
    expect(checkIn(worse, CONNECT).muted).toBe(true);
    const after = ran(DOWN, open(), 15, worse);
    expect(checkIn(after, CONNECT).muted).toBeUndefined();
    expect(after.status.verdict).toBe('Failing');
  });

  it('is kept in no snapshot as an excuse', () => {
    const seen = ran(DOWN);
    const kept = snapshotReport({ namespace: 'a', name: 'b', uid: 'c' }, seen.status, decide(seen), minutes(0));
    expect(kept?.checks.find(({ id }) => id === CONNECT)).toMatchObject({ state: 'fail' });
    expect(kept?.checks.some(({ muted }) => muted)).toBe(false);
  });

  it('measures as ever: what fails in it was down', () => {
    const first = ran(DOWN);
    const next = ran(DOWN, open(), 1, first);
    const told = (component: string): unknown => availabilityOf(next.status.history!, component, '1h');
    expect(told('all')).toMatchObject({ up: 0, down: 60 });
    expect(told('database')).toMatchObject({ up: 0, down: 60 });
    expect(told('core-daemon')).toMatchObject({ up: 60, down: 0 });
  });

  it('is no healthy run to compare with', () => {
    const watched = [{ id: 'image/core-daemon', is: 'a:1' }];
    const of = (faults: Parameters<typeof run>[0]): unknown =>
      report(run(faults), undefined, { mutes: [open()], thresholds: THRESHOLDS, report: { watched } }).status
        .lastHealthy;
    expect(of(DOWN)).toBeUndefined();
    expect(of({})).toBeDefined();
  });

  it('acknowledges no invalid signature', () => {
    const signature = (answer: 'pass' | 'SignatureInvalid', minute: number, previous?: Ran): Ran =>
      report([...run(), finding('auth-vault/signature', answer)], previous?.status, {
        mutes: [open()],
        now: minutes(minute),
      });
    const again = signature('pass', 1, signature('SignatureInvalid', 0));
    expect(checkIn(again, 'auth-vault/signature')).toMatchObject({ state: 'fail', muted: true });
  });
});

describe('a window that does nothing', () => {
  it.each([
    [
      'of a check that is not there',
      { check: 'core-daemon/helth' },
      'The mute of core-daemon/helth matches nothing here.',
    ],
    [
      'with a line that is none',
      { schedule: '99 9 * * *' },
      'The mute of everything is ignored: its schedule "99 9 * * *" cannot be read: Invalid value for minute: 99.',
    ],
  ])('%s is told', (_, what, message) => {
    const seen = ran({}, open(what));
    expect(checkIn(seen, 'alerts/mutes')).toMatchObject({ fault: 'MuteUnmatched', message });
  });

  it('is none of a fault that does not happen, nor of one that is closed', () => {
    for (const mute of [open({ fault: 'DatabaseMissing' }), open({ schedule: '0 20 * * *' })])
      expect(ran({}, mute).status.checks?.some(({ id }) => id === 'alerts/mutes')).toBe(false);
  });
});
