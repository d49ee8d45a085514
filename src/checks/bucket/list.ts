// May the bucket be listed? The permission that a service needs first, and the read that proves the credentials.
import { found, pass, type Check } from '../../facts/answer.ts';
import { literal, safe } from '../../runtime/safe-text.ts';
import { byWhom } from '../by-whom.ts';
import { listingFault } from './listing-denied.ts';
import { BUCKET_TROUBLES } from './reach.ts';

export const bucketList: Check<'bucket'> = {
  question: 'list',
  about: 'bucket',
  feeds: 'Healthy',
  evidence: 'A listing of at most one object, which names the bucket.',
  faults: [...BUCKET_TROUBLES, 'BucketWrongRegion'],
  ask({ target, observed: { list }, all }) {
    const { access } = target;
    if (!list.ok) return found(listingFault(list.fault, target, all));
    const what = list.value.objects === 0 ? literal('listed, and empty') : literal('listed');
    return pass(safe`${what}${byWhom(access)}`);
  },
};
