// Lists objects and versions: prefix, delimiter, pages.
import { parameter, type Refusal, type Reply, type SignedRequest } from '../exchange.ts';
import { currentObjects, sortedKeys, type Bucket, type ObjectVersion } from './buckets.ts';
import { s3Errors } from './errors.ts';
import { document, element } from './xml.ts';

/** S3 gives at most this many keys in one answer. */
const MAX_KEYS = 1000;

type Row = { object: ObjectVersion } | { prefix: string };

/** `GET /bucket?list-type=2`. A continuation token is the base64 of the last key or prefix that was given. */
export function listObjectsV2(bucket: Bucket, request: SignedRequest): Reply | Refusal {
  const asked = parameter(request, 'max-keys');
  const maxKeys = maxKeysOf(asked);
  if (maxKeys === undefined) return s3Errors.invalidArgument('max-keys', asked ?? '');
  const prefix = parameter(request, 'prefix') ?? '';
  const delimiter = parameter(request, 'delimiter');
  const token = parameter(request, 'continuation-token');
  const startAfter = parameter(request, 'start-after');
  const after = token === undefined ? (startAfter ?? '') : Buffer.from(token, 'base64').toString();

  const rows = group(
    currentObjects(bucket).filter((object) => object.key.startsWith(prefix)),
    prefix,
    delimiter,
  ).filter((row) => nameOf(row) > after || after === '');
  const page = rows.slice(0, maxKeys);
  const last = page.at(-1);
  const truncated = rows.length > page.length && last !== undefined;

  return document(
    'ListBucketResult',
    element('Name', bucket.name) +
      element('Prefix', prefix) +
      element('Delimiter', delimiter) +
      element('StartAfter', startAfter) +
      element('ContinuationToken', token) +
      element('NextContinuationToken', truncated ? Buffer.from(nameOf(last)).toString('base64') : undefined) +
      element('KeyCount', page.length) +
      element('MaxKeys', maxKeys) +
      element('IsTruncated', truncated) +
      page.map((row) => ('object' in row ? contents(row.object) : commonPrefix(row.prefix))).join(''),
    { 'x-amz-bucket-region': bucket.region },
  );
}

/** `GET /bucket?versions`, newest first for each key. One page: the emulator's buckets are small. */
export function listObjectVersions(bucket: Bucket, request: SignedRequest): Reply {
  const prefix = parameter(request, 'prefix') ?? '';
  const versions = sortedKeys(bucket)
    .filter((key) => key.startsWith(prefix))
    .flatMap((key) => (bucket.objects.get(key) ?? []).map((version, index) => ({ version, latest: index === 0 })));
  return document(
    'ListVersionsResult',
    element('Name', bucket.name) +
      element('Prefix', prefix) +
      element('MaxKeys', MAX_KEYS) +
      element('IsTruncated', false) +
      versions
        .map(({ version, latest }) => {
          const shared =
            element('Key', version.key) +
            element('VersionId', version.versionId) +
            element('IsLatest', latest) +
            element('LastModified', version.modified.toISOString());
          return version.deleteMarker
            ? `<DeleteMarker>${shared}</DeleteMarker>`
            : `<Version>${shared}${element('ETag', version.etag)}${element('Size', version.content.length)}${element('StorageClass', 'STANDARD')}</Version>`;
        })
        .join(''),
  );
}

function maxKeysOf(asked: string | undefined): number | undefined {
  if (asked === undefined) return MAX_KEYS;
  return /^\d+$/.test(asked) ? Math.min(Number(asked), MAX_KEYS) : undefined;
}

/** Keys that have the delimiter after the prefix are rolled up into one row. */
function group(objects: ObjectVersion[], prefix: string, delimiter: string | undefined): Row[] {
  const rows: Row[] = [];
  const seen = new Set<string>();
  for (const object of objects) {
    const cut = delimiter === undefined ? -1 : object.key.indexOf(delimiter, prefix.length);
    if (delimiter === undefined || cut < 0) {
      rows.push({ object });
      continue;
    }
    const common = object.key.slice(0, cut + delimiter.length);
    if (!seen.has(common)) rows.push({ prefix: common });
    seen.add(common);
  }
  return rows;
}

function nameOf(row: Row): string {
  return 'object' in row ? row.object.key : row.prefix;
}

function contents(object: ObjectVersion): string {
  return (
    '<Contents>' +
    element('Key', object.key) +
    element('LastModified', object.modified.toISOString()) +
    element('ETag', object.etag) +
    element('Size', object.content.length) +
    element('StorageClass', 'STANDARD') +
    '</Contents>'
  );
}

function commonPrefix(prefix: string): string {
  return `<CommonPrefixes>${element('Prefix', prefix)}</CommonPrefixes>`;
}
