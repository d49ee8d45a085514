// Says which S3 operation a request is, from its method, path and sub-resource. Path style only.
import { header, parameter, type WireRequest } from '../exchange.ts';

export const S3_OPERATIONS = [
  'ListBuckets',
  'CreateBucket',
  'DeleteBucket',
  'HeadBucket',
  'GetBucketLocation',
  'GetBucketVersioning',
  'PutBucketVersioning',
  'GetObjectLockConfiguration',
  'GetBucketEncryption',
  'PutBucketEncryption',
  'GetBucketPolicy',
  'PutBucketPolicy',
  'DeleteBucketPolicy',
  'GetPublicAccessBlock',
  'ListObjectsV2',
  'ListObjectVersions',
  'DeleteObjects',
  'PutObject',
  'GetObject',
  'HeadObject',
  'DeleteObject',
] as const;

export type S3Operation = (typeof S3_OPERATIONS)[number];

export interface S3Target {
  /** 'Unknown' is answered with 501, never with a guess. */
  operation: S3Operation | 'Unknown';
  bucket: string;
  key: string;
}

/** Sub-resources of a bucket that are understood, by method. */
const BUCKET_SUB_RESOURCES: Record<string, Partial<Record<string, S3Operation>>> = {
  location: { GET: 'GetBucketLocation' },
  versioning: { GET: 'GetBucketVersioning', PUT: 'PutBucketVersioning' },
  'object-lock': { GET: 'GetObjectLockConfiguration' },
  encryption: { GET: 'GetBucketEncryption', PUT: 'PutBucketEncryption' },
  policy: { GET: 'GetBucketPolicy', PUT: 'PutBucketPolicy', DELETE: 'DeleteBucketPolicy' },
  publicAccessBlock: { GET: 'GetPublicAccessBlock' },
  versions: { GET: 'ListObjectVersions' },
  delete: { POST: 'DeleteObjects' },
};

/** Parameters that do not choose an operation. Any other one makes the operation unknown. */
const PLAIN_PARAMETERS = new Set([
  'x-id',
  'list-type',
  'prefix',
  'delimiter',
  'max-keys',
  'continuation-token',
  'start-after',
  'encoding-type',
  'fetch-owner',
  'key-marker',
  'version-id-marker',
  'versionId',
  'max-buckets',
]);

const BUCKET_METHODS: Partial<Record<string, S3Operation>> = {
  HEAD: 'HeadBucket',
  PUT: 'CreateBucket',
  DELETE: 'DeleteBucket',
};

const OBJECT_METHODS: Partial<Record<string, S3Operation>> = {
  GET: 'GetObject',
  HEAD: 'HeadObject',
  PUT: 'PutObject',
  DELETE: 'DeleteObject',
};

export function s3Target(request: WireRequest): S3Target {
  const [bucket = '', ...rest] = request.rawPath.slice(1).split('/').map(decodeURIComponent);
  const key = rest.join('/');
  return { operation: operationOf(request, bucket, key) ?? 'Unknown', bucket, key };
}

function operationOf(request: WireRequest, bucket: string, key: string): S3Operation | undefined {
  const special = request.query.map(([name]) => name).filter((name) => !PLAIN_PARAMETERS.has(name));
  if (bucket === '') return request.method === 'GET' && special.length === 0 ? 'ListBuckets' : undefined;
  if (key !== '') {
    const copies = header(request, 'x-amz-copy-source') !== undefined;
    return special.length === 0 && !copies ? OBJECT_METHODS[request.method] : undefined;
  }
  const [subResource, ...more] = special;
  if (more.length > 0) return undefined;
  if (subResource !== undefined) return BUCKET_SUB_RESOURCES[subResource]?.[request.method];
  if (request.method === 'GET') return parameter(request, 'list-type') === '2' ? 'ListObjectsV2' : undefined;
  return BUCKET_METHODS[request.method];
}
