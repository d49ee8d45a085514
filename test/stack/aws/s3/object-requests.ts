// Answers what is asked of one object: put, get, head, delete.
import { checksumVerdict } from '../aws-chunked.ts';
import { header, type Refusal, type Reply, type SignedRequest } from '../exchange.ts';
import { versionAsked } from './bucket-requests.ts';
import { currentVersion, deleteVersion, putVersion, type Bucket, type ObjectVersion } from './buckets.ts';
import { s3Errors } from './errors.ts';

/** Stores the payload after its checksums were verified. `checksums` are those from headers and trailers alike. */
export function putObject(
  bucket: Bucket,
  key: string,
  request: SignedRequest,
  checksums: Record<string, string>,
  at: Date,
): Reply | Refusal {
  for (const [name, value] of Object.entries(checksums)) {
    const verdict = checksumVerdict(name, value, request.payload);
    if (verdict === 'mismatch') return s3Errors.badDigest(name);
    if (verdict === 'unknown') return s3Errors.notImplemented(name);
  }
  const contentType = header(request, 'content-type');
  const version = putVersion(bucket, key, request.payload, at, {
    checksums,
    ...(contentType === undefined ? {} : { contentType }),
  });
  return {
    status: 200,
    headers: { etag: version.etag, ...encryptionHeaders(bucket), ...versionHeaders(bucket, version), ...checksums },
    body: Buffer.alloc(0),
  };
}

/** GET and HEAD. A current delete marker is a 404 that says so; a delete marker asked for by its id is a 405. */
export function getObject(bucket: Bucket, key: string, request: SignedRequest): Reply | Refusal {
  const versionId = versionAsked(request);
  const versions = bucket.objects.get(key) ?? [];
  const version =
    versionId === undefined ? currentVersion(bucket, key) : versions.find((other) => other.versionId === versionId);
  if (version === undefined) {
    if (versionId !== undefined) return s3Errors.noSuchVersion(key, versionId);
    const refusal = s3Errors.noSuchKey(key);
    return versions[0]?.deleteMarker === true ? { ...refusal, headers: { 'x-amz-delete-marker': 'true' } } : refusal;
  }
  if (version.deleteMarker) {
    return {
      refused: true,
      status: 405,
      code: 'MethodNotAllowed',
      message: 'The specified method is not allowed against this resource.',
      headers: { 'x-amz-delete-marker': 'true' },
    };
  }
  const wantsChecksum = header(request, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
  return {
    status: 200,
    headers: {
      'content-type': version.contentType,
      etag: version.etag,
      'last-modified': version.modified.toUTCString(),
      'accept-ranges': 'bytes',
      ...encryptionHeaders(bucket),
      ...versionHeaders(bucket, version),
      ...(wantsChecksum ? version.checksums : {}),
    },
    body: version.content,
  };
}

/** 204 whether or not the object was there. */
export function deleteObject(bucket: Bucket, key: string, request: SignedRequest, at: Date): Reply {
  const done = deleteVersion(bucket, key, versionAsked(request), at);
  const headers: Record<string, string> = {};
  if (done.versionId !== undefined) headers['x-amz-version-id'] = done.versionId;
  if (done.deleteMarker) headers['x-amz-delete-marker'] = 'true';
  return { status: 204, headers, body: Buffer.alloc(0) };
}

function versionHeaders(bucket: Bucket, version: ObjectVersion): Record<string, string> {
  // Where versioning is suspended real servers name no version.
  return bucket.versioning !== 'Enabled' ? {} : { 'x-amz-version-id': version.versionId };
}

function encryptionHeaders(bucket: Bucket): Record<string, string> {
  const { algorithm, keyId } = bucket.encryption;
  return {
    'x-amz-server-side-encryption': algorithm,
    ...(keyId === undefined ? {} : { 'x-amz-server-side-encryption-aws-kms-key-id': keyId }),
  };
}
