// Answers of S3 and KMS that nobody recorded, as other servers and what stands before them are known to give: whom they
// blame, and what the sentence tells to do. Sources: the error tables of AWS, Google, Cloudflare R2, Ceph, MinIO, Garage.
import { describe, expect, it } from 'vitest';
import { ok } from '../../../src/facts/outcome.ts';
import { BUCKET, kmsTarget } from '../checks/targets.ts';
import {
  answered,
  codesOf,
  operationOf,
  questionOf,
  saidOfBucket,
  saidOfKey,
  serve,
  type Recorded,
  WELL,
} from './aws-server.ts';

const refused = (status: number, code: string, message = '', more = ''): Recorded =>
  answered(status, `<?xml version="1.0"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${more}</Error>`);
const page = (status: number, title: string): Recorded =>
  answered(status, `<html><head><title>${title}</title></head></html>`, { 'content-type': 'text/html' });

/** A bucket where every question is answered by `always`, or some of them by `some`. */
async function bucket(
  { always, some = {} }: { readonly always?: Recorded; readonly some?: Readonly<Record<string, Recorded>> },
  forcePathStyle = true,
) {
  const access = await serve((request) => always ?? some[questionOf(request)] ?? WELL[questionOf(request)]);
  const endpoint = forcePathStyle ? access.endpoint : access.endpoint?.replace('127.0.0.1', 'localhost');
  const named = ok({ ...access, ...(endpoint === undefined ? {} : { endpoint }) });
  return saidOfBucket({ ...BUCKET, forcePathStyle, writeTest: true, access: named });
}

describe('a bucket that nothing can be asked of', () => {
  it.each([
    [
      'Google, unsigned',
      refused(401, 'AuthenticationRequired', 'Authentication required.'),
      'BucketCredentialsInvalid',
    ],
    ['R2, unknown token', refused(401, 'Unauthorized', 'Unauthorized'), 'BucketCredentialsInvalid'],
    [
      'R2, a key of AWS',
      refused(400, 'InvalidArgument', 'Credential access key has length 20, should be 32'),
      'BucketCredentialsInvalid',
    ],
    ['Ceph, suspended user', refused(403, 'UserSuspended'), 'BucketCredentialsInvalid'],
    ['MinIO, invalid identity', refused(403, 'XMinioInvalidIAMCredentials', 'invalid'), 'BucketCredentialsInvalid'],
    ['Garage, unknown key', refused(403, 'AccessDenied', 'Forbidden: No such key: GK1'), 'BucketCredentialsInvalid'],
    ['Azure Blob', refused(403, 'AuthenticationFailed', 'Server failed to authenticate'), 'BucketCredentialsInvalid'],
    ['a bare 401', answered(401), 'BucketCredentialsInvalid'],
    ['an error with a namespace', namespaced('InvalidAccessKeyId'), 'BucketCredentialsInvalid'],
    ['AWS, our clock', refused(403, 'AccessDenied', 'Request has expired'), 'CheckerClockSkewed'],
    ['AWS, no such access point', refused(404, 'NoSuchAccessPoint'), 'BucketMissing'],
    ['MinIO, a lock that lasts', refused(503, 'RequestTimeout', 'A timeout occurred'), 'BucketServerError'],
    ['LocalStack without S3', refused(501, 'InternalFailure', 'not yet been emulated'), 'BucketAnswerInvalid'],
    ['Envoy without a way', answered(503, 'no healthy upstream'), 'BucketServerError'],
    ['a mesh that refuses us', answered(403, 'RBAC: access denied'), 'BucketAnswerInvalid'],
    ['a route that is missing', answered(404, '404 page not found'), 'BucketAnswerInvalid'],
    ['a login page', page(200, 'Sign in'), 'BucketAnswerInvalid'],
  ] as const)('%s', async (_, always, code) => {
    expect((await bucket({ always }))['reach']?.code).toBe(code);
  });

  it.each([
    ['MinIO, pinned to a region', refused(400, 'InvalidRegion', 'Region does not match.')],
    ['R2', refused(400, 'InvalidRegionName', 'The region name us-east-1 is not valid.')],
  ])('in another region: %s', async (_, always) => {
    const { reach, region } = await bucket({ always });
    expect(reach).toBeUndefined();
    expect(region?.code).toBe('BucketWrongRegion');
  });

  it('is in its region, and the endpoint is not', async () => {
    const redirect = refused(301, 'PermanentRedirect', 'must be addressed using the specified endpoint');
    const { region } = await bucket({ always: { ...redirect, headers: { 'x-amz-bucket-region': 'us-east-1' } } });
    expect(region?.detail).toContain("in us-east-1 as the spec says, and the endpoint is another region's");
  });

  it("tells Google's own reason, which stands beside the message", async () => {
    const details = '<Details>sa does not have storage.objects.list access</Details>';
    const { reach } = await bucket({ always: refused(403, 'AccessDenied', 'Access denied.', details) });
    expect(reach).toMatchObject({ evidence: expect.stringContaining('storage.objects.list') as string });
  });

  it('says no words of its own client where the server said none', async () => {
    const { reach } = await bucket({ always: refused(403, 'InvalidAccessKeyId') });
    expect(reach).toMatchObject({ evidence: 'HTTP 403 InvalidAccessKeyId' });
  });

  it.each([
    ['to https:// at the same host', 'https://127.0.0.1/circuits', 'leads to https://: write it in the endpoint'],
    ['to a login elsewhere', 'https://login.example.com/', 'does not speak S3'],
  ])('leads %s', async (_, location, words) => {
    const { reach } = await bucket({ always: answered(301, '', { location }) });
    expect(reach?.detail).toContain(words);
  });

  it('takes the host name for another bucket', async () => {
    const always = refused(404, 'NoSuchBucket', '', '<BucketName>circuits.localhost</BucketName>');
    const { reach } = await bucket({ always }, false);
    expect(reach?.detail).toContain('takes the host name for a bucket circuits.localhost: set forcePathStyle: true');
  });
});

describe('a bucket that can be listed', () => {
  it.each([
    ['NoSuchConfiguration', refused(404, 'NoSuchConfiguration')],
    ['an argument that it does not know', refused(400, 'InvalidArgument', 'Invalid argument.')],
    ["a proxy's page", page(403, '403 Forbidden')],
    ['not implemented', refused(501, 'NotImplemented')],
  ])('knows nothing of encryption and versions: %s', async (_, answer) => {
    const said = await bucket({ some: { encryption: answer, versioning: answer } });
    expect(codesOf(said)).toEqual({ encryption: 'NotAsked', versioning: 'NotAsked' });
  });

  it.each([
    [
      'the key of its encryption is not granted',
      refused(403, 'AccessDenied', 'User: x is not authorized to perform: kms:GenerateDataKey on resource: y'),
      'BucketKeyUnusable',
    ],
    [
      'Garage, its quota',
      refused(403, 'AccessDenied', 'Forbidden: Bucket size quota is reached, maximum total size: 1'),
      'BucketFull',
    ],
    ['a proxy that lets nothing in', page(413, '413 Request Entity Too Large'), 'BucketWriteRefused'],
    ['a web server that only reads', page(405, '405 Not Allowed'), 'BucketWriteRefused'],
    ['a proxy whose server is gone', page(502, '502 Bad Gateway'), 'BucketServerError'],
    ['a digest that does not fit', refused(400, 'BadDigest'), 'BucketWriteRefused'],
  ] as const)('takes no object: %s', async (_, PUT, code) => {
    expect(codesOf(await bucket({ some: { PUT } }))).toEqual({ write: code });
  });

  it('names the action that AWS names, not the one of the request', async () => {
    const GET = refused(
      403,
      'AccessDenied',
      'User: x is not authorized to perform: s3:GetObjectVersion on resource: y',
    );
    const { write } = await bucket({ some: { GET } });
    expect(write).toMatchObject({ code: 'BucketAccessDenied', names: { action: 's3:GetObjectVersion' } });
  });
});

function namespaced(code: string): Recorded {
  return answered(403, `<Error xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Code>${code}</Code></Error>`);
}

const json = (status: number, body: Readonly<Record<string, unknown>>): Recorded =>
  answered(status, JSON.stringify(body), { 'content-type': 'application/x-amz-json-1.1' });
const kmsRefuses = (status: number, code: string, message = '') => json(status, { __type: code, message });
const KEY = {
  KeyId: '1234',
  KeyState: 'Enabled',
  KeyUsage: 'SIGN_VERIFY',
  KeySpec: 'ECC_SECG_P256K1',
  SigningAlgorithms: ['ECDSA_SHA_256'],
};
const KMS_WELL: Readonly<Record<string, Recorded>> = {
  DescribeKey: json(200, { KeyMetadata: KEY }),
  GetPublicKey: json(200, { PublicKey: 'MFY=' }),
  Sign: kmsRefuses(400, 'DryRunOperationException'),
};

async function key({
  always,
  some = {},
}: {
  readonly always?: Recorded;
  readonly some?: Readonly<Record<string, Recorded>>;
}) {
  const access = await serve((request) => always ?? some[operationOf(request)] ?? KMS_WELL[operationOf(request)]);
  return saidOfKey(kmsTarget({ access: ok(access) }));
}

describe('a key that nothing can be asked of', () => {
  it.each([
    ['LocalStack without KMS', kmsRefuses(501, 'InternalFailure', 'not yet been emulated'), 'KmsAnswerInvalid'],
    [
      "another service's endpoint",
      kmsRefuses(400, 'InvalidSignatureException', "Credential should be scoped to correct service: 'sqs'."),
      'KmsAnswerInvalid',
    ],
    ['S3 at the endpoint', refused(405, 'MethodNotAllowed', 'not allowed against this resource'), 'KmsAnswerInvalid'],
    ['an account without KMS', kmsRefuses(400, 'SubscriptionRequiredException'), 'KmsAccessDenied'],
    ['a bare 401', answered(401), 'KmsCredentialsInvalid'],
    ['a firewall for web sites', page(403, '403 Forbidden'), 'KmsAnswerInvalid'],
    ['a balancer without servers', page(503, '503 Service Temporarily Unavailable'), 'KmsServerError'],
  ] as const)('%s', async (_, always, code) => {
    expect((await key({ always }))['state']?.code).toBe(code);
  });

  it('speaks TLS', async () => {
    const always = answered(400, 'Client sent an HTTP request to an HTTPS server.');
    expect((await key({ always }))['state']?.detail).toContain('write https:// in the endpoint');
  });
});

describe('a key that can be described', () => {
  it.each([
    [
      'Sign without dry runs',
      { Sign: kmsRefuses(400, 'ValidationException', 'Unknown parameter in input: "DryRun"') },
      { sign: 'NotAsked' },
    ],
    ['no public half', { GetPublicKey: kmsRefuses(501, 'NotImplemented') }, { 'public-key': 'NotAsked' }],
    [
      'no public half, unknown',
      { GetPublicKey: kmsRefuses(400, 'UnknownOperationException') },
      { 'public-key': 'NotAsked' },
    ],
    [
      'the older name of its spec',
      { DescribeKey: described({ KeySpec: undefined, CustomerMasterKeySpec: KEY.KeySpec }) },
      {},
    ],
    ['no algorithms', { DescribeKey: described({ SigningAlgorithms: undefined }) }, {}],
  ])('of a server that has %s', async (_, some, codes) => {
    expect(codesOf(await key({ some }))).toEqual(codes);
  });

  it('of a kind that Recognize does not sign with', async () => {
    const { usage } = await key({ some: { DescribeKey: described({ KeySpec: 'ML_DSA_44' }) } });
    expect(usage).toMatchObject({
      code: 'KmsKeyUsageWrong',
      detail: 'the key is ML_DSA_44, and Recognize signs with ECC or RSA',
    });
  });
});

function described(more: Readonly<Record<string, unknown>>): Recorded {
  return json(200, { KeyMetadata: { ...KEY, ...more } });
}
