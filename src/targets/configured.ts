// What the services' own configuration says, as far as targets are made of it: values in the open, and references to the
// Secrets that their pods use. Whoever read it has read no Secret.
import type { BucketSpec, DatabaseSpec, KeySpec } from '../api/health-report.ts';
import type { Service } from '../api/components.ts';
import type { BackendUse } from '../facts/backend-use.ts';
import type { Fault } from '../facts/outcome.ts';
import type { DatabaseConnection, HostAddress, ServiceTarget } from '../facts/target.ts';
import type { SafeText } from '../runtime/safe-text.ts';
import type { DatabaseUrl } from './database-url.ts';
import type { KeyRef } from './references.ts';

/** Keys of a Secret that are files of settings. */
export interface SecretFiles {
  /** The keys; undefined: each of one of the names, for all profiles or an active one. */
  readonly keys?: readonly string[];
  /** `application`, or what `spring.config.name` says. */
  readonly names: readonly string[];
  /** Active profiles, later ones over earlier ones. */
  readonly profiles: readonly string[];
}

/** A Secret that is environment or files as a whole: which settings it holds, its keys tell. */
export interface SecretPlace {
  readonly name: string;
  /** Before each key that becomes a variable, or that is a file of a tree. */
  readonly prefix: string;
  /** Pods do without it where it is not there. */
  readonly optional?: true;
  /** It holds this setting in this key, and no other. */
  readonly only?: { readonly key: string; readonly setting: string };
  readonly files?: SecretFiles;
  /** Its keys are those of a service binding. `type`: where it stands in the open; else its key `type` says it. */
  readonly binding?: { readonly type?: string };
}

/** Secrets that are environment or files as a whole, and names of settings to look for among their keys. */
export interface Within {
  readonly secrets: readonly SecretPlace[];
  /** In canonical spelling, the first before the others. */
  readonly names: readonly string[];
  /** What such a name may end with, behind `names`. */
  readonly ending?: RegExp;
}

/** A piece of a text that a Secret holds: in this key, or in one that is called so; `otherwise` where none is. */
export type Hole = KeyRef | { readonly within: Within; readonly otherwise?: Template };

/** A text with what only Secrets hold left open. */
export type Template = readonly (string | Hole)[];

/** The Secrets that a text is put together from. */
export function secretsOf(template: Template): readonly string[] {
  return template.flatMap((piece) =>
    typeof piece === 'string' ? [] : 'within' in piece ? piece.within.secrets.map(({ name }) => name) : [piece.name],
  );
}

interface Entry<S, W extends string, H extends string> {
  /** What of `spec` only Secrets hold: words that have to be known. `spec` has something in their place. */
  readonly hidden?: Readonly<Partial<Record<H, Template>>>;
  /** No setting names it: without what is looked for within Secrets it is none. */
  readonly sought?: true;
  /** What may be found within Secrets once those are read. */
  readonly within?: Readonly<Partial<Record<W, Within>>>;
  /** As a report would list it. */
  readonly spec: S;
  /** `Deployment core-daemon, env NP_SPRING_DATASOURCE_URL, ConfigMap core-daemon` */
  readonly origin: SafeText;
  /** The Secret that said where it is. */
  readonly told?: string;
  /** Why nobody can log in as the services do: their credentials are in no place that can be referred to. */
  readonly unknown?: SafeText;
}

export interface ConfiguredDatabaseEntry extends Entry<
  DatabaseSpec,
  'url' | 'username' | 'password',
  'url' | 'host' | 'port' | 'database' | 'sslmode' | 'sslrootcert'
> {
  readonly kind: 'database';
  /** The URL, where it stands in the open: it says more than the fields of a report. */
  readonly url?: DatabaseUrl;
  /** What settings in the open say of its place, where a Secret overrules them. */
  readonly replaces?: { readonly hosts: readonly HostAddress[]; readonly database: string };
  /** What the services log in with, where the fields of a report cannot say it. */
  readonly login?: { readonly username: string | KeyRef | undefined; readonly password: KeyRef | undefined };
}

type AwsKey = 'accessKeyId' | 'secretAccessKey';

/** Keys for AWS, where the fields of a report cannot say where they are: in two Secrets. */
export type AwsKeys = Readonly<Record<AwsKey, KeyRef>>;

export interface ConfiguredBucketEntry extends Entry<BucketSpec, AwsKey, 'bucket' | 'region' | 'endpoint'> {
  readonly kind: 'bucket';
  readonly keys?: AwsKeys;
}

export interface ConfiguredKeyEntry extends Entry<KeySpec, AwsKey, 'keyId' | 'region' | 'endpoint'> {
  readonly kind: 'key';
  readonly keys?: AwsKeys;
}

export type ConfiguredEntry = ConfiguredDatabaseEntry | ConfiguredBucketEntry | ConfiguredKeyEntry;

/** Database servers that a workload names in its configuration, and the Secrets that its pods use. */
export interface NamedServers {
  readonly secrets: readonly string[];
  readonly servers: readonly HostAddress[];
  /** What the workload asks of TLS there. */
  readonly mode: DatabaseConnection['tls']['mode'] | undefined;
}

/** Takes files of Secrets apart by their keys: the settings of those that Spring reads, each once. */
export type ReadSecretFiles = (
  files: ReadonlyMap<string, string>,
  reading: SecretFiles,
) => readonly { readonly file: string; readonly setting: string; readonly value: string }[];

/** The configuration of all services together. */
export interface Configuration {
  /** Each under a name of its own within its kind. */
  readonly entries: readonly ConfiguredEntry[];
  readonly named: readonly NamedServers[];
  readonly uses: ReadonlyMap<Service, readonly BackendUse[]>;
  /** Services that the settings lead to. */
  readonly calls: ReadonlyMap<Service, NonNullable<ServiceTarget['calls']>>;
  readonly readFiles: ReadSecretFiles;
  /** Why a part of it could not be read: what was found before may be in that part. */
  readonly fault: Fault | undefined;
}

export const NO_CONFIGURATION: Configuration = {
  entries: [],
  named: [],
  uses: new Map(),
  calls: new Map(),
  readFiles: () => [],
  fault: undefined,
};
