// Siblings of what was recorded: what other versions, poolers and stores say of the same failures.
import { expect, it } from 'vitest';
import type { Service } from '../../../src/api/components.ts';
import { scanned } from './log-lines.ts';

const NP: Service = 'node-persistence';
const CS: Service = 'circuit-storage';
const AV: Service = 'auth-vault';
const pg = (said: string): string => `x\norg.postgresql.util.PSQLException: ${said}`;
const s3 = (said: string): string => `x\nsoftware.amazon.awssdk.services.s3.model.S3Exception: ${said}`;
const s3v1 = (said: string): string => `x\ncom.amazonaws.services.s3.model.AmazonS3Exception: ${said}`;
const kms = (said: string, type = 'KmsException'): string =>
  `x\nsoftware.amazon.awssdk.services.kms.model.${type}: ${said}`;

it.each<readonly [string, Service, string, string]>([
  // PostgreSQL and what stands before it.
  ['PgBouncer that wants TLS', NP, pg('FATAL: SSL required'), 'database DatabaseTlsFailed'],
  ['PgBouncer without the name of its server', NP, pg('FATAL: server DNS lookup failed'), 'database DatabaseTimeout'],
  [
    'PgBouncer with too many clients of one user',
    NP,
    pg('FATAL: client connections exceeded (max_user_client_connections)'),
    'database DatabaseSlotsExhausted',
  ],
  [
    'Supavisor in session mode',
    NP,
    pg('FATAL: MaxClientsInSessionMode: max clients reached - in Session mode max clients are limited to pool_size'),
    'database DatabaseSlotsExhausted',
  ],
  [
    'Pgpool-II without a node',
    NP,
    pg(
      'FATAL: pgpool is not accepting any new connections\n  Detail: all backend nodes are down, pgpool requires at least one valid node',
    ),
    'database DatabaseTimeout',
  ],
  [
    'Pgpool-II that reaches no node',
    NP,
    pg(
      'FATAL: failed to create a backend connection\n  Detail: not executing failover because failover_on_backend_error is off',
    ),
    'database DatabaseTimeout',
  ],
  [
    'Odyssey without its server',
    NP,
    pg('FATAL: odyssey: c12ab: failed to connect to remote server s34'),
    'database DatabaseTimeout',
  ],
  [
    'Azure, which wants TLS',
    NP,
    pg('FATAL: no pg_hba.conf entry for host "10.0.0.4", user "app", database "np", no encryption'),
    'database DatabaseAuthenticationFailed',
  ],
  [
    'a disk that is full while it writes',
    NP,
    pg('ERROR: could not write to file "base/pgsql_tmp/1": No space left on device'),
    'database DatabaseDiskFull',
  ],
  [
    'PANIC of the log',
    NP,
    pg('PANIC: could not write to file "pg_wal/xlogtemp.1": No space left on device'),
    'database DatabaseDiskFull',
  ],
  [
    'a standby in the way',
    NP,
    pg('ERROR: cannot execute UPDATE in a read-only transaction'),
    'database DatabaseReadOnly',
  ],
  [
    'a new certificate of the server',
    NP,
    pg('SSL error: PKIX path building failed: unable to find valid certification path'),
    'database DatabaseTlsFailed',
  ],
  [
    'pgjdbc that waits for the password',
    NP,
    pg('The server requested SCRAM-based authentication, but no password was provided.'),
    'database DatabaseAuthenticationFailed',
  ],
  [
    'a failover of Patroni',
    NP,
    pg('FATAL: terminating connection due to administrator command'),
    'database DatabaseUnreachable',
  ],
  ['a crash of the server', NP, pg('FATAL: the database system is in recovery mode'), 'database DatabaseStartingUp'],
  ['the wrong cluster', NP, pg('FATAL: database "np" does not exist'), 'database DatabaseMissing'],
  // What S3-compatible stores say through the SDKs.
  [
    'MinIO without its write quorum',
    CS,
    s3(
      'Resource requested is unwritable, please reduce your request rate (Service: S3, Status Code: 503, Request ID: X)',
    ),
    'object-storage BucketServerError',
  ],
  [
    'MinIO without its read quorum',
    CS,
    s3(
      'Resource requested is unreadable, please reduce your request rate (Service: S3, Status Code: 503, Request ID: X)',
    ),
    'object-storage BucketServerError',
  ],
  [
    'MinIO that starts',
    CS,
    s3('Server not initialized yet, please try again. (Service: S3, Status Code: 503, Request ID: X)'),
    'object-storage BucketServerError',
  ],
  [
    'Ceph, which says nothing',
    CS,
    s3('null (Service: S3, Status Code: 403, Request ID: tx0001, Extended Request ID: null)'),
    'object-storage BucketAccessDenied',
  ],
  [
    'a bare 403',
    CS,
    s3('(Service: S3, Status Code: 403, Request ID: X) (SDK Attempt Count: 1)'),
    'object-storage BucketAccessDenied',
  ],
  [
    'Google',
    CS,
    s3v1(
      'robot@x.iam.gserviceaccount.com does not have storage.objects.create access to the Google Cloud Storage object. (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: X)',
    ),
    'object-storage BucketAccessDenied',
  ],
  [
    'Backblaze',
    CS,
    s3(
      'Cannot upload files, storage cap exceeded. See the Caps & Alerts page to increase your cap. (Service: S3, Status Code: 403, Request ID: X)',
    ),
    'object-storage BucketFull',
  ],
  [
    'R2, too often',
    CS,
    s3('Reduce your concurrent request rate for the same object. (Service: S3, Status Code: 429, Request ID: X)'),
    'object-storage BucketThrottled',
  ],
  [
    'a gateway, too often',
    CS,
    s3('null (Service: S3, Status Code: 429, Request ID: null)'),
    'object-storage BucketThrottled',
  ],
  [
    'a clock',
    CS,
    s3(
      "The difference between the request time and the server's time is too large. (Service: S3, Status Code: 403, Request ID: X)",
    ),
    'object-storage BucketCredentialsInvalid',
  ],
  [
    'an expired token',
    CS,
    s3('The provided token has expired. (Service: S3, Status Code: 400, Request ID: X)'),
    'object-storage BucketCredentialsInvalid',
  ],
  [
    'a bucket elsewhere',
    CS,
    s3(
      'The bucket you are attempting to access must be addressed using the specified endpoint. (Service: S3, Status Code: 301, Request ID: X)',
    ),
    'object-storage BucketWrongRegion',
  ],
  [
    'SDK 1, denied',
    CS,
    s3v1(
      'Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: X; S3 Extended Request ID: Y; Proxy: null)',
    ),
    'object-storage BucketAccessDenied',
  ],
  [
    'SDK 1, slow',
    CS,
    s3v1(
      'Please reduce your request rate. (Service: Amazon S3; Status Code: 503; Error Code: SlowDown; Request ID: X)',
    ),
    'object-storage BucketThrottled',
  ],
  [
    'SDK 1, an old MinIO',
    CS,
    s3v1(
      'Resource requested is unwritable, please reduce your request rate (Service: Amazon S3; Status Code: 503; Error Code: SlowDown; Request ID: X)',
    ),
    'object-storage BucketServerError',
  ],
  [
    'SDK 1, no bucket',
    CS,
    s3v1(
      'The specified bucket does not exist (Service: Amazon S3; Status Code: 404; Error Code: NoSuchBucket; Request ID: X)',
    ),
    'object-storage BucketMissing',
  ],
  [
    'SDK 1, the way',
    CS,
    'x\ncom.amazonaws.SdkClientException: Unable to execute HTTP request: Connect to s3.corp:443 [s3.corp/10.1.1.1] failed: Connection refused',
    'object-storage BucketUnreachable',
  ],
  [
    'SDK 1, no credentials',
    CS,
    'x\ncom.amazonaws.SdkClientException: Unable to load AWS credentials from any provider in the chain: [EnvironmentVariableCredentialsProvider: Unable]',
    'object-storage BucketCredentialsInvalid',
  ],
  [
    'a token file that is gone',
    CS,
    'x\nsoftware.amazon.awssdk.core.exception.SdkClientException: Unable to load credentials from any of the providers in the chain AwsCredentialsProviderChain(...) : [WebIdentityTokenCredentialsProvider(): /var/run/secrets/eks.amazonaws.com/serviceaccount/token]',
    'object-storage BucketCredentialsInvalid',
  ],
  [
    'the CRT client',
    CS,
    'x\nsoftware.amazon.awssdk.core.exception.SdkClientException: Failed to send the request: Host name was invalid for dns resolution.',
    'object-storage BucketAddressUnresolved',
  ],
  [
    'the CRT client, timed out',
    CS,
    'x\nsoftware.amazon.awssdk.core.exception.SdkClientException: Failed to send the request: socket operation timed out.',
    'object-storage BucketTimeout',
  ],
  [
    'the CRT client, refused',
    CS,
    'x\nsoftware.amazon.awssdk.core.exception.SdkClientException: Failed to send the request: socket connection refused.',
    'object-storage BucketUnreachable',
  ],
  [
    'Netty, closed',
    CS,
    'x\nsoftware.amazon.awssdk.core.exception.SdkClientException: Unable to execute HTTP request: Acquire operation took longer than the configured maximum time.',
    'object-storage BucketTimeout',
  ],
  // KMS.
  [
    'KMS, no right',
    AV,
    kms(
      'User: arn:aws:sts::1:assumed-role/av/x is not authorized to perform: kms:Sign on resource: arn:aws:kms:eu-west-1:1:key/a because no identity-based policy allows the kms:Sign action (Service: Kms, Status Code: 400, Request ID: X)',
    ),
    'key-management KmsAccessDenied',
  ],
  [
    'KMS, SDK 1, disabled',
    AV,
    'x\ncom.amazonaws.services.kms.model.DisabledException: arn:aws:kms:eu-west-1:1:key/a is disabled. (Service: AWSKMS; Status Code: 400; Error Code: DisabledException; Request ID: X)',
    'key-management KmsKeyDisabled',
  ],
  [
    'KMS, pending',
    AV,
    kms(
      'arn:aws:kms:eu-west-1:1:key/a is pending deletion. (Service: Kms, Status Code: 400, Request ID: X)',
      'KmsInvalidStateException',
    ),
    'key-management KmsKeyPendingDeletion',
  ],
  [
    'KMS, pending import',
    AV,
    kms(
      'arn:aws:kms:eu-west-1:1:key/a is pending import. (Service: Kms, Status Code: 400, Request ID: X)',
      'KmsInvalidStateException',
    ),
    'key-management KmsKeyUnusable',
  ],
  [
    'KMS, the endpoint of a VPC',
    AV,
    'x\nsoftware.amazon.awssdk.core.exception.SdkClientException: Unable to execute HTTP request: kms.eu-west-1.amazonaws.com: Name or service not known',
    'key-management KmsAddressUnresolved',
  ],
  [
    'KMS, its certificate',
    AV,
    'x\nsoftware.amazon.awssdk.core.exception.SdkClientException: Unable to execute HTTP request: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException',
    'key-management KmsTlsFailed',
  ],
  [
    'KMS, throttled',
    AV,
    kms('Rate exceeded (Service: Kms, Status Code: 400, Request ID: X)', 'ThrottlingException'),
    'key-management KmsThrottled',
  ],
  [
    'KMS, internal',
    AV,
    kms('null (Service: Kms, Status Code: 500, Request ID: X)', 'KmsInternalException'),
    'key-management KmsServerError',
  ],
  [
    'KMS, the token',
    AV,
    kms('The security token included in the request is expired (Service: Kms, Status Code: 400, Request ID: X)'),
    'key-management KmsCredentialsInvalid',
  ],
])('%s', (_, service, message, expected) => {
  const { findings } = scanned(`2026-11-23T09:59:50.000Z ERROR 1 --- [main] k.c.Rest : ${message}\n`, service);
  const [first] = findings.map(({ blames, deepest }) => `${blames.join()} ${deepest?.fault ?? ''}`.trim());
  expect(first ?? '').toBe(expected);
});
