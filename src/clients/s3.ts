// S3: is the bucket there, may it be listed, where is it, how does it keep objects. Nothing is written but by `roundTrip`.
// The only place that loads @aws-sdk/client-s3.
import { z } from 'zod';
import type { S3Client as SdkS3Client } from '@aws-sdk/client-s3';
import { failed, ok, type Failed, type Fault, type Outcome } from '../facts/outcome.ts';
import type { AwsAccess } from '../facts/target.ts';
import type { Exchange } from './aws-exchange.ts';
import { awsFault, isVague, plainHost, refusesIdentity, type AwsQuestion } from './aws-fault.ts';
import type { AwsFailure } from './aws-failure.ts';
import { createAwsPool, placeOf, secretsOf, type AwsPoolOptions } from './aws-pool.ts';
import type { Result, S3Client } from './clients.ts';
import { type AskS3, removeObject, writeTest } from './s3-write-test.ts';
import { literal, redact } from '../runtime/safe-text.ts';

/** Loaded when first needed: it costs 20 MB and 300 ms, which a report without buckets need not pay. */
const sdk = () => import('@aws-sdk/client-s3');

/** An S3 client. The SDK is loaded with the first call. `destroy` closes what is open. */
export function createS3Client(options: AwsPoolOptions): S3Client & { destroy(): void; readonly size: number } {
  const pool = createAwsPool<SdkS3Client>(
    async (settings, variant) => {
      // followRegionRedirects stays off: a wrong region is what we want to see.
      return new (await sdk()).S3Client({
        ...settings,
        forcePathStyle: variant === 'path',
        // S3-compatible servers refuse checksums that they do not know.
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
      });
    },
    'S3',
    options,
  );

  function fault(
    failure: AwsFailure,
    access: AwsAccess,
    bucket: string,
    variant: string,
    action = 's3:ListBucket',
  ): ReturnType<typeof awsFault> {
    // An identity that was replaced meanwhile is read anew.
    if (refusesIdentity(failure, 's3')) pool.forget(access, variant);
    return awsFault(failure, {
      ...questionAbout(access, bucket, action),
      addressing: { plainHost: plainHost(access), virtualHost: variant === 'host', bucket },
    });
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
    const page = LISTING.parse(value);
    if (page.Name === undefined && page.KeyCount === undefined) {
      const { status = 0, headers, excerpt } = exchange;
      const garbage = { code: undefined, message: '', region: undefined };
      return { ok: false, fault: { kind: 'answer', status, headers, excerpt: excerpt || '(empty)', ...garbage } };
    }
    return { ok: true, value: { objects: page.KeyCount ?? page.Contents.length } };
  }

  function asking(access: AwsAccess, variant: 'path' | 'host', signal: AbortSignal): AskS3 {
    return (send, until = signal) =>
      pool.call(access, variant, until, async (client, sending) => send(client, await sdk(), sending));
  }

  return {
    async head(access, bucket, forcePathStyle, signal) {
      const variant = forcePathStyle ? 'path' : 'host';
      const seen = await pool.call(access, variant, signal, async (client, sending) =>
        client.send(new (await sdk()).HeadBucketCommand({ Bucket: bucket }), sending),
      );
      if (seen.ok) return ok(located(seen.value.exchange));
      if (seen.fault.kind !== 'answer') return { ok: false, fault: fault(seen.fault, access, bucket, variant) };
      // The answer to HEAD has no body, so no code: 403 is denied, unknown key, bad signature or a wrong clock, and any
      // web server says 404. The same question with a body tells them apart.
      const listed = await firstPage(access, bucket, variant, signal);
      if (listed.ok) return ok(located(seen.fault));
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
        const parsed = ENCRYPTION.safeParse(asked.value.value.ServerSideEncryptionConfiguration);
        // Some servers answer any subresource with a listing: that says nothing about encryption.
        if (!parsed.success) return unknownQuestion();
        return ok({ algorithm: parsed.data.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm });
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
      if (asked.ok) {
        const parsed = VERSIONING.safeParse(asked.value.value.Status);
        return parsed.success ? ok({ status: parsed.data }) : unknownQuestion();
      }
      const action = 's3:GetBucketVersioning';
      return { ok: false, fault: optional(asked.fault, fault(asked.fault, access, bucket, variant, action), action) };
    },
    async roundTrip(access, bucket, forcePathStyle, signal) {
      const variant = forcePathStyle ? 'path' : 'host';
      const fail = (at: AwsFailure, action: string): Fault => {
        const seen = fault(at, access, bucket, variant, action);
        return access.credentials.source === 'own' ? seen : optional(at, seen, action);
      };
      return writeTest(bucket, asking(access, variant, signal), fail, signal);
    },
    async remove(access, bucket, forcePathStyle, object, signal) {
      const variant = forcePathStyle ? 'path' : 'host';
      const removed = await removeObject(asking(access, variant, signal), bucket, object);
      if (removed.ok) return ok(undefined);
      return { ok: false, fault: fault(removed.fault, access, bucket, variant, 's3:DeleteObject') };
    },
    destroy: () => pool.destroy(),
    get size() {
      return pool.size;
    },
  };
}

/** Answers are another server's: every field is looked at before it is used. */
const LISTING = z.object({
  Name: z.string().optional().catch(undefined),
  KeyCount: z.number().int().nonnegative().optional().catch(undefined),
  Contents: z.array(z.unknown()).catch([]),
});
const ENCRYPTION = z.object({
  Rules: z.tuple(
    [z.object({ ApplyServerSideEncryptionByDefault: z.object({ SSEAlgorithm: z.string().min(1).max(64) }) })],
    z.unknown(),
  ),
});
/** Empty, `Off` and `Disabled` are what servers say that have never versioned the bucket. */
const VERSIONING = z.preprocess(
  (status) => (status === undefined || status === '' || status === 'Off' || status === 'Disabled' ? 'Never' : status),
  z.enum(['Enabled', 'Suspended', 'Never']),
);

function unknownQuestion(): Failed {
  return failed('NotAsked', literal('what answers does not know this question of S3'));
}

/**
 * The fault of a question that no service needs: denied is no fault of the product, and servers that only resemble S3 may
 * not know it.
 */
function optional(failure: AwsFailure, fault: Fault, action: string): Fault {
  if (failure.kind !== 'answer' || refusesIdentity(failure, 's3')) return fault;
  if (fault.code === 'BucketAccessDenied' || fault.code === 'CheckerNotAuthorized')
    return {
      ...fault,
      code: 'BucketQuestionNotPermitted',
      detail: redact(`not asked: ${action} is not granted`),
      names: { action },
    };
  // It has answered as S3 does before this is asked.
  return isVague(fault) ? unknownQuestion().fault : fault;
}

function located({
  headers,
  certificateNotAfter,
}: Pick<Exchange, 'headers'> & { readonly certificateNotAfter?: string | undefined }): {
  readonly region?: string | undefined;
  readonly date?: string | undefined;
  readonly certificateNotAfter?: string | undefined;
} {
  const { 'x-amz-bucket-region': region, date } = headers;
  return {
    region,
    date,
    certificateNotAfter,
  };
}

function questionAbout(access: AwsAccess, bucket: string, action: string): AwsQuestion {
  return {
    service: 's3',
    subject: `bucket ${bucket} at ${placeOf(access, 'S3')}`,
    region: access.region,
    action,
    source: access.credentials.source,
    secrets: secretsOf(access),
  };
}
