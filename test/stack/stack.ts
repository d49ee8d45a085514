// The whole stack in one call: an API server, PostgreSQL, S3 and KMS, the Recognize services with their objects and
// logs, and an account for the operator. Nothing of it is reachable from outside of this machine.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Service } from '../../src/api/components.ts';
import { crd } from '../../src/api/crd.ts';
import { createAdmin, type Admin, type AnyObject } from './admin.ts';
import type { JsonObject } from './apiserver/json.ts';
import { kubeconfigText } from './apiserver/kubeconfig.ts';
import { startApiServer, type ApiServer } from './apiserver/server.ts';
import type { Principal } from './aws/principals.ts';
import { startAws, type Aws } from './aws/server.ts';
import { createAuthority, type Authority } from './certificates.ts';
import { backendSecrets, fullSpec, healthReport, type Backends } from './health-report.ts';
import { startKubelet } from './kubelet.ts';
import { OPERATOR_ACCOUNT, OPERATOR_NAMESPACE, operatorAccountObjects } from './operator-account.ts';
import { createPodLogs } from './pod-logs.ts';
import { superviseFolder } from './postgres/supervisor.ts';
import { startRecognize, type Installation } from './recognize/installation.ts';
import type { WorkloadTrouble } from './recognize/objects.ts';
import type { TopologyName } from './recognize/topology.ts';
import { startDatabases } from './databases.ts';
import { bucketSwitches, type BucketSwitches } from './switches/bucket.ts';
import { databaseSwitches, type DatabaseSwitches, type StackDatabase } from './switches/database.ts';
import { keySwitches, type KeySwitches } from './switches/key.ts';
import { serviceSwitches, type ServiceSwitches } from './switches/service.ts';

export interface StackOptions {
  /** Split unless told. */
  topology?: TopologyName;
  /** Pods of a service; core-daemon has 3 and the others 1 unless told. */
  replicas?: Readonly<Partial<Record<Service, number>>>;
  /** `shared`: all databases on one PostgreSQL server (default). `each`: a server for every database. */
  databaseServers?: 'shared' | 'each';
  /** False leaves the CustomResourceDefinition out, for who wants to install it. */
  definition?: boolean;
}

export interface Stack {
  readonly namespace: string;
  readonly server: ApiServer;
  readonly admin: Admin;
  readonly aws: Aws;
  readonly authority: Authority;
  readonly recognize: Installation;
  /** Kubeconfigs, as YAML and as files: of the administrator and of the operator's ServiceAccount. */
  readonly kubeconfig: Kubeconfigs;
  /** AWS credentials for the operator's environment: what it asks with when the spec names none. */
  readonly ambient: Readonly<Record<'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY', string>>;
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
  put(objects: readonly object[]): void;
  /** A HealthReport that covers the whole stack, with `changes` to its spec. */
  report(name?: string, changes?: Record<string, unknown>): AnyObject;
  stop(): Promise<void>;
}

interface Kubeconfigs {
  readonly admin: string;
  readonly operator: string;
  readonly adminFile: string;
  readonly operatorFile: string;
}

const NAMESPACE = 'recognize';
const REGION = 'eu-west-1';
const BUCKET = 'recognize-circuits';
/** Kubernetes 1.34 is what the vendor supports; on another one the report has a warning from the start. */
const SUPPORTED_MINOR = 34;
/** The reads that each identity needs, and the signature of the key's own user. */
const BUCKET_GRANTS = [
  's3:ListBucket',
  's3:GetBucket*',
  's3:GetEncryptionConfiguration',
  's3:GetObject',
  's3:PutObject',
];
const KEY_GRANTS = ['kms:DescribeKey', 'kms:GetPublicKey', 'kms:Sign'];

/** Starts everything; about two seconds. What was started is ended again when a part of it cannot start. */
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
  { topology = 'Split', replicas = { 'core-daemon': 3 }, databaseServers = 'shared', definition = true }: StackOptions,
  ending: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), 'recognize-health-stack-'));
  const supervisor = superviseFolder(folder);
  ending.push(() => supervisor.finish());
  const authority = createAuthority();
  const tls = authority.issue({ commonName: 'stack', hosts: ['127.0.0.1', 'localhost'] });

  const [databases, server, aws] = await Promise.all([
    startDatabases({ topology, servers: databaseServers, tls }, (end) => ending.push(end)),
    keep(startApiServer({ authority, minorVersion: SUPPORTED_MINOR }), ending),
    keep(startAws({ tls }), ending),
  ]);

  aws.s3.create({ name: BUCKET, region: REGION, versioning: 'Enabled' });
  const key = aws.kms.create({ region: REGION, spec: 'ECC_SECG_P256K1', alias: 'jwt-signing' });
  const principals = {
    storage: aws.principals.add({ name: 'circuit-storage', allow: BUCKET_GRANTS }),
    vault: aws.principals.add({ name: 'auth-vault', allow: KEY_GRANTS }),
    operator: aws.principals.add({ name: 'recognize-health', allow: [...BUCKET_GRANTS, ...KEY_GRANTS] }),
  };

  const logs = createPodLogs();
  const kubelet = await startKubelet(logs, authority);
  ending.push(() => kubelet.close());
  const recognize = await startRecognize({
    topology,
    namespace: NAMESPACE,
    logs,
    workloads: Object.fromEntries(Object.entries(replicas).map(([name, count]) => [name, { replicas: count }])),
    databases: Object.fromEntries(databases.map(({ name, server: at, owner }) => [name, at.url(name, owner)])),
    databaseCaPem: authority.caPem,
    objectStorage: () => use(aws.s3.get(BUCKET)?.region === REGION && !refuses(principals.storage, 's3:*')),
    keyManagement: () => use(aws.kms.state(key) === 'Enabled' && !refuses(principals.vault, 'kms:*', 'kms:Sign')),
  });
  ending.push(() => recognize.close());

  const admin = createAdmin({ url: server.url, caPem: authority.caPem, token: server.adminToken });
  ending.push(() => admin.close());
  const put = (objects: readonly object[]): void => void server.seed(objects as JsonObject[]);
  const cluster = objectsInCluster(recognize, kubelet.port, put, admin);

  const backends: Backends = {
    namespace: NAMESPACE,
    databases,
    caPem: authority.caPem,
    aws: {
      url: aws.url,
      region: REGION,
      bucket: BUCKET,
      keyId: 'alias/jwt-signing',
      credentials: { 'circuits-credentials': principals.storage, 'jwt-signing-credentials': principals.vault },
    },
  };
  put([
    ...(definition ? [crd()] : []),
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    ...operatorAccountObjects(),
    ...backendSecrets(backends),
  ]);
  await cluster.write();

  const services = new Map(
    recognize.services.map((running) => [running.profile.component, serviceSwitches(running, cluster)]),
  );
  return {
    namespace: NAMESPACE,
    server,
    admin,
    aws,
    authority,
    recognize,
    kubeconfig: writeKubeconfigs(folder, server),
    ambient: {
      AWS_ACCESS_KEY_ID: principals.operator.accessKeyId,
      AWS_SECRET_ACCESS_KEY: principals.operator.secretAccessKey,
    },
    planted: [
      ...databases.flatMap(({ owner, monitor }) => [owner.password, monitor.password]),
      ...Object.values(principals).map(({ secretAccessKey }) => secretAccessKey),
    ],
    databases,
    database: databaseSwitches(databases),
    databaseNamed(name) {
      const named = databases.filter((database) => database.name === name);
      if (named.length === 0) throw new Error(`This ${topology} stack has no database ${name}.`);
      return databaseSwitches(named);
    },
    bucket: bucketSwitches(aws, BUCKET, REGION, principals.storage),
    key: keySwitches(aws, key.id, { own: principals.vault, ambient: principals.operator }),
    service(component) {
      const switches = services.get(component);
      if (switches === undefined) throw new Error(`This ${topology} stack has no ${component}.`);
      return switches;
    },
    put,
    report: (name = 'recognize', changes = {}) => healthReport(NAMESPACE, name, { ...fullSpec(backends), ...changes }),
    stop,
  };
}

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
function objectsInCluster(
  recognize: Installation,
  kubeletPort: number,
  put: (objects: readonly object[]) => void,
  admin: Admin,
): {
  write(): Promise<void>;
  setTrouble(component: Service, trouble: WorkloadTrouble | undefined): Promise<void>;
  setDeleted(component: Service, deleted: boolean): Promise<void>;
} {
  const troubles = new Map<Service, WorkloadTrouble>();
  const deleted = new Set<Service>();
  let present = new Map<string, AnyObject>();
  async function write(): Promise<void> {
    const wanted = recognize.objects({
      kubeletPort,
      troubles: Object.fromEntries(troubles),
      without: [...deleted],
    });
    const next = new Map(
      wanted.map((object) => [`${object.kind} ${object.metadata.name}`, object as unknown as AnyObject]),
    );
    put(wanted);
    for (const [name, object] of present) if (!next.has(name)) await admin.remove(object);
    present = next;
  }
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

function writeKubeconfigs(folder: string, server: ApiServer): Kubeconfigs {
  const admin = kubeconfigText({
    url: server.url,
    caPem: server.caPem,
    user: 'admin',
    token: server.adminToken,
    namespace: NAMESPACE,
  });
  const operator = kubeconfigText({
    url: server.url,
    caPem: server.caPem,
    user: OPERATOR_ACCOUNT,
    token: server.createServiceAccountToken(OPERATOR_NAMESPACE, OPERATOR_ACCOUNT),
    namespace: OPERATOR_NAMESPACE,
  });
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  return { admin, operator, adminFile: file('admin.yaml', admin), operatorFile: file('operator.yaml', operator) };
}
