// One report as JUnit, Markdown and HTML tell it: what was seen, and what the gate decided about it.
import type { HealthReportStatus } from '../api/health-report.ts';
import type { GateAnswer } from '../gate/decision.ts';

export interface Told {
  readonly namespace: string;
  readonly name: string;
  /** Undefined when the report could not be read. */
  readonly status: HealthReportStatus | undefined;
  readonly gate: GateAnswer;
  /** How long the command took for it, in ms. */
  readonly durationMs: number;
  readonly failOn: 'fail' | 'warn';
}

/** `namespace/name`; a command that got as far as no report has neither. */
export function titleOf({ namespace, name }: Pick<Told, 'namespace' | 'name'>): string {
  return [namespace, name].filter((part) => part !== '').join('/');
}
