// Metrics in the Prometheus format. Labels are bounded: verdicts, results, kinds; never a name of a report or a text.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Verdict } from '../api/health-report.ts';

const VERDICTS: readonly Verdict[] = ['Healthy', 'Warning', 'Failing', 'Unknown'];

/** What a run came to, for the counter. */
export const RUN_RESULTS = ['examined', 'broke'] as const;
export type RunResult = (typeof RUN_RESULTS)[number];

export interface Metrics {
  runEnded(result: RunResult, seconds: number): void;
  /** How many reports have each verdict now. */
  setVerdicts(counts: Readonly<Record<Verdict, number>>): void;
  watchRestarted(): void;
  /** The exposition text. */
  text(): Promise<string>;
  readonly contentType: string;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const runs = new Counter({
    name: 'recognize_health_runs_total',
    help: 'Runs by what came of them.',
    labelNames: ['result'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'recognize_health_run_duration_seconds',
    help: 'Time from the start of a run to its end.',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  const verdicts = new Gauge({
    name: 'recognize_health_reports',
    help: 'Reports by verdict.',
    labelNames: ['verdict'],
    registers: [registry],
  });
  const restarts = new Counter({
    name: 'recognize_health_watch_restarts_total',
    help: 'Times that the watch of the reports had to be begun anew after a fault.',
    registers: [registry],
  });
  // A counter that is not there yet and one that is 0 mean different things to an alert.
  for (const result of RUN_RESULTS) runs.inc({ result }, 0);
  return {
    runEnded: (result, duration) => {
      runs.inc({ result });
      seconds.observe(duration);
    },
    setVerdicts: (counts) => {
      for (const verdict of VERDICTS) verdicts.set({ verdict }, counts[verdict]);
    },
    watchRestarted: () => restarts.inc(),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
