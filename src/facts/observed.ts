// What a visit brings back, one shape for each kind of probe. Every observation is an Outcome of its own, so one slow
// question never takes the answered ones down. Bodies are raw: a check that shows one goes through `redact`.
import type { SafeText } from '../runtime/safe-text.ts';
import type { LogFinding } from './log-evidence.ts';
import type { Outcome } from './outcome.ts';
import type {
  BucketTarget,
  ClusterTarget,
  DatabaseTarget,
  HealthPlace,
  KeyTarget,
  ServiceAddress,
  ServiceTarget,
} from './target.ts';
import type { Workload } from './workload.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  /** At most 64 KiB. */
  readonly body: string;
  readonly truncated: boolean;
  /** Location header, where there is one. */
  readonly location?: string | undefined;
  /** Date header, where there is one. */
  readonly date?: string | undefined;
  /** Of the peer's certificate, over TLS. RFC 3339. */
  readonly certificateNotAfter?: string | undefined;
}

export interface ServiceObserved {
  /** In the order of the addresses. */
  readonly answers: readonly {
    readonly address: ServiceAddress;
    /** Where the answer comes from; undefined: the target's own path at the address. */
    readonly place?: HealthPlace;
    readonly answer: Outcome<HttpAnswer>;
    /** Liveness answered: the process runs, whatever the whole of its health says. */
    readonly alive?: boolean;
  }[];
}

/** What one address says of its Hikari pools. */
export interface PoolsSeen {
  /** Callers that wait for a connection, over all pools. */
  readonly pending: number;
  /** The pools in which somebody waits or no connection is free, by name. The gauges lag by a second or so. */
  readonly pools: readonly PoolFigures[];
}

export interface PoolFigures {
  /** `HikariPool-1`; empty where the meter does not tell pools apart. */
  readonly pool: string;
  readonly active: number;
  readonly max: number;
  /** Connections that the pool keeps open at the least; undefined where it does not say. */
  readonly min?: number | undefined;
  readonly pending: number;
}

/** How long requests take at one address. In ms. */
export interface LatencySeen {
  /** The longest of the last minutes. */
  readonly maxMs?: number;
  /** The 95th percentile: of the slowest route where the service publishes one for each, otherwise of all. */
  readonly p95Ms?: number;
  /** It is more than that; how much more, no bucket tells. */
  readonly p95IsMore?: true;
  /** `POST /v2/operations`, of the percentile. */
  readonly route?: string;
}

/** What the meters of a service say, address by address, in the order of the addresses. */
export interface MetersObserved {
  readonly answers: readonly {
    readonly address: ServiceAddress;
    readonly pools: Outcome<PoolsSeen>;
    readonly latency: Outcome<LatencySeen>;
    /** Error events that it logged since its process started. NotAsked where its log can be read instead. */
    readonly errors: Outcome<number>;
  }[];
}

export interface PodsObserved {
  readonly workload: Outcome<Workload>;
}

/** A signature of the guide in the log of one pod. */
export interface LogSighting extends Omit<LogFinding, 'firstLine' | 'lastLine' | 'firstTime' | 'lastTime'> {
  readonly pod: string;
  /** The kubelet's time of the first and of the last line. RFC 3339 with nine decimals, UTC. */
  readonly firstTime: string;
  readonly lastTime: string;
  /** The last line lies in the window; otherwise it is older, and only what never expires looks at it. */
  readonly inWindow: boolean;
}

/** What the logs of a service's pods say. Nothing in it depends on the order in which they were read. */
export interface ServiceLogs {
  readonly pods: number;
  /** Of them, those whose log could be read. */
  readonly podsRead: number;
  /** Error records in the window, over all pods and their previous containers. */
  readonly errors: number;
  /** Of the records in the window, those in a layout of which no level can be read; absent where none is. */
  readonly unread?: { readonly records: number; readonly of: number };
  /** By pod, then the most severe first. */
  readonly sightings: readonly LogSighting[];
  /** What is missing from the logs, one sentence each: a rotation, a limit, a pod that ended. Sorted. */
  readonly gaps: readonly SafeText[];
}

/** The names of a service's settings, as far as its pod template leads to them. Never a value. */
export interface SettingsSeen {
  /** Paths with dots, and environment variables. */
  readonly names: readonly string[];
  /** ConfigMaps that were read. */
  readonly configMaps: readonly string[];
  /** Of those that the template names: what was absent, too large, or no document that we can read. */
  readonly unread: readonly string[];
}

export interface ConfigurationObserved {
  /** NotAsked of a service of which no key was renamed, and where the template names neither variable nor ConfigMap. */
  readonly settings: Outcome<SettingsSeen>;
}

export interface LogsObserved {
  readonly logs: Outcome<ServiceLogs>;
}

/**
 * `carried`: the pooler takes statements along from one server connection to the next. `withServer`: each client has a
 * server connection of its own. `lost`: neither.
 */
export type StatementsKept = 'carried' | 'withServer' | 'lost';

/** What is asked of a database once there is a connection. Each question declares its answer here (`questions/database/`). */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled in by the questions
export interface DatabaseAnswers {}

export interface DatabaseObserved extends DatabaseAnswers {
  /** DNS, TCP, TLS, authentication, the database itself. The answers are NotAsked when this fails. */
  readonly connect: Outcome<{ readonly encrypted: boolean; readonly certificateNotAfter?: string | undefined }>;
  /** Of a server that was asked and not logged in to. */
  readonly certificateNotAfter?: string | undefined;
  /** What we connect to is a pooler: it hands our transactions to processes of its own. */
  readonly pooled?: true;
  /** What becomes of prepared statements behind that pooler; missing where the driver prepares none there. */
  readonly statements?: Outcome<StatementsKept>;
  /** Of several servers: why one of them could not be connected to. */
  readonly away?: SafeText;
  /** Of several servers in any order: that they are not alike. */
  readonly mixed?: SafeText;
}

export interface BucketObserved {
  /** The endpoint answers as S3 and the bucket is there. Wrong region is found here and told by `region`. */
  readonly reach: Outcome<{ readonly date?: string }>;
  readonly list: Outcome<{ readonly objects: number }>;
  readonly region: Outcome<{ readonly region: string }>;
  /** Of new objects by default: `AES256`, `aws:kms`, or `none`. */
  readonly encryption: Outcome<{ readonly algorithm: string }>;
  readonly versioning: Outcome<{ readonly status: 'Enabled' | 'Suspended' | 'Never' }>;
  /** NotAsked unless the spec says writeTest. */
  readonly write: Outcome<{ readonly bytes: number }>;
  /** Of the endpoint's certificate, where one answered over TLS. RFC 3339. */
  readonly certificateNotAfter?: string | undefined;
}

export interface KeyDescription {
  readonly state: string;
  readonly usage: string;
  readonly spec: string;
  /** RFC 3339 UTC */
  readonly deletionDate?: string | undefined;
  /** Of imported material. RFC 3339 UTC */
  readonly validTo?: string | undefined;
  readonly signingAlgorithms: readonly string[];
}

export interface KeyObserved {
  readonly state: Outcome<KeyDescription>;
  /** SHA-256 of the SubjectPublicKeyInfo in hexadecimal. */
  readonly publicKey: Outcome<{ readonly fingerprint: string }>;
  /** Permitted by a dry run. */
  readonly sign: Outcome<{ readonly algorithm: string }>;
  /** Off AWS. NotAsked for a KMS key, as the three above are for a pair. */
  readonly pair: Outcome<{ readonly matches: boolean; readonly curve: string; readonly fingerprint: string }>;
  /** Of the endpoint's certificate, where one answered over TLS. RFC 3339. */
  readonly certificateNotAfter?: string | undefined;
}

export interface ClusterObserved {
  readonly version: Outcome<{ readonly kubernetes: string; readonly openshift?: string }>;
  readonly architectures: Outcome<readonly string[]>;
}

/** What each kind of probe brings back. */
export interface Observed {
  service: ServiceObserved;
  meters: MetersObserved;
  pods: PodsObserved;
  logs: LogsObserved;
  configuration: ConfigurationObserved;
  database: DatabaseObserved;
  bucket: BucketObserved;
  key: KeyObserved;
  cluster: ClusterObserved;
}

export type Kind = keyof Observed;

/** Which target each kind of probe visits. */
export interface TargetByKind {
  service: ServiceTarget;
  meters: ServiceTarget;
  pods: ServiceTarget;
  logs: ServiceTarget;
  configuration: ServiceTarget;
  database: DatabaseTarget;
  bucket: BucketTarget;
  key: KeyTarget;
  cluster: ClusterTarget;
}

export type TargetOf<K extends Kind> = TargetByKind[K];

/** One visit with its result. */
export type Visit = {
  readonly [K in Kind]: { readonly kind: K; readonly target: TargetOf<K>; readonly observed: Observed[K] };
}[Kind];

/** Everything seen in a run, for checks that look at more than their own target (the connection sum does). */
export interface Observations {
  readonly visits: readonly Visit[];
}
