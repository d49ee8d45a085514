// More siblings of what was recorded: in each, somebody else or something else would be blamed by a wider rule.
import { describe, expect, it } from 'vitest';
import type { Service } from '../../../src/api/components.ts';
import { LAYOUTS, scanned } from './log-lines.ts';

const pg = (said: string): string =>
  `could not execute query\norg.springframework.dao.DataAccessResourceFailureException: x\n\tat a.B.c(B.java:1)\nCaused by: org.postgresql.util.PSQLException: ${said}`;
const s3 = (said: string, status: number): string =>
  `x\nsoftware.amazon.awssdk.services.s3.model.S3Exception: ${said} (Service: S3, Status Code: ${status}, Request ID: X)`;
const kms = (said: string): string =>
  `x\nsoftware.amazon.awssdk.services.kms.model.KmsException: ${said} (Service: Kms, Status Code: 400, Request ID: X)`;
const sdk = (said: string): string => `x\nsoftware.amazon.awssdk.core.exception.SdkClientException: ${said}`;
const sts = (type: string, said: string): string =>
  `x\nsoftware.amazon.awssdk.services.sts.model.${type}: ${said} (Service: Sts, Status Code: 400, Request ID: X)`;

const NP: Service = 'node-persistence';
const CS: Service = 'circuit-storage';
const AV: Service = 'auth-vault';
const CD: Service = 'core-daemon';

const DATABASE = 'REC-NP-002 database';
const STORAGE = 'REC-CS-002 object-storage';
const KEYS = 'REC-AV-003 key-management';

const ROWS: readonly (readonly [string, Service, string, string])[] = [
  // PostgreSQL.
  ['RADIUS', NP, pg('FATAL: RADIUS authentication failed for user "np"'), `${DATABASE} DatabaseAuthenticationFailed`],
  [
    'OAuth',
    NP,
    pg('FATAL: OAuth bearer authentication failed for user "np"'),
    `${DATABASE} DatabaseAuthenticationFailed`,
  ],
  [
    'a sequence of a standby',
    NP,
    pg('ERROR: cannot execute nextval() in a read-only transaction'),
    `${DATABASE} DatabaseReadOnly`,
  ],
  [
    'a standby in recovery',
    NP,
    pg('ERROR: cannot assign TransactionIds during recovery'),
    `${DATABASE} DatabaseReadOnly`,
  ],
  [
    'transaction ids that are used up',
    NP,
    pg(
      'ERROR: database is not accepting commands that assign new transaction IDs to avoid wraparound data loss in database "np"',
    ),
    `${DATABASE} DatabaseReadOnly`,
  ],
  [
    'a temporary file',
    NP,
    pg('ERROR: could not write block 1 of temporary file: No space left on device'),
    'OPS-040 database DatabaseDiskFull',
  ],
  [
    'a quota of the disk',
    NP,
    pg('ERROR: could not extend file "base/1/2": Disk quota exceeded'),
    'OPS-040 database DatabaseDiskFull',
  ],
  [
    'another process that crashed',
    NP,
    pg('WARNING: terminating connection because of crash of another server process'),
    `${DATABASE} DatabaseUnreachable`,
  ],
  [
    'a transaction of its own that idled',
    NP,
    pg('FATAL: terminating connection due to idle-in-transaction timeout'),
    DATABASE,
  ],
  [
    'a transaction of its own that lasted',
    NP,
    pg('FATAL: terminating connection due to transaction timeout'),
    DATABASE,
  ],
  ['no primary', NP, pg('Could not find a server with specified targetServerType: primary'), DATABASE],
  ['a query that was cancelled', NP, pg('ERROR: canceling statement due to user request'), ''],
  ['rows that two wanted', NP, pg('ERROR: could not serialize access due to concurrent update'), ''],
  // S3.
  [
    'another region',
    CS,
    s3("The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'", 400),
    `${STORAGE} BucketWrongRegion`,
  ],
  [
    'a redirection that passes',
    CS,
    s3('Please re-send this request to the specified temporary endpoint.', 307),
    `${STORAGE} BucketWrongRegion`,
  ],
  [
    'a disabled account of MinIO',
    CS,
    s3('Your account is disabled; please contact your administrator.', 403),
    `${STORAGE} BucketCredentialsInvalid`,
  ],
  ['nobody, at Google', CS, s3('Authentication required.', 401), `${STORAGE} BucketCredentialsInvalid`],
  [
    'a key of AWS, at R2',
    CS,
    s3('Credential access key has length 20, should be 32', 400),
    `${STORAGE} BucketCredentialsInvalid`,
  ],
  [
    'a quota of Garage',
    CS,
    s3('Forbidden: Bucket size quota is reached, maximum total size: 1', 403),
    `${STORAGE} BucketFull`,
  ],
  [
    'http:// at a TLS port',
    CS,
    sdk('Unable to execute HTTP request: Unsupported or unrecognized SSL message'),
    `${STORAGE} BucketTlsFailed`,
  ],
  ['instance metadata', CS, sdk('Failed to load credentials from IMDS.'), `${STORAGE} BucketCredentialsInvalid`],
  [
    'a token of the pod that expired',
    CS,
    sts('ExpiredTokenException', 'Token expired'),
    `${STORAGE} BucketCredentialsInvalid`,
  ],
  [
    'a cluster that IAM does not know',
    CS,
    sts('InvalidIdentityTokenException', 'No OpenIDConnect provider found in your account for https://oidc.eks.x'),
    `${STORAGE} BucketCredentialsInvalid`,
  ],
  ['a circuit that is not there', CS, s3('The specified key does not exist.', 404), ''],
  // KMS.
  [
    'a clock that is ahead',
    AV,
    kms('Signature not yet current: 2 is still later than 1'),
    `${KEYS} KmsCredentialsInvalid`,
  ],
  ['the same token, for keys', AV, sts('ExpiredTokenException', 'Token expired'), `${KEYS} KmsCredentialsInvalid`],
  // One service about another.
  [
    'a proxy that answers for it, by Feign',
    CD,
    'x\nfeign.FeignException$ServiceUnavailable: [503 Service Unavailable] during [POST] to [http://circuit-storage-2.default.svc.cluster.local/v1/c] [X#y()]',
    'REC-CD-001 circuit-storage',
  ],
  [
    'a gateway, by RestClient',
    CD,
    'x\norg.springframework.web.client.HttpServerErrorException$BadGateway: 502 Bad Gateway on GET request for "http://node-persistence.default.svc.cluster.local/v1/x": [no body]',
    'REC-CD-001 node-persistence',
  ],
  [
    'its address, where nobody answers',
    CD,
    'x\norg.springframework.web.client.ResourceAccessException: I/O error on GET request for "http://node-persistence.default.svc.cluster.local/v1/x": Connection refused',
    'REC-CD-002 node-persistence ServiceRefused',
  ],
  ['a node that is not there', AV, 'Node persistence returned an unexpected status 404', ''],
];

const first = (log: string, service: Service): string => {
  const [finding] = scanned(log, service).findings;
  return finding === undefined ? '' : `${finding.id} ${finding.blames.join()} ${finding.deepest?.fault ?? ''}`.trim();
};

it('a file of the server is told in the detail of the message', () => {
  const said =
    'ERROR: could not access status of transaction 0\n  Detail: Could not write to file "pg_xact/0001" at offset 0: No space left on device.';
  expect(first(`2026-11-23T09:59:50.000Z ERROR 1 --- [main] k.c.Rest : ${pg(said)}\n`, NP)).toBe(
    'OPS-040 database DatabaseDiskFull',
  );
});

describe.each(ROWS)('%s', (_, service, message, expected) => {
  const [line = '', ...trace] = message.split('\n');

  it.each(Object.entries(LAYOUTS))('in the layout %s', (_name, written) => {
    expect(first(written('ERROR', line, trace), service)).toBe(expected);
  });
});
