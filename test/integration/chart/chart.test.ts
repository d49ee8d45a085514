// The chart, as the real helm sees it: it renders for whatever a user may set, and refuses the rest with a sentence.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { crd } from '../../../src/api/crd.ts';
import { isForbiddenAddress } from '../../../src/clients/forbidden-address.ts';
import type { AnyObject } from '../../stack/admin.ts';
import { helm } from '../../stack/kubectl.ts';
import { MATRIX, REFUSED } from './matrix.ts';
import { allows, OWN_NAMESPACE } from './network-policy.ts';
import { CHART, kustomized, ofKind, render, template, withValues, type Values } from './render.ts';
import { breaches, type PodSpec } from './restricted.ts';

const ROWS = Object.entries(MATRIX);

interface Pod {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: PodSpec & {
    readonly containers: readonly {
      readonly args: readonly string[];
      readonly command: readonly string[];
      readonly image: string;
      readonly securityContext: { readonly readOnlyRootFilesystem: boolean };
    }[];
    readonly serviceAccountName: string;
  };
}

const podOf = (objects: readonly AnyObject[]): Pod =>
  (ofKind(objects, 'Deployment')['spec'] as { readonly template: Pod }).template;

const operatorOf = (objects: readonly AnyObject[]): Pod['spec']['containers'][number] => {
  const [container] = podOf(objects).spec.containers;
  if (container === undefined) throw new Error('the pod has no container');
  return container;
};

const named = (objects: readonly AnyObject[], kind: string): string[] =>
  objects
    .filter((object) => object.kind === kind)
    .map(({ metadata: { name, namespace } }) => (namespace === undefined ? name : `${namespace}/${name}`));

describe('the chart', () => {
  it.each(ROWS)('lints strictly with %s', async (_what, values) => {
    const { code, stdout } = await withValues(values, (file) => helm(['lint', '--strict', CHART, '-f', file]));
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('0 chart(s) failed') as string });
  });

  it.each(REFUSED)('refuses %s', async (_what, values, names) => {
    const { code, stderr } = await template(values);
    expect(code).toBe(1);
    expect(stderr).toMatch(names);
  });

  it('refuses a cluster that is too old', async () => {
    const { code, stderr } = await template({}, ['--kube-version', '1.26.9']);
    expect(code).toBe(1);
    expect(stderr).toContain('chart requires kubeVersion: >=1.27.0-0');
  });

  it.each(['1.27.0', 'v1.27.13+eks-abc', '1.36.0-rc.1'])('takes a cluster of version %s', async (version) => {
    expect((await template({}, ['--kube-version', version])).stderr).toBe('');
  });

  it('packages with the version of the program', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chart-package-'));
    try {
      expect(await helm(['package', CHART, '-d', folder])).toMatchObject({ code: 0 });
      expect(await readdir(folder)).toEqual([`recognize-health-${packageJson.version}.tgz`]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('carries the definition as it is, and keeps it on uninstall', async () => {
    const definition = structuredClone(crd()) as { metadata: { annotations: Record<string, string> } };
    definition.metadata.annotations['helm.sh/resource-policy'] = 'keep';
    expect(ofKind(await render(), 'CustomResourceDefinition')).toEqual(definition);
  });

  it.each(ROWS)('meets the restricted Pod Security Standard with %s', async (_what, values) => {
    const objects = await render(values);
    expect(breaches(podOf(objects).spec)).toEqual([]);
    expect(operatorOf(objects).securityContext.readOnlyRootFilesystem).toBe(true);
    expect(podOf(objects).spec.securityContext).not.toHaveProperty('runAsUser');
  });

  it('selects its own pods with Deployment, Service, budget and policy alike', async () => {
    for (const values of Object.values(MATRIX)) {
      const objects = await render(values);
      const { labels } = podOf(objects).metadata;
      const selectors = objects.flatMap((object) => {
        const spec = object['spec'] as Record<string, Record<string, unknown> | undefined> | undefined;
        if (object.kind === 'Service') return [spec?.['selector']];
        if (object.kind === 'NetworkPolicy') return [spec?.['podSelector']?.['matchLabels']];
        // Of shards each selects its own: see below.
        if (object.kind === 'Deployment' && 'shards' in values) return [];
        if (['Deployment', 'PodDisruptionBudget', 'ServiceMonitor'].includes(object.kind))
          return [spec?.['selector']?.['matchLabels']];
        return [];
      });
      expect(selectors.length).toBeGreaterThanOrEqual(2);
      for (const selector of selectors) expect(labels).toMatchObject(selector as object);
    }
  });

  it('grants by default in the namespace of Recognize alone', async () => {
    const objects = await render();
    expect(named(objects, 'Role')).toEqual(['recognize/recognize-health', 'recognize-health/recognize-health-leader']);
    expect(named(objects, 'ClusterRoleBinding')).toEqual(['recognize-health-cluster']);
    expect(operatorOf(objects).args).toContain('--namespace=recognize');
  });

  it('grants get on Secrets by name where the names are given', async () => {
    const objects = await render(MATRIX['the names of its Secrets, and labels on them']);
    const role = objects.find(({ kind, metadata }) => kind === 'Role' && metadata.namespace === 'recognize');
    const rules = role?.['rules'] as readonly { resources: string[]; resourceNames?: string[] }[];
    expect(rules.filter(({ resources }) => resources.includes('secrets'))).toEqual([
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['recognize-db', 'recognize-s3'], verbs: ['get'] },
    ]);
    expect(operatorOf(objects).args).toEqual(expect.arrayContaining(['--require-secret-label', '--pod-secrets=none']));
  });

  it('may renew its own Lease and no other one', async () => {
    for (const values of [{}, { fullnameOverride: 'other' }]) {
      const objects = await render(values);
      const role = objects.find(({ kind, metadata }) => kind === 'Role' && metadata.name.endsWith('-leader'));
      const [renewing, making] = role?.['rules'] as readonly { verbs: string[]; resourceNames?: string[] }[];
      const name = 'fullnameOverride' in values ? 'other' : 'recognize-health';
      expect(renewing).toMatchObject({ verbs: ['get', 'update'], resourceNames: [name] });
      expect(making).toMatchObject({ verbs: ['create'] });
      expect(operatorOf(objects).args).toContain(`--lease-name=${name}`);
    }
  });

  it('may ask who asks its endpoints where it is told to, and not otherwise', async () => {
    const reviews = (objects: readonly AnyObject[]): readonly unknown[] =>
      objects
        .filter(({ kind, metadata }) => kind === 'ClusterRole' && !metadata.name.endsWith('-cluster'))
        .flatMap((role) => role['rules'] as readonly { resources?: string[] }[])
        .flatMap(({ resources }) => resources ?? [])
        .filter((resource) => resource.endsWith('reviews'));
    const plain = await render({ serviceMonitor: { enabled: true } });
    expect(reviews(plain)).toEqual([]);
    expect(operatorOf(plain).args).not.toContain('--authenticate');
    const asking = await render({ operator: { authenticate: true }, serviceMonitor: { enabled: true } });
    expect([...reviews(asking)].sort()).toEqual(['subjectaccessreviews', 'tokenreviews']);
    expect(named(asking, 'ClusterRoleBinding')).toContain('recognize-health-endpoints');
    expect(operatorOf(asking).args).toContain('--authenticate');
    expect(JSON.stringify(ofKind(asking, 'ServiceMonitor'))).toContain('bearerTokenFile');
    expect(JSON.stringify(ofKind(plain, 'ServiceMonitor'))).not.toContain('bearerTokenFile');
  });

  it('shares the namespaces among shards, each with a Deployment, pods and a Lease of its own', async () => {
    const objects = await render(MATRIX['five shards']);
    const shards = [1, 2, 3, 4, 5].map((index) => `${index}-of-5`);
    expect(named(objects, 'Deployment')).toEqual(shards.map((shard) => `recognize-health/health-${shard}`));
    const specs = objects
      .filter(({ kind }) => kind === 'Deployment')
      .map(({ spec }) => spec as { selector: { matchLabels: object }; template: Pod });
    for (const [index, { selector, template: pod }] of specs.entries()) {
      expect(selector.matchLabels).toMatchObject({ 'recognize.health/shard': shards[index] });
      expect(pod.metadata.labels).toMatchObject(selector.matchLabels);
      expect(pod.spec.containers[0]?.args).toEqual(
        expect.arrayContaining([`--shard=${index + 1}/5`, '--lease-name=health']),
      );
    }
    const role = objects.find(({ kind, metadata }) => kind === 'Role' && metadata.name === 'health-leader');
    const [renewing] = role?.['rules'] as readonly { resourceNames?: string[] }[];
    expect(renewing?.resourceNames).toEqual(['health', ...shards.map((shard) => `health-${shard}`)]);
    // One alone is named as before.
    expect(operatorOf(await render()).args.filter((argument) => argument.startsWith('--shard'))).toEqual([]);
  });

  it('grants cluster-wide what is watched cluster-wide', async () => {
    const objects = await render(MATRIX['all namespaces']);
    expect(named(objects, 'ClusterRole')).toContain('recognize-health');
    expect(named(objects, 'Role')).toEqual(['recognize-health/recognize-health-leader']);
    expect(operatorOf(objects).args.filter((argument) => argument.startsWith('--namespace'))).toEqual([]);
  });

  it('grants in the named namespaces alone what is watched there', async () => {
    const objects = await render(MATRIX['two namespaces and a selector']);
    expect(named(objects, 'Role')).toEqual(
      expect.arrayContaining([
        'recognize/recognize-health',
        'staging/recognize-health',
        'recognize-health/recognize-health-leader',
      ]),
    );
    expect(named(objects, 'ClusterRoleBinding')).toEqual(['recognize-health-cluster']);
    expect(operatorOf(objects).args).toEqual(
      expect.arrayContaining(['--namespace=recognize', '--namespace=staging', '--selector=team=a,tier in (x, y)']),
    );
  });

  it('creates nothing cluster-wide when told so', async () => {
    const objects = await render(MATRIX['nothing outside of one namespace']);
    expect(objects.filter(({ metadata }) => metadata.namespace === undefined)).toEqual([]);
  });

  it('runs as an account that exists already, and creates no rights for it', async () => {
    const objects = await render(MATRIX['an account of somebody else']);
    expect(podOf(objects).spec.serviceAccountName).toBe('existing');
    expect(objects.map(({ kind }) => kind)).not.toContain('ServiceAccount');
    expect(named(objects, 'ClusterRoleBinding')).toEqual([]);
  });

  it('labels every object as it is told, and keeps the labels by which it is known', async () => {
    const objects = await render(MATRIX['everything set']);
    const labelled = objects.filter(({ kind }) => kind !== 'CustomResourceDefinition');
    for (const { kind, metadata } of [
      ...labelled.map((object) => ({ ...object })),
      { kind: 'Pod', ...podOf(objects) },
    ]) {
      const { labels } = metadata as { readonly labels?: Readonly<Record<string, string>> };
      expect(labels, kind).toMatchObject({ 'example.com/cost-centre': '4711', 'app.kubernetes.io/name': 'health' });
    }
  });

  it('spreads its pods as it is told, by their own labels, and else over nodes and zones', async () => {
    const spreadOf = async (values: Values): Promise<readonly { topologyKey: string; labelSelector: object }[]> =>
      (podOf(await render(values)).spec as unknown as { topologySpreadConstraints: [] }).topologySpreadConstraints;
    const told = await spreadOf(MATRIX['everything set'] ?? {});
    expect(told.map(({ topologyKey }) => topologyKey)).toEqual(['topology.kubernetes.io/zone']);
    expect(told[0]?.labelSelector).toMatchObject({ matchLabels: { 'app.kubernetes.io/name': 'health' } });
    expect((await spreadOf({})).length).toBe(2);
  });

  it('annotates its Service', async () => {
    const objects = await render(MATRIX['everything set']);
    const service = objects.find(({ kind }) => kind === 'Service');
    expect(service?.metadata).toMatchObject({ annotations: { 'example.com/scrape': 'true' } });
  });

  it('prefers a digest to a tag', async () => {
    expect(operatorOf(await render({ image: { repository: 'r.example.com/a/b', tag: '9' } })).image).toBe(
      'r.example.com/a/b:9',
    );
    expect(operatorOf(await render(MATRIX['everything set'])).image).toMatch(/recognize-health@sha256:0{64}$/);
  });
});

/** What a connection is, for the title of a test; then what it is. */
type Row = readonly [what: string, address: string, port: number, protocol?: 'UDP'];

interface NamedPort {
  readonly name: string;
  readonly containerPort: number;
}

const titled = (rows: readonly Row[]): (readonly [string, Row])[] => rows.map((row) => [row[0], row]);

/** Everything that the operator lives by. */
const NEEDED: readonly Row[] = [
  ["the API server's Service", '10.96.0.1', 443],
  ['the API server itself', '203.0.113.10', 6443],
  ["the cluster's DNS", '10.96.0.10', 53, 'UDP'],
  ["the cluster's DNS, for long answers", '10.96.0.10', 53],
  ["a node's DNS cache", '169.254.20.10', 53, 'UDP'],
  ["OpenShift's DNS", '10.128.0.5', 5353, 'UDP'],
  ['a pod of Recognize', '10.244.3.7', 8080],
  ['a pod of Recognize, IPv6', 'fd00:10:244::7', 8080],
  ['PostgreSQL', '10.0.4.20', 5432],
  ['S3 and KMS', '52.218.0.1', 443],
];

/** Where clouds hand out credentials to whoever asks. */
const REFUSED_ADDRESSES: readonly Row[] = [
  ['AWS, Azure, Google and OpenStack', '169.254.169.254', 80],
  ['tasks of ECS', '169.254.170.2', 80],
  ['EKS Pod Identity, unless it is added', '169.254.170.23', 80],
  ['Alibaba', '100.100.100.200', 80],
  ['Oracle', '192.0.0.192', 80],
  ['Azure WireServer', '168.63.129.16', 80],
  ['AWS, IPv6', 'fd00:ec2::254', 80],
  ['Google, IPv6', 'fd20:ce::254', 80],
  ['link-local, IPv6', 'fe80::1', 80],
];

describe('the NetworkPolicy', () => {
  const portsOf = (objects: readonly AnyObject[]): Record<string, number> =>
    Object.fromEntries(
      (operatorOf(objects) as unknown as { ports: NamedPort[] }).ports.map(({ name, containerPort }) => [
        name,
        containerPort,
      ]),
    );
  const allowed = async (direction: 'Ingress' | 'Egress', row: Row, values: Values = {}): Promise<boolean> => {
    const [, address, port, protocol = 'TCP'] = row;
    const objects = await render(values);
    return allows(ofKind(objects, 'NetworkPolicy'), portsOf(objects), { direction, address, port, protocol });
  };

  it.each(titled(NEEDED))('lets the operator out to %s', async (_what, row) => {
    expect(await allowed('Egress', row)).toBe(true);
  });

  it.each(titled(REFUSED_ADDRESSES))('does not let it out to the metadata of %s', async (_what, row) => {
    expect(await allowed('Egress', row)).toBe(false);
    // The program itself refuses it too, whatever a cluster does with the policy.
    expect(isForbiddenAddress(row[1])).toBe(true);
  });

  it('lets it out to what is added', async () => {
    const values = MATRIX['everything set'] ?? {};
    expect(await allowed('Egress', ['EKS Pod Identity', '169.254.170.23', 80], values)).toBe(true);
  });

  it('lets it out to nothing but what is named, where that is named', async () => {
    const cidr = (address: string, port: number): object => ({
      to: [{ ipBlock: { cidr: address } }],
      ports: [{ port, protocol: 'TCP' }],
    });
    const values = {
      networkPolicy: {
        egress: [cidr('203.0.113.10/32', 6443), cidr('10.244.0.0/16', 8080), cidr('10.0.4.20/32', 5432)],
        extraEgress: [cidr('169.254.170.23/32', 80)],
      },
    };
    const named: readonly (readonly [Row, boolean])[] = [
      [['the API server', '203.0.113.10', 6443], true],
      [['a pod of Recognize', '10.244.3.7', 8080], true],
      [['the database', '10.0.4.20', 5432], true],
      [['the DNS', '10.96.0.10', 53, 'UDP'], true],
      [['what is added', '169.254.170.23', 80], true],
      [['another port of the database', '10.0.4.20', 22], false],
      [['another address', '10.0.4.21', 5432], false],
      [['the internet', '93.184.216.34', 443], false],
      [['metadata', '169.254.169.254', 80], false],
    ];
    for (const [row, isAllowed] of named) expect(await allowed('Egress', row, values), row[0]).toBe(isAllowed);
  });

  it('lets nothing in but to its endpoints', async () => {
    expect(await allowed('Ingress', ['a pod of its own namespace', OWN_NAMESPACE, 8080])).toBe(true);
    expect(await allowed('Ingress', ['any other pod', '10.0.0.5', 8080])).toBe(false);
    const open = { networkPolicy: { ingressFrom: [] } };
    expect(await allowed('Ingress', ['anybody, when opened', '10.0.0.5', 8080], open)).toBe(true);
    for (const port of [80, 443, 9229, 9090, 5432])
      expect(await allowed('Ingress', ['anybody', OWN_NAMESPACE, port], open), String(port)).toBe(false);
    expect(await allowed('Ingress', ['anybody', OWN_NAMESPACE, 8080, 'UDP'], open)).toBe(false);
  });
});

/** Without what only helm adds, and what only people read. */
function bare({ metadata, ...object }: AnyObject): object {
  const {
    labels = {},
    annotations = {},
    ...rest
  } = metadata as {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  const kept = (of: Readonly<Record<string, string>>, without: RegExp): object =>
    Object.fromEntries(Object.entries(of).filter(([key]) => !without.test(key)));
  return {
    ...object,
    metadata: {
      ...rest,
      labels: kept(labels, /^helm\.sh\/|^app\.kubernetes\.io\//),
      annotations: kept(annotations, /^helm\.sh\//),
    },
  };
}

const byKind = (objects: readonly AnyObject[]): Record<string, object> =>
  Object.fromEntries(objects.map((object) => [`${object.kind} ${object.metadata.name}`, bare(object)]));

describe('manifests and chart', () => {
  it('install the same objects', async () => {
    const { 'Namespace recognize-health': namespace, ...plain } = byKind(await kustomized());
    // The manifests are the wide install: a namespace of Recognize is not theirs to name.
    expect(plain).toEqual(byKind(await render(MATRIX['all namespaces'])));
    expect(namespace).toMatchObject({
      metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    });
  });
});
