// Visits a bucket: head, then the other questions at once. What the first question denies is not asked again.
// Nothing is written unless the spec says writeTest.
import type { S3Client } from '../clients/clients.ts';
import { objectLeft } from '../facts/left-behind.ts';
import { failed, named, ok, type Fault, type Outcome } from '../facts/outcome.ts';
import type { BucketObserved } from '../facts/observed.ts';
import { literal } from '../runtime/safe-text.ts';
import type { Probe } from './probe.ts';
import { shortOf } from './short-of-evidence.ts';

export const bucketProbe: Probe<'bucket'> = {
  kind: 'bucket',
  async observe({ access, bucket, forcePathStyle, writeTest, left, origin }, { s3 }, signal) {
    if (!access.ok) return unreached(access.fault, left);
    const head = await s3.head(access.value, bucket, forcePathStyle, signal);
    const short = shortOf(access.value, head, origin);
    if (short !== undefined) return unreached(short, left);
    if (!head.ok) {
      if (head.fault.code === 'BucketWrongRegion') return elsewhere(head);
      if (head.fault.code !== 'BucketAccessDenied' || !writeTest || left !== undefined)
        return unreached(head.fault, left);
      // Objects may be allowed where the listing is not: that is all the product needs, and the write test proves it.
      const write = await s3.roundTrip(access.value, bucket, forcePathStyle, signal);
      return write.ok
        ? objectsOnly(write.value, access.value.region)
        : { ...unreached(head.fault), write: passedOn(write) };
    }
    const ask = [access.value, bucket, forcePathStyle, signal] as const;
    const list = await s3.list(...ask);
    // Any web server answers HEAD; only the listing shows that it is none of S3's kind.
    if (!list.ok && list.fault.code === 'BucketAnswerInvalid') return unreached(list.fault, left);
    const { date, region, certificateNotAfter } = head.value;
    const [encryption, versioning, write] = await Promise.all([
      s3.encryption(...ask),
      s3.versioning(...ask),
      left !== undefined ? afterAll(left, s3, ...ask) : writeTest ? s3.roundTrip(...ask) : withoutWriteTest(),
    ]);
    return {
      reach: ok(date === undefined ? {} : { date }),
      list,
      // S3-compatible servers may not name a region; they took a signature for ours.
      region: ok({ region: region ?? access.value.region }),
      encryption,
      versioning,
      write,
      certificateNotAfter,
    };
  },
};

/** What an earlier run left is deleted before anything is written again, where the server had trouble with it then. */
async function afterAll(
  left: Fault,
  s3: S3Client,
  ...[access, bucket, forcePathStyle, signal]: Parameters<S3Client['roundTrip']>
): Promise<BucketObserved['write']> {
  const object = objectLeft(left);
  if (object === undefined) return { ok: false, fault: left };
  const removed = await s3.remove(access, bucket, forcePathStyle, object, signal);
  return removed.ok ? s3.roundTrip(access, bucket, forcePathStyle, signal) : { ok: false, fault: left };
}

function objectsOnly(
  { bytes, certificateNotAfter }: { readonly bytes: number; readonly certificateNotAfter?: string | undefined },
  region: string,
): BucketObserved {
  const list = named(
    failed('BucketQuestionNotPermitted', literal('not asked: s3:ListBucket is not granted, objects are')),
    { action: 's3:ListBucket' },
  );
  const seen = { ...REST, reach: ok({}), list, region: ok({ region }), write: ok({ bytes }) };
  return certificateNotAfter === undefined ? seen : { ...seen, certificateNotAfter };
}

/** What was refused once is told once; an object that stayed behind is told in any case. */
function passedOn(write: BucketObserved['write']): BucketObserved['write'] {
  return !write.ok && write.fault.code === 'BucketAccessDenied' && !/^left /.test(write.fault.detail)
    ? notAsked()
    : write;
}

/** What stayed behind earlier is told whatever else is wrong. */
function unreached(fault: Fault, left?: Fault): BucketObserved {
  const rest = left === undefined ? REST : { ...REST, write: { ok: false, fault: left } as const };
  return { reach: { ok: false, fault }, list: notAsked(), region: notAsked(), ...rest };
}

/** The bucket answered, from another region: it is reached, `region` tells, and a listing would only say it again. */
function elsewhere(region: Extract<BucketObserved['region'], { ok: false }>): BucketObserved {
  return { reach: ok({}), list: notAsked(), region, ...REST };
}

function notAsked(): Outcome<never> {
  return failed('NotAsked', literal('not asked, because the bucket was not reached in this region'));
}

const REST = { encryption: notAsked(), versioning: notAsked(), write: notAsked() } as const;

function withoutWriteTest(): Outcome<never> {
  return failed('NotAsked', literal('not asked, because the spec does not say writeTest: true'));
}
