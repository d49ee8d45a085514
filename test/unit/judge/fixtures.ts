// Findings, entries and runs for the tests of judge and report: short to write, complete in shape.
import { COMPONENTS, isService, type Component } from '../../../src/api/components.ts';
import type { FaultCode } from '../../../src/api/faults.ts';
import { healthReportStatus, type HealthReportStatus } from '../../../src/api/health-report.ts';
import { found, pass, vouching, type Finding } from '../../../src/facts/answer.ts';
import type { Entry } from '../../../src/guide/entry.ts';
import { judge, type Judgement, type JudgeInput } from '../../../src/judge/index.ts';
import { CONSOLIDATED } from '../../../src/product/consolidated.ts';
import { dependencyEdges, type Edge } from '../../../src/product/dependencies.ts';
import { SPLIT } from '../../../src/product/split.ts';
import { writeReport, type ReportInput } from '../../../src/report/index.ts';
import { literal } from '../../../src/runtime/safe-text.ts';

export const START = new Date('2026-11-23T10:00:00Z');
export const minutes = (n: number): Date => new Date(START.getTime() + n * 60_000);

/** `core-daemon/health` with `pass` or a fault. The component is the id's first part, the target what precedes the question. */
export function finding(id: string, answer: 'pass' | FaultCode, more: Partial<Finding> = {}): Finding {
  const parts = id.split('/');
  const component = parts[0] as Component;
  if (!COMPONENTS.includes(component)) throw new Error(`no component in ${id}`);
  const targetId = isService(component) ? component : parts.slice(0, -1).join('/') || component;
  return {
    id,
    component,
    targetId,
    required: true,
    feeds: component === 'upgrade' ? 'Upgradeable' : 'Healthy',
    answer:
      answer === 'pass'
        ? // As Spring Boot answers when it shows its parts.
          vouching(pass(literal('Good.')), id.endsWith('/health') ? ['database'] : [])
        : found({ code: answer, detail: literal(`Saw ${answer}.`) }),
    ...more,
  };
}

export function cite(component: Component, fault: FaultCode): Entry {
  return {
    id: `OPS-${fault.toUpperCase().slice(0, 20)}`,
    section: 'ours',
    title: fault,
    cause: `The cause of ${fault} in ${component}`,
    nextSteps: 'Look there.',
    anchor: '',
    source: 'ours',
    claims: [],
    signatures: [],
  };
}

const target = (id: string): { id: string; component: Component; usedBy: [] } => ({
  id,
  component: id.split('/')[0] as Component,
  usedBy: [],
});

export const SPLIT_EDGES: readonly Edge[] = dependencyEdges(
  SPLIT,
  [
    'core-daemon',
    'operations-service',
    'node-persistence',
    'circuit-storage',
    'auth-vault',
    'database/node-persistence',
    'database/circuit-storage',
    'object-storage/circuits',
    'key-management/jwt',
  ].map(target),
);

export const CONSOLIDATED_EDGES: readonly Edge[] = dependencyEdges(
  CONSOLIDATED,
  [...CONSOLIDATED.services, 'database/main', 'object-storage/circuits', 'key-management/jwt'].map(target),
);

/** Everything good: each backend and the services that the rules speak of. */
export const ALL_GOOD: Readonly<Record<string, 'pass'>> = {
  'core-daemon/health': 'pass',
  'operations-service/health': 'pass',
  'node-persistence/workload': 'pass',
  'node-persistence/health': 'pass',
  'circuit-storage/health': 'pass',
  'auth-vault/health': 'pass',
  'database/node-persistence/connect': 'pass',
  'database/circuit-storage/connect': 'pass',
  'object-storage/circuits/list': 'pass',
  'key-management/jwt/state': 'pass',
};

/** One run's answers: everything good but what is named. */
export function run(faults: Readonly<Record<string, 'pass' | FaultCode>> = {}): readonly Finding[] {
  return Object.entries({ ...ALL_GOOD, ...faults }).map(([id, answer]) => finding(id, answer));
}

export function judgeOnce(findings: readonly Finding[], more: Partial<JudgeInput> = {}): Judgement {
  return judge({
    findings,
    previous: undefined,
    thresholds: { failure: 3, success: 2 },
    edges: SPLIT_EDGES,
    servers: new Map(),
    mutes: [],
    waive: [],
    cite,
    now: START,
    ...more,
  });
}

export interface Ran {
  readonly judgement: Judgement;
  readonly status: HealthReportStatus;
}

/** One run with its report. */
export function report(
  findings: readonly Finding[],
  previous?: HealthReportStatus,
  more: Partial<JudgeInput> & { readonly report?: Partial<ReportInput> } = {},
): Ran {
  const { report: about, ...rest } = more;
  const judgement = judgeOnce(findings, { previous, ...rest });
  const status = writeReport({
    judgement,
    previous,
    generation: 1,
    startedAt: rest.now ?? START,
    intervalMs: 60_000,
    timeoutMs: 10_000,
    topology: 'Split',
    inventory: [],
    guide: { version: 'test', url: 'https://guide.example/' },
    waive: rest.waive ?? [],
    ...about,
  });
  return { judgement, status };
}

/** Runs one after the other, a minute apart, each through JSON and the schema as the API server would hand it back. */
export function runs(
  series: readonly (readonly Finding[])[],
  more: Partial<JudgeInput> = {},
  from: { readonly status?: HealthReportStatus; readonly at?: number } = {},
): readonly Ran[] {
  let previous = from.status;
  return series.map((findings, i) => {
    const ran = report(findings, previous, { now: minutes((from.at ?? 0) + i), ...more });
    previous = healthReportStatus.parse(JSON.parse(JSON.stringify(ran.status)));
    return ran;
  });
}

export function checkIn(ran: Ran | undefined, id: string): NonNullable<HealthReportStatus['checks']>[number] {
  const check = ran?.status.checks?.find((one) => one.id === id);
  if (check === undefined) throw new Error(`no check ${id}`);
  return check;
}

export function conditionIn(ran: Ran | undefined, type: string): HealthReportStatus['conditions'][number] {
  const condition = ran?.status.conditions.find((one) => one.type === type);
  if (condition === undefined) throw new Error(`no condition ${type}`);
  return condition;
}
