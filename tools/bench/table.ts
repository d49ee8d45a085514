// What was asked of the operator's costs at the beginning, what was seen then, and what was reached: `npm run bench --
// table`. The figures of now are the last recorded ones; the measurement that a row names takes them again.
import type { MEASUREMENTS } from './measurements.ts';

interface Row {
  readonly what: string;
  readonly aim: string;
  /** Before any of it was mended. */
  readonly before: string;
  readonly now: string;
  /** The day on which that was recorded. */
  readonly on: string;
  readonly isReached: boolean;
  /** What measures it, with its options. */
  readonly by: keyof typeof MEASUREMENTS;
  readonly options?: string;
}

const ROWS: readonly Row[] = [
  {
    what: '1,000 large reports each minute',
    aim: 'an hour, 192 MiB, no run late by more than 5 s, one core',
    before: 'heap exhausted after 103 s',
    now: '169 MiB for an hour, 174 at the highest, +2 in its last third; half of the runs came, up to 239 s late, beside test suites',
    on: '2026-11-29',
    isReached: false,
    by: 'large-fleet',
    options: '--real --minutes 60',
  },
  {
    what: '500 large reports each minute',
    aim: '128 MiB, 20 % of a core',
    before: '148 MiB, 56 %, 2.9 s late on average',
    now: '142 MiB; CPU not measured',
    on: '2026-11-28',
    isReached: false,
    by: 'large-fleet',
    options: '--minutes 10 --reports 500',
  },
  {
    what: 'CPU of a run of 62 checks, 10 pods (now 75 checks)',
    aim: '20 ms, whatever else lies in the namespace',
    before: '64 ms; 200 with 250 pods in the namespace',
    now: '11.0 ms computed, 16.0 with the flags of the image, load 7; HTTP comes on top',
    on: '2026-11-29',
    isReached: true,
    by: 'run-computes',
  },
  {
    what: 'calls to the API server in a run',
    aim: '12 in the steady state',
    before: '29',
    now: '11.0',
    on: '2026-11-29',
    isReached: true,
    by: 'run-cost',
  },
  {
    what: 'four reports in a namespace of 4,000 pods',
    aim: '160 MiB',
    before: '197 MiB for one; four ended the process',
    now: '99.7 MiB',
    on: '2026-11-28',
    isReached: true,
    by: 'large-namespace',
  },
  {
    what: 'log matching against `grep -F`',
    aim: '1× on plain, JSON and mixed',
    before: '0.60× to 0.85×',
    now: '0.94×, 0.72×, 0.80×, load 4.5',
    on: '2026-11-28',
    isReached: false,
    by: 'log-matching',
  },
  {
    what: 'HTTP probes for each CPU-second against blackbox_exporter',
    aim: '5×',
    before: '2.5× to 3.3×',
    now: '3.2×',
    on: '2026-11-25',
    isReached: false,
    by: 'http-probes',
  },
  {
    what: 'memory of one report of 119 checks (now 115)',
    aim: '64 MiB with Node 20, 72 with Node 24',
    before: '84, 98',
    now: '83, 98',
    on: '2026-11-25',
    isReached: false,
    by: 'one-report-memory',
  },
  {
    what: 'start to the first probe',
    aim: '200 ms',
    before: '331 ms',
    now: '288 ms at best, 331 in the median',
    on: '2026-11-25',
    isReached: false,
    by: 'first-probe',
  },
  {
    what: 'a run over its slowest probe',
    aim: '+20 ms',
    before: '+40 ms',
    now: '+32 ms at best, +40 in the median',
    on: '2026-11-25',
    isReached: false,
    by: 'run-overhead',
  },
];

/** The table as lines of Markdown, each measurement with the words that start it. */
export function tableLines(): readonly string[] {
  return [
    `| what | aim | before | last recorded | on | reached | measured by |`,
    '|---|---|---|---|---|---|---|',
    ...ROWS.map(
      ({ what, aim, before, now, on, isReached, by, options }) =>
        `| ${what} | ${aim} | ${before} | ${now} | ${on} | ${isReached ? 'yes' : 'no'} | \`npm run bench -- ${options === undefined ? '' : `${options} `}${by}\` |`,
    ),
  ];
}
