// check concludes from its own run what the gate concludes from the operator's.
import { describe, expect, it } from 'vitest';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { decideGate } from '../../../src/gate/decide.ts';
import { decideOwnRun, suggestedExit } from '../../../src/gate/own-run.ts';
import type { Waiver } from '../../../src/judge/upgradeable.ts';
import { stalledStatus } from '../../../src/report/index.ts';
import { finding, report, run, START } from '../judge/fixtures.ts';

const WAIVED: readonly Waiver[] = ['Databases', 'Buckets', 'Keys'];
const optional = finding('metrics-collector/health', 'HealthDown', { required: false });
const servicesOnly = [finding('core-daemon/health', 'pass')];
const until = '2026-11-24T00:00:00Z';
const mutes = [{ check: 'database/node-persistence/connect', until, reason: 'known', by: 'ops' }];
const REFUSED = { 'database/node-persistence/connect': 'DatabaseMissing' } as const;

describe('check', () => {
  it.each<readonly [string, HealthReportStatus, readonly Waiver[], 'fail' | 'warn', number, number]>([
    ['everything passes', report(run()).status, [], 'fail', 0, 0],
    ['a failure', report(run(REFUSED)).status, [], 'fail', 3, 3],
    ['a failure of what is not required', report([...run(), optional]).status, [], 'fail', 3, 0],
    ['a muted failure', report(run(REFUSED), undefined, { mutes }).status, [], 'fail', 0, 0],
    ['nothing but services', report(servicesOnly).status, [], 'fail', 5, 0],
    [
      'nothing but services, and the rest waived',
      report(servicesOnly, undefined, { waive: WAIVED }).status,
      WAIVED,
      'fail',
      0,
      0,
    ],
    ['nothing at all', report([]).status, WAIVED, 'fail', 5, 5],
    [
      'nothing that could be evaluated',
      stalledStatus({ previous: undefined, generation: 1, now: START }, 'SpecInvalid', 'no'),
      [],
      'fail',
      5,
      5,
    ],
    [
      'a warning',
      report(run({ 'database/circuit-storage/connections': 'DatabaseConnectionsHigh' })).status,
      [],
      'fail',
      0,
      0,
    ],
    [
      'a warning that counts',
      report(run({ 'database/circuit-storage/connections': 'DatabaseConnectionsHigh' })).status,
      [],
      'warn',
      4,
      4,
    ],
  ])('%s', (_, status, waive, failOn, code, suggested) => {
    expect(decideOwnRun(status, { waive, failOn }).exitCode).toBe(code);
    expect(suggestedExit(status.verdict, failOn)).toBe(suggested);
    const asked = {
      asked: undefined,
      maxAgeMs: undefined,
      skips: [],
      suspended: false,
      generation: 1,
      now: START,
    } as const;
    expect(decideGate({ ...asked, status, waive, failOn }).exitCode).toBe(code);
  });
});
