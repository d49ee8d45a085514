// Answers what is asked of a bucket itself: its region, settings, policy, listing.
import { parameter, refuse, type Refusal, type Reply, type SignedRequest } from '../exchange.ts';
import type { ResourcePolicy } from '../policy.ts';
import { deleteVersion, type Bucket, type Buckets } from './buckets.ts';
import { s3Errors } from './errors.ts';
import { all, document, element, textOf } from './xml.ts';

const NO_CONTENT: Reply = { status: 204, headers: {}, body: Buffer.alloc(0) };
const OK: Reply = { status: 200, headers: {}, body: Buffer.alloc(0) };

export function listBuckets(buckets: Buckets): Reply {
  const rows = buckets
    .all()
    .map(
      (bucket) =>
        `<Bucket>${element('Name', bucket.name)}${element('CreationDate', bucket.created.toISOString())}</Bucket>`,
    );
  return document('ListAllMyBucketsResult', `<Buckets>${rows.join('')}</Buckets>`);
}

/** The region is that of the LocationConstraint, else us-east-1. */
export function createBucket(buckets: Buckets, name: string, request: SignedRequest): Reply | Refusal {
  if (buckets.get(name) !== undefined) return s3Errors.bucketAlreadyOwnedByYou(name);
  const region = textOf(request.payload.toString(), 'LocationConstraint') ?? 'us-east-1';
  buckets.create({ name, region });
  return { status: 200, headers: { location: `/${name}` }, body: Buffer.alloc(0) };
}

export function deleteBucket(buckets: Buckets, bucket: Bucket): Reply | Refusal {
  if (bucket.objects.size > 0) return s3Errors.bucketNotEmpty(bucket.name);
  buckets.remove(bucket.name);
  return NO_CONTENT;
}

export function headBucket(bucket: Bucket): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', 'x-amz-bucket-region': bucket.region },
    body: Buffer.alloc(0),
  };
}

/** For us-east-1 the constraint is empty (S3 API reference, GetBucketLocation). */
export function getBucketLocation(bucket: Bucket): Reply {
  return document('LocationConstraint', bucket.region === 'us-east-1' ? '' : bucket.region);
}

/** A bucket that never had versioning answers with neither Status nor MfaDelete. */
export function getBucketVersioning(bucket: Bucket): Reply {
  return document('VersioningConfiguration', element('Status', bucket.versioning));
}

export function putBucketVersioning(bucket: Bucket, request: SignedRequest): Reply | Refusal {
  const status = textOf(request.payload.toString(), 'Status');
  if (status !== 'Enabled' && status !== 'Suspended') return s3Errors.malformedXml();
  bucket.versioning = status;
  return OK;
}

/** No bucket here has object lock. */
export function getObjectLockConfiguration(): Refusal {
  return refuse(
    404,
    'ObjectLockConfigurationNotFoundError',
    'Object Lock configuration does not exist for this bucket',
  );
}

export function getBucketEncryption(bucket: Bucket): Reply {
  const rule =
    element('SSEAlgorithm', bucket.encryption.algorithm) + element('KMSMasterKeyID', bucket.encryption.keyId);
  return document(
    'ServerSideEncryptionConfiguration',
    `<Rule><ApplyServerSideEncryptionByDefault>${rule}</ApplyServerSideEncryptionByDefault>${element('BucketKeyEnabled', false)}</Rule>`,
  );
}

export function putBucketEncryption(bucket: Bucket, request: SignedRequest): Reply | Refusal {
  const xml = request.payload.toString();
  const algorithm = textOf(xml, 'SSEAlgorithm');
  const keyId = textOf(xml, 'KMSMasterKeyID');
  if (algorithm !== 'AES256' && algorithm !== 'aws:kms') return s3Errors.malformedXml();
  bucket.encryption = keyId === undefined ? { algorithm } : { algorithm, keyId };
  return OK;
}

export function getBucketPolicy(bucket: Bucket): Reply | Refusal {
  if (bucket.policy === undefined) return s3Errors.noSuchBucketPolicy(bucket.name);
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(bucket.policy)),
  };
}

export function putBucketPolicy(bucket: Bucket, request: SignedRequest): Reply | Refusal {
  const policy = parsePolicy(request.payload.toString());
  if (policy === undefined) return refuse(400, 'MalformedPolicy', 'Policies must be valid JSON and have a Statement.');
  bucket.policy = policy;
  return NO_CONTENT;
}

export function deleteBucketPolicy(bucket: Bucket): Reply {
  bucket.policy = undefined;
  return NO_CONTENT;
}

/** All four settings are on for new buckets since April 2023 (S3 user guide, "Blocking public access"). */
export function getPublicAccessBlock(): Reply {
  const settings = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'];
  return document('PublicAccessBlockConfiguration', settings.map((name) => element(name, true)).join(''));
}

/** `POST /bucket?delete`. Each key is deleted or, where a version is named, that version. */
export function deleteObjects(bucket: Bucket, request: SignedRequest, at: Date): Reply | Refusal {
  const objects = all(request.payload.toString(), 'Object');
  if (objects.length === 0) return s3Errors.malformedXml();
  const quiet = textOf(request.payload.toString(), 'Quiet') === 'true';
  const rows = objects.map((xml) => {
    const key = textOf(xml, 'Key') ?? '';
    const versionId = textOf(xml, 'VersionId');
    const done = deleteVersion(bucket, key, versionId, at);
    return (
      '<Deleted>' +
      element('Key', key) +
      element('VersionId', versionId) +
      (done.deleteMarker ? element('DeleteMarker', true) + element('DeleteMarkerVersionId', done.versionId) : '') +
      '</Deleted>'
    );
  });
  return document('DeleteResult', quiet ? '' : rows.join(''));
}

function parsePolicy(text: string): ResourcePolicy | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isPolicy =
      typeof value === 'object' && value !== null && 'Statement' in value && Array.isArray(value.Statement);
    return isPolicy ? (value as ResourcePolicy) : undefined;
  } catch {
    return undefined;
  }
}

/** The version that a request names, `undefined` for the current one. */
export function versionAsked(request: SignedRequest): string | undefined {
  return parameter(request, 'versionId');
}
