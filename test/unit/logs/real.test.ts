// Every log recorded of a real Spring Boot service, in fourteen layouts, held to the entry that a reader cites.
// What is decided otherwise than by that reader is listed below, with the reason.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Service } from '../../../src/api/components.ts';
import type { FaultCode } from '../../../src/api/faults.ts';
import { explain } from '../../../src/guide/explain.ts';
import { scanned } from './log-lines.ts';

interface RealLog {
  readonly id: string;
  readonly fault: string;
  readonly layout: string;
  readonly service: Service;
  readonly entry: string | null;
  readonly lines: readonly string[];
}

const recorded = new URL('../../fixtures/real/spring-logs.jsonl.gz', import.meta.url);
const LOGS = gunzipSync(readFileSync(recorded))
  .toString('utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as RealLog);

/** By what was caused: the entries that are found instead, the first first. */
const OTHERWISE: Readonly<Record<string, { readonly found: readonly string[]; readonly because: string }>> = {
  'disk-full': { found: ['OPS-040'], because: 'the guide is silent, and no probe that only reads can see it' },
  'OutOfMemoryError: Java heap space': { found: ['OPS-041'], because: 'the guide is silent, and health stays UP' },
  'OutOfMemoryError: GC overhead limit exceeded': { found: ['OPS-041'], because: 'the guide is silent' },
  'OutOfMemoryError: Metaspace': { found: ['OPS-041'], because: 'the guide is silent' },
  'OutOfMemoryError: unable to create native thread': { found: ['OPS-041'], because: 'the guide is silent' },
  'OutOfMemoryError with -XX:+CrashOnOutOfMemoryError': { found: ['OPS-041'], because: 'the guide is silent' },
  'S3 health indicator down: NoSuchBucket': { found: ['REC-CS-002'], because: 'S3 itself says that it has no bucket' },
  'KMS health indicator down: DisabledException': { found: ['REC-AV-003'], because: 'KMS itself says so of the key' },
  'KMS health indicator down: AccessDeniedException': { found: ['REC-AV-003'], because: 'KMS itself refuses to sign' },
  'health indicator WARN, Hikari text only in the cause': {
    found: ['REC-NP-002'],
    because: 'a layout without causes still says that no connection was to be had',
  },
  'default_transaction_read_only at start (flyway)': {
    found: ['REC-NP-002', 'REC-NP-001'],
    because: 'the deepest cause is a database that takes no writes; the start that failed follows from it',
  },
  'hot standby: read-only': {
    found: ['REC-NP-002', 'REC-NP-001'],
    because: 'the deepest cause is a database that takes no writes; the start that failed follows from it',
  },
};

/** Of faults that have several causes under one entry: what the deepest of them is. */
const DEEPEST: Readonly<Record<string, FaultCode>> = {
  'wrong password': 'DatabaseAuthenticationFailed',
  'unknown role': 'DatabaseAuthenticationFailed',
  'role not permitted to log in': 'DatabaseAuthenticationFailed',
  'permission denied for database': 'DatabaseAuthenticationFailed',
  'pgbouncer auth failed': 'DatabaseAuthenticationFailed',
  'connection refused': 'DatabaseUnreachable',
  'unknown host': 'DatabaseAddressUnresolved',
  'unknown database': 'DatabaseMissing',
  'pgbouncer no such database': 'DatabaseMissing',
  'too many connections for database': 'DatabaseSlotsExhausted',
  'sorry, too many clients already': 'DatabaseSlotsExhausted',
  'pgbouncer no more connections allowed': 'DatabaseSlotsExhausted',
  'the database system is starting up': 'DatabaseStartingUp',
  'client sslmode=require, server without SSL': 'DatabaseTlsFailed',
  'sslmode=verify-full, other hostname': 'DatabaseTlsFailed',
  'sslmode=verify-full, unknown CA': 'DatabaseTlsFailed',
  'hot standby: read-only': 'DatabaseReadOnly',
  'S3 AccessDenied': 'BucketAccessDenied',
  'S3 InvalidAccessKeyId': 'BucketCredentialsInvalid',
  'S3 ExpiredToken': 'BucketCredentialsInvalid',
  'S3 SignatureDoesNotMatch': 'BucketCredentialsInvalid',
  'S3 no credentials (chain)': 'BucketCredentialsInvalid',
  'S3 no credentials (profile)': 'BucketCredentialsInvalid',
  'S3 NoSuchBucket': 'BucketMissing',
  'S3 SlowDown': 'BucketThrottled',
  'S3 connection refused': 'BucketUnreachable',
  'S3 hang': 'BucketTimeout',
  'S3 unknown host': 'BucketAddressUnresolved',
  'KMS DisabledException': 'KmsKeyDisabled',
  'KMS NotFoundException': 'KmsKeyMissing',
  'KMS AccessDeniedException': 'KmsAccessDenied',
  'KMS KMSInvalidStateException': 'KmsKeyPendingDeletion',
  'KMS InvalidKeyUsageException': 'KmsKeyUsageWrong',
  'KMS UnrecognizedClientException': 'KmsCredentialsInvalid',
  'KMS connection refused': 'KmsUnreachable',
  'KMS unknown host': 'KmsAddressUnresolved',
};

const textOf = ({ lines }: RealLog): string => lines.map((line) => `${line}\n`).join('');

it(`are ${LOGS.length} logs, and whatever is decided otherwise is among them`, () => {
  expect(LOGS.length).toBeGreaterThanOrEqual(319);
  const caused = new Set(LOGS.map(({ fault }) => fault));
  expect([...Object.keys(OTHERWISE), ...Object.keys(DEEPEST)].filter((fault) => !caused.has(fault))).toEqual([]);
});

describe.each(LOGS)('$id', (log) => {
  const { entry, fault, service } = log;
  const { findings } = scanned(textOf(log), service);
  const ids = findings.map(({ id }) => id);

  it('leads where a reader would go', () => {
    const otherwise = OTHERWISE[fault];
    if (otherwise !== undefined) expect(ids).toEqual(otherwise.found);
    else if (entry === null) expect(ids).toEqual([]);
    else expect(ids[0]).toBe(entry);
  });

  if (DEEPEST[fault] !== undefined && /"|Caused by|Exception/.test(textOf(log)))
    it('tells the deepest cause', () => {
      expect(findings[0]?.deepest?.fault).toBe(DEEPEST[fault]);
    });

  if (fault.startsWith('unique violation'))
    it('counts one rejected insert once', () => {
      expect(findings.map(({ id, count }) => [id, count])).toEqual([['REC-CS-001', 1]]);
    });

  it('is read: every record of it has a level, but what the JVM and the banner print', () => {
    let unknown = 0;
    scanned(textOf(log), service, {
      onRecord: ({ gravity, read }) => {
        if (gravity === 'unknown' && /^(?:\d{4}-|\{)/.test(read()?.text ?? '')) unknown += 1;
      },
    });
    expect(unknown).toBe(0);
  });
});

describe('a pasted line', () => {
  it.each([
    ['org.postgresql.util.PSQLException: FATAL: password authentication failed for user "recognize"', 'REC-NP-002'],
    ['SQL State  : 28P01\nMessage    : FATAL: password authentication failed for user "recognize"', 'REC-NP-002'],
    [
      'software.amazon.awssdk.services.s3.model.S3Exception: Access Denied (Service: S3, Status Code: 403, Request ID: 4)',
      'REC-CS-002',
    ],
    [
      'DisabledException: arn:aws:kms:eu-west-1:1:key/2 is disabled. (Service: Kms, Status Code: 400, Request ID: 5)',
      'REC-AV-003',
    ],
    ['I/O error on GET request for "http://core-daemon:8080/x": Connection refused', 'REC-CD-002'],
    ['java.net.UnknownHostException: circuit-storage-2', 'REC-CD-002'],
    ['java.lang.OutOfMemoryError: Java heap space', 'OPS-041'],
    ['ERROR: could not extend file "base/16385/16405": No space left on device', 'OPS-040'],
    ['[NODE-PERSISTENCE] service returned error: 500', 'REC-CD-001'],
    ['Node Persistence Service Returned Error: 500', 'REC-CD-001'],
  ])('"%s" is explained by %s', (line, id) => {
    expect(explain(line)[0]?.id).toBe(id);
  });
});
