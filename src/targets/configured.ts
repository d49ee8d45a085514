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

/** Secrets that are environment or files as a whole, and names of settings to look for among their keys. */
export interface Within {
  /** `prefix`: before each key that becomes a variable. */
  readonly secrets: readonly { readonly name: string; readonly prefix: string }[];
  /** In canonical spelling, the first before the others. */
  readonly names: readonly string[];
}

interface Entry<S, W extends string> {
  /** What may be found within Secrets once those are read. */
  readonly within?: Readonly<Partial<Record<W, Within>>>;
  /** As a report would list it. */
  readonly spec: S;
  /** `Deployment core-daemon, env NP_SPRING_DATASOURCE_URL, ConfigMap core-daemon` */
  readonly origin: SafeText;
  /** Why nobody can log in as the services do: their credentials are in no place that can be referred to. */
  readonly unknown?: SafeText;
}

export interface ConfiguredDatabaseEntry extends Entry<DatabaseSpec, 'url' | 'username' | 'password'> {
  readonly kind: 'database';
  /** The URL, where it stands in the open: it says more than the fields of a report. */
  readonly url?: DatabaseUrl;
  /** What the services log in with, where the fields of a report cannot say it. */
  readonly login?: { readonly username: string | KeyRef | undefined; readonly password: KeyRef | undefined };
}

type AwsKey = 'accessKeyId' | 'secretAccessKey';

/** Keys for AWS, where the fields of a report cannot say where they are: in two Secrets. */
export type AwsKeys = Readonly<Record<AwsKey, KeyRef>>;

export interface ConfiguredBucketEntry extends Entry<BucketSpec, AwsKey> {
  readonly kind: 'bucket';
  readonly keys?: AwsKeys;
}

export interface ConfiguredKeyEntry extends Entry<KeySpec, AwsKey> {
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

/** The configuration of all services together. */
export interface Configuration {
  /** Each under a name of its own within its kind. */
  readonly entries: readonly ConfiguredEntry[];
  readonly named: readonly NamedServers[];
  readonly uses: ReadonlyMap<Service, readonly BackendUse[]>;
  /** Services that the settings lead to. */
  readonly calls: ReadonlyMap<Service, NonNullable<ServiceTarget['calls']>>;
  /** Why a part of it could not be read: what was found before may be in that part. */
  readonly fault: Fault | undefined;
}

export const NO_CONFIGURATION: Configuration = {
  entries: [],
  named: [],
  uses: new Map(),
  calls: new Map(),
  fault: undefined,
};
