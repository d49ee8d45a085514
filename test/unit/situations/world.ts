// An installation in memory: objects, answers of its services, its database, bucket and key, all of them good, and a test
// changes what it is about. One run goes through the whole line, from the spec to the exit code of the gate.
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import type { ClusterClient, Clients, HttpClient, HttpRequest } from '../../../src/clients/clients.ts';
import { examine } from '../../../src/examine.ts';
import type { KubernetesObject, NamespaceObjects } from '../../../src/facts/namespace-objects.ts';
import type { HttpAnswer } from '../../../src/facts/observed.ts';
import type { DatabaseConnection } from '../../../src/facts/target.ts';
import { failed, ok, type Outcome } from '../../../src/facts/outcome.ts';
import { decideGate } from '../../../src/gate/decide.ts';
import type { GateDecision } from '../../../src/gate/decision.ts';
import type { SecretReader } from '../../../src/kube/secrets.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { secret } from '../../../src/runtime/secret.ts';
import type { ObjectsOptions } from '../../stack/recognize/objects.ts';
import { clients, postgresAnswering } from '../probes/clients.ts';
import { installation, namespaceObjects, NOW, spec } from '../targets/objects.ts';

type Rows = Outcome<readonly Readonly<Record<string, unknown>>[]>;
type Got = Awaited<ReturnType<HttpClient['get']>>;

/** The services of the installation, which is Split unless a situation says otherwise. */
export const INSTALLED = [
  'core-daemon',
  'operations-service',
  'node-persistence',
  'circuit-storage',
  'auth-vault',
  'enrollment-agent',
] as const;

export interface Situation {
  /** What the installation is made of; Split, one pod each, when not given. */
  readonly made?: Partial<ObjectsOptions>;
  /** Changes the objects, for what the stack does not make. */
  readonly objects?: (objects: KubernetesObject[]) => readonly KubernetesObject[];
  /** More of the namespace: Events, Nodes, a list that is refused. */
  readonly lists?: Partial<NamespaceObjects>;
  /** The answer of a service; undefined leaves it as it is. */
  readonly http?: (url: URL, request: HttpRequest) => Got | undefined;
  /** Answers of the database by what stands in the question. */
  readonly sql?: Readonly<Record<string, Rows>>;
  /** Why the database lets nobody in. */
  readonly connect?: Extract<Outcome<never>, { ok: false }>;
  /** What is the matter with the server at a connection's address, where there are several. */
  readonly session?: (at: DatabaseConnection) => Partial<SessionAnswers>;
  readonly s3?: Partial<Clients['s3']>;
  readonly kms?: Partial<Clients['kms']>;
  /** The log of the pods whose name begins so. Lines without the kubelet's time are half a minute old. */
  readonly logs?: Readonly<Record<string, readonly string[]>>;
  /** ConfigMaps by name, beside those among the objects. */
  readonly configMaps?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Keys of Secrets beside those of the world: `name/key`. Undefined: that key is gone. */
  readonly secrets?: Readonly<Record<string, string | undefined>>;
  /** Reads Secrets in place of the world's own reader. */
  readonly reader?: SecretReader;
  /** resourceVersions of the Secrets that a run read; empty text: there is none of that name. */
  readonly versions?: Readonly<Record<string, string>>;
  readonly spec?: object;
  readonly previous?: HealthReportStatus;
  readonly now?: Date;
}

/** What a server of a database answers. */
export interface SessionAnswers {
  readonly refusal: Extract<Outcome<never>, { ok: false }>;
  readonly sql: Readonly<Record<string, Rows>>;
  readonly certificateNotAfter: string;
}

export interface Examined {
  readonly status: HealthReportStatus;
  readonly gate: GateDecision;
  /** `core-daemon/health HealthDown` of every check that is not well in this run. */
  readonly told: readonly string[];
}

/** A spec that covers the database, the bucket and the key of the world. */
export const WHOLE = {
  thresholds: { failure: 1, success: 1 },
  databases: [{ name: 'main', urlSecretRef: { name: 'database', key: 'url' } }],
  buckets: [{ name: 'circuits', bucket: 'circuits', region: 'eu-west-1', credentialsSecretRef: { name: 'aws' } }],
  keys: [{ name: 'jwt', kms: { keyId: 'alias/jwt', region: 'eu-west-1', credentialsSecretRef: { name: 'aws' } } }],
} as const;

const SECRETS: Readonly<Record<string, string>> = {
  'database/url': 'postgresql://app:pw@db.example:5432/main?sslmode=disable',
  'aws/accessKeyId': 'AKIAEXAMPLE',
  'aws/secretAccessKey': 'secret',
};

const ROWS: Readonly<Record<string, Rows>> = {
  default_transaction_read_only: ok([{ in_recovery: false, read_only: false, writers: 1, read_only_role: null }]),
  server_version_num: ok([{ number: 160_004, text: '16.4' }]),
  superuser_reserved_connections: ok([{ max: 100, reserved: 3, used: 7, pid: 7 }]),
  "wait_event_type = 'Lock'": ok([{ may: true, transaction: 0, idle: 0, waiting: 0, waited: 0 }]),
  pg_stat_replication: ok([{ may: true, in_recovery: false, standbys: 0, gone: 0, lag: 0, bytes: 0 }]),
  datfrozenxid: ok([{ database: 'main', age: 1000, freeze_max_age: 200_000_000 }]),
  rolvaliduntil: ok([{ role: null, until: null }]),
  pg_locks: ok([{ held: 0 }]),
  pg_attribute: ok([]),
};

const KEY = {
  state: 'Enabled',
  usage: 'SIGN_VERIFY',
  spec: 'ECC_SECG_P256K1',
  signingAlgorithms: ['ECDSA_SHA_256'],
} as const;

/** A body as JSON. */
export function json(status: number, body: unknown): Got {
  const answer: HttpAnswer = {
    status,
    contentType: 'application/json',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    truncated: false,
  };
  return { ok: true, value: answer };
}

/** The answers of hosts whose name begins so; undefined leaves an answer as it is. */
export function at(host: string, get: NonNullable<Situation['http']>): Pick<Situation, 'http'> {
  return { http: (url, request) => (url.hostname.startsWith(host) ? get(url, request) : undefined) };
}

export const UP = { status: 'UP', components: { db: { status: 'UP' }, diskSpace: { status: 'UP' } } };

/** How a service of the product answers when nothing is the matter. */
function well({ pathname }: URL): Got {
  if (pathname === '/actuator/health') return json(200, UP);
  if (pathname.startsWith('/actuator/health/')) return json(200, { status: 'UP' });
  if (pathname === '/health-check') return json(200, { version: '3.4.0', status: 'ok' });
  return pathname === '/' ? json(200, '<html></html>') : json(404, { status: 404 });
}

/** One run over the situation, and the gate on what it wrote. */
export async function look(situation: Situation = {}): Promise<Examined> {
  const { now = NOW } = situation;
  const clock: Clock = { ...systemClock, now: () => now };
  const of = spec({ ...WHOLE, ...situation.spec });
  const made = installation({ now, ...situation.made });
  const all = situation.objects?.(made) ?? made;
  const objects = { ...namespaceObjects(all), ...situation.lists };
  const status = await examine({
    namespace: 'recognize',
    generation: 1,
    spec: of,
    previous: situation.previous,
    objects,
    secrets: situation.reader ?? {
      versions: () => new Map(Object.entries(situation.versions ?? {})),
      read: (name, key) => {
        const value = { ...SECRETS, ...situation.secrets }[`${name}/${key}`];
        return Promise.resolve(
          value === undefined ? failed('SecretKeyMissing', literal('no such key')) : ok(secret(value)),
        );
      },
    },
    clients: clientsOf(situation, all, now),
    clock,
    startedAt: now,
    signal: new AbortController().signal,
  });
  const gate = decideGate({
    status,
    generation: 1,
    suspended: false,
    waive: of.upgrade.waive ?? [],
    asked: undefined,
    maxAgeMs: undefined,
    failOn: 'fail',
    skips: [],
    now,
  });
  const told = (status.checks ?? [])
    .filter(
      ({ result, fault }) =>
        result !== 'pass' && fault !== undefined && fault !== 'NotAsked' && fault !== 'MetricsNotReadable',
    )
    .map(({ id, fault }) => `${id} ${fault ?? ''}`);
  return { status, gate, told };
}

function clientsOf(situation: Situation, objects: readonly KubernetesObject[], now: Date): Clients {
  const { connect } = situation;
  const rows = { ...ROWS, ...situation.sql };
  return clients({
    http: {
      get: (request) => {
        const url = new URL(request.url);
        return Promise.resolve(situation.http?.(url, request) ?? well(url));
      },
    },
    postgres: {
      connect: (connection, signal, use) => {
        const { refusal = connect, sql = {}, certificateNotAfter } = situation.session?.(connection) ?? {};
        if (refusal !== undefined) return Promise.resolve(refusal);
        const { postgres } = postgresAnswering({ ...sql, ...rows, ...sql }, certificateNotAfter);
        return postgres.connect(connection, signal, use);
      },
    },
    s3: {
      head: () => Promise.resolve(ok({ region: 'eu-west-1', date: now.toUTCString() })),
      list: () => Promise.resolve(ok({ objects: 1 })),
      encryption: () => Promise.resolve(ok({ algorithm: 'AES256' })),
      versioning: () => Promise.resolve(ok({ status: 'Enabled' as const })),
      remove: () => Promise.resolve(ok(undefined)),
      roundTrip: () => Promise.resolve(ok({ bytes: 64 })),
      ...situation.s3,
    },
    kms: {
      describe: () => Promise.resolve(ok(KEY)),
      publicKey: () => Promise.resolve(ok({ fingerprint: 'ab'.repeat(32) })),
      dryRunSign: () => Promise.resolve(ok({ algorithm: 'ECDSA_SHA_256' })),
      ...situation.kms,
    },
    cluster: clusterOf({ ...situation, configMaps: { ...mapsAmong(objects), ...situation.configMaps } }, now),
  });
}

/** A line that begins with the kubelet's own time, which has nine decimals. */
const KUBELET = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z /;

function clusterOf({ logs = {}, configMaps = {} }: Situation, now: Date): ClusterClient {
  const at = new Date(now.getTime() - 30_000).toISOString().replace('Z', '000000Z');
  return {
    version: () => Promise.resolve(ok({ kubernetes: '1.34.2' })),
    architectures: () => Promise.resolve(ok(['amd64'])),
    readConfigMap: (_namespace, name) => Promise.resolve(ok(configMaps[name])),
    readLog: ({ pod, previous }, onChunk) => {
      const lines = Object.entries(logs).find(([name]) => pod.startsWith(name))?.[1] ?? [];
      const timed = lines.map((line) => (KUBELET.test(line) ? `${line}\n` : `${at} ${line}\n`));
      if (!previous) onChunk(new TextEncoder().encode(timed.join('')));
      return Promise.resolve({ ok: true, value: undefined });
    },
  };
}

/** The data of the ConfigMaps among objects. */
export function mapsAmong(
  objects: readonly KubernetesObject[],
): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return Object.fromEntries(
    objects
      .filter(({ kind }) => kind === 'ConfigMap')
      .map((object) => [object.metadata.name, (object as { data?: Record<string, string> }).data ?? {}]),
  );
}

type Fields = Record<string, unknown>;

/** Changes what `kind` `name` says; a name may be left out. */
export function edit(kind: string, name: string | undefined, change: (object: Fields) => void) {
  return (objects: KubernetesObject[]): KubernetesObject[] =>
    objects.map((object) => {
      const isIt = object.kind === kind && (name === undefined || object.metadata.name.startsWith(name));
      if (!isIt) return object;
      const copy = structuredClone(object);
      change(copy as unknown as Fields);
      return copy;
    });
}

/** The application's container in the template of a Deployment. */
export function template(name: string, change: (container: Fields, pod: Fields) => void) {
  return edit('Deployment', name, (object) => {
    const pod = (object['spec'] as { template: { spec: { containers: Fields[] } } }).template.spec;
    const [container] = pod.containers;
    if (container !== undefined) change(container, pod);
  });
}
