// Does the bucket keep old versions? The vendor does not ask for it, so never is fine; suspended is what somebody did.
import { found, pass, type Check } from '../../facts/answer.ts';
import { literal } from '../../runtime/safe-text.ts';
import { BUCKET_TROUBLES } from './reach.ts';

export const bucketVersioning: Check<'bucket'> = {
  question: 'versioning',
  about: 'bucket',
  feeds: 'Healthy',
  evidence: "The bucket's own versioning state.",
  faults: [...BUCKET_TROUBLES, 'BucketVersioningSuspended'],
  ask({ observed: { versioning } }) {
    if (!versioning.ok) return found(versioning.fault);
    switch (versioning.value.status) {
      case 'Enabled':
        return pass(literal('versioning is enabled'));
      case 'Never':
        return pass(literal('versioning was never enabled; the vendor does not ask for it'));
      case 'Suspended':
        return found({ code: 'BucketVersioningSuspended', detail: literal('versioning was suspended') });
    }
  },
};
