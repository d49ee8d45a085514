// Availability as it is told: by component, with Unknown named, and nothing that a spreadsheet would run.
import { describe, expect, it } from 'vitest';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { plain } from '../../../src/output/columns.ts';
import { availabilityStrip, HISTORY_FORMATS, percent } from '../../../src/output/history.ts';
import { report, run, START } from '../judge/fixtures.ts';

const at = (minute: number): Date => new Date(START.getTime() + minute * 60_000);
const first = report(run()).status;
const second = report(run(), first, { now: at(2) }).status;
const DOWN = { 'database/node-persistence/connect': 'DatabaseMissing' } as const;
const bad = report(run(DOWN), second, { now: at(4), thresholds: { failure: 1, success: 1 } }).status;
const after: HealthReportStatus = report(run(), bad, { now: at(5) }).status;
const reports = [{ namespace: 'recognize', name: 'prod', status: after }];

describe('availability', () => {
  it('is told in a line under the report, with what was down and what nobody knows', () => {
    expect(availabilityStrip(after, 100).join('\n')).toMatch(
      /Up\n {2}1h 6\.66% \(1\.66% down, 91\.66% unknown\); 24h 0\.27% /,
    );
    expect(availabilityStrip({ ...after, history: undefined }, 100)).toEqual([]);
  });

  it('is a table by component in any width', () => {
    const wide = HISTORY_FORMATS.table(reports, plain, 200);
    expect(wide).toMatch(/COMPONENT +1h +24h +7d +30d\n +all +6\.66%/);
    expect(wide).toMatch(/\n +auth-vault +8\.33% /);
    for (const line of HISTORY_FORMATS.table(reports, plain, 60).split('\n'))
      expect(line.length).toBeLessThanOrEqual(60);
    expect(HISTORY_FORMATS.table([{ namespace: 'a', name: 'b', status: first }], plain, 80)).toContain('b');
  });

  it('is CSV with a row for each component and window', () => {
    const rows = HISTORY_FORMATS.csv(reports).split('\r\n');
    expect(rows[0]).toBe('namespace,report,component,window,up_seconds,down_seconds,unknown_seconds');
    expect(rows).toContain('recognize,prod,all,1h,240,60,3300');
    expect(rows).toContain('recognize,prod,database,24h,240,60,86100');
    expect(HISTORY_FORMATS.csv([{ namespace: '=cmd()', name: 'a,"b', status: after }]).split('\r\n')[1]).toMatch(
      /^'=cmd\(\),"a,""b",all,/,
    );
  });

  it('is JSON with seconds that add up', () => {
    const said = JSON.parse(HISTORY_FORMATS.json(reports)) as {
      reports: {
        until: string;
        components: { component: string; windows: Record<string, { up: number; down: number; unknown: number }> }[];
      }[];
    };
    expect(said.reports[0]?.until).toBe('2026-11-23T10:05:00Z');
    expect(said.reports[0]?.components.find(({ component }) => component === 'all')?.windows['1h']).toEqual({
      up: 240,
      down: 60,
      unknown: 3_300,
    });
  });

  it('is never rounded up', () => {
    expect([percent(9_999_999, 10_000_000), percent(1, 10_000_000), percent(0, 1), percent(1, 1)]).toEqual([
      '99.99%',
      '<0.01%',
      '0%',
      '100%',
    ]);
  });
});
