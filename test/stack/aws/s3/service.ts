// S3 from a request to its reply: who is asking, from which region, may they, and what is the answer.
// The order of these questions is that of AWS as far as it can be seen from outside: credentials, clock, signature,
// region of the endpoint, existence and region of the bucket, permission, then the operation.
import { decodeChunked } from '../aws-chunked.ts';
import { header, isRefusal, type Refusal, type Reply, type SignedRequest, type WireRequest } from '../exchange.ts';
import { denial } from '../policy.ts';
import type { Principals } from '../principals.ts';
import { parseCredential, sha256, signatureMatches, signedAt, unsignedHeaders } from '../signature-v4.ts';
import type { Keys } from '../kms/keys.ts';
import { keyForEncryption } from './encryption.ts';
import * as bucketRequests from './bucket-requests.ts';
import type { Bucket, Buckets } from './buckets.ts';
import { S3_MAX_SKEW_MS, s3Errors } from './errors.ts';
import { listObjectsV2, listObjectVersions } from './listing.ts';
import { deleteObject, getObject, putObject } from './object-requests.ts';
import type { S3Operation, S3Target } from './operation.ts';

export interface S3Context {
  buckets: Buckets;
  keys: Keys;
  principals: Principals;
  now: () => Date;
  /** The only region that signatures may be scoped to; undefined: each region has its endpoint here. */
  endpointRegion: string | undefined;
}

/** The permission that each operation needs, and whether it is asked of the bucket or the object. */
const PERMISSIONS: Record<S3Operation, readonly [action: string, on: 'service' | 'bucket' | 'object']> = {
  ListBuckets: ['s3:ListAllMyBuckets', 'service'],
  CreateBucket: ['s3:CreateBucket', 'bucket'],
  DeleteBucket: ['s3:DeleteBucket', 'bucket'],
  HeadBucket: ['s3:ListBucket', 'bucket'],
  GetBucketLocation: ['s3:GetBucketLocation', 'bucket'],
  GetBucketVersioning: ['s3:GetBucketVersioning', 'bucket'],
  PutBucketVersioning: ['s3:PutBucketVersioning', 'bucket'],
  GetObjectLockConfiguration: ['s3:GetBucketObjectLockConfiguration', 'bucket'],
  GetBucketEncryption: ['s3:GetEncryptionConfiguration', 'bucket'],
  PutBucketEncryption: ['s3:PutEncryptionConfiguration', 'bucket'],
  GetBucketPolicy: ['s3:GetBucketPolicy', 'bucket'],
  PutBucketPolicy: ['s3:PutBucketPolicy', 'bucket'],
  DeleteBucketPolicy: ['s3:DeleteBucketPolicy', 'bucket'],
  GetPublicAccessBlock: ['s3:GetBucketPublicAccessBlock', 'bucket'],
  ListObjectsV2: ['s3:ListBucket', 'bucket'],
  ListObjectVersions: ['s3:ListBucketVersions', 'bucket'],
  DeleteObjects: ['s3:DeleteObject', 'object'],
  PutObject: ['s3:PutObject', 'object'],
  GetObject: ['s3:GetObject', 'object'],
  HeadObject: ['s3:GetObject', 'object'],
  DeleteObject: ['s3:DeleteObject', 'object'],
};

/** Checks credentials, clock, signature, payload and endpoint. The result can be trusted as being from its principal. */
export function authenticateS3(request: WireRequest, context: S3Context): SignedRequest | Refusal {
  const credential = parseCredential(request);
  if (credential === undefined) return s3Errors.accessDenied();
  if (credential === 'malformed' || credential.service !== 's3') {
    return {
      ...s3Errors.authorizationHeaderMalformed('', ''),
      message: 'The authorization header that you provided is not valid.',
    };
  }
  const principal = context.principals.find(credential.accessKeyId);
  if (principal === undefined) return s3Errors.invalidAccessKeyId(credential.accessKeyId);
  const token = header(request, 'x-amz-security-token');
  if (token !== principal.sessionToken) {
    // Temporary keys without their token are unknown keys to S3; a wrong token is named as such.
    return token === undefined ? s3Errors.invalidAccessKeyId(credential.accessKeyId) : s3Errors.invalidToken(token);
  }
  const now = context.now();
  if (token !== undefined && principal.expiresAt !== undefined && principal.expiresAt <= now) {
    return s3Errors.expiredToken(token);
  }
  const at = signedAt(request);
  if (at === undefined) return s3Errors.accessDenied('AWS authentication requires a valid Date or x-amz-date header');
  if (Math.abs(now.getTime() - at.getTime()) > S3_MAX_SKEW_MS) return s3Errors.requestTimeTooSkewed(at, now);
  const unsigned = unsignedHeaders(request, credential);
  if (unsigned.length > 0) {
    return s3Errors.accessDenied(
      `There were headers present in the request which were not signed: ${unsigned.join(', ')}`,
    );
  }
  const payloadHash = header(request, 'x-amz-content-sha256') ?? '';
  if (!signatureMatches(request, credential, principal.secretAccessKey, payloadHash)) {
    return s3Errors.signatureDoesNotMatch(credential.accessKeyId);
  }
  const { endpointRegion } = context;
  if (endpointRegion !== undefined && credential.region !== endpointRegion) {
    return s3Errors.authorizationHeaderMalformed(credential.region, endpointRegion);
  }
  const payload = payloadOf(request, payloadHash);
  return isRefusal(payload) ? payload : { ...request, principal, region: credential.region, payload };
}

/** The body as it should be stored, after the check that `x-amz-content-sha256` asks for. */
function payloadOf(request: WireRequest, payloadHash: string): Buffer | Refusal {
  if (payloadHash === 'UNSIGNED-PAYLOAD') return request.body;
  if (payloadHash === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') {
    const chunked = decodeChunked(request.body);
    if (chunked === undefined) return s3Errors.incompleteBody();
    const declared = Number(header(request, 'x-amz-decoded-content-length') ?? chunked.payload.length);
    return declared === chunked.payload.length ? chunked.payload : s3Errors.incompleteBody();
  }
  if (payloadHash.startsWith('STREAMING-')) return s3Errors.notImplemented(`x-amz-content-sha256: ${payloadHash}`);
  return sha256(request.body) === payloadHash ? request.body : s3Errors.contentSha256Mismatch();
}

/** Answers a request that was authenticated. */
export function answerS3(request: SignedRequest, target: S3Target, context: S3Context): Reply | Refusal {
  const { operation, bucket: name, key } = target;
  if (operation === 'Unknown')
    return s3Errors.notImplemented(`${request.method} ${request.rawPath} with these parameters`);
  const bucket = context.buckets.get(name);
  if (operation === 'ListBuckets' || operation === 'CreateBucket') {
    const denied = refusalFor(request, operation, `arn:aws:s3:::${name === '' ? '*' : name}`, undefined);
    if (denied !== undefined) return denied;
    return operation === 'ListBuckets'
      ? bucketRequests.listBuckets(context.buckets)
      : bucketRequests.createBucket(context.buckets, name, request);
  }
  if (bucket === undefined) return s3Errors.noSuchBucket(name);
  if (bucket.region !== request.region) return s3Errors.permanentRedirect(name, bucket.region);

  const onObject = PERMISSIONS[operation][1] === 'object';
  const resource = `arn:aws:s3:::${name}${onObject ? `/${operation === 'DeleteObjects' ? '*' : key}` : ''}`;
  const denied = refusalFor(request, operation, resource, bucket);
  if (denied !== undefined) return denied;
  const sealed = onObject ? keyForEncryption(operation, bucket, request, context) : undefined;
  return sealed ?? perform(operation, bucket, key, request, context);
}

function perform(
  operation: Exclude<S3Operation, 'ListBuckets' | 'CreateBucket'>,
  bucket: Bucket,
  key: string,
  request: SignedRequest,
  context: S3Context,
): Reply | Refusal {
  switch (operation) {
    case 'DeleteBucket':
      return bucketRequests.deleteBucket(context.buckets, bucket);
    case 'HeadBucket':
      return bucketRequests.headBucket(bucket);
    case 'GetBucketLocation':
      return bucketRequests.getBucketLocation(bucket);
    case 'GetBucketVersioning':
      return bucketRequests.getBucketVersioning(bucket);
    case 'PutBucketVersioning':
      return bucketRequests.putBucketVersioning(bucket, request);
    case 'GetObjectLockConfiguration':
      return bucketRequests.getObjectLockConfiguration();
    case 'GetBucketEncryption':
      return bucketRequests.getBucketEncryption(bucket);
    case 'PutBucketEncryption':
      return bucketRequests.putBucketEncryption(bucket, request);
    case 'GetBucketPolicy':
      return bucketRequests.getBucketPolicy(bucket);
    case 'PutBucketPolicy':
      return bucketRequests.putBucketPolicy(bucket, request);
    case 'DeleteBucketPolicy':
      return bucketRequests.deleteBucketPolicy(bucket);
    case 'GetPublicAccessBlock':
      return bucketRequests.getPublicAccessBlock();
    case 'ListObjectsV2':
      return listObjectsV2(bucket, request);
    case 'ListObjectVersions':
      return listObjectVersions(bucket, request);
    case 'DeleteObjects':
      return bucketRequests.deleteObjects(bucket, request, context.now());
    case 'PutObject':
      return putObject(bucket, key, request, checksumsOf(request), context.now());
    case 'GetObject':
    case 'HeadObject':
      return hideMissing(getObject(bucket, key, request), request, bucket);
    case 'DeleteObject':
      return deleteObject(bucket, key, request, context.now());
  }
}

function refusalFor(
  request: SignedRequest,
  operation: S3Operation,
  resource: string,
  bucket: Bucket | undefined,
): Refusal | undefined {
  // A version is another permission than the object (service authorization reference, Amazon S3).
  const version = operation === 'DeleteObject' && bucketRequests.versionAsked(request) !== undefined;
  const action = version ? 's3:DeleteObjectVersion' : PERMISSIONS[operation][0];
  const why = denial({ principal: request.principal, action, resource, policy: bucket?.policy });
  return why === undefined ? undefined : s3Errors.notAuthorized(request.principal.arn, action, resource, why);
}

/** Who may not list a bucket is not told that a key is missing (S3 API reference, GetObject, "Permissions"). */
function hideMissing(reply: Reply | Refusal, request: SignedRequest, bucket: Bucket): Reply | Refusal {
  if (!isRefusal(reply) || reply.code !== 'NoSuchKey') return reply;
  return refusalFor(request, 'ListObjectsV2', `arn:aws:s3:::${bucket.name}`, bucket) ?? reply;
}

/** HeadBucket names the region of a bucket that exists whatever the answer is (S3 API reference, HeadBucket). */
export function withBucketRegion(outcome: Reply | Refusal, target: S3Target, buckets: Buckets): Reply | Refusal {
  const bucket = target.operation === 'HeadBucket' ? buckets.get(target.bucket) : undefined;
  return bucket === undefined
    ? outcome
    : { ...outcome, headers: { ...outcome.headers, 'x-amz-bucket-region': bucket.region } };
}

/** Checksums of the upload: from headers, or from the trailers of an aws-chunked body. */
function checksumsOf(request: SignedRequest): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (/^x-amz-checksum-(?!type|mode|algorithm)/.test(name) && typeof value === 'string') found[name] = value;
  }
  if (header(request, 'x-amz-content-sha256') === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') {
    for (const [name, value] of decodeChunked(request.body)?.trailers ?? []) {
      if (name.startsWith('x-amz-checksum-')) found[name] = value;
    }
  }
  return found;
}
