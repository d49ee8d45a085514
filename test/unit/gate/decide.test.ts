// Every situation of a report and the exit code that it leads to. Only a good report of now is 0.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../../src/api/exit-codes.ts';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { decideGate, type GateInput } from '../../../src/gate/decide.ts';
import { type Asked, answers } from '../../../src/gate/request.ts';
import { stalledStatus, suspendedStatus } from '../../../src/report/index.ts';
import { finding, minutes, report, run, runs, START } from '../judge/fixtures.ts';

const NOW = new Date(START.getTime() + 30_000);
const until = '2026-11-24T00:00:00Z';

function decide(status: HealthReportStatus | undefined, more: Partial<GateInput> = {}): ReturnType<typeof decideGate> {
  return decideGate({
    status,
    generation: 1,
    suspended: false,
    waive: [],
    asked: undefined,
    maxAgeMs: 120_000,
    failOn: 'fail',
    skips: [],
    now: NOW,
    ...more,
  });
}

const asked = (more: Partial<Asked> = {}): Asked => ({
  token: 'mine',
  before: undefined,
  ...more,
});

const good = report(run()).status;
const failing = report(run({ 'database/node-persistence/connect': 'DatabaseMissing' })).status;
const warning = report(run({ 'database/circuit-storage/connections': 'DatabaseConnectionsHigh' })).status;
const of = (series: readonly Parameters<typeof run>[0][], more = {}): HealthReportStatus => {
  const last = runs(series.map(run), { now: START, ...more }).at(-1);
  if (last === undefined) throw new Error('no run');
  return last.status;
};
const REFUSED = { 'database/node-persistence/connect': 'DatabaseMissing' } as const;
const DENIED = { 'database/node-persistence/connect': 'CheckerNotAuthorized' } as const;

const SITUATIONS: readonly (readonly [string, HealthReportStatus | undefined, Partial<GateInput>, number])[] = [
  ['everything passes', good, {}, EXIT.pass],
  ['a warning', warning, {}, EXIT.pass],
  ['a warning, and warnings count', warning, { failOn: 'warn' }, EXIT.warn],
  ['everything passes, and warnings count', good, { failOn: 'warn' }, EXIT.pass],
  ['a failure', failing, {}, EXIT.fail],
  ['the first failing run of three that the thresholds ask for', of([{}, REFUSED]), {}, EXIT.fail],
  ['a failure after an answer that is missing', of([{}, DENIED, REFUSED]), {}, EXIT.fail],
  ['a missing answer after a failure', of([{}, REFUSED, DENIED]), {}, EXIT.unknown],
  ['a failure that one good run has not yet cleared', of([REFUSED, {}]), {}, EXIT.unknown],
  ['a required question without an answer', of([DENIED]), {}, EXIT.unknown],
  [
    'a failure that another one explains',
    report(run({ ...REFUSED, 'node-persistence/health': 'HealthDown' })).status,
    {},
    EXIT.fail,
  ],
  ['no status', undefined, {}, EXIT.unknown],
  [
    'the status that the schema defaults to',
    { observedGeneration: -1, verdict: 'Unknown', conditions: [] },
    {},
    EXIT.unknown,
  ],
  ['an older generation', good, { generation: 2 }, EXIT.unknown],
  [
    'an older generation, while a run was asked for',
    { ...good, lastHandledRequest: 'mine' },
    { generation: 2, asked: asked() },
    EXIT.timeout,
  ],
  ['past its freshUntil', good, { now: minutes(11), maxAgeMs: undefined }, EXIT.unknown],
  [
    'past its freshUntil, while a run was asked for',
    good,
    { now: minutes(11), asked: asked({ before: good.lastRunTime }) },
    EXIT.unknown,
  ],
  ['older than --max-age', good, { now: minutes(3) }, EXIT.unknown],
  ['a run in the future of the API server', good, { now: minutes(-1) }, EXIT.unknown],
  ['an API server that gives no time', good, { now: undefined }, EXIT.unknown],
  ['suspended', good, { suspended: true }, EXIT.unknown],
  ['suspended, as the status says', suspendedStatus({ previous: good, generation: 1, now: START }), {}, EXIT.unknown],
  [
    'a spec that cannot be used',
    stalledStatus({ previous: good, generation: 1, now: START }, 'SpecInvalid', 'no'),
    {},
    EXIT.unknown,
  ],
  ['a run that was asked for and has not ended', good, { asked: asked({ before: good.lastRunTime }) }, EXIT.timeout],
  ['a run that answers the request', { ...good, lastHandledRequest: 'mine' }, { asked: asked() }, EXIT.pass],
  ['nothing but services examined', report([finding('core-daemon/health', 'pass')]).status, {}, EXIT.unknown],
  [
    'nothing but services examined, and the rest waived',
    report([finding('core-daemon/health', 'pass')], undefined, { waive: ['Databases', 'Buckets', 'Keys'] }).status,
    { waive: ['Databases', 'Buckets', 'Keys'] },
    EXIT.pass,
  ],
  ['nothing examined at all', report([]).status, { waive: ['Databases', 'Buckets', 'Keys'] }, EXIT.unknown],
  ['--skip of the only blocker', failing, { skips: ['database/node-persistence/connect'] }, EXIT.pass],
  [
    '--skip of one blocker of two',
    report(run({ ...REFUSED, 'key-management/jwt/state': 'KmsKeyDisabled' })).status,
    { skips: ['database/node-persistence/connect'] },
    EXIT.fail,
  ],
  ['--skip of what is not there', failing, { skips: ['database/other/connect'] }, EXIT.fail],
  ['--skip of what passes', failing, { skips: ['core-daemon/health'] }, EXIT.fail],
  [
    '--skip on a status whose conclusion is not that of its checks',
    { ...stalledStatus({ previous: failing, generation: 1, now: START }, 'SpecInvalid', 'no') },
    { skips: ['database/node-persistence/connect'] },
    EXIT.unknown,
  ],
  [
    'a muted blocker',
    report(run(REFUSED), undefined, {
      mutes: [{ check: 'database/node-persistence/connect', until, reason: 'known', by: 'ops' }],
    }).status,
    {},
    EXIT.pass,
  ],
  [
    'a muted blocker whose mute has ended since',
    report(run(REFUSED), undefined, {
      mutes: [
        { check: 'database/node-persistence/connect', until: '2026-11-23T10:00:10Z', reason: 'known', by: 'ops' },
      ],
    }).status,
    {},
    EXIT.fail,
  ],
  ['good checks under a condition that says no', { ...good, conditions: failing.conditions }, {}, EXIT.fail],
  ['failing checks under conditions that say yes', { ...failing, conditions: good.conditions }, {}, EXIT.fail],
  [
    '--skip of the only blocker, under a condition that never spoke of it',
    { ...failing, conditions: good.conditions },
    { skips: ['database/node-persistence/connect'] },
    EXIT.unknown,
  ],
  ['no conditions', { ...good, conditions: [] }, {}, EXIT.unknown],
  [
    'no checks, though some are counted',
    { ...good, checks: [] },
    { waive: ['Databases', 'Buckets', 'Keys'] },
    EXIT.unknown,
  ],
  [
    'findings left out to stay small',
    { ...good, truncated: 1, counts: { pass: 10, warn: 0, fail: 1, error: 0, skip: 0, muted: 0 } },
    {},
    EXIT.unknown,
  ],
  ['good checks left out to stay small', { ...good, truncated: 1, checks: good.checks?.slice(1) ?? [] }, {}, EXIT.pass],
  [
    'a question without an answer that is not required',
    report([...run(), finding('platform/version', 'CheckerNotAuthorized', { required: false })]).status,
    {},
    EXIT.pass,
  ],
];

describe('the gate', () => {
  it.each(SITUATIONS)('decides: %s', (_, status, more, exitCode) => {
    expect(decide(status, more).exitCode).toBe(exitCode);
  });

  it('names what blocks with the words of the guide, worst first', () => {
    const status = report(run({ ...REFUSED, 'core-daemon/health': 'HealthDown', 'alerts/x': 'pass' })).status;
    const [first, ...others] = decide(status).blockers;
    expect(first).toMatchObject({
      check: 'database/node-persistence/connect',
      fault: 'DatabaseMissing',
      citation: { nextSteps: 'Look there.' },
    });
    expect(others.map(({ check }) => check)).toEqual(['core-daemon/health']);
  });

  it('never tells a blocker as a warning too', () => {
    const { blockers, warnings } = decide(
      report(run({ ...REFUSED, 'database/circuit-storage/connections': 'DatabaseConnectionsHigh' })).status,
    );
    expect(blockers.map(({ check }) => check)).toEqual(['database/node-persistence/connect']);
    expect(warnings.map(({ check }) => check)).toEqual(['database/circuit-storage/connections']);
  });

  describe('of a finding that an upgrade check judges too', () => {
    const health = 'database/circuit-storage/activity';
    const upgrade = `upgrade/${health}`;
    const both = (
      code: 'UpgradeTransactionOpen' | 'DatabasePasswordExpiring' | 'pass',
      more = {},
    ): HealthReportStatus =>
      report(
        [
          ...run({ [health]: 'DatabaseTransactionLong' }),
          finding(upgrade, code, { targetId: 'database/circuit-storage' }),
        ],
        undefined,
        more,
      ).status;
    const told = (status: HealthReportStatus, more: Partial<GateInput> = {}): readonly (readonly string[])[] => {
      const { blockers, warnings } = decide(status, more);
      return [blockers, warnings].map((list) => list.map(({ check }) => check));
    };

    it('tells it once: what blocks is no warning besides', () => {
      expect(told(both('UpgradeTransactionOpen'))).toEqual([[upgrade], []]);
      expect(decide(both('UpgradeTransactionOpen')).exitCode).toBe(EXIT.fail);
    });

    it('tells a warning of both once, and counts it', () => {
      expect(told(both('DatabasePasswordExpiring'))).toEqual([[], [upgrade]]);
      expect(decide(both('DatabasePasswordExpiring'), { failOn: 'warn' }).exitCode).toBe(EXIT.warn);
    });

    it("tells health's own where the upgrade check has nothing to say, is skipped, or is muted", () => {
      expect(told(both('pass'))).toEqual([[], [health]]);
      expect(told(both('UpgradeTransactionOpen'), { skips: [upgrade] })).toEqual([[], [health]]);
      const mutes = [{ check: upgrade, until, reason: 'known', by: 'ops' }];
      expect(told(both('UpgradeTransactionOpen', { mutes }))).toEqual([[], [health]]);
    });
  });

  it('shows what a mute silences', () => {
    const mutes = [{ fault: 'DatabaseMissing', until, reason: 'known', by: 'ops' }] as const;
    expect(decide(report(run(REFUSED), undefined, { mutes }).status).muted).toMatchObject([
      { check: 'database/node-persistence/connect', result: 'fail' },
    ]);
  });

  it('waits for a confirmation only where somebody waits', () => {
    const status = { ...of([REFUSED, {}]), lastHandledRequest: 'mine' };
    expect(decide(status, { asked: asked() })).toMatchObject({ reason: 'Confirming', waiting: true });
    expect(decide(status)).toMatchObject({ reason: 'Confirming', waiting: false });
  });

  it('never passes when time goes on without a run', () => {
    fc.assert(
      fc.property(fc.integer({ min: 121, max: 1_000_000 }), (seconds) => {
        const now = new Date(START.getTime() + seconds * 1_000);
        expect(decide(good, { now }).exitCode).toBe(EXIT.unknown);
      }),
    );
  });

  it('never passes with a raw failure that is neither muted nor skipped, whatever came before', () => {
    const answer = fc.constantFrom({}, REFUSED, DENIED);
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 6 }), (series) => {
        expect(decide(of([...series, REFUSED])).exitCode).toBe(EXIT.fail);
        expect(decide(of([...series, DENIED])).exitCode).not.toBe(EXIT.pass);
      }),
    );
  });
});

describe('the answer to a request', () => {
  const at = (iso: string, more: Partial<HealthReportStatus> = {}): HealthReportStatus => ({
    ...good,
    lastRunTime: iso,
    ...more,
  });

  it.each([
    ['its own token', at('2026-11-23T09:00:00Z', { lastHandledRequest: 'mine' }), {}, true],
    ['another token', at('2026-11-23T09:00:00Z', { lastHandledRequest: 'theirs' }), {}, false],
    ['a run that began later, of which no token says why', at('2026-11-23T10:00:01Z'), {}, false],
    [
      'a token beside a run that was known when it asked',
      at('2026-11-23T10:00:01Z', { lastHandledRequest: 'mine' }),
      { before: '2026-11-23T10:00:01Z' },
      false,
    ],
    ['a token without a run', { ...good, lastRunTime: undefined, lastHandledRequest: 'mine' }, {}, false],
    [
      'a token of which ours is more than the status echoes',
      at('2026-11-23T09:00:00Z', { lastHandledRequest: 'x'.repeat(256) }),
      { token: 'x'.repeat(300) },
      false,
    ],
  ])('is %s: %#', (_, status, more, expected) => {
    expect(answers(status, asked(more))).toBe(expected);
  });
});

describe('what a pass was believed on', () => {
  it('names one good answer for each service and backend, the strongest that there is', () => {
    const { exitCode, evidence } = decide(good);
    expect(exitCode).toBe(EXIT.pass);
    expect(evidence.map(({ target, check }) => [target, check])).toEqual([
      ['auth-vault', 'auth-vault/health'],
      ['circuit-storage', 'circuit-storage/health'],
      ['core-daemon', 'core-daemon/health'],
      ['database/circuit-storage', 'database/circuit-storage/connect'],
      ['database/node-persistence', 'database/node-persistence/connect'],
      ['key-management/jwt', 'key-management/jwt/state'],
      ['node-persistence', 'node-persistence/health'],
      ['object-storage/circuits', 'object-storage/circuits/list'],
      ['operations-service', 'operations-service/health'],
    ]);
  });

  it('names nothing for what failed', () => {
    expect(decide(failing).evidence.map(({ target }) => target)).not.toContain('database/node-persistence');
  });
});

describe('a required service whose health nobody could read', () => {
  const status = report(run({ 'auth-vault/health': 'HealthNotReadable' })).status;

  it('keeps the gate shut, and is named', () => {
    const decision = decide(status);
    expect([decision.exitCode, decision.reason]).toEqual([EXIT.unknown, 'NotExamined']);
    expect(decision.notExamined.join(' ')).toContain('auth-vault: nothing said how healthy it is');
  });

  it('is no obstacle once the spec says that nobody needs it', () => {
    const optional = run().map((one) =>
      one.id === 'auth-vault/health' ? finding(one.id, 'HealthNotReadable', { required: false }) : one,
    );
    expect(decide(report(optional).status).exitCode).toBe(EXIT.pass);
  });
});

it('shows why the credentials of a database were not judged: a word of ours behind their name is no secret', () => {
  const unjudged = finding('upgrade/database/circuit-storage/credentials', 'NotAsked');
  const { notExamined } = decide(report([...run(), unjudged]).status);
  expect(notExamined.filter((line) => line.includes('credentials'))).toEqual([
    expect.stringMatching(/credentials: Saw /),
  ]);
});

describe('a platform that the vendor did not test', () => {
  const status = report([...run(), finding('platform/version', 'PlatformOutsideTested')]).status;

  it.each(['fail', 'warn'] as const)('is told and never counted (--fail-on %s)', (failOn) => {
    const { exitCode, warnings, notes } = decide(status, { failOn });
    expect(exitCode).toBe(EXIT.pass);
    expect(warnings).toEqual([]);
    expect(notes.map(({ check }) => check)).toEqual(['platform/version']);
  });
});
