// S3: is the bucket there, may it be listed, where is it, how does it keep objects. Nothing is written but by `roundTrip`.
// The only importer of @aws-sdk/client-s3.
import { randomUUID } from 'node:crypto';
import type { S3Client as SdkS3Client } from '@aws-sdk/client-s3';
import { failed, ok, type Fault, type Outcome } from '../facts/outcome.ts';
import type { AwsAccess } from '../facts/target.ts';
import { awsFault, refusesIdentity, type AwsQuestion } from './aws-fault.ts';
import type { AwsFailure } from './aws-failure.ts';
import { createAwsPool, placeOf, secretsOf, type AwsPool, type AwsPoolOptions } from './aws-pool.ts';
import type { Result, S3Client } from './clients.ts';
import { literal, redact } from '../runtime/safe-text.ts';

/** Where the write test keeps its object while it runs. */
const WRITE_TEST_PREFIX = '.recognize-health/';
/** Our own, because the run's signal may have ended. */
const CLEAN_UP_MS = 5_000;

/** Loaded when first needed: it costs 20 MB and 300 ms, which a report without buckets need not pay. */
const sdk = () => import('@aws-sdk/client-s3');

/** An S3 client. The SDK is loaded with the first call. `destroy` closes what is open. */
export function createS3Client(options: AwsPoolOptions): S3Client & { destroy(): void; readonly size: number } {
  const pool = createAwsPool<SdkS3Client>(async (settings, variant) => {
    // followRegionRedirects stays off: a wrong region is what we want to see.
    return new (await sdk()).S3Client({
      ...settings,
      forcePathStyle: variant === 'path',
      // S3-compatible servers refuse checksums that they do not know.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }, options);

  function fault(
    failure: AwsFailure,
    access: AwsAccess,
    bucket: string,
    variant: string,
    action = 's3:ListBucket',
  ): ReturnType<typeof awsFault> {
    // An identity that was replaced meanwhile is read anew.
    if (refusesIdentity(failure, 's3')) pool.forget(access, variant);
    return awsFault(failure, questionAbout(access, bucket, action));
  }

  async function firstPage(
    access: AwsAccess,
    bucket: string,
    variant: string,
    signal: AbortSignal,
  ): Promise<Result<{ objects: number }, AwsFailure>> {
    const listed = await pool.call(access, variant, signal, async (client, sending) =>
      client.send(new (await sdk()).ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 }), sending),
    );
    if (!listed.ok) return listed;
    const { value, exchange } = listed.value;
    // Any page parses as some XML; a listing names its bucket.
    if (value.Name === undefined && value.KeyCount === undefined) {
      const { status = 0, headers, excerpt } = exchange;
      const garbage = { code: undefined, message: '', region: undefined };
      return { ok: false, fault: { kind: 'answer', status, headers, excerpt: excerpt || '(empty)', ...garbage } };
    }
    return { ok: true, value: { objects: value.KeyCount ?? value.Contents?.length ?? 0 } };
  }

  return {
    async head(access, bucket, forcePathStyle, signal) {
      const variant = forcePathStyle ? 'path' : 'host';
      const seen = await pool.call(access, variant, signal, async (client, sending) =>
        client.send(new (await sdk()).HeadBucketCommand({ Bucket: bucket }), sending),
      );
      if (seen.ok) return ok(located(seen.value.exchange.headers));
      if (seen.fault.kind !== 'answer') return { ok: false, fault: fault(seen.fault, access, bucket, variant) };
      // The answer to HEAD has no body, so no code: 403 is denied, unknown key, bad signature or a wrong clock, and any
      // web server says 404. The same question with a body tells them apart.
      const listed = await firstPage(access, bucket, variant, signal);
      if (listed.ok) return ok(located(seen.fault.headers));
      const { headers } = seen.fault;
      const told =
        listed.fault.kind === 'answer'
          ? { ...listed.fault, headers: { ...headers, ...listed.fault.headers } }
          : listed.fault;
      return { ok: false, fault: fault(told, access, bucket, variant) };
    },
    async list(access, bucket, forcePathStyle, signal): Promise<Outcome<{ readonly objects: number }>> {
      const variant = forcePathStyle ? 'path' : 'host';
      const listed = await firstPage(access, bucket, variant, signal);
      return listed.ok ? ok(listed.value) : { ok: false, fault: fault(listed.fault, access, bucket, variant) };
    },
    async encryption(access, bucket, forcePathStyle, signal) {
      const variant = forcePathStyle ? 'path' : 'host';
      const asked = await pool.call(access, variant, signal, async (client, sending) =>
        client.send(new (await sdk()).GetBucketEncryptionCommand({ Bucket: bucket }), sending),
      );
      if (asked.ok) {
        const [rule] = asked.value.value.ServerSideEncryptionConfiguration?.Rules ?? [];
        return ok({ algorithm: rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm ?? 'none' });
      }
      if (asked.fault.kind === 'answer' && asked.fault.code === 'ServerSideEncryptionConfigurationNotFoundError')
        return ok({ algorithm: 'none' });
      const action = 's3:GetEncryptionConfiguration';
      return { ok: false, fault: optional(asked.fault, fault(asked.fault, access, bucket, variant, action), action) };
    },
    async versioning(access, bucket, forcePathStyle, signal) {
      const variant = forcePathStyle ? 'path' : 'host';
      const asked = await pool.call(access, variant, signal, async (client, sending) =>
        client.send(new (await sdk()).GetBucketVersioningCommand({ Bucket: bucket }), sending),
      );
      if (asked.ok) return ok({ status: asked.value.value.Status ?? ('Never' as const) });
      const action = 's3:GetBucketVersioning';
      return { ok: false, fault: optional(asked.fault, fault(asked.fault, access, bucket, variant, action), action) };
    },
    async roundTrip(access, bucket, forcePathStyle, signal) {
      const variant = forcePathStyle ? 'path' : 'host';
      const key = `${WRITE_TEST_PREFIX}${randomUUID()}`;
      const body = new TextEncoder().encode(`written by the write test of recognize-health: ${key}`);
      const call: AwsPool<SdkS3Client>['call'] = (...question) => pool.call(...question);
      const failure = (at: AwsFailure, action: string): { ok: false; fault: Fault } => {
        const seen = fault(at, access, bucket, variant, action);
        const own = access.credentials.source === 'own';
        return { ok: false, fault: own ? seen : optional(at, seen, action) };
      };
      const remove = (versionId: string | undefined, until: AbortSignal) =>
        call(access, variant, until, async (client, sending) =>
          client.send(
            new (await sdk()).DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }),
            sending,
          ),
        );
      let versionId: string | undefined;
      let mayBeThere = true;
      try {
        const put = await call(access, variant, signal, async (client, sending) =>
          client.send(new (await sdk()).PutObjectCommand({ Bucket: bucket, Key: key, Body: body }), sending),
        );
        if (!put.ok) {
          // Refused is not there; without an answer it may be.
          mayBeThere = put.fault.kind === 'transport';
          return failure(put.fault, 's3:PutObject');
        }
        versionId = put.value.value.VersionId;
        const got = await call(access, variant, signal, async (client, sending) => {
          const object = await client.send(new (await sdk()).GetObjectCommand({ Bucket: bucket, Key: key }), sending);
          return object.Body?.transformToByteArray();
        });
        const lost = !got.ok && got.fault.kind === 'answer' && got.fault.code === 'NoSuchKey';
        if (!got.ok && !lost) return failure(got.fault, 's3:GetObject');
        if (!got.ok || got.value.value === undefined || !Buffer.from(got.value.value).equals(body))
          return failed(
            'BucketObjectDiffers',
            redact(
              `bucket ${bucket}: an object was written, and ${lost ? 'is not there' : 'another one was read back'}`,
            ),
          );
        const removed = await remove(versionId, signal);
        if (!removed.ok) return failure(removed.fault, 's3:DeleteObject');
        mayBeThere = false;
        return ok({ bytes: body.length });
      } finally {
        // Whatever went wrong. When the run is over, or its time is, nobody waits for it.
        const cleaned = mayBeThere && !signal.aborted && (await quietly(remove(versionId, signal)));
        if (mayBeThere && !cleaned) void quietly(remove(versionId, AbortSignal.timeout(CLEAN_UP_MS)));
      }
    },
    destroy: () => pool.destroy(),
    get size() {
      return pool.size;
    },
  };
}

/**
 * The fault of a question that no service needs: denied is no fault of the product, and servers that only resemble S3 may
 * not know it.
 */
function optional(failure: AwsFailure, fault: Fault, action: string): Fault {
  if (failure.kind !== 'answer' || refusesIdentity(failure, 's3')) return fault;
  if (fault.code === 'BucketAccessDenied' || fault.code === 'CheckerNotAuthorized')
    return { ...fault, code: 'BucketQuestionNotPermitted', detail: redact(`not asked: ${action} is not granted`) };
  if (failure.status === 501 || failure.status === 405)
    return { ...fault, code: 'NotAsked', detail: literal('what answers does not know this question of S3') };
  return fault;
}

/** True when the request succeeded; never rejects. */
function quietly(request: Promise<Result<unknown, unknown>>): Promise<boolean> {
  return request.then(
    ({ ok: done }) => done,
    () => false,
  );
}

function located(headers: Readonly<Record<string, string>>): { readonly region?: string; readonly date?: string } {
  const { 'x-amz-bucket-region': region, date } = headers;
  return { ...(region === undefined ? {} : { region }), ...(date === undefined ? {} : { date }) };
}

function questionAbout(access: AwsAccess, bucket: string, action: string): AwsQuestion {
  return {
    service: 's3',
    subject: `bucket ${bucket} at ${placeOf(access)}`,
    region: access.region,
    action,
    source: access.credentials.source,
    secrets: secretsOf(access),
  };
}
