// Does the bucket take an object, give it back as it was, and let it go? Only asked where the spec says writeTest.
import { found, pass, type Check } from '../../facts/answer.ts';
import { redact } from '../../runtime/safe-text.ts';
import type { Fault } from '../../facts/outcome.ts';
import { leftUnder } from '../../facts/left-behind.ts';
import { BUCKET_TROUBLES } from './reach.ts';

export const bucketWrite: Check<'bucket'> = {
  question: 'write',
  about: 'bucket',
  feeds: 'Healthy',
  evidence: 'One object that was written, read back unchanged and deleted in this run.',
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
  ask({ target, observed: { write }, baseline }) {
    if (!write.ok) {
      const answer = found(write.fault);
      return isLeft(write.fault) && target.specId !== undefined
        ? { ...answer, baseline: leftUnder(target.specId) }
        : answer;
    }
    const note = redact(`an object of ${write.value.bytes} bytes was written, read back and deleted`);
    // What stayed behind under an earlier spec is nobody's concern any more.
    return pass(note, baseline === undefined ? undefined : NOTHING_LEFT);
  },
};

const NOTHING_LEFT = 'nothing left';

function isLeft({ detail }: Fault): boolean {
  return detail.startsWith('left ');
}
