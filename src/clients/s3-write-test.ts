// The write test of a bucket: a small object is written, read back and deleted. It looks first whether the object could
// be deleted again, and says what stayed behind where it could not.
import { createHash, randomUUID } from 'node:crypto';
import type * as Sdk from '@aws-sdk/client-s3';
import { failed, ok, type Fault, type Outcome } from '../facts/outcome.ts';
import { codeLeft, isPassing, type LeftObject } from '../facts/left-behind.ts';
import { literal, redact, type SafeText } from '../runtime/safe-text.ts';
import type { AwsFailure } from './aws-failure.ts';
import { isVague } from './aws-fault.ts';
import type { Answered } from './aws-pool.ts';
import type { Result } from './clients.ts';

/** Makes one call; `until` ends it, the run's signal unless given. */
export type AskS3 = <T>(
  send: (client: Sdk.S3Client, sdk: typeof Sdk, options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  until?: AbortSignal,
) => Promise<Result<Answered<T>, AwsFailure>>;

/** Where the write test keeps its object while it runs. */
const WRITE_TEST_PREFIX = '.recognize-health/';
/** Our own, because the run's signal may have ended. */
const CLEAN_UP_MS = 5_000;

/**
 * Writes, reads back and deletes one object.
 *
 * @param fail the fault of a call that failed, given the IAM action that it takes
 */
export async function writeTest(
  bucket: string,
  ask: AskS3,
  fail: (failure: AwsFailure, action: string) => Fault,
  signal: AbortSignal,
): Promise<Outcome<{ readonly bytes: number; readonly certificateNotAfter?: string | undefined }>> {
  const key = `${WRITE_TEST_PREFIX}${randomUUID()}`;
  const body = new TextEncoder().encode(`written by the write test of recognize-health: ${key}`);
  const lock = await ask((client, sdk, sending) =>
    client.send(new sdk.GetObjectLockConfigurationCommand({ Bucket: bucket }), sending),
  );
  if (!lock.ok && lock.fault.kind !== 'answer') return { ok: false, fault: fail(lock.fault, 's3:PutObject') };
  if (lock.ok && lock.value.value.ObjectLockConfiguration?.Rule?.DefaultRetention !== undefined) {
    const why = literal('not written: the default retention of the bucket would keep the object of the test');
    return failed('NotAsked', why);
  }
  const versioning = await ask((client, sdk, sending) =>
    client.send(new sdk.GetBucketVersioningCommand({ Bucket: bucket }), sending),
  );
  // Where versioning is suspended the object has the version `null`, which most servers do not name in their answer; a
  // delete without it would leave a marker behind. Where nobody says, it may be suspended.
  const mayBeSuspended = !versioning.ok || versioning.value.value.Status === 'Suspended';

  const remove = (versionId: string | undefined, until: AbortSignal) =>
    removeObject(ask, bucket, { key, versionId }, until);
  /** Says whether a delete marker came in the object's place. */
  const removeEitherWay = async (
    versionId: string | undefined,
    until: AbortSignal,
  ): Promise<Result<{ readonly marker: boolean }, AwsFailure>> => {
    const exact = await remove(versionId, until);
    if (exact.ok) return { ok: true, value: { marker: versionId === undefined && markedBy(exact.value.value) } };
    // A version of that name may be unknown to the server, or forbidden: at least its data goes.
    if (versionId !== 'null' || exact.fault.kind !== 'answer') return exact;
    const plain = await remove(undefined, until);
    return plain.ok ? { ok: true, value: { marker: markedBy(plain.value.value) } } : exact;
  };
  let versionId: string | undefined = mayBeSuspended ? 'null' : undefined;
  let mayBeThere = true;
  try {
    const put = await ask((client, sdk, sending) =>
      client.send(
        new sdk.PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: body,
          // Buckets with object lock take no object without a checksum; this one every server knows.
          ContentMD5: createHash('md5').update(body).digest('base64'),
        }),
        sending,
      ),
    );
    if (!put.ok) {
      // Refused is not there; without an answer it may be.
      mayBeThere = put.fault.kind === 'transport';
      return { ok: false, fault: refused(fail(put.fault, 's3:PutObject'), put.fault, bucket) };
    }
    const given: unknown = put.value.value.VersionId;
    if (typeof given === 'string' && given !== '') versionId = given;
    const got = await ask(async (client, sdk, sending) => {
      const object = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key }), sending);
      return object.Body?.transformToByteArray();
    });
    const lost = !got.ok && got.fault.kind === 'answer' && got.fault.code === 'NoSuchKey';
    const broken = !got.ok && !lost ? fail(got.fault, 's3:GetObject') : undefined;
    const same = got.ok && got.value.value !== undefined && Buffer.from(got.value.value).equals(body);
    const differs = `bucket ${bucket}: an object was written, and ${lost ? 'is not there' : 'another one was read back'}`;
    const first = await removeEitherWay(versionId, signal);
    // Trouble of the server says nothing of the object, and passes: it is asked once more.
    const isTrouble = !first.ok && isPassing(fail(first.fault, 's3:DeleteObject'));
    const removed = isTrouble ? await removeEitherWay(versionId, signal) : first;
    mayBeThere = !removed.ok && removed.fault.kind !== 'answer';
    if (!removed.ok && removed.fault.kind === 'answer')
      return { ok: false, fault: stayed(fail(removed.fault, 's3:DeleteObject'), bucket, key, versionId) };
    if (removed.ok && removed.value.marker) return failed('BucketLeftBehind', markerLeft(bucket, key));
    if (broken !== undefined) return { ok: false, fault: broken };
    if (!same) return failed('BucketObjectDiffers', redact(differs));
    if (!removed.ok) return { ok: false, fault: fail(removed.fault, 's3:DeleteObject') };
    const { certificateNotAfter } = put.value.exchange;
    return ok({ bytes: body.length, certificateNotAfter });
  } finally {
    // Nobody answered the delete, or the put: once more, under a deadline of its own, and nobody waits for it.
    if (mayBeThere) void remove(versionId, AbortSignal.timeout(CLEAN_UP_MS)).catch(() => undefined);
  }
}

/** A write that S3 refuses has a cause also where its code is not known: the bucket takes no objects. */
function refused(fault: Fault, failure: AwsFailure, bucket: string): Fault {
  if (failure.kind !== 'answer' || !isVague(fault)) return fault;
  if (failure.code !== undefined) return { ...fault, code: 'BucketWriteRefused' };
  // S3 has answered other questions: a page comes from what stands before it and lets reading pass.
  const { status } = failure;
  if (status < 400 || status === 407) return fault;
  const what = `bucket ${bucket}: what stands before the storage refuses to write (HTTP ${status})`;
  return { ...fault, code: 'BucketWriteRefused', detail: redact(what) };
}

/** Deletes an object, or one version of it. */
export function removeObject(ask: AskS3, bucket: string, { key, versionId }: LeftObject, until?: AbortSignal) {
  return ask(
    (client, sdk, sending) =>
      client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }), sending),
    until,
  );
}

/** A plain delete in a bucket with versions puts a marker in the object's place, and S3 says so. */
function markedBy({ DeleteMarker }: { readonly DeleteMarker?: unknown }): boolean {
  return DeleteMarker === true;
}

function markerLeft(bucket: string, key: string): SafeText {
  const what = `left a delete marker of ${key} in bucket ${bucket}: its version could not be deleted (s3:DeleteObjectVersion); nothing more is written until the spec changes`;
  return redact(what, [], 240);
}

/** The fault of a delete that was refused, which says what stayed behind and that it stays one object. */
function stayed(fault: Fault, bucket: string, key: string, versionId: string | undefined): Fault {
  const version = versionId === undefined ? '' : ` version ${versionId.slice(0, 36)}`;
  const until = isPassing(fault) ? 'until it can be deleted' : 'until the spec changes';
  const what = `left ${key}${version} in bucket ${bucket}; nothing more is written ${until}`;
  return { code: codeLeft(fault.code), detail: redact(what, [], 220), evidence: fault.evidence ?? fault.detail };
}
