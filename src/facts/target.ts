// What is visited: plain values, made from the spec, the cluster's objects and Secrets before any probe runs.
import type { Component, Service } from '../api/components.ts';
import type { AcceptedPlatform } from '../api/health-report.ts';
import type { SafeText } from '../runtime/safe-text.ts';
import type { Secret } from '../runtime/secret.ts';
import type { BackendUse } from './backend-use.ts';
import type { Fault, Outcome } from './outcome.ts';
import type { Pod, Workload } from './workload.ts';

/** Shown over TLS to a server that asks for one. */
export interface ClientCertificate {
  /** The certificate, with those of its authorities behind it. */
  readonly pem: string;
  readonly key: Secret;
}

export interface BasicCredentials {
  readonly username: string;
  readonly password: Secret;
}

/** One address of a service: a ready endpoint, or the host of its URL. */
export interface ServiceAddress {
  /** What people see: `10.1.2.3:8080` or the host of the URL. */
  readonly name: string;
  /** Base URL to ask, without a path. */
  readonly origin: string;
  /** Pod behind it, where known. */
  readonly pod?: string | undefined;
  /** The spec says https or http: nothing else is tried. */
  readonly schemeSaid?: true;
}

/** A place of a pod where health may be asked. */
export interface HealthPlace {
  readonly path: string;
  /** Of the pod; undefined: the one that its Service leads to. */
  readonly port: number | undefined;
  /** Undefined: as the address has it. */
  readonly scheme: 'http' | 'https' | undefined;
  /** `group`: what the kubelet asks, which leaves out what its group does not hold. */
  readonly scope: 'all' | 'group';
  readonly headers?: Readonly<Record<string, string>>;
  /** Who named it. */
  readonly from:
    'spec' | 'startupProbe' | 'readinessProbe' | 'livenessProbe' | 'management port' | 'Service port' | 'default';
}

/** A Recognize service. Its target id is its component. */
export interface ServiceTarget {
  readonly kind: 'service';
  readonly id: Service;
  readonly component: Service;
  readonly required: boolean;
  /**
   * Found in the cluster now, only listed in the spec, remembered from an earlier run and gone, or never found while
   * others say that it must be there.
   */
  readonly presence: 'found' | 'listed' | 'gone' | 'expected';
  /** Every ready one, or the fault that kept us from learning them. */
  readonly addresses: Outcome<readonly ServiceAddress[]>;
  readonly health: {
    /** The first place's. */
    readonly path: string;
    /** The spec names it. */
    readonly named: boolean;
    readonly format: 'spring' | 'agent' | 'page';
    /** Best first; undefined: `path` alone, at the address. */
    readonly places?: readonly HealthPlace[];
    /** How the kubelet tells that a pod is ready, in words. Undefined where it does not ask, or nobody knows. */
    readonly readiness?: string | undefined;
  };
  readonly tls: { readonly ca?: string; readonly serverName?: string; readonly certificate?: ClientCertificate };
  /** Shown to its addresses. Whoever filled them in has made sure that these may see them. */
  readonly credentials?: BasicCredentials;
  /** Undefined when the service is reached by URL only. The first of several. */
  readonly workload: Workload | undefined;
  /** Further workloads that are the service: of the same likeness and with traffic, or behind the same Service. */
  readonly others?: readonly Workload[] | undefined;
  /** Workloads that may be the service, where nothing tells whether they are. */
  readonly unsure?: readonly Workload[];
  /** Only the report says that its workload is this service: its title, and the Secrets that its pods use. */
  readonly onReportsWord?: { readonly title: string; readonly secrets: readonly string[] };
  /** Why there may be more workloads of it, where a pod runs it that belongs to none of these. */
  readonly hidden?: Fault;
  /** spec.capacity.maxPodsPerService: 3, as the vendor tested, unless it says otherwise. */
  readonly maxPods: number;
  /** How its log is read. Undefined when `spec.logs.enabled` is false: then nothing is asked. */
  readonly logs?: LogReading;
  /** More errors than this in the window are too many. `spec.logs.errorThreshold`, `spec.logs.window` */
  readonly errorAlert?: { readonly threshold: number; readonly windowMs: number };
  /** What its pod template names. Undefined without a workload. */
  readonly configuration?: ConfigurationReading;
  /** Services that its own configuration leads to, and in which namespace where that is said. Undefined: none. */
  readonly calls?: readonly { readonly service: Service; readonly namespace?: string }[];
  /** The backends that its own configuration names, without those that the spec waives. Undefined: none that can be told. */
  readonly uses?: readonly BackendUse[];
}

/** Where the names of a service's settings stand: what its pod template sets and refers to. Names only, never values. */
export interface ConfigurationReading {
  readonly namespace: string;
  /** Environment variables that the template sets itself. */
  readonly variables: readonly string[];
  /** ConfigMaps whose keys become variables or files of the application's container. */
  readonly configMaps: readonly ConfigMapUse[];
  /** Variables of which a key of a ConfigMap is the value. */
  readonly references?: readonly { readonly variable: string; readonly name: string; readonly key: string }[];
  /** `spec.upgrade.targetVersion` */
  readonly targetVersion?: string | undefined;
}

export interface ConfigMapUse {
  readonly name: string;
  /** Stands before each key that becomes a variable. */
  readonly prefix?: string;
  /** Keys that are used; undefined: all of them. */
  readonly keys?: readonly string[];
}

/**
 * Path of the actuator, without a slash at its end, from that of the health endpoint: `/actuator/health` → `/actuator`.
 * Undefined for what is no Spring Boot service, and for a path that does not tell.
 */
export function actuatorBase({ health: { path, format } }: Pick<ServiceTarget, 'health'>): string | undefined {
  return format === 'spring' ? /^(.*)\/health(?:\/[^/]+)?\/?$/.exec(path)?.[1] : undefined;
}

/** Which part of a service's log a run looks at. Times are milliseconds since the epoch. */
export interface LogReading {
  readonly namespace: string;
  /** Whose lines the log may hold: the service, and those that this topology has merged into it. */
  readonly writers: readonly Service[];
  /** Where reading begins: the start of the last run, or of the window where that is earlier. */
  readonly fromMs: number;
  /** The window of the error rate and of findings is (windowFromMs, nowMs]. `spec.logs.window` */
  readonly windowFromMs: number;
  readonly nowMs: number;
}

/** The pods of all of a service's workloads. */
export function podsOf({ workload, others = [] }: Pick<ServiceTarget, 'workload' | 'others'>): readonly Pod[] {
  return [...(workload?.pods ?? []), ...others.flatMap(({ pods }) => pods)];
}

/** One server of a URL: without brackets, not yet resolved. */
export interface HostAddress {
  readonly host: string;
  readonly port: number;
}

/** Which of several servers a URL asks for (JDBC's targetServerType, libpq's target_session_attrs). */
export type HostWish = 'any' | 'primary' | 'secondary' | 'preferPrimary' | 'preferSecondary' | 'writable' | 'readOnly';

/** How to reach a database. */
export interface DatabaseConnection extends HostAddress {
  /** Further hosts of the URL, in its order. */
  readonly otherHosts?: readonly HostAddress[];
  /** Undefined: any. */
  readonly wants?: HostWish;
  /** The driver tries the hosts in any order. */
  readonly balanced?: boolean;
  readonly database: string;
  readonly username: string;
  readonly password: Secret | undefined;
  /** The Secret that holds the password names this server too: its owner chose where the password goes. */
  readonly namedBySecret: boolean;
  readonly tls: {
    /** `Allow`: TLS where the server refuses without. `Prefer`: where it offers TLS, unverified. */
    readonly mode: 'Disable' | 'Allow' | 'Prefer' | 'Require' | 'VerifyCA' | 'VerifyFull';
    readonly ca?: string | undefined;
    /** The authority is of the Secret with the login: what it signs may be given that, unless it signs for everybody. */
    readonly ownAuthority?: boolean;
    /** With `Require`: the name in the certificate is compared all the same. */
    readonly verifiesName?: boolean;
    /** TLS from the first byte, without asking. */
    readonly direct?: boolean;
    /** The client certificate, PEM. */
    readonly certificate?: ClientCertificate;
  };
  /** What the URL asks of the authentication. */
  readonly authentication?:
    | {
        /** Methods that are allowed; undefined: any. `scram-sha-256`, `md5`, `password`, `none`, … */
        readonly methods?: readonly string[] | undefined;
        readonly channelBinding: 'prefer' | 'require';
      }
    | undefined;
  /** Further parameters of the startup message. */
  readonly startup?: Readonly<Record<string, string>>;
  /** Schemas that the URL looks names up in, in order. */
  readonly searchPath?: readonly string[] | undefined;
  /** The driver prepares statements on the server. */
  readonly prepares?: boolean;
  /** How long a server may take to let us in, in ms, so that a silent one of several costs its share of the time only. */
  readonly patienceMs?: number;
  /** Why we must not log in: the server is visited up to that point, and this is said then. */
  readonly withheld?: SafeText;
  /** Why there is nothing to log in with: the server is asked whether it lets anybody in, and this is said beside it. */
  readonly unread?: Fault;
}

/** The servers of the URL, in its order. */
export function hostsOf({ host, port, otherHosts = [] }: DatabaseConnection): readonly HostAddress[] {
  return [{ host, port }, ...otherHosts];
}

/** Of backends that the services' own configuration names, and no spec. */
interface Discovered {
  /** Where it was found: `Deployment core-daemon, env NP_SPRING_DATASOURCE_URL`. Undefined: the spec lists it. */
  readonly origin?: SafeText | undefined;
  /** The Secret that said where it is, where none but it did. */
  readonly told?: string;
}

export interface DatabaseTarget extends Discovered {
  readonly kind: 'database';
  /** `database/<name>` */
  readonly id: string;
  readonly component: 'database';
  readonly name: string;
  readonly required: true;
  /** The fault where the Secret or the URL cannot be used (SecretMissing, TargetInvalid, OracleNotProbed, …). */
  readonly connection: Outcome<DatabaseConnection>;
  /** Name of the Secret that its address or credentials come from. */
  readonly secret?: string;
  readonly schema?: string | undefined;
  /** The spec says that a connection pooler stands before the server. */
  readonly pooler?: boolean | undefined;
  /** Client connections that the pooler takes, over all its databases; only the spec can tell. */
  readonly poolerClients?: number | undefined;
  readonly poolSize: number;
  readonly usedBy: readonly Service[];
  /** What settings in the open say of its place, which a Secret overrules. */
  readonly replaces?: { readonly hosts: readonly HostAddress[]; readonly database: string };
  /** Services that keep a pool of connections to it, as far as it is known: `usedBy`, or what the topology says. */
  readonly pooledBy?: readonly Service[];
}

/** Whose identity asks. A denial of `own` credentials is the target's fault; of `ambient` ones it is ours. */
export interface AwsAccess {
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly ca?: string | undefined;
  readonly credentials:
    | {
        readonly source: 'own';
        readonly accessKeyId: string;
        readonly secretAccessKey: Secret;
        readonly sessionToken?: Secret;
      }
    | { readonly source: 'ambient' }
    /** Nothing is signed, and no refusal says anything but that somebody answers. `unread`: why. */
    | { readonly source: 'none'; readonly unread: Fault };
}

export interface BucketTarget extends Discovered {
  readonly kind: 'bucket';
  /** `object-storage/<name>` */
  readonly id: string;
  readonly component: 'object-storage';
  readonly name: string;
  readonly required: true;
  readonly bucket: string;
  readonly forcePathStyle: boolean;
  readonly writeTest: boolean;
  /** Tells one spec of the bucket from another. */
  readonly specId?: string;
  /** What the write test left behind under this very spec: it is told again, and nothing is written. */
  readonly left?: Fault | undefined;
  readonly access: Outcome<AwsAccess>;
  /** Name of the Secret that its address or credentials come from. */
  readonly secret?: string;
  readonly usedBy: readonly Service[];
}

export interface KeyTarget extends Discovered {
  readonly kind: 'key';
  /** `key-management/<name>` */
  readonly id: string;
  readonly component: 'key-management';
  readonly name: string;
  readonly required: true;
  readonly source:
    | {
        readonly kind: 'kms';
        readonly keyId: string;
        readonly access: Outcome<AwsAccess>;
        readonly signTest: 'DryRun' | 'Never';
        readonly expectedFingerprint?: string;
      }
    | { readonly kind: 'keyPair'; readonly pair: Outcome<{ readonly publicPem: string; readonly privatePem: Secret }> };
  /** Name of the Secret that its address or credentials come from. */
  readonly secret?: string;
  readonly usedBy: readonly Service[];
}

/** The cluster as a whole: platform and capacity are asked of it. */
export interface ClusterTarget {
  readonly kind: 'cluster';
  readonly id: 'cluster';
  readonly component: 'platform';
  readonly required: false;
  /** Platforms outside what the vendor tested that somebody answers for: `spec.platform.accepted`. */
  readonly accepted: readonly AcceptedPlatform[];
  /** `spec.upgrade.targetVersion` */
  readonly targetVersion?: string | undefined;
}

export type Target = ServiceTarget | DatabaseTarget | BucketTarget | KeyTarget | ClusterTarget;

/** The id by which judge joins targets: a service's component, `database/<name>`, `object-storage/<name>`, … */
export type TargetId = string;

/** A target's name and component in messages and dependency edges. */
export interface TargetRef {
  readonly id: TargetId;
  readonly component: Component;
  readonly usedBy: readonly Service[];
}
