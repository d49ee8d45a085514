// The chart's rules under Prometheus' own promtool: alerts fire, do not fire and resolve, and recordings have their values.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRICS } from '../../../src/operator/metrics.ts';
import { findPromtool } from '../../stack/promtool.ts';
import { ofKind, render } from './render.ts';

interface Rule {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Recording {
  readonly record: string;
  readonly expr: string;
}

interface Groups {
  groups: { rules: (Rule | Recording)[] }[];
}

const promtool = findPromtool();
const missing = 'missing' in promtool ? promtool.missing : '';
if (missing !== '') console.warn(`The alerts are not run: ${missing}.`);

const rendered = await render({ prometheusRule: { enabled: true } });
const spec = ofKind(rendered, 'PrometheusRule')['spec'] as Groups;
const all = spec.groups.flatMap((group) => group.rules);
const rules = all.filter((rule) => 'alert' in rule);
const recordings = all.filter((rule) => 'record' in rule);

/** Series as two replicas serve them: what the leader says, the standby says too. */
function series(metric: { readonly name: string }, labels: string, values: string): object[] {
  return ['a', 'b'].map((instance) => ({
    series: `${metric.name}{${[labels, `instance="${instance}"`].filter((part) => part !== '').join(',')}}`,
    values,
  }));
}

const PROD = 'report_namespace="recognize",report="prod"';
const TEST = 'report_namespace="recognize-test",report="test"';
const ALIVE = [...series(METRICS.verdicts, 'verdict="Healthy"', '1x60'), ...series(METRICS.unnamed, '', '0x60')];
const LEADS = [
  { series: `${METRICS.leader.name}{instance="a"}`, values: '1x60' },
  { series: `${METRICS.leader.name}{instance="b"}`, values: '0x60' },
];

interface Story {
  readonly what: string;
  readonly alert: string;
  readonly input: readonly object[];
  /** At this minute, these alerts: each with the labels beyond the rule's own. */
  readonly at: readonly (readonly [minute: number, firing: readonly Readonly<Record<string, string>>[]])[];
}

const prod = { report_namespace: 'recognize', report: 'prod' };
const test = { report_namespace: 'recognize-test', report: 'test' };

const OF_THE_GUIDE = [
  ['RecognizeErrorRateHigh', 'REC-AL-001'],
  ['RecognizeServiceNotStarting', 'REC-AL-002'],
  ['RecognizeSignatureInvalid', 'REC-AL-003'],
] as const;

const failing = (of: string, fault: string, impact: string, values: string): object[] =>
  series(METRICS.reportFailing, `${of},component="database",fault="${fault}",impact="${impact}"`, values);
const GONE = { component: 'database', fault: 'DatabaseUnreachable' };

const STORIES: readonly Story[] = [
  {
    what: 'pages for each part that fails, by its fault, not for a moment, and resolves',
    alert: 'RecognizeFailing',
    input: [
      ...ALIVE,
      ...failing(PROD, 'DatabaseUnreachable', 'critical', '_x2 1x10 _x20'),
      ...failing(TEST, 'DatabaseMissing', 'high', '_x25 1x10'),
      ...failing(TEST, 'DatabaseClosed', 'medium', '1x30'),
    ],
    at: [
      [2, []],
      [5, [{ ...prod, ...GONE }]],
      [20, []],
      [29, [{ ...test, component: 'database', fault: 'DatabaseMissing' }]],
    ],
  },
  {
    what: 'pages for failing reports that have no series of their own',
    alert: 'RecognizeFailing',
    input: [...series(METRICS.verdicts, 'verdict="Failing"', '1x20'), ...series(METRICS.unnamed, '', '200x20')],
    at: [[5, [{}]]],
  },
  {
    what: 'warns of what matters less, and of nothing that pages',
    alert: 'RecognizeDegraded',
    input: [
      ...ALIVE,
      ...failing(PROD, 'DatabaseUnreachable', 'medium', '1x20'),
      ...failing(TEST, 'DatabaseUnreachable', 'critical', '1x20'),
    ],
    at: [
      [3, []],
      [8, [{ ...prod, ...GONE }]],
    ],
  },
  ...OF_THE_GUIDE.flatMap(([alert, entry]): Story[] => {
    const finding = (of: string, values: string): object[] =>
      series(METRICS.reportFindings, `${of},entry="${entry}"`, values);
    return [
      {
        what: 'fires once for a report that cites its entry, at once, and resolves when it no longer does',
        alert,
        input: [
          ...ALIVE,
          ...finding(PROD, '_x4 1x5 _x20'),
          ...series(METRICS.findings, `entry="${entry}"`, '_x4 1x5 _x20'),
        ],
        at: [
          [3, []],
          [6, [prod]],
          [30, []],
        ],
      },
      {
        what: 'names each report',
        alert,
        input: [...ALIVE, ...finding(PROD, '1x20'), ...finding(TEST, '2x20')],
        at: [[5, [prod, test]]],
      },
      {
        what: 'does not fire for another entry',
        alert,
        input: [...ALIVE, ...series(METRICS.reportFindings, `${PROD},entry="REC-NP-002"`, '1x20')],
        at: [[5, []]],
      },
      {
        what: 'fires for reports that have no series of their own',
        alert,
        input: [
          ...series(METRICS.verdicts, 'verdict="Failing"', '1200x20'),
          ...series(METRICS.unnamed, '', '200x20'),
          ...series(METRICS.findings, `entry="${entry}"`, '1x20'),
        ],
        at: [[5, [{}]]],
      },
    ];
  }),
  {
    what: 'fires after five minutes, for the report that is stale, and resolves with its next run',
    alert: 'RecognizeHealthReportsStale',
    input: [
      ...ALIVE,
      ...series(METRICS.reportStale, PROD, '0x2 1x20 0x20'),
      ...series(METRICS.reportStale, TEST, '0x60'),
      ...series(METRICS.stale, '', '0x2 1x20 0x20'),
    ],
    at: [
      [2, []],
      [6, []],
      [10, [prod]],
      [30, []],
    ],
  },
  {
    what: 'does not fire for a report that was late for a moment',
    alert: 'RecognizeHealthReportsStale',
    input: [...ALIVE, ...series(METRICS.reportStale, PROD, '0x2 1x2 0x40')],
    at: [
      [4, []],
      [10, []],
    ],
  },
  {
    what: 'does not fire for a run that waited for a moment',
    alert: 'RecognizeHealthRunsWait',
    input: [...ALIVE, ...series(METRICS.waiting, '', '0x2 300x3 0x50')],
    at: [
      [5, []],
      [10, []],
    ],
  },
  {
    what: 'fires when a run waits for minutes, and resolves when it had its turn',
    alert: 'RecognizeHealthRunsWait',
    input: [...ALIVE, ...series(METRICS.waiting, '', '0x2 300x20 0x30')],
    at: [
      [5, []],
      [12, [{}]],
      [40, []],
    ],
  },
  {
    what: 'does not fire while one replica works',
    alert: 'RecognizeHealthLeaderless',
    input: [...ALIVE, ...LEADS],
    at: [[20, []]],
  },
  {
    what: 'fires when every replica stands by for five minutes, and resolves when one works',
    alert: 'RecognizeHealthLeaderless',
    input: [...ALIVE, ...series(METRICS.leader, '', '1x2 0x10 1x20')],
    at: [
      [4, []],
      [10, [{}]],
      [20, []],
    ],
  },
  {
    what: 'fires for the shard that nobody leads while the others work',
    alert: 'RecognizeHealthLeaderless',
    input: [
      ...ALIVE,
      { series: `${METRICS.leader.name}{instance="a",shard="1/2"}`, values: '1x60' },
      { series: `${METRICS.leader.name}{instance="b",shard="1/2"}`, values: '0x60' },
      ...series(METRICS.leader, 'shard="2/2"', '0x10 1x50'),
    ],
    at: [
      [4, []],
      [8, [{ shard: '2/2' }]],
      [20, []],
    ],
  },
  {
    what: 'does not fire while somebody examines',
    alert: 'RecognizeHealthAbsent',
    input: ALIVE,
    at: [[30, []]],
  },
  {
    what: 'fires when nobody was scraped for ten minutes, and resolves',
    alert: 'RecognizeHealthAbsent',
    input: series(METRICS.verdicts, 'verdict="Healthy"', '1x2 _x30 1x20'),
    at: [
      [3, []],
      [25, [{}]],
      [40, []],
    ],
  },
];

const SHARE = 'report_window_state:recognize_health_availability:ratio';
const OF_KNOWN = 'report_window:recognize_health_up_of_known:ratio';

/** Half an hour of one window: seconds of each state, and then the report is stale. */
function history(of: string, up: number, down: number, unknown: number): readonly object[] {
  return Object.entries({ up, down, unknown }).flatMap(([state, seconds]) =>
    series(METRICS.availability, `${of},window="1h",state="${state}"`, `${seconds}x9 stale`),
  );
}
const HISTORY = history(PROD, 1_800, 900, 900);

describe('promtool', () => {
  it.runIf(process.env['CI'] === 'true')('is there', () => {
    expect(missing).toBe('');
  });
});

describe.skipIf(missing !== '')('the alerts', () => {
  let folder: string;
  const run = (...argv: readonly string[]): { readonly status: number | null; readonly said: string } => {
    const path = 'path' in promtool ? promtool.path : '';
    const { status, stdout, stderr } = spawnSync(path, argv, { cwd: folder, encoding: 'utf8', timeout: 60_000 });
    return { status, said: stdout + stderr };
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'recognize-health-rules-'));
    writeFileSync(join(folder, 'rules.yaml'), stringify(spec));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The outcome of a story: promtool's words when it did not come true. */
  function play({ alert, input, at }: Story): string {
    const rule = rules.find((one) => one.alert === alert);
    if (rule === undefined) throw new Error(`The chart has no alert ${alert}.`);
    const tests = {
      rule_files: ['rules.yaml'],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: input,
          alert_rule_test: at.map(([minute, firing]) => ({
            eval_time: `${minute}m`,
            alertname: alert,
            exp_alerts: firing.map((labels) => ({
              exp_labels: { ...rule.labels, ...labels },
              exp_annotations: rule.annotations,
            })),
          })),
        },
      ],
    };
    writeFileSync(join(folder, 'tests.yaml'), stringify(tests, { aliasDuplicateObjects: false }));
    const { status, said } = run('test', 'rules', 'tests.yaml');
    return status === 0 ? '' : said;
  }

  it('are rules', () => {
    const { status, said } = run('check', 'rules', 'rules.yaml');
    expect(status, said).toBe(0);
    expect(said).toContain(`${all.length} rules found`);
  });

  it('have a story each', () => {
    expect([...new Set(STORIES.map(({ alert }) => alert))].sort()).toEqual(rules.map(({ alert }) => alert).sort());
  });

  it.each(STORIES.map((story) => [story.alert, story.what, story] as const))('%s %s', (_alert, _what, story) => {
    expect(play(story)).toBe('');
  });

  /** Samples of a recording at a minute: promtool's words when they are others. */
  function recorded(
    record: string,
    minute: number,
    samples: readonly (readonly [labels: string, value: number])[],
    input: readonly object[] = HISTORY,
  ): string {
    const exp_samples = samples.map(([labels, value]) => ({ labels: `${record}{${labels}}`, value }));
    const promql_expr_test = [{ expr: record, eval_time: `${minute}m`, exp_samples }];
    const tests = {
      rule_files: ['rules.yaml'],
      evaluation_interval: '1m',
      tests: [{ interval: '1m', input_series: input, promql_expr_test }],
    };
    writeFileSync(join(folder, 'tests.yaml'), stringify(tests, { aliasDuplicateObjects: false }));
    const { status, said } = run('test', 'rules', 'tests.yaml');
    return status === 0 ? '' : said;
  }

  it('record the share of each state, of two replicas once, and nothing of a report that is stale', () => {
    const of = (state: string): string => `${PROD},window="1h",state="${state}"`;
    const shares = [
      [of('up'), 0.5],
      [of('down'), 0.25],
      [of('unknown'), 0.25],
    ] as const;
    expect(recorded(SHARE, 4, shares)).toBe('');
    expect(recorded(SHARE, 15, [])).toBe('');
  });

  it('record what was up of what was seen, and nothing where nothing was seen', () => {
    expect(recorded(OF_KNOWN, 4, [[`${PROD},window="1h"`, 2 / 3]])).toBe('');
    expect(recorded(OF_KNOWN, 4, [], history(PROD, 0, 0, 3_600))).toBe('');
    expect(recorded(OF_KNOWN, 4, [[`${PROD},window="1h"`, 0]], history(PROD, 0, 60, 3_540))).toBe('');
  });

  it('record what has a story, and a value that is not so is found', () => {
    expect(recordings.map(({ record }) => record).sort()).toEqual([OF_KNOWN, SHARE].sort());
    expect(recorded(OF_KNOWN, 4, [[`${PROD},window="1h"`, 1]])).toContain('FAILED');
  });

  it('are judged by a promtool that finds a story that is not true', () => {
    const [first] = STORIES;
    expect(play({ ...first!, at: [[3, [prod]]] })).toContain('FAILED');
  });
});
