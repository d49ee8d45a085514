// A backend that a service's own configuration names, to be compared with what the report examines. References to Secrets
// only; a place in the open may be shown where it is an address, and never where it is a word that somebody wrote.
import type { SafeText } from '../runtime/safe-text.ts';
import type { Fault } from './outcome.ts';
import type { HostAddress } from './target.ts';

interface Named {
  /** Where it was read: `env NP_SPRING_DATASOURCE_URL, ConfigMap core-daemon`. */
  readonly origin: SafeText;
}

export interface DatabaseUse extends Named {
  readonly kind: 'database';
  readonly hosts: readonly HostAddress[];
  readonly database: string;
}

/** A database of which a Secret alone says where it is. */
export interface HiddenDatabaseUse extends Named {
  readonly kind: 'hiddenDatabase';
  readonly secret: string;
}

export interface BucketUse extends Named {
  readonly kind: 'bucket';
  readonly bucket: string;
  readonly endpoint?: string | undefined;
}

export interface KmsKeyUse extends Named {
  readonly kind: 'kms';
  readonly keyId: string;
}

export interface KeyPairUse extends Named {
  readonly kind: 'keyPair';
  readonly secret: string;
}

/** A backend that the service needs, or names, and of which its settings do not tell which one it is. */
export interface UntoldUse extends Named {
  readonly kind: 'untold';
  readonly of: 'database' | 'bucket' | 'key';
  /** Secrets that may tell: where one of them led to a backend of this kind, it has told. */
  readonly secrets?: readonly string[];
  /** Secrets that hold a part of its place: where one of them led to a backend of this kind, it has told. */
  readonly tellers?: readonly string[];
  /** Why a Secret that may tell did not: it may not be read, or is not there. */
  readonly fault?: Fault;
  /** A sentence without its full stop. */
  readonly why: SafeText;
}

export type BackendUse = DatabaseUse | HiddenDatabaseUse | BucketUse | KmsKeyUse | KeyPairUse | UntoldUse;
