// Is the bucket there, and does what answers speak S3? A bucket in another region is there: `region` tells.
import { found, pass, type Check } from '../../facts/answer.ts';
import type { FaultCode } from '../../api/faults.ts';
import { literal } from '../../runtime/safe-text.ts';
import { OUR_TROUBLES } from '../../facts/pass-on.ts';
import { listingFault } from './listing-denied.ts';

/** What can keep any question about a bucket from its answer. */
export const BUCKET_TROUBLES = [
  'BucketAddressUnresolved',
  'BucketUnreachable',
  'BucketTimeout',
  'BucketTlsFailed',
  'BucketCredentialsInvalid',
  'BucketMissing',
  'BucketAccessDenied',
  'BucketQuestionNotPermitted',
  'BucketThrottled',
  'BucketServerError',
  'BucketAnswerInvalid',
  'CheckerClockSkewed',
  ...OUR_TROUBLES,
] as const satisfies readonly FaultCode[];

export const bucketReach: Check<'bucket'> = {
  question: 'reach',
  about: 'bucket',
  feeds: 'Healthy',
  evidence:
    'An answer to HeadBucket, confirmed as S3 by a listing; or the write test where only objects are granted. A denial of which the server says that nothing grants the listing is none, unless a log shows that objects are refused too.',
  faults: BUCKET_TROUBLES,
  ask: ({ target, observed: { reach }, all }) =>
    reach.ok ? pass(literal('the bucket answers')) : found(listingFault(reach.fault, target, all)),
};
