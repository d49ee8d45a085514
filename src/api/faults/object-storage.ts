// What can be seen of an S3-compatible bucket.
import type { FaultTraits } from './traits.ts';

export const BUCKET_FAULTS = {
  BucketAddressUnresolved: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    serverWide: true,
    vantage: true,
    meaning: "The storage endpoint's host name does not resolve.",
  },
  BucketUnreachable: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    serverWide: true,
    vantage: true,
    meaning: 'The storage endpoint refuses connections, or the connection breaks.',
  },
  BucketTimeout: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    serverWide: true,
    vantage: true,
    meaning: 'The storage endpoint did not answer before the deadline.',
  },
  BucketTlsFailed: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    serverWide: true,
    meaning: "The storage endpoint's certificate does not verify.",
  },
  BucketCredentialsInvalid: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    confirmAfter: 2,
    meaning: 'The storage does not know the access key, or the signature or token does not fit.',
  },
  BucketMissing: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    meaning: 'There is no bucket of that name.',
  },
  BucketAccessDenied: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    meaning: "The target's own credentials may not use the bucket.",
  },
  BucketWrongRegion: {
    result: 'fail',
    severity: 'high',
    explainsDependents: true,
    meaning: 'The bucket is in another region than the spec says.',
  },
  BucketNotEncrypted: {
    result: 'warn',
    severity: 'medium',
    meaning: 'The bucket does not encrypt new objects by default.',
  },
  BucketVersioningSuspended: {
    result: 'warn',
    severity: 'low',
    meaning: 'Somebody suspended the versioning of the bucket.',
  },
  BucketObjectDiffers: {
    result: 'fail',
    severity: 'critical',
    meaning: 'What was read back from the bucket is not what was written.',
  },
  BucketFull: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    meaning: 'The storage takes no more objects: it is full, or the quota of the bucket is used up.',
  },
  BucketKeyUnusable: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    meaning:
      'The key that the bucket encrypts with is disabled, missing or not configured, so no object can be written.',
  },
  BucketObjectLocked: {
    result: 'fail',
    severity: 'critical',
    meaning: 'Object lock or its retention refuses the request.',
  },
  BucketWriteRefused: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    meaning: 'The storage refuses to take an object; the message has its own words.',
  },
  BucketCertificateExpiring: {
    result: 'warn',
    severity: 'high',
    meaning: "The certificate of the storage's endpoint ends within 30 days.",
  },
  BucketLeftBehind: {
    result: 'warn',
    severity: 'medium',
    meaning: 'The object of the write test could not be deleted; nothing more is written until the spec changes.',
  },
  BucketQuestionNotPermitted: {
    result: 'skip',
    severity: 'info',
    meaning: 'The credentials may not ask this; the message names the action that is missing.',
  },
  BucketThrottled: {
    result: 'error',
    severity: 'medium',
    meaning: 'The storage asks to slow down.',
  },
  BucketServerError: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    serverWide: true,
    meaning: 'The storage answers with a server error.',
  },
  BucketAnswerInvalid: {
    result: 'error',
    severity: 'medium',
    meaning: 'Something answers at the storage endpoint that does not speak S3.',
  },
} as const satisfies Record<string, FaultTraits>;
