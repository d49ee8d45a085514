// Flux's health expressions, evaluated as Flux does: an older generation is in progress, then inProgress, failed and
// current in this order, and in progress when none holds (RFC 0009, runtime/cel/status_evaluator.go of fluxcd/pkg).
import { readFileSync } from 'node:fs';
import { Environment } from '@marcbachmann/cel-js';
import { parseAllDocuments } from 'yaml';
import { describe, expect, it } from 'vitest';
import { API_VERSION, KIND } from '../../../src/api/names.ts';
import { STATES, type ReportInState, type State } from './states.ts';

type Expressions = Readonly<Record<'apiVersion' | 'kind' | 'inProgress' | 'failed' | 'current', string>>;
interface Kustomization {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly dependsOn?: readonly { readonly name: string }[];
    readonly healthChecks?: readonly object[];
    readonly healthCheckExprs?: readonly Expressions[];
  };
}

const FILE = new URL('../../../manifests/gitops/flux/kustomization.yaml', import.meta.url);
const [gate, recognize] = parseAllDocuments(readFileSync(FILE, 'utf8')).map((one) => one.toJS() as Kustomization);
const [expressions] = gate?.spec.healthCheckExprs ?? [];

const environment = new Environment({ unlistedVariablesAreDyn: true });

function evaluate(report: ReportInState, which: 'inProgress' | 'failed' | 'current'): boolean {
  if (expressions === undefined) throw new Error('no expressions');
  const result: unknown = environment.parse(expressions[which])(
    JSON.parse(JSON.stringify(report)) as Record<string, unknown>,
  );
  if (typeof result !== 'boolean') throw new Error(`${which} is no boolean`);
  return result;
}

function statusOf(report: ReportInState): string {
  const { status, metadata } = report;
  if (status !== undefined && status.observedGeneration !== metadata.generation) return 'InProgress';
  try {
    if (evaluate(report, 'inProgress')) return 'InProgress';
    if (evaluate(report, 'failed')) return 'Failed';
    return evaluate(report, 'current') ? 'Current' : 'InProgress';
  } catch {
    // Flux waits until the timeout when an expression cannot be evaluated.
    return 'cannot be evaluated';
  }
}

const STATUS: Readonly<Record<State, string>> = {
  // Never met: the definition gives every report a status.
  'no status': 'cannot be evaluated',
  'the status that the definition defaults to': 'InProgress',
  'a first run under way': 'InProgress',
  'an old generation': 'InProgress',
  healthy: 'Current',
  warning: 'Current',
  failing: 'Failed',
  'a first bad run, not confirmed': 'Failed',
  'a first good run after bad ones': 'InProgress',
  'a question without an answer': 'InProgress',
  'no database, bucket or key examined': 'InProgress',
  'stale, as a live operator says': 'InProgress',
  // There is no clock in these expressions: this is why Flux alone is no gate.
  'of a dead operator, a day old': 'Current',
  suspended: 'InProgress',
  'stalled: a spec that cannot be used': 'Failed',
  'an outdated definition': 'InProgress',
};

describe("Flux's status of a report", () => {
  it.each(Object.entries(STATUS))('%s: %s', (state, status) => {
    expect(statusOf(STATES[state as State])).toBe(status);
  });

  it.each(Object.keys(STATES).filter((state) => state !== 'no status'))(
    'never both failed and current: %s',
    (state) => {
      const report = STATES[state as State];
      expect(evaluate(report, 'failed') && evaluate(report, 'current')).toBe(false);
    },
  );

  it('is asked of our kind, and Recognize waits for it', () => {
    expect(expressions).toMatchObject({ apiVersion: API_VERSION, kind: KIND });
    expect(gate?.spec.healthChecks).toEqual([
      { apiVersion: API_VERSION, kind: KIND, name: 'prod', namespace: 'recognize' },
    ]);
    expect(recognize?.spec.dependsOn).toEqual([{ name: gate?.metadata.name }]);
  });
});
