// What the tests of the gate play on: the stack, the operator on it, and a pipeline with the rights of the gate's role
// and nothing more.
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { gateOverrideRole, gateRole } from '../../../tools/packaging/roles.ts';
import type { AnyObject } from '../../stack/admin.ts';
import { startStack, type OwnStack, type StackOptions } from '../../stack/stack.ts';
import { startOperator, type RunningOperator } from '../faults/operator.ts';
import { command, type CommandResult } from './command.ts';

export interface GateScene {
  readonly stack: OwnStack;
  /** A kubeconfig for a user; made when new, without rights. */
  kubeconfigOf(user: string): Promise<string>;
  /** Lets the pipeline record a --skip or --override. */
  allowOverride(): Promise<void>;
  /** `gate` as the pipeline, in the stack's namespace. */
  gate(...argv: readonly string[]): Promise<CommandResult>;
  /** `check -f` of a text, as the administrator. */
  check(text: string, ...argv: readonly string[]): Promise<CommandResult>;
  /** Creates a report that covers the stack, with changes to its spec. What comes back removes it. */
  create(name: string, changes?: Record<string, unknown>): Promise<() => Promise<void>>;
  /** The report anew with the spec and status of one that was kept, if it has a status; nobody has asked it for a run. */
  place(kept: AnyObject): Promise<void>;
  /** The report as it is stored. */
  stored(name: string): Promise<AnyObject>;
  remove(name: string): Promise<void>;
  stopOperator(): Promise<void>;
  close(): Promise<void>;
}

export const REPORT = { apiVersion: 'recognize.health/v1alpha1', kind: 'HealthReport' } as const;

/** What `gate -o json` says, as far as tests look. */
export interface Said {
  readonly exitCode: number;
  readonly problem?: string;
  readonly reports: readonly {
    readonly name: string;
    readonly exitCode: number;
    readonly reason: string;
    readonly message: string;
    readonly request?: string;
    readonly blockers: readonly { readonly check: string; readonly fault?: string }[];
    readonly skipped: readonly { readonly check: string }[];
    readonly muted: readonly { readonly check: string }[];
  }[];
}

export const said = ({ out }: CommandResult): Said => JSON.parse(out) as Said;

/** Starts it, without a report. */
export async function startGateScene(options: Omit<StackOptions, 'cluster'> = {}): Promise<GateScene> {
  const stack = await startStack({ replicas: { 'core-daemon': 2 }, ...options, cluster: 'switched' });
  const binding = (role: object, user: string): object => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: `${user}-${(role as AnyObject).metadata.name}`, namespace: stack.namespace },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'ClusterRole',
      name: (role as AnyObject).metadata.name,
    },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  });
  const folder = dirname(stack.kubeconfig.adminFile);
  const kubeconfigOf = async (user: string): Promise<string> => {
    const path = join(folder, `${user}.yaml`);
    await writeFile(path, stack.server.kubeconfig(user), { mode: 0o600 });
    return path;
  };
  await stack.put([gateRole(), gateOverrideRole(), binding(gateRole(), 'pipeline')]);
  const pipeline = await kubeconfigOf('pipeline');
  let operator: RunningOperator | undefined = await startOperator(stack.kubeconfig.operatorFile);
  const named = (name: string): AnyObject => ({ ...REPORT, metadata: { name, namespace: stack.namespace } });
  const remove = (name: string): Promise<void> => stack.admin.remove(named(name));
  const stopOperator = async (): Promise<void> => {
    await operator?.stop();
    operator = undefined;
  };
  let files = 0;

  return {
    stack,
    kubeconfigOf,
    allowOverride: () => stack.put([binding(gateOverrideRole(), 'pipeline')]),
    gate: (...argv) => command('gate', '--kubeconfig', pipeline, '-n', stack.namespace, ...argv),
    check: async (text, ...argv) => {
      const path = join(folder, `check-${String((files += 1))}.yaml`);
      await writeFile(path, text, { mode: 0o600 });
      return command('check', '-f', path, '--kubeconfig', stack.kubeconfig.adminFile, ...argv);
    },
    create: async (name, changes) => {
      await stack.admin.create(stack.report(name, changes));
      return () => remove(name);
    },
    place: async ({ metadata: { name }, spec, status }) => {
      await remove(name);
      await stack.admin.create({ ...named(name), spec });
      if (status !== undefined) await stack.admin.setStatus(named(name), status as object);
    },
    stored: async (name) => {
      const stored = await stack.admin.get(named(name));
      if (stored === undefined) throw new Error(`There is no report ${name}.`);
      return stored;
    },
    remove,
    stopOperator,
    close: async () => {
      stack.server.faults.clear();
      await stopOperator();
      await stack.stop();
    },
  };
}

/** A report as a file holds it. */
export function fileOf(...reports: readonly object[]): string {
  return reports.map((report) => stringify(report, { aliasDuplicateObjects: false })).join('---\n');
}
