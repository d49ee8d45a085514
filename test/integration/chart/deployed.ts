// The operator as a Deployment in the stack's cluster runs it: the command of its pod, in the image, with the account
// and the Roles that were installed; as a user id from nowhere, with nowhere to write.
import { readdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { AnyObject, ClusterAccess } from '../../stack/admin.ts';
import { kubeconfigText } from '../../stack/apiserver/kubeconfig.ts';
import type { RecordedRequest } from '../../stack/apiserver/recorded.ts';
import { type helm, kubectl, type RunResult } from '../../stack/kubectl.ts';
import { startOperatorProcess, type OperatorProcess } from '../../stack/operator-process.ts';
import { rightsAreHeard } from '../../stack/rights-heard.ts';
import { startStack, type Stack, type StackOptions } from '../../stack/stack.ts';
import type { Image } from './image.ts';

/** As OpenShift gives them out: in no passwd file. Only root can start a process as another user. */
const USER_ID = process.getuid?.() === 0 ? 1_000_660_000 : undefined;

/** Node's own guard: reading files is allowed and nothing else is, neither writing nor another program. */
const READ_ONLY = [
  process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission',
  '--allow-fs-read=*',
];

interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface Deployed {
  readonly spec: {
    readonly replicas: number;
    readonly template: {
      readonly spec: {
        readonly containers: readonly { readonly command: string[]; readonly args: string[] }[];
        readonly serviceAccountName: string;
      };
    };
  };
}

/** A request that the API server has answered, as its record or its audit log has it. */
export type ApiRequest = Pick<
  RecordedRequest,
  'user' | 'verb' | 'group' | 'resource' | 'subresource' | 'name' | 'status'
>;

/** A cluster to install on, ours or a real one, and what a scenario needs to see and to cause there. */
export interface ReleaseCluster {
  readonly stack: Stack;
  readonly access: ClusterAccess;
  /** Every request so far. */
  requests(): readonly ApiRequest[];
  /** Runs until a status that the operator wrote was refused with 409, because somebody else was first. */
  losingAWrite(run: (attempt: number) => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a cluster on which nothing of ours is installed. */
export type StartReleaseCluster = (options?: Pick<StackOptions, 'openshift'>) => Promise<ReleaseCluster>;

/** What was installed, where and under which name. */
export interface Release extends ReleaseCluster {
  readonly image: Image;
  readonly namespace: string;
  /** Of the Deployment and of the ServiceAccount alike. */
  readonly name: string;
}

/** Every right that the operator is given gets used: ConfigMaps are read by name, where a pod template names one. */
export async function useEveryRight(stack: Stack): Promise<void> {
  await stack.service('circuit-storage').configure({ configMap: { SETTING: 'x' } });
}

/** Whether this is a write of the operator's status. */
export const isStatusWrite = ({ verb, resource, subresource }: Omit<ApiRequest, 'status'>): boolean =>
  verb === 'patch' && resource === 'healthreports' && subresource === 'status';

/** On our own server, which refuses one write when it is told to. */
export const startOnOurs: StartReleaseCluster = async (options = {}) => {
  const stack = await startStack({ ...options, definition: false, cluster: 'ours' });
  await useEveryRight(stack);
  const { url, caPem, adminToken: token, faults, requests } = stack.server;
  return {
    stack,
    access: { url, caPem, token },
    requests: () => requests,
    async losingAWrite(run) {
      faults.inject({ match: isStatusWrite, status: 409, times: 1 });
      await run(1);
    },
    async stop() {
      const { unknownPaths } = stack.server;
      await stack.stop();
      // A path that our server should know and does not.
      expect(unknownPaths).toEqual([]);
    },
  };
};

/** The cluster's name for the account that the operator runs as. */
export const userOf = ({ namespace, name }: Release): string => `system:serviceaccount:${namespace}:${name}`;

/** What helm or kubectl says, run by the administrator. Fails the test when the command does. */
export async function succeed(
  { stack }: Pick<Release, 'stack'>,
  command: typeof helm,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const result: RunResult = await command(args, {
    kubeconfig: stack.kubeconfig.admin,
    ...(input === undefined ? {} : { input }),
  });
  expect(result, `${args.join(' ')}: ${result.stderr}`).toMatchObject({ code: 0 });
  return result.stdout;
}

/** Starts one replica as the Deployment in the cluster says, but for the address that it listens at. */
export async function startAsDeployed(release: Release): Promise<OperatorProcess> {
  const { stack, image, namespace, name } = release;
  const text = await succeed(release, kubectl, ['-n', namespace, 'get', 'deployment', name, '-o', 'json']);
  const { spec } = JSON.parse(text) as Deployed;
  const [container] = spec.template.spec.containers;
  const [node, ...flags] = container!.command;
  expect([node, flags.pop()]).toEqual(['node', '/app/recognize-health.js']);
  const [verb, ...options] = container!.args;
  expect(verb).toBe('operator');
  // A pod starts later than its rights hold.
  await rightsAreHeard(stack.admin);
  const account = spec.template.spec.serviceAccountName;
  const token = await stack.admin.token(namespace, account);
  const { url, caPem } = release.access;
  const config = join(image.folder, 'kubeconfig');
  await image.withWritable(() =>
    writeFile(config, kubeconfigText({ url, caPem, user: account, token, namespace }), { mode: 0o644 }),
  );
  return startOperatorProcess(
    config,
    { ...stack.ambient, HOME: image.folder },
    {
      node: [...READ_ONLY, ...flags],
      bundle: join(image.folder, 'app/recognize-health.js'),
      options: options.filter((option) => !option.startsWith('--listen')),
      userId: USER_ID,
      folder: image.folder,
    },
  );
}

/** Asks for a run of the report and waits for the status that answers it. */
export async function runOfReport(release: Release, token: string): Promise<void> {
  const report = ['-n', release.stack.namespace, 'healthreport/recognize'];
  await succeed(release, kubectl, ['annotate', ...report, `recognize.health/requested-at=${token}`, '--overwrite']);
  const handled = `--for=jsonpath={.status.lastHandledRequest}=${token}`;
  await succeed(release, kubectl, ['wait', ...report, handled, '--timeout=60s']);
}

/** Files that the operator's user has left where everybody may write. Nobody else has that user id. */
export async function filesOfOperator(): Promise<string[]> {
  if (USER_ID === undefined) return [];
  const names = await readdir(tmpdir());
  const owners = await Promise.all(
    names.map((name) =>
      stat(join(tmpdir(), name)).then(
        ({ uid }) => uid,
        () => undefined,
      ),
    ),
  );
  return names.filter((_, index) => owners[index] === USER_ID);
}

/** What the operator has asked so far. */
export const asked = (release: Release): ApiRequest[] =>
  release.requests().filter(({ user }) => user === userOf(release));

/** A call as a grant reads: verb, group, resource. Paths that no Role need grant are left out. */
export const callOf = ({ verb, group, resource, subresource }: ApiRequest): string =>
  `${verb} ${group}/${resource}${subresource === '' ? '' : `/${subresource}`}`;

/** Everything that these Roles grant, one call each. */
export const callsIn = (roles: readonly AnyObject[]): Set<string> =>
  new Set(
    roles
      .flatMap((role) => role['rules'] as readonly PolicyRule[])
      .flatMap(({ apiGroups, resources, verbs }) =>
        apiGroups.flatMap((group) => resources.flatMap((name) => verbs.map((verb) => `${verb} ${group}/${name}`))),
      ),
  );

/** Every name that these Roles limit a grant to. */
export const namesIn = (roles: readonly AnyObject[]): string[] =>
  roles.flatMap((role) => role['rules'] as readonly PolicyRule[]).flatMap(({ resourceNames }) => resourceNames ?? []);

/** The Roles and ClusterRoles of this cluster whose bindings name the operator's account. */
export async function rolesOfOperator({ stack, namespace, name }: Release): Promise<AnyObject[]> {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const namespaces = (await stack.admin.list({ apiVersion: 'v1', kind: 'Namespace' })).map(
    ({ metadata }) => metadata.name,
  );
  const bindings = [
    ...(await stack.admin.list({ apiVersion, kind: 'ClusterRoleBinding' })),
    ...(
      await Promise.all(namespaces.map((of) => stack.admin.list({ apiVersion, kind: 'RoleBinding', namespace: of })))
    ).flat(),
  ].filter(({ subjects }) =>
    // A binding of a real cluster may bind nobody.
    ((subjects ?? []) as readonly { name: string; namespace?: string }[]).some(
      (subject) => subject.name === name && subject.namespace === namespace,
    ),
  );
  return Promise.all(
    bindings.map(async ({ metadata, roleRef }) => {
      const { kind, name: of } = roleRef as { kind: string; name: string };
      const where = kind === 'Role' && metadata.namespace !== undefined ? { namespace: metadata.namespace } : {};
      const role = await stack.admin.get({ apiVersion, kind, metadata: { name: of, ...where } });
      if (role === undefined) throw new Error(`there is no ${kind} ${of}`);
      return role;
    }),
  );
}

/** Holds what the operator asked against what it was granted: nothing unasked, nothing refused, nothing beside. */
export async function expectGrantsToMatchCalls(release: Release): Promise<void> {
  const roles = await rolesOfOperator(release);
  const granted = callsIn(roles);
  const calls = asked(release).filter(({ resource }) => resource !== '');
  const used = new Set(calls.map(callOf));
  expect([...used].filter((call) => !granted.has(call))).toEqual([]);
  expect([...granted].filter((call) => !used.has(call))).toEqual([]);
  expect(namesIn(roles).filter((name) => !calls.some((call) => call.name === name))).toEqual([]);
  expect(asked(release).filter(({ status }) => status === 401 || status === 403)).toEqual([]);
}
