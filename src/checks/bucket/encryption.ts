// Does the bucket encrypt new objects by default? AWS always does since 2023; others do when told to.
import { found, pass, type Check } from '../../facts/answer.ts';
import { literal } from '../../runtime/safe-text.ts';
import { BUCKET_TROUBLES } from './reach.ts';
import { sentence } from '../../facts/sentence.ts';

export const bucketEncryption: Check<'bucket'> = {
  question: 'encryption',
  about: 'bucket',
  feeds: 'Healthy',
  evidence: "The bucket's own encryption configuration.",
  faults: [...BUCKET_TROUBLES, 'BucketNotEncrypted'],
  ask({ observed: { encryption } }) {
    if (!encryption.ok) return found(encryption.fault);
    const { algorithm } = encryption.value;
    if (algorithm !== 'none') return pass(sentence(`new objects are encrypted with ${algorithm}`));
    return found({ code: 'BucketNotEncrypted', detail: literal('new objects are not encrypted by default') });
  },
};
