// The whole stack in one call: an API server (ours, or a real one where one is given), PostgreSQL, S3 and KMS, the
// Recognize services with their objects and logs, and an account for the operator. Nothing that it starts is reachable
// from outside of this machine.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from '../../src/api/components.ts';
import { crd } from '../../src/api/crd.ts';
import { createAdmin, type Admin, type AnyObject, type ClusterAccess } from './admin.ts';
import { kubeconfigText } from './apiserver/kubeconfig.ts';
import type { Principal } from './aws/principals.ts';
import { startAws, type Aws } from './aws/server.ts';
import { createAuthority, type Authority, type CertificatePair } from './certificates.ts';
import { startCluster } from './cluster.ts';
import { backendSecrets, fullSpec, healthReport, versionMutes, type Backends } from './health-report.ts';
import { startKubelet } from './kubelet.ts';
import { apiWriter, type ObjectWriter } from './object-writer.ts';
import { OPERATOR_ACCOUNT, OPERATOR_NAMESPACE, operatorAccountObjects } from './operator-account.ts';
import { createPodLogs } from './pod-logs.ts';
import { superviseFolder } from './postgres/supervisor.ts';
import { startRecognize, type Installation } from './recognize/installation.ts';
import type { WorkloadOptions } from './recognize/workload-options.ts';
import type { WorkloadTrouble } from './recognize/workload-trouble.ts';
import { type Configuration, configurationsOf } from './recognize/settings.ts';
import type { TopologyName } from './recognize/topology.ts';
import { startDatabases } from './databases.ts';
import type { SwitchedServer } from './switched-server.ts';
import { bucketSwitches, type BucketSwitches } from './switches/bucket.ts';
import { databaseSwitches, type DatabaseSwitches, type StackDatabase } from './switches/database.ts';
import { KEY_ALIAS, keySwitches, type KeySwitches } from './switches/key.ts';
import { serviceSwitches, type ServiceSwitches, type Workloads } from './switches/service.ts';

export interface StackOptions {
  /** Split unless told. */
  topology?: TopologyName;
  /** Pods of a service; core-daemon has 3 and the others 1 unless told. */
  replicas?: Readonly<Partial<Record<Service, number>>>;
  /** False as Spring Boot has it: health shows none of its parts. */
  showDetails?: boolean;
  /** `shared`: all databases on one PostgreSQL server (default). `each`: a server for every database. */
  databaseServers?: 'shared' | 'each';
  /** False leaves the CustomResourceDefinition out, for who wants to install it. */
  definition?: boolean;
  /** The services are configured with their backends, each in a way of its own. Default: nobody can see how they are. */
  configured?: boolean;
  /** An OpenShift cluster: our own server serves DeploymentConfigs and says which version it is. */
  openshift?: boolean;
  /** For who deletes namespaces of a `switched` API server. */
  namespaces?: boolean;
  /**
   * `switched`: an API server of its own, for who records requests or orders faults. `ours`: our own one, whatever the
   * environment says. Or a cluster of one's own, by its administrator's access: it is left running.
   */
  cluster?: 'any' | 'ours' | 'switched' | ClusterAccess;
}

export interface Stack {
  readonly namespace: string;
  /** What the operator may watch: [] is all; its own namespace where other stacks use the same cluster. */
  readonly watched: readonly string[];
  /** The API server with its switches; undefined on a cluster that others use too. */
  readonly server: SwitchedServer | undefined;
  readonly admin: Admin;
  readonly aws: Aws;
  readonly authority: Authority;
  readonly recognize: Installation;
  /** Kubeconfigs, as YAML and as files: of the administrator and of the operator's ServiceAccount. */
  readonly kubeconfig: Kubeconfigs;
  /** AWS credentials for the operator's environment, and to whom they may be shown: for when the spec names none. */
  readonly ambient: Readonly<Record<'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY' | 'AWS_ENDPOINT_URL', string>>;
  /** Everything that must never be seen outside of a Secret. */
  readonly planted: readonly string[];
  readonly databases: readonly StackDatabase[];
  /** Switches of all databases at once. */
  readonly database: DatabaseSwitches;
  /** Switches of one database and its server. */
  databaseNamed(name: string): DatabaseSwitches;
  readonly bucket: BucketSwitches;
  readonly key: KeySwitches;
  service(component: Service): ServiceSwitches;
  /** Put objects into the cluster as they are, status included. */
  put(objects: readonly object[]): Promise<void>;
  /** A HealthReport that covers the whole stack, with `changes` to its spec. */
  report(name?: string, changes?: Record<string, unknown>): AnyObject;
  stop(): Promise<void>;
}

/** A stack on an API server of its own. */
export interface OwnStack extends Stack {
  readonly server: SwitchedServer;
}

interface Kubeconfigs {
  readonly admin: string;
  readonly operator: string;
  readonly adminFile: string;
  readonly operatorFile: string;
}

const REPORT = { apiVersion: 'recognize.health/v1alpha1', kind: 'HealthReport' };
const REGION = 'eu-west-1';
const BUCKET = 'recognize-circuits';
/** Kubernetes 1.34 is what the vendor supports; on another one the report has a warning from the start. */
const SUPPORTED_MINOR = 34;
const SUPPORTED_VERSION = `1.${SUPPORTED_MINOR}`;
const OPENSHIFT_VERSION = '4.14';
/** The reads that each identity needs, and the signature of the key's own user. */
const BUCKET_GRANTS = [
  's3:ListBucket',
  's3:GetBucket*',
  's3:GetEncryptionConfiguration',
  's3:GetObject',
  's3:PutObject',
];
const KEY_GRANTS = ['kms:DescribeKey', 'kms:GetPublicKey', 'kms:Sign'];

/**
 * Starts everything; about two seconds. On a cluster of `TEST_KUBECONFIG` it has a namespace and a Node of its own, and
 * leaves the definition, the operator's account and its Roles behind, which other stacks may be using. What was started is ended again when a part of it cannot start.
 */
export async function startStack(options: StackOptions & { cluster: 'ours' | 'switched' }): Promise<OwnStack>;
export async function startStack(options?: StackOptions): Promise<Stack>;
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const ending: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of ending.splice(0).reverse()) await end();
  };
  try {
    return await startParts(options, ending, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  {
    topology = 'Split',
    replicas = { 'core-daemon': 3 },
    databaseServers = 'shared',
    definition = true,
    openshift = false,
    namespaces = false,
    configured = false,
    showDetails = true,
    cluster: which = 'any',
  }: StackOptions,
  ending: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), 'recognize-health-stack-'));
  const supervisor = superviseFolder(folder);
  ending.push(() => supervisor.finish());
  const authority = createAuthority();
  const certificateUntil = (notAfter?: Date): CertificatePair =>
    authority.issue({
      commonName: 'stack',
      hosts: ['127.0.0.1', 'localhost'],
      ...(notAfter === undefined ? {} : { notAfter }),
    });
  const tls = certificateUntil();

  const [databases, cluster, aws] = await Promise.all([
    startDatabases({ topology, servers: databaseServers, tls }, (end) => ending.push(end)),
    keep(startCluster({ authority, minorVersion: SUPPORTED_MINOR, openshift, namespaces }, which), ending),
    keep(startAws({ tls }), ending),
  ]);

  const suffix = cluster.isShared ? `-${randomBytes(3).toString('hex')}` : '';
  const namespace = `recognize${suffix}`;

  aws.s3.create({ name: BUCKET, region: REGION, versioning: 'Enabled' });
  const key = aws.kms.create({ region: REGION, spec: 'ECC_SECG_P256K1', alias: KEY_ALIAS });
  const principals = {
    storage: aws.principals.add({ name: 'circuit-storage', allow: BUCKET_GRANTS }),
    vault: aws.principals.add({ name: 'auth-vault', allow: KEY_GRANTS }),
    operator: aws.principals.add({ name: 'recognize-health', allow: [...BUCKET_GRANTS, ...KEY_GRANTS] }),
  };

  const places = {
    databases: Object.fromEntries(databases.map(({ name, server: { host, port } }) => [name, { host, port }])),
    aws: { url: aws.url, region: REGION, bucket: BUCKET, keyId: `alias/${KEY_ALIAS}` },
  };

  const logs = createPodLogs();
  const kubelet = await startKubelet(logs, authority);
  ending.push(() => kubelet.close());
  const recognize = await startRecognize({
    topology,
    namespace,
    logs,
    showDetails,
    workloads: workloadOptions(replicas, configured ? configurationsOf(topology, places) : {}),
    databases: Object.fromEntries(databases.map(({ name, server: at, owner }) => [name, at.url(name, owner)])),
    databaseCaPem: authority.caPem,
    isFrozen: (database) => databases.some(({ name, server: at }) => name === database && at.isFrozen()),
    objectStorage: () => use(aws.s3.get(BUCKET)?.region === REGION && !refuses(principals.storage, 's3:*')),
    keyManagement: () => use(aws.kms.state(key) === 'Enabled' && !refuses(principals.vault, 'kms:*', 'kms:Sign')),
  });
  ending.push(() => recognize.close());

  const admin = createAdmin(cluster.access);
  ending.push(() => admin.close());
  const writer = cluster.server?.writer ?? apiWriter(admin);
  if (cluster.isShared) ending.push(() => writer.clear(namespace));
  const node = { nodeName: `stack-node-1${suffix}`, kubeletPort: kubelet.port };
  const workloads = workloadsInCluster(recognize, node, writer);

  const backends: Backends = {
    namespace,
    databases,
    caPem: authority.caPem,
    aws: {
      url: aws.url,
      region: REGION,
      bucket: BUCKET,
      keyId: `alias/${KEY_ALIAS}`,
      credentials: { 'circuits-credentials': principals.storage, 'jwt-signing-credentials': principals.vault },
    },
  };
  await writer.put([
    ...(definition ? [crd()] : []),
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    ...(openshift ? [openshiftVersion()] : []),
    ...operatorAccountObjects(),
    ...backendSecrets(backends),
  ]);
  await workloads.write();
  while (definition && !(await admin.serves({ ...REPORT, namespace }))) await sleep(50);
  const version = await admin.version();
  const mutes = version === SUPPORTED_VERSION ? {} : versionMutes();

  const services = new Map(
    recognize.services.map((running) => [running.profile.component, serviceSwitches(running, workloads)]),
  );
  return {
    namespace,
    watched: cluster.isShared ? [namespace] : [],
    server: cluster.server,
    admin,
    aws,
    authority,
    recognize,
    kubeconfig: await writeKubeconfigs(folder, cluster.access, admin, namespace),
    ambient: {
      AWS_ACCESS_KEY_ID: principals.operator.accessKeyId,
      AWS_SECRET_ACCESS_KEY: principals.operator.secretAccessKey,
      AWS_ENDPOINT_URL: aws.url,
    },
    planted: [
      ...databases.flatMap(({ owner, monitor }) => [owner.password, monitor.password]),
      ...Object.values(principals).map(({ secretAccessKey }) => secretAccessKey),
    ],
    databases,
    database: databaseSwitches(databases, certificateUntil),
    databaseNamed(name) {
      const named = databases.filter((database) => database.name === name);
      if (named.length === 0) throw new Error(`This ${topology} stack has no database ${name}.`);
      return databaseSwitches(named, certificateUntil);
    },
    bucket: bucketSwitches(aws, BUCKET, REGION, principals.storage, certificateUntil),
    key: keySwitches(aws, { id: key.id, region: REGION }, { own: principals.vault, ambient: principals.operator }),
    service(component) {
      const switches = services.get(component);
      if (switches === undefined) throw new Error(`This ${topology} stack has no ${component}.`);
      return switches;
    },
    put: (objects) => writer.put(objects),
    report: (name = 'recognize', changes = {}) =>
      healthReport(namespace, name, { ...fullSpec(backends), ...mutes, ...changes }),
    stop,
  };
}

function workloadOptions(
  replicas: Readonly<Partial<Record<Service, number>>>,
  configurations: Readonly<Partial<Record<Service, Configuration>>>,
): Readonly<Partial<Record<Service, WorkloadOptions>>> {
  const services = [...new Set([...Object.keys(replicas), ...Object.keys(configurations)])] as Service[];
  return Object.fromEntries(
    services.map((service) => {
      const [count, configuration] = [replicas[service], configurations[service]];
      return [
        service,
        {
          ...(count === undefined ? {} : { replicas: count }),
          ...(configuration === undefined ? {} : { configuration }),
        },
      ];
    }),
  );
}

/** As OpenShift's version operator keeps it, for the Kubernetes that the vendor supports. */
const openshiftVersion = (): object => ({
  apiVersion: 'config.openshift.io/v1',
  kind: 'ClusterVersion',
  metadata: { name: 'version' },
  spec: { channel: `stable-${OPENSHIFT_VERSION}`, clusterID: '00000000-0000-4000-8000-000000000000' },
  status: { desired: { version: `${OPENSHIFT_VERSION}.0`, image: '' }, observedGeneration: 1 },
});

async function keep<T extends { stop(): Promise<void> }>(
  starting: Promise<T>,
  ending: (() => Promise<unknown>)[],
): Promise<T> {
  const started = await starting;
  ending.push(() => started.stop());
  return started;
}

const refuses = ({ deny }: Principal, ...actions: readonly string[]): boolean =>
  deny.some((grant) => typeof grant === 'string' && actions.includes(grant));

const use = (works: boolean): Promise<void> => (works ? Promise.resolve() : Promise.reject(new Error('refused')));

/** Keeps the cluster's objects as the installation and the switches want them. */
function workloadsInCluster(
  recognize: Installation,
  node: { nodeName: string; kubeletPort: number },
  writer: ObjectWriter,
): Workloads & { write(): Promise<void> } {
  const troubles = new Map<Service, WorkloadTrouble>();
  const deleted = new Set<Service>();
  let present = new Map<string, AnyObject>();
  let writing = Promise.resolve();
  async function writeNow(): Promise<void> {
    const wanted = recognize.objects({ ...node, troubles: Object.fromEntries(troubles), without: [...deleted] });
    const next = new Map(
      wanted.map((object) => [`${object.kind} ${object.metadata.name}`, object as unknown as AnyObject]),
    );
    await writer.put(wanted);
    for (const [name, object] of present) if (!next.has(name)) await writer.remove(object);
    present = next;
  }
  /** One after the other: switches are flipped together. */
  const write = (): Promise<void> => {
    const written = writing.then(writeNow);
    writing = written.catch(() => undefined);
    return written;
  };
  return {
    write,
    async setTrouble(component, trouble) {
      if (trouble === undefined) troubles.delete(component);
      else troubles.set(component, trouble);
      await write();
    },
    async setDeleted(component, gone) {
      if (gone) deleted.add(component);
      else deleted.delete(component);
      await write();
    },
  };
}

async function writeKubeconfigs(
  folder: string,
  access: ClusterAccess,
  administrator: Admin,
  namespace: string,
): Promise<Kubeconfigs> {
  const { url, caPem } = access;
  const admin = kubeconfigText({ ...access, user: 'admin', namespace });
  const token = await administrator.token(OPERATOR_NAMESPACE, OPERATOR_ACCOUNT);
  const operator = kubeconfigText({ url, caPem, user: OPERATOR_ACCOUNT, token, namespace: OPERATOR_NAMESPACE });
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  return { admin, operator, adminFile: file('admin.yaml', admin), operatorFile: file('operator.yaml', operator) };
}
