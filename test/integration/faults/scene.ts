// What the fault matrix plays on: a stack, the operator on it, one report, and the way from "run now" to its status.
import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckStatus, HealthReportStatus } from '../../../src/api/health-report.ts';
import { REQUEST_ANNOTATION } from '../../../src/api/names.ts';
import type { AnyObject } from '../../stack/admin.ts';
import { startStack, type Stack, type StackOptions } from '../../stack/stack.ts';
import type { Undo } from '../../stack/switches/undo.ts';
import type { OperatorOptions } from '../../../src/operator/operator.ts';
import { startOperator, type RunningOperator } from './operator.ts';

export interface Scene {
  readonly stack: Stack;
  /** Creates a report that covers the stack, with changes to its spec, and waits for its first run. */
  create(name?: string, changes?: Record<string, unknown>): Promise<HealthReportStatus>;
  /** Changes the spec by a merge patch; the new generation starts a run. */
  edit(changes: object, name?: string): Promise<void>;
  remove(name?: string): Promise<void>;
  status(name?: string): Promise<HealthReportStatus>;
  /** Asks for a run and waits for the status that answers it. */
  run(name?: string): Promise<HealthReportStatus>;
  /** Runs until the status is as wanted; with the last status when it never is. */
  runUntil(wanted: (status: HealthReportStatus) => boolean, most?: number, name?: string): Promise<HealthReportStatus>;
  /** Asks for a run without waiting for it; the token that will be echoed. */
  request(name?: string): Promise<string>;
  /** Waits for a status, without asking for a run. */
  until(wanted: (status: HealthReportStatus) => boolean, name?: string): Promise<HealthReportStatus>;
  /** Breaks something, runs, hands the status to `look`, mends it, and runs until the report is Healthy again. */
  during(
    broken: Promise<Undo>,
    look: (status: HealthReportStatus) => void | Promise<void>,
    runs?: number,
  ): Promise<void>;
  events(): Promise<AnyObject[]>;
  stopOperator(): Promise<void>;
  startOperator(): Promise<void>;
  /** What the operator serves under this path. */
  fetch(path: string): Promise<string>;
  /** Everything that every operator of this scene logged. */
  log(): string;
  close(): Promise<void>;
}

const REPORT = { apiVersion: 'recognize.health/v1alpha1', kind: 'HealthReport' };
const NAME = 'recognize';
/** Longer than any run; a scene that waits this long has failed. */
const PATIENCE_MS = 60_000;
/** A scene asks for one run after the other, and judges no gate. */
const LEAST_GAP_MS = 50;
/** The services keep what they know of their database for a tenth of a second. */
const SETTLE_MS = 150;

/** Starts the stack and the operator on it. Routine runs are an hour apart, so every run is one that was asked for. */
export async function startScene(
  options: StackOptions = {},
  operatorOptions: Partial<OperatorOptions> = {},
): Promise<Scene> {
  const stack = await startStack(options);
  Object.assign(process.env, stack.ambient, { AWS_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true' });
  const logs: string[] = [];
  const start = (): Promise<RunningOperator> =>
    startOperator(stack.kubeconfig.operatorFile, stack.watched, { leastGapMs: LEAST_GAP_MS, ...operatorOptions });
  let operator: RunningOperator | undefined = await start();
  let token = 0;
  const at = (name: string): AnyObject => ({ ...REPORT, metadata: { name, namespace: stack.namespace } });

  const scene: Scene = {
    stack,
    async create(name = NAME, changes = {}) {
      await stack.admin.create(stack.report(name, { interval: '1h', ...changes }));
      return scene.until((status) => status.observedGeneration >= 1, name);
    },
    async edit(changes, name = NAME) {
      await stack.admin.patch(at(name), { spec: changes });
    },
    remove: (name = NAME) => stack.admin.remove(at(name)),
    async status(name = NAME) {
      const object = await stack.admin.get(at(name));
      if (object === undefined) throw new Error(`There is no HealthReport ${name}.`);
      return object['status'] as HealthReportStatus;
    },
    async run(name = NAME) {
      const asked = await scene.request(name);
      return scene.until((status) => status.lastHandledRequest === asked, name);
    },
    async runUntil(wanted, most = 5, name = NAME) {
      let status = await scene.run(name);
      for (let run = 1; run < most && !wanted(status); run++) status = await scene.run(name);
      return status;
    },
    async request(name = NAME) {
      token += 1;
      const value = `${new Date().toISOString()}#${token}`;
      await stack.admin.patch(at(name), { metadata: { annotations: { [REQUEST_ANNOTATION]: value } } });
      return value;
    },
    async until(wanted, name = NAME) {
      const end = performance.now() + PATIENCE_MS;
      for (;;) {
        const status = await scene.status(name);
        if (wanted(status)) return status;
        if (performance.now() > end)
          throw new Error(`The report never came to that: ${tell(status)}\n${scene.log().slice(-3000)}`);
        await sleep(20);
      }
    },
    async during(broken, look, runs = 1) {
      const mend = await broken;
      try {
        await sleep(SETTLE_MS);
        let status = await scene.run();
        for (let run = 1; run < runs; run++) status = await scene.run();
        await look(status);
      } finally {
        await mend();
      }
      await sleep(SETTLE_MS);
      // By time, not by runs: a health that did not answer is not asked again before its service has stopped waiting.
      const end = performance.now() + PATIENCE_MS;
      let after = await scene.run();
      while (after.verdict !== 'Healthy' && performance.now() < end) {
        await sleep(SETTLE_MS);
        after = await scene.run();
      }
      if (after.verdict !== 'Healthy') throw new Error(`The report does not recover: ${tell(after)}`);
    },
    events: () => stack.admin.list({ apiVersion: 'events.k8s.io/v1', kind: 'Event', namespace: stack.namespace }),
    async stopOperator() {
      const running = operator;
      operator = undefined;
      await running?.stop();
      if (running !== undefined) logs.push(running.log());
    },
    async startOperator() {
      operator = await start();
    },
    fetch: async (path) => (await fetch(`http://127.0.0.1:${operator?.port() ?? 0}${path}`)).text(),
    log: () => logs.join('') + (operator?.log() ?? ''),
    async close() {
      await scene.stopOperator();
      await stack.stop();
    },
  };
  return scene;
}

/** The check of this id. */
export function checkOf(status: HealthReportStatus, id: string): CheckStatus {
  const found = status.checks?.find((check) => check.id === id);
  if (found === undefined) throw new Error(`The report has no check ${id}: ${tell(status)}`);
  return found;
}

/** `False/DatabaseUnreachable` of a condition. */
export function conditionOf(status: HealthReportStatus, type: string): string {
  const found = status.conditions.find((condition) => condition.type === type);
  return found === undefined ? 'absent' : `${found.status}/${found.reason}`;
}

/** Verdict, root causes and everything that is not good, for the message of a test that fails. */
export function tell({ verdict, rootCauses, checks = [], conditions }: HealthReportStatus): string {
  const bad = checks.filter(({ result, state }) => result !== 'pass' || state !== 'pass');
  return [
    verdict,
    ...(rootCauses ?? []).map(
      ({ check, fault, affects }) => `root cause ${check} ${fault} explains ${String(affects)}`,
    ),
    ...bad.map(
      (check) =>
        `${check.id} ${check.result}/${check.state} ${check.fault ?? ''} ${check.suppressedBy ?? ''}: ${check.message ?? ''}`,
    ),
    ...conditions.map(({ type, status, reason, message }) => `${type} ${status} ${reason}: ${message.slice(0, 200)}`),
  ].join('\n  ');
}
