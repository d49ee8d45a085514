// The state of S3: buckets, their settings, and every version of every object. Tests change it by plain functions.
import { createHash, randomBytes } from 'node:crypto';
import type { ResourcePolicy } from '../policy.ts';

export interface Encryption {
  algorithm: 'AES256' | 'aws:kms';
  /** KeyId, ARN or alias; only with `aws:kms`. */
  keyId?: string;
}

/** One version of one object. A delete marker has no content. The version id is `null` where versioning was not on. */
export interface ObjectVersion {
  key: string;
  versionId: string;
  deleteMarker: boolean;
  content: Buffer;
  etag: string;
  modified: Date;
  contentType: string;
  /** `x-amz-checksum-…` headers that came with the upload and were verified. */
  checksums: Record<string, string>;
}

export interface Bucket {
  name: string;
  region: string;
  created: Date;
  versioning: 'Enabled' | 'Suspended' | undefined;
  /** AES256 unless set: AWS encrypts every new object with SSE-S3 since January 2023. */
  encryption: Encryption;
  policy: ResourcePolicy | undefined;
  /** Newest first for each key. */
  objects: Map<string, ObjectVersion[]>;
}

export interface NewBucket {
  name: string;
  /** Default: us-east-1. */
  region?: string;
  versioning?: 'Enabled' | 'Suspended';
  encryption?: Encryption;
  policy?: ResourcePolicy;
}

export interface Buckets {
  create(bucket: NewBucket): Bucket;
  remove(name: string): void;
  get(name: string): Bucket | undefined;
  all(): Bucket[];
  setPolicy(name: string, policy: ResourcePolicy | undefined): void;
  setEncryption(name: string, encryption: Encryption): void;
  setVersioning(name: string, versioning: 'Enabled' | 'Suspended' | undefined): void;
  put(name: string, key: string, content: string | Buffer): ObjectVersion;
  /** The content of the current version; undefined if there is none or it is a delete marker. */
  content(name: string, key: string): Buffer | undefined;
  /** Keys that have a current version, in order. */
  keys(name: string): string[];
}

export function createBuckets(now: () => Date): Buckets {
  const buckets = new Map<string, Bucket>();

  function need(name: string): Bucket {
    const bucket = buckets.get(name);
    if (bucket === undefined) throw new Error(`The emulator has no bucket ${name}; create it first.`);
    return bucket;
  }

  return {
    create({ name, region, versioning, encryption, policy }) {
      const bucket: Bucket = {
        name,
        region: region ?? 'us-east-1',
        created: now(),
        versioning,
        encryption: encryption ?? { algorithm: 'AES256' },
        policy,
        objects: new Map(),
      };
      buckets.set(name, bucket);
      return bucket;
    },
    remove: (name) => void buckets.delete(name),
    get: (name) => buckets.get(name),
    all: () => [...buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    setPolicy: (name, policy) => void (need(name).policy = policy),
    setEncryption: (name, encryption) => void (need(name).encryption = encryption),
    setVersioning: (name, versioning) => void (need(name).versioning = versioning),
    put: (name, key, content) => putVersion(need(name), key, Buffer.from(content), now(), {}),
    content: (name, key) => currentVersion(need(name), key)?.content,
    keys: (name) => currentObjects(need(name)).map((object) => object.key),
  };
}

/** Adds a version, or replaces the `null` version where versioning is not on. */
export function putVersion(
  bucket: Bucket,
  key: string,
  content: Buffer,
  modified: Date,
  more: Partial<Pick<ObjectVersion, 'contentType' | 'checksums' | 'deleteMarker'>>,
): ObjectVersion {
  const version: ObjectVersion = {
    key,
    versionId: bucket.versioning === 'Enabled' ? randomBytes(16).toString('base64url') : 'null',
    deleteMarker: more.deleteMarker ?? false,
    content,
    etag: `"${createHash('md5').update(content).digest('hex')}"`,
    modified,
    contentType: more.contentType ?? 'binary/octet-stream',
    checksums: more.checksums ?? {},
  };
  const kept = (bucket.objects.get(key) ?? []).filter((other) => other.versionId !== version.versionId);
  bucket.objects.set(key, [version, ...kept]);
  return version;
}

/** The version that a GET without a version id returns; undefined for none and for a delete marker. */
export function currentVersion(bucket: Bucket, key: string): ObjectVersion | undefined {
  const newest = bucket.objects.get(key)?.[0];
  return newest?.deleteMarker === true ? undefined : newest;
}

/** The current version of every key, in the order of keys by their UTF-8 bytes, as S3 lists them. */
export function currentObjects(bucket: Bucket): ObjectVersion[] {
  return sortedKeys(bucket).flatMap((key) => currentVersion(bucket, key) ?? []);
}

export function sortedKeys(bucket: Bucket): string[] {
  return [...bucket.objects.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** What a delete without a version id did. */
export interface Deleted {
  deleteMarker: boolean;
  versionId: string | undefined;
}

/** Deletes as S3 does: a marker where versioning is or was on, else the object; with a version id, that version. */
export function deleteVersion(bucket: Bucket, key: string, versionId: string | undefined, at: Date): Deleted {
  const versions = bucket.objects.get(key) ?? [];
  if (versionId !== undefined) {
    const hit = versions.find((version) => version.versionId === versionId);
    keep(
      bucket,
      key,
      versions.filter((version) => version !== hit),
    );
    return { deleteMarker: hit?.deleteMarker ?? false, versionId };
  }
  if (bucket.versioning === undefined) {
    bucket.objects.delete(key);
    return { deleteMarker: false, versionId: undefined };
  }
  const marker = putVersion(bucket, key, Buffer.alloc(0), at, { deleteMarker: true });
  return { deleteMarker: true, versionId: marker.versionId };
}

function keep(bucket: Bucket, key: string, versions: ObjectVersion[]): void {
  if (versions.length === 0) bucket.objects.delete(key);
  else bucket.objects.set(key, versions);
}
