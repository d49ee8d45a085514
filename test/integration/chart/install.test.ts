// The chart installed on a cluster, and the operator as its Deployment runs it: the command of the pod, the account
// and the Roles that the chart made, a user id from nowhere, nowhere to write.
import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../stack/admin.ts';
import { kubeconfigText } from '../../stack/apiserver/kubeconfig.ts';
import type { RecordedRequest } from '../../stack/apiserver/server.ts';
import { helm, kubectl, type RunResult } from '../../stack/kubectl.ts';
import { BUNDLE, buildWhenNeeded, startOperatorProcess, type OperatorProcess } from '../../stack/operator-process.ts';
import { startStack, type OwnStack } from '../../stack/stack.ts';
import { CHART } from './render.ts';

const NAMESPACE = 'health-system';
const ACCOUNT = 'rh-recognize-health';
const USER = `system:serviceaccount:${NAMESPACE}:${ACCOUNT}`;
/** As OpenShift gives them out: in no passwd file. */
const USER_ID = process.getuid?.() === 0 ? 1_000_660_000 : undefined;

interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** Granted, and perhaps not asked in these runs; each with the reason. */
const MAY_BE_UNASKED: Readonly<Record<string, string>> = {
  'get /pods/log': 'a healthy installation gives no cause to read logs',
  'get apiextensions.k8s.io/customresourcedefinitions':
    'asked when a write is refused for a field that is not declared',
  'create coordination.k8s.io/leases': 'an only replica may run without a Lease',
  'get coordination.k8s.io/leases': 'an only replica may run without a Lease',
  'update coordination.k8s.io/leases': 'an only replica may run without a Lease',
};

let stack: OwnStack;
let image: string;

const run = (command: typeof helm, args: readonly string[], input?: string): Promise<RunResult> =>
  command(args, { kubeconfig: stack.kubeconfig.admin, ...(input === undefined ? {} : { input }) });

async function succeed(command: typeof helm, args: readonly string[], input?: string): Promise<string> {
  const result = await run(command, args, input);
  expect(result, `${args.join(' ')}: ${result.stderr}`).toMatchObject({ code: 0 });
  return result.stdout;
}

/** The operator as the Deployment in the cluster says, but for the address that it listens at. */
async function startAsDeployed(): Promise<OperatorProcess> {
  const text = await succeed(kubectl, ['-n', NAMESPACE, 'get', 'deployment', ACCOUNT, '-o', 'json']);
  const { spec } = JSON.parse(text) as {
    spec: {
      template: { spec: { containers: { command: string[]; args: string[] }[]; serviceAccountName: string } };
    };
  };
  const [container] = spec.template.spec.containers;
  const [node, ...flags] = container!.command;
  expect([node, flags.pop()]).toEqual(['node', '/app/recognize-health.js']);
  const [verb, ...options] = container!.args;
  expect(verb).toBe('operator');
  const token = stack.server.createServiceAccountToken(NAMESPACE, spec.template.spec.serviceAccountName);
  const config = join(image, 'kubeconfig');
  await chmod(image, 0o755);
  const { url, caPem } = stack.server;
  await writeFile(config, kubeconfigText({ url, caPem, user: ACCOUNT, token, namespace: NAMESPACE }), { mode: 0o644 });
  await chmod(image, 0o555);
  return startOperatorProcess(config, stack.ambient, {
    node: flags,
    bundle: join(image, 'app/recognize-health.js'),
    options: options.filter((option) => !option.startsWith('--listen')),
    userId: USER_ID,
    folder: image,
  });
}

async function runOfReport(token: string): Promise<void> {
  const report = ['-n', stack.namespace, 'healthreport/recognize'];
  await succeed(kubectl, ['annotate', ...report, `recognize.health/requested-at=${token}`, '--overwrite']);
  const handled = `--for=jsonpath={.status.lastHandledRequest}=${token}`;
  await succeed(kubectl, ['wait', ...report, handled, '--timeout=60s']);
}

const asked = (): RecordedRequest[] => stack.server.requests.filter(({ user }) => user === USER);

const callOf = ({ verb, group, resource, subresource }: RecordedRequest): string =>
  `${verb} ${group}/${resource}${subresource === '' ? '' : `/${subresource}`}`;

const callsIn = (objects: readonly AnyObject[]): Set<string> =>
  new Set(
    objects
      .flatMap((object) => object['rules'] as readonly PolicyRule[])
      .flatMap(({ apiGroups, resources, verbs }) =>
        apiGroups.flatMap((group) => resources.flatMap((name) => verbs.map((verb) => `${verb} ${group}/${name}`))),
      ),
  );

/** Everything that the release still has in the cluster, CRD aside. */
async function leftOf(release: string): Promise<string[]> {
  const kinds =
    'deployments,services,serviceaccounts,networkpolicies,poddisruptionbudgets,roles,rolebindings,clusterroles,clusterrolebindings,configmaps,secrets';
  const selector = `app.kubernetes.io/instance=${release}`;
  return (await succeed(kubectl, ['get', kinds, '-A', '-l', selector, '-o', 'name'])).split('\n').filter(Boolean);
}

describe('the chart on a cluster', () => {
  beforeAll(async () => {
    buildWhenNeeded();
    stack = await startStack({ definition: false, cluster: 'ours' });
    // A ConfigMap, so that the right to read one is used.
    await stack.service('circuit-storage').configure({ configMap: { springDatasourceUrl: 'jdbc:postgresql://db/x' } });
    image = await mkdtemp(join(tmpdir(), 'chart-image-'));
    await cp(join(BUNDLE, '..'), join(image, 'app'), { recursive: true });
    await writeFile(join(image, 'app/package.json'), '{"type":"module"}\n');
    await chmod(join(image, 'app'), 0o555);
    await succeed(helm, ['install', 'rh', CHART, '--namespace', NAMESPACE, '--create-namespace']);
  });
  afterAll(async () => {
    await stack.stop();
    await chmod(image, 0o755);
    await rm(image, { recursive: true, force: true });
  });

  it('runs the operator with all namespaces, until the first report is written', async () => {
    const report = JSON.stringify(stack.report());
    await succeed(kubectl, ['apply', '-f', '-'], report);
    const operator = await startAsDeployed();
    try {
      await runOfReport('first');
      const mend = await stack.database.stop();
      // A write that lost a race is followed by a fresh read.
      stack.server.faults.inject({
        match: ({ verb, resource, subresource }) =>
          verb === 'patch' && resource === 'healthreports' && subresource === 'status',
        status: 409,
        times: 1,
      });
      await runOfReport('broken');
      await mend();
      await runOfReport('mended');
      const verdict = ['-n', stack.namespace, 'get', 'healthreport', 'recognize', '-o', 'jsonpath={.status.verdict}'];
      expect(await succeed(kubectl, verdict), operator.log()).toMatch(/^(Healthy|Warning)$/);
    } finally {
      expect(await operator.stop()).toBe(0);
    }
  });

  it('grants what the operator asks and nothing else', async () => {
    const names = [ACCOUNT, `${ACCOUNT}-cluster`, `${ACCOUNT}-leader`];
    const roles = (
      await Promise.all(
        ['ClusterRole', 'Role'].map((kind) =>
          stack.admin.list({
            apiVersion: 'rbac.authorization.k8s.io/v1',
            kind,
            ...(kind === 'Role' ? { namespace: NAMESPACE } : {}),
          }),
        ),
      )
    )
      .flat()
      .filter(({ metadata }) => names.includes(metadata.name));
    expect(roles.map(({ metadata }) => metadata.name).sort()).toEqual([...names].sort());
    const granted = callsIn(roles);
    const used = new Set(
      asked()
        .filter(({ resource }) => resource !== '')
        .map(callOf),
    );
    expect([...used].filter((call) => !granted.has(call))).toEqual([]);
    expect([...granted].filter((call) => !used.has(call) && !(call in MAY_BE_UNASKED))).toEqual([]);
    expect(asked().filter(({ status }) => status === 401 || status === 403)).toEqual([]);
  });

  it('lets nobody but the operator write a status', async () => {
    const roles = await stack.admin.list({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' });
    const writers = roles
      .filter(({ metadata }) => metadata.name.startsWith('rh-'))
      .filter((role) => [...callsIn([role])].some((call) => call.includes('healthreports/status')))
      .map(({ metadata }) => metadata.name);
    expect(writers).toEqual([ACCOUNT]);
  });

  it('does not let those who may edit a namespace create reports', async () => {
    const roles = await stack.admin.list({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' });
    const added = roles
      .filter(({ metadata }) => metadata.name.startsWith('rh-'))
      .flatMap(({ metadata }) => Object.keys((metadata['labels'] as object | undefined) ?? {}))
      .filter((label) => label.startsWith('rbac.authorization.k8s.io/aggregate-to-'));
    expect(added.sort()).toEqual([
      'rbac.authorization.k8s.io/aggregate-to-admin',
      'rbac.authorization.k8s.io/aggregate-to-view',
    ]);
  });

  it('is upgraded to one namespace, with Roles there alone', async () => {
    const narrow = ['--set', `watch.namespaces={${stack.namespace}}`, '--set', 'rbac.clusterFacts=false'];
    await succeed(helm, ['upgrade', 'rh', CHART, '--namespace', NAMESPACE, ...narrow]);
    const before = asked().length;
    const operator = await startAsDeployed();
    try {
      await runOfReport('narrow');
    } finally {
      expect(await operator.stop()).toBe(0);
    }
    const refused = asked()
      .slice(before)
      .filter(({ status }) => status === 403)
      .map(callOf);
    expect(
      [...new Set(refused)].filter((call) => !/ (nodes|.*clusterversions|.*definitions)|\/nodes/.test(call)),
    ).toEqual([]);
    expect((await leftOf('rh')).filter((name) => name.startsWith('clusterrolebinding'))).toEqual([]);
  });

  it('leaves nothing behind but the definition and the reports', async () => {
    expect((await leftOf('rh')).length).toBeGreaterThan(5);
    await succeed(helm, ['uninstall', 'rh', '--namespace', NAMESPACE]);
    expect(await leftOf('rh')).toEqual([]);
    expect(await succeed(kubectl, ['get', 'healthreports', '-A', '-o', 'name'])).toBe(
      'healthreport.recognize.health/recognize\n',
    );
  });

  it('asked for no path that our server should know and does not', () => {
    expect(stack.server.unknownPaths).toEqual([]);
  });
});
