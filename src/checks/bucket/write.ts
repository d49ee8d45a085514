// Does the bucket take an object, give it back as it was, and let it go? Only asked where the spec says writeTest.
import { found, pass, type Check } from '../../facts/answer.ts';
import { redact } from '../../runtime/safe-text.ts';
import { BUCKET_TROUBLES } from './reach.ts';

export const bucketWrite: Check<'bucket'> = {
  question: 'write',
  about: 'bucket',
  feeds: 'Healthy',
  faults: [
    ...BUCKET_TROUBLES,
    'BucketWrongRegion',
    'BucketObjectDiffers',
    'BucketFull',
    'BucketWriteRefused',
    'BucketKeyUnusable',
    'BucketObjectLocked',
    'BucketLeftBehind',
  ],
  applies: ({ writeTest }) => writeTest,
  ask({ observed: { write } }) {
    if (!write.ok) return found(write.fault);
    return pass(redact(`an object of ${write.value.bytes} bytes was written, read back and deleted`));
  },
};
