// S3, read only: is the bucket there, may it be listed, where is it. The only importer of @aws-sdk/client-s3.
import type { S3Client as SdkS3Client } from '@aws-sdk/client-s3';
import { ok, type Outcome } from '../facts/outcome.ts';
import type { AwsAccess } from '../facts/target.ts';
import { awsFault, refusesIdentity, type AwsQuestion } from './aws-fault.ts';
import type { AwsFailure } from './aws-failure.ts';
import { createAwsPool, placeOf, secretsOf, type AwsPoolOptions } from './aws-pool.ts';
import type { Result, S3Client } from './clients.ts';

/** Loaded when first needed: it costs 20 MB and 300 ms, which a report without buckets need not pay. */
const sdk = () => import('@aws-sdk/client-s3');

/** An S3 client. The SDK is loaded with the first call. `destroy` closes what is open. */
export function createS3Client(options: AwsPoolOptions): S3Client & { destroy(): void; readonly size: number } {
  const pool = createAwsPool<SdkS3Client>(async (settings, variant) => {
    // followRegionRedirects stays off: a wrong region is what we want to see.
    return new (await sdk()).S3Client({ ...settings, forcePathStyle: variant === 'path' });
  }, options);

  function fault(failure: AwsFailure, access: AwsAccess, bucket: string, variant: string): ReturnType<typeof awsFault> {
    // An identity that was replaced meanwhile is read anew.
    if (refusesIdentity(failure, 's3')) pool.forget(access, variant);
    return awsFault(failure, questionAbout(access, bucket));
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
    destroy: () => pool.destroy(),
    get size() {
      return pool.size;
    },
  };
}

function located(headers: Readonly<Record<string, string>>): { readonly region?: string; readonly date?: string } {
  const { 'x-amz-bucket-region': region, date } = headers;
  return { ...(region === undefined ? {} : { region }), ...(date === undefined ? {} : { date }) };
}

function questionAbout(access: AwsAccess, bucket: string): AwsQuestion {
  return {
    service: 's3',
    subject: `bucket ${bucket} at ${placeOf(access)}`,
    region: access.region,
    source: access.credentials.source,
    secrets: secretsOf(access),
  };
}
