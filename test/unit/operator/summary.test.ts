// What the metrics say about all reports together.
import { describe, expect, it } from 'vitest';
import { FAULTS } from '../../../src/api/faults.ts';
import { healthReportStatus, type HealthReportStatus } from '../../../src/api/health-report.ts';
import { createMetrics, METRICS } from '../../../src/operator/metrics.ts';
import { countedStatus, MOST_FAILING, MOST_NAMED, summarise } from '../../../src/operator/summary.ts';

const NOW = new Date('2026-01-02T03:00:00Z');
const FRESH = '2026-01-02T03:05:00Z';
const OLD = '2026-01-02T02:59:59Z';

const NAMED = { namespace: 'recognize', name: 'prod' };

const status = (of: object): HealthReportStatus => healthReportStatus.parse({ freshUntil: FRESH, ...of });

const check = (of: object = {}): object => ({
  id: 'alerts/signature',
  component: 'alerts',
  result: 'fail',
  state: 'fail',
  streak: 0,
  since: OLD,
  message: 'seen',
  citations: [{ id: 'REC-AL-003', basis: 'Log' }],
  ...of,
});

const summary = (given: HealthReportStatus | undefined, suspended = false): ReturnType<typeof summarise> =>
  summarise([{ ...NAMED, suspended, status: given && countedStatus(given) }], NOW);

describe('the summary', () => {
  it('counts each verdict, and a report without a status as Unknown', () => {
    const reports = [status({ verdict: 'Healthy' }), status({ verdict: 'Failing' }), undefined];
    expect(
      summarise(
        reports.map((one) => ({ ...NAMED, suspended: false, status: one })),
        NOW,
      ).verdicts,
    ).toEqual({
      Healthy: 1,
      Warning: 0,
      Failing: 1,
      Unknown: 1,
    });
  });

  it.each([
    { what: 'in time', given: status({ freshUntil: FRESH }), stale: 0 },
    { what: 'past its time', given: status({ freshUntil: OLD }), stale: 1 },
    { what: 'suspended', given: status({ freshUntil: OLD }), suspended: true, stale: 0 },
    { what: 'never written', given: undefined, stale: 0 },
  ])('counts $stale stale reports when one is $what', ({ given, suspended, stale }) => {
    expect(summary(given, suspended).stale).toBe(stale);
  });

  it.each([
    { what: 'fails', of: {}, counted: true },
    { what: 'warns', of: { state: 'warn', result: 'warn' }, counted: true },
    { what: 'passes', of: { state: 'pass', result: 'pass' }, counted: false },
    { what: 'could not be evaluated', of: { state: 'error', result: 'error' }, counted: false },
    { what: 'is muted', of: { muted: true }, counted: false },
    { what: 'is a symptom', of: { suppressedBy: 'database/x/connect' }, counted: false },
    { what: 'cites nothing', of: { citations: [] }, counted: false },
  ])('counts a check that $what as a finding: $counted', ({ of, counted }) => {
    expect([...summary(status({ checks: [check(of)] })).findings]).toEqual(counted ? [['REC-AL-003', 1]] : []);
  });

  it.each([
    { what: 'fails', of: {}, told: true },
    { what: 'only warns', of: { state: 'warn' }, told: false },
    { what: 'is not confirmed', of: { state: 'pass' }, told: false },
    { what: 'is muted', of: { muted: true }, told: false },
    { what: 'is a symptom', of: { suppressedBy: 'database/x/connect' }, told: false },
    { what: 'speaks of the upgrade alone', of: { component: 'upgrade' }, told: false },
    { what: 'has a fault that is none of ours', of: { fault: 'Splendid' }, told: false },
    { what: 'is of no component', of: { component: 'weather' }, told: false },
  ])('pages for a check that $what: $told', ({ of, told }) => {
    const failed = { component: 'database', fault: 'DatabaseUnreachable', severity: 'critical', ...of };
    const counted = countedStatus(status({ checks: [check(failed), check(failed)] }));
    const { named } = summarise([{ ...NAMED, suspended: false, status: counted }], NOW);
    expect(named[0]?.failing).toEqual(
      told ? [{ component: 'database', fault: 'DatabaseUnreachable', severity: 'critical', checks: 2 }] : [],
    );
  });

  it('pages for nothing of a report that is stale or suspended, and for the worst of one that has much', () => {
    const faults = Object.keys(FAULTS).slice(0, MOST_FAILING + 4);
    const checks = faults.map((fault, index) =>
      check({ component: 'database', fault, severity: index === faults.length - 1 ? 'critical' : 'low' }),
    );
    expect(summary(status({ checks, freshUntil: OLD })).named[0]?.failing).toEqual([]);
    expect(summary(status({ checks }), true).named[0]?.failing).toEqual([]);
    const failing = summary(status({ checks })).named[0]?.failing ?? [];
    expect([failing.length, failing[0]?.severity]).toEqual([MOST_FAILING, 'critical']);
  });

  it('counts no finding of an entry that the guide does not have: whoever wrote it, it becomes no label', () => {
    const made = status({ checks: [check({ citations: [{ id: 'REC-XX-999', basis: 'Log' }] })] });
    expect([...summary(made).findings]).toEqual([]);
  });

  it('tells of each report its conditions, its last run and its findings', () => {
    const condition = { reason: 'X', message: 'x', lastTransitionTime: OLD };
    const given = status({
      lastRunTime: '2026-01-02T02:00:00Z',
      freshUntil: OLD,
      checks: [check()],
      conditions: [
        { type: 'Ready', status: 'True', ...condition },
        { type: 'Healthy', status: 'False', ...condition },
        { type: 'CoreDaemonHealthy', status: 'False', ...condition },
      ],
    });
    expect(summary(given).named).toEqual([
      {
        ...NAMED,
        conditions: new Map([
          ['Ready', 'True'],
          ['Healthy', 'False'],
          ['Upgradeable', 'Unknown'],
        ]),
        stale: true,
        lastRun: Date.parse('2026-01-02T02:00:00Z') / 1_000,
        findings: new Map([['REC-AL-003', 1]]),
        failing: [],
        availability: {},
        muted: { mute: 0, window: 0 },
      },
    ]);
  });

  it('tells how available the installation was, of a report that is current alone', async () => {
    const history = {
      until: OLD,
      components: [{ component: 'all', up: '300*6;1800;1800', down: '0*6,300*3;900;900' }],
    };
    const given = status({ history });
    expect(summary(given).named[0]?.availability).toMatchObject({
      '1h': { up: 1_800, down: 900, unknown: 900 },
      '24h': { up: 1_800, down: 900, unknown: 86_400 - 2_700 },
    });
    for (const silent of [summary(given, true), summary(status({ history, freshUntil: OLD })), summary(status({}))])
      expect(silent.named[0]?.availability).toEqual({});
    const metrics = createMetrics();
    metrics.setReports(summary(given));
    const name = METRICS.availability.name;
    const shown = `${name}{report_namespace="recognize",report="prod",window="1h",state="down"} 900`;
    expect(await metrics.text()).toContain(shown);
    // A report that has become stale has no series any more.
    metrics.setReports(summary(status({ history, freshUntil: OLD })));
    expect(await metrics.text()).not.toContain(`${name}{`);
  });

  it('tells who works by the shard, where there are several', async () => {
    const metrics = createMetrics({ index: 2, of: 5 });
    expect(await metrics.text()).toContain(`${METRICS.leader.name}{shard="2/5"} 0`);
    metrics.setLeading(true);
    expect(await metrics.text()).toContain(`${METRICS.leader.name}{shard="2/5"} 1`);
    expect(await createMetrics().text()).toContain(`${METRICS.leader.name} 0`);
  });

  it('tells of a bounded number of reports, and counts the others', () => {
    const reports = Array.from({ length: MOST_NAMED + 7 }, (_, index) => ({
      namespace: 'recognize',
      name: `report-${index}`,
      suspended: false,
      status: status({ verdict: 'Failing', checks: [check()] }),
    }));
    const all = summarise(reports, NOW);
    expect([all.named.length, all.unnamed]).toEqual([MOST_NAMED, 7]);
    expect(all.verdicts.Failing).toBe(MOST_NAMED + 7);
    expect(all.findings.get('REC-AL-003')).toBe(MOST_NAMED + 7);
  });
});
