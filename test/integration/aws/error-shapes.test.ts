import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  DescribeKeyCommand,
  GetPublicKeyCommand,
  SignCommand,
  VerifyCommand,
  type KMSClient,
  type SigningAlgorithmSpec,
} from '@aws-sdk/client-kms';
import {
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../stack/aws/faults.ts';
import type { NewKey } from '../../stack/aws/kms/keys.ts';
import { createPrincipals, type Principal } from '../../stack/aws/principals.ts';
import { startAws, type Aws } from '../../stack/aws/server.ts';
import { errorOf, kmsClient, s3Client, type ClientOptions } from './clients.ts';
import { errorShapes, replay, type ErrorShape } from './error-shapes.ts';

const { rows, values } = errorShapes;
const MINUTE_MS = 60_000;

interface Ask extends ClientOptions {
  keyId?: string;
  algorithm?: SigningAlgorithmSpec;
}

/** Makes the call that a row is the answer to. */
async function ask(shape: ErrorShape, aws: Pick<Aws, 'url' | 'principals'>, how: Ask = {}) {
  const client = shape.service === 's3' ? s3Client(aws, how) : kmsClient(aws, how);
  const raw = recordResponse(client);
  const KeyId = how.keyId ?? values.keyId;
  const SigningAlgorithm = how.algorithm ?? 'ECDSA_SHA_256';
  const Message = Buffer.from('recognize-health');
  const send = (): Promise<unknown> => {
    const s3 = client as S3Client;
    const kms = client as KMSClient;
    switch (shape.operation) {
      case 'HeadBucket':
        return s3.send(new HeadBucketCommand({ Bucket: values.bucket }));
      case 'ListObjectsV2':
        return s3.send(new ListObjectsV2Command({ Bucket: values.bucket, MaxKeys: 1 }));
      case 'GetObject':
        return s3.send(new GetObjectCommand({ Bucket: values.bucket, Key: values.objectKey }));
      case 'PutObject':
        return s3.send(new PutObjectCommand({ Bucket: values.bucket, Key: values.objectKey, Body: 'x' }));
      case 'DescribeKey':
        return kms.send(new DescribeKeyCommand({ KeyId }));
      case 'GetPublicKey':
        return kms.send(new GetPublicKeyCommand({ KeyId }));
      case 'Sign':
      case 'SignDryRun':
        return kms.send(
          new SignCommand({ KeyId, Message, SigningAlgorithm, DryRun: shape.operation === 'SignDryRun' }),
        );
      case 'Verify':
        return kms.send(new VerifyCommand({ KeyId, Message, SigningAlgorithm, Signature: Buffer.alloc(70) }));
      default:
        throw new Error(`The row ${shape.id} names an operation that this test does not know: ${shape.operation}`);
    }
  };
  const error = await errorOf(send()).finally(() => client.destroy());
  return { error, raw: raw() };
}

interface RawResponse {
  statusCode: number;
  headers: Record<string, string>;
  body: Readable;
}

/** Keeps the last response as it came off the wire, before the SDK reads it. */
function recordResponse(client: S3Client | KMSClient) {
  const seen: { status: number; headers: Record<string, string>; body: string }[] = [];
  const handler = client.config.requestHandler as {
    handle: (...args: unknown[]) => Promise<{ response: RawResponse }>;
  };
  const handle = handler.handle.bind(handler);
  handler.handle = async (...args) => {
    const result = await handle(...args);
    const { response } = result;
    const body = await buffer(response.body);
    seen.push({ status: response.statusCode, headers: response.headers, body: body.toString() });
    response.body = Readable.from([body]);
    return result;
  };
  return () => seen.at(-1);
}

describe.each(rows.map((shape) => [shape.id, shape] as const))('%s', (_, shape) => {
  it(`is read by the SDK as ${shape.expect.name}`, async () => {
    const server = await replay(shape);
    const { error } = await ask(shape, { url: server.url, principals: createPrincipals() });
    await server.stop();
    expect(error.name).toBe(shape.expect.name);
    expect(error.$metadata?.httpStatusCode).toBe(shape.expect.httpStatus);
    if (shape.expect.message !== undefined) expect(error.message).toBe(shape.expect.message);
    expect(error.$response?.headers).toMatchObject(shape.response.headers);
  });
});

/** Brings the emulator, which has the bucket, the key and a principal who may do everything, to a row's situation. */
type Arrange = (stage: Stage) => Ask;
interface Stage {
  aws: Aws;
  principal: Principal;
}

/** A situation that is a change of the emulator alone. */
const change =
  (make: (stage: Stage) => unknown): Arrange =>
  (stage) => {
    make(stage);
    return {};
  };

const may = (...deny: string[]): Arrange => change(({ principal }) => principal.deny.push(...deny));
const mayOnly = (...allow: string[]): Arrange => change(({ principal }) => principal.allow.splice(0, 1, ...allow));
const elsewhere = change(({ aws }) => aws.s3.create({ name: values.bucket, region: 'eu-west-1' }));
const noBucket = change(({ aws }) => aws.s3.remove(values.bucket));
const unknownKey: Arrange = () => ({ as: { accessKeyId: 'AKIADOESNOTEXIST0000', secretAccessKey: 'x' } });
const wrongSecret: Arrange = ({ principal }) => ({ as: { ...principal, secretAccessKey: 'not-the-secret' } });
const clock = (ms: number): Arrange => change(({ aws }) => aws.setClockOffset(ms));
const expiredToken = change(({ principal }) => {
  principal.sessionToken = 'session-token';
  principal.expiresAt = new Date(Date.now() - 1000);
});
const otherToken: Arrange = ({ principal }) => {
  principal.sessionToken = 'session-token';
  return { as: { ...principal, sessionToken: 'not-the-token' } };
};
const otherScope: Arrange = () => ({ region: 'eu-central-1' });
const asItIs: Arrange = () => ({});
const fault = (order: Fault): Arrange => change(({ aws }) => aws.inject(order));
const keyState = (state: 'Disabled' | 'Unavailable'): Arrange =>
  change(({ aws }) => aws.kms.setState(values.keyId, state));
const pendingDeletion = change(({ aws }) => aws.kms.scheduleDeletion(values.keyId, 7));
const sealed = (then: Arrange): Arrange => {
  const seal = change(({ aws }) => aws.s3.setEncryption(values.bucket, { algorithm: 'aws:kms', keyId: values.keyArn }));
  return (stage) => ({ ...seal(stage), ...then(stage) });
};
const keyOf =
  (key: NewKey, how: Ask = {}): Arrange =>
  ({ aws }) => {
    aws.kms.create({ id: values.keyId, ...key });
    return how;
  };

const arrangements: Record<string, Arrange> = {
  'head-missing-bucket': noBucket,
  'head-access-denied': mayOnly('kms:*'),
  'head-unknown-access-key': unknownKey,
  'head-wrong-secret': wrongSecret,
  'head-clock-skew': clock(16 * MINUTE_MS),
  'head-expired-token': expiredToken,
  'head-other-region': elsewhere,
  'head-wrong-scope': otherScope,
  'head-slow-down': fault({ service: 's3', status: 503, code: 'SlowDown' }),
  'list-missing-bucket': noBucket,
  'list-access-denied': mayOnly('kms:*'),
  'list-explicit-deny': change(({ aws }) =>
    aws.s3.setPolicy(values.bucket, {
      Statement: [{ Effect: 'Deny', Principal: { AWS: values.principal }, Action: 's3:ListBucket', Resource: '*' }],
    }),
  ),
  'list-unknown-access-key': unknownKey,
  'list-wrong-secret': wrongSecret,
  'list-clock-skew': clock(16 * MINUTE_MS),
  'list-expired-token': expiredToken,
  'list-invalid-token': otherToken,
  'list-other-region': elsewhere,
  'list-wrong-scope': otherScope,
  'list-slow-down': fault({ operation: 'ListObjectsV2', status: 503, code: 'SlowDown' }),
  'list-service-unavailable': fault({ status: 503, code: 'ServiceUnavailable' }),
  'list-internal-error': fault({ status: 500 }),
  'list-html': fault({ html: true }),
  'get-missing-key': asItIs,
  'put-access-denied': mayOnly('s3:List*'),
  'put-key-disabled': sealed(keyState('Disabled')),
  'put-key-pending-deletion': sealed(pendingDeletion),
  'put-slow-down-kms': fault({
    status: 503,
    code: 'SlowDown',
    message: 'Please reduce your request rate for operations involving AWS KMS.',
  }),
  'describe-missing-key': change(({ aws }) => aws.kms.remove(values.keyId)),
  'describe-missing-alias': () => ({ keyId: values.alias }),
  'describe-other-region': () => ({ keyId: values.keyArn.replace('us-east-1', 'eu-west-1') }),
  'describe-access-denied': mayOnly('kms:Sign'),
  'sign-access-denied': change(({ aws }) =>
    aws.kms.setPolicy(values.keyId, {
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kms:Describe*', Resource: '*' }],
    }),
  ),
  'sign-explicit-deny': may('kms:Sign'),
  'describe-unknown-access-key': unknownKey,
  'describe-wrong-secret': wrongSecret,
  'describe-clock-behind': clock(6 * MINUTE_MS),
  'describe-clock-ahead': clock(-6 * MINUTE_MS),
  'describe-wrong-scope': otherScope,
  'describe-expired-token': expiredToken,
  'describe-throttled': fault({ service: 'kms', status: 400, code: 'ThrottlingException' }),
  'describe-internal': fault({ status: 500, code: 'KMSInternalException' }),
  'describe-dependency-timeout': fault({ status: 503, code: 'DependencyTimeoutException' }),
  'describe-html': fault({ html: true }),
  'sign-key-unavailable': fault({ operation: 'Sign', status: 500, code: 'KeyUnavailableException' }),
  'sign-disabled': keyState('Disabled'),
  'sign-pending-deletion': pendingDeletion,
  'sign-pending-import': keyOf({ origin: 'EXTERNAL', validTo: new Date(0) }),
  'sign-unavailable': keyState('Unavailable'),
  'public-key-disabled': keyState('Disabled'),
  'public-key-symmetric': keyOf({ spec: 'SYMMETRIC_DEFAULT' }),
  'sign-wrong-usage': keyOf({ spec: 'RSA_2048', usage: 'ENCRYPT_DECRYPT' }, { algorithm: 'RSASSA_PSS_SHA_256' }),
  'sign-wrong-algorithm': keyOf({ spec: 'RSA_2048' }),
  'sign-dry-run': asItIs,
  'sign-dry-run-denied': mayOnly('kms:DescribeKey'),
  'verify-invalid-signature': asItIs,
};

const emulated = rows.filter((shape) => shape.emulated);

describe('the emulator', () => {
  it('has a situation for every row that it emulates, and none beside', () => {
    expect(Object.keys(arrangements).sort()).toEqual(emulated.map((shape) => shape.id).sort());
  });

  it.each(emulated.map((shape) => [shape.id, shape.situation, shape] as const))(
    'answers %s: %s',
    async (_, __, shape) => {
      const aws = await startAws({ ...(shape.id.endsWith('-wrong-scope') ? { endpointRegion: values.region } : {}) });
      const principal = aws.principals.add({
        name: values.principal.replace(/^.*:user\//, ''),
        accessKeyId: values.accessKeyId,
        allow: ['*'],
      });
      aws.s3.create({ name: values.bucket, region: values.region });
      aws.kms.create({ id: values.keyId, region: values.region });
      const how = arrangements[shape.id]?.({ aws, principal }) ?? {};
      const { error, raw } = await ask(shape, aws, { as: principal, ...how }).finally(() => aws.stop());

      expect(error.name).toBe(shape.expect.name);
      expect(raw?.status).toBe(shape.response.status);
      expect(comparable(raw?.body ?? '')).toBe(comparable(shape.response.body));
      expect(settled(raw?.headers ?? {})).toMatchObject(settled(shape.response.headers));
    },
  );
});

describe('the fixture', () => {
  it('has one row for each id, and a source for each row', () => {
    expect(new Set(rows.map((shape) => shape.id)).size).toBe(rows.length);
    expect(rows.filter((shape) => shape.source.length === 0)).toEqual([]);
  });
  it('keeps the error code in the body equal to the name that the SDK reports', () => {
    const differing = rows
      .map((shape) => [codeIn(shape.response.body), shape.expect.name] as const)
      .filter(([code, name]) => code !== undefined && code !== name);
    expect(differing).toEqual([]);
  });
});

function codeIn(body: string): string | undefined {
  return /<Code>([^<]+)</.exec(body)?.[1] ?? /"__type":"(?:[^"#]*#)?([^"]+)"/.exec(body)?.[1];
}

/** Takes out what is different each time: ids and times. */
function comparable(body: string): string {
  return body
    .replace(/<(RequestId|HostId)>[^<]+</g, '<$1>…<')
    .replace(/\d{8}T\d{6}Z/g, 'BASIC-TIME')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'TIME');
}

/** Headers without the values of ids. */
function settled(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, /(request-?id|id-2)$/.test(name) ? 'present' : value]),
  );
}
