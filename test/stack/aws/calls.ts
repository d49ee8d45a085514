// Keeps a record of every call, so that a test can prove what was asked and, more often, what was not.
import type { Service } from './exchange.ts';

export interface Call {
  /** Emulator's clock. */
  at: Date;
  service: Service;
  /** AWS's name of the operation: `HeadBucket`, `Sign`. */
  operation: string;
  /** Name of the principal whose signature was accepted, else undefined. */
  principal: string | undefined;
  /** Bucket, `bucket/key`, or the KeyId as it was sent. */
  resource: string;
  /** Changes state in the account. `Sign` does not; see `dryRun` for whether it made a signature. */
  write: boolean;
  /** KMS only: the request asked for DryRun. */
  dryRun: boolean;
  /** HTTP status that was sent; undefined while the call is held, and for ever if it was hung or reset. */
  status: number | undefined;
  /** Error code that was sent, if one was. */
  code: string | undefined;
}

const WRITES = new Set([
  'CreateBucket',
  'DeleteBucket',
  'PutBucketVersioning',
  'PutBucketEncryption',
  'PutBucketPolicy',
  'DeleteBucketPolicy',
  'PutObject',
  'DeleteObject',
  'DeleteObjects',
  'CreateKey',
  'CreateAlias',
  'EnableKey',
  'DisableKey',
  'ScheduleKeyDeletion',
  'CancelKeyDeletion',
]);

/** A new record for an operation; the emulator fills in the rest as it goes. An unknown operation counts as a write. */
export function newCall(at: Date, service: Service, operation: string, resource: string): Call {
  return {
    at,
    service,
    operation,
    principal: undefined,
    resource,
    write: WRITES.has(operation) || operation === 'Unknown',
    dryRun: false,
    status: undefined,
    code: undefined,
  };
}
