// The backends that one service's settings name, as far as they can be known without reading a Secret.
import type { Service } from '../api/components.ts';
import type { DatabaseConnection, HostAddress } from '../facts/target.ts';
import type {
  ConfiguredBucketEntry,
  ConfiguredDatabaseEntry,
  ConfiguredKeyEntry,
  Template,
  Within,
} from '../targets/configured.ts';
import type { DatabaseUrl } from '../targets/database-url.ts';
import type { KeyRef } from './value.ts';

/** PEM in a key of a Secret or of a ConfigMap. `elsewhere`: in the pod, in a place that cannot be read. */
export type Authority = KeyRef | { readonly configMap: KeyRef } | 'elsewhere';

interface Named {
  readonly service: Service;
  /** A name for the report: a DNS label. */
  readonly name: string;
  /** Where it was read. */
  readonly origin: string;
  /** A place that says something else and is overruled by Spring's order. */
  readonly overrules?: string;
}

/** A user name, a password or a key: where it is, and never what it is. */
export type Credential =
  | { readonly kind: 'secret'; readonly ref: KeyRef; readonly origin: string }
  /** Written in the open. `text`: of user names alone. */
  | { readonly kind: 'open'; readonly origin: string; readonly text?: string }
  /** Nothing that can be read sets it, and Secrets may that are environment or files as a whole. */
  | { readonly kind: 'within'; readonly within: Within; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string };

export interface ConfiguredDatabase extends Named {
  readonly kind: 'database';
  readonly place:
    | {
        readonly kind: 'open';
        readonly hosts: readonly HostAddress[];
        readonly database: string;
        /** With all that it asks, where the place is a URL. */
        readonly url?: DatabaseUrl;
        readonly tls?: DatabaseConnection['tls']['mode'];
        /** The authority that the service verifies with. */
        readonly authority?: Authority;
      }
    /** The whole URL is in a Secret. */
    | { readonly kind: 'secret'; readonly ref: KeyRef };
  /** Secrets that may hold another URL, which stands over this one. */
  readonly over?: Within;
  readonly username?: Credential;
  readonly password?: Credential;
  readonly schema?: string;
  readonly poolSize?: number;
}

/** What asks AWS, or what speaks as AWS does. */
export interface ConfiguredAccess {
  readonly region?: string | undefined;
  readonly endpoint?: string;
  /** Region and endpoint, where Secrets hold them or may hold them. */
  readonly hidden?: Readonly<Partial<Record<'region' | 'endpoint', Template>>>;
  /** The authority that the service trusts beside the usual ones. */
  readonly authority?: Exclude<Authority, 'elsewhere'>;
  readonly accessKeyId?: Credential | undefined;
  readonly secretAccessKey?: Credential | undefined;
  readonly sessionToken?: Credential | undefined;
}

export interface ConfiguredBucket extends Named {
  readonly kind: 'bucket';
  readonly bucket: string;
  readonly access: ConfiguredAccess;
}

export interface ConfiguredKmsKey extends Named {
  readonly kind: 'kms';
  readonly keyId: string;
  readonly access: ConfiguredAccess;
}

export interface ConfiguredKeyPair extends Named {
  readonly kind: 'keyPair';
  readonly secret: string;
  readonly publicKey: string;
  readonly privateKey: string;
}

export type ConfiguredBackend = ConfiguredDatabase | ConfiguredBucket | ConfiguredKmsKey | ConfiguredKeyPair;

/** A backend that is named, but not so that it can be written down. */
export interface Unresolved extends Named {
  readonly kind: ConfiguredBackend['kind'];
  /** A sentence without its full stop, that repeats no value. */
  readonly why: string;
  /** What it is once the Secrets that hold a part of it are read. */
  readonly hidden?: HiddenBackend;
}

/** A backend with something in the place of what Secrets hold. */
export type HiddenBackend =
  | {
      readonly kind: 'database';
      readonly backend: ConfiguredDatabase;
      readonly words: NonNullable<ConfiguredDatabaseEntry['hidden']>;
    }
  | {
      readonly kind: 'bucket';
      readonly backend: ConfiguredBucket;
      readonly words: NonNullable<ConfiguredBucketEntry['hidden']>;
    }
  | {
      readonly kind: 'kms';
      readonly backend: ConfiguredKmsKey;
      readonly words: NonNullable<ConfiguredKeyEntry['hidden']>;
    };

/** What the settings of one service say. */
export interface ServiceBackends {
  readonly found: readonly ConfiguredBackend[];
  readonly unresolved: readonly Unresolved[];
  /** Sentences for people: a password in the open. */
  readonly warnings: readonly string[];
}
