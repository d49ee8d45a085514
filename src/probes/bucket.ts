// Visits a bucket: head, then a listing of one object. What the first question denies is not asked again.
import { failed, ok, type Fault, type Outcome } from '../facts/outcome.ts';
import type { BucketObserved } from '../facts/observed.ts';
import { literal } from '../runtime/safe-text.ts';
import type { Probe } from './probe.ts';

export const bucketProbe: Probe<'bucket'> = {
  kind: 'bucket',
  async observe({ access, bucket, forcePathStyle }, { s3 }, signal) {
    if (!access.ok) return unreached(access.fault);
    const head = await s3.head(access.value, bucket, forcePathStyle, signal);
    if (!head.ok) return head.fault.code === 'BucketWrongRegion' ? elsewhere(head) : unreached(head.fault);
    const list = await s3.list(access.value, bucket, forcePathStyle, signal);
    // Any web server answers HEAD; only the listing shows that it is none of S3's kind.
    if (!list.ok && list.fault.code === 'BucketAnswerInvalid') return unreached(list.fault);
    const { date, region } = head.value;
    return {
      reach: ok(date === undefined ? {} : { date }),
      list,
      // S3-compatible servers may not name a region; they took a signature for ours.
      region: ok({ region: region ?? access.value.region }),
    };
  },
};

function unreached(fault: Fault): BucketObserved {
  return { reach: { ok: false, fault }, list: notAsked(), region: notAsked() };
}

/** The bucket answered, from another region: it is reached, `region` tells, and a listing would only say it again. */
function elsewhere(region: Extract<BucketObserved['region'], { ok: false }>): BucketObserved {
  return { reach: ok({}), list: notAsked(), region };
}

function notAsked(): Outcome<never> {
  return failed('NotAsked', literal('not asked, because the bucket was not reached in this region'));
}
