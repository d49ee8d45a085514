// May the bucket be listed? The permission that a service needs first, and the read that proves the credentials.
import { found, pass, type Check } from '../../facts/answer.ts';
import { literal } from '../../runtime/safe-text.ts';
import { BUCKET_TROUBLES } from './reach.ts';

export const bucketList: Check<'bucket'> = {
  question: 'list',
  about: 'bucket',
  feeds: 'Healthy',
  evidence: 'A listing of at most one object, which names the bucket.',
  faults: [...BUCKET_TROUBLES, 'BucketWrongRegion'],
  ask({ observed: { list } }) {
    if (!list.ok) return found(list.fault);
    return pass(list.value.objects === 0 ? literal('listed, and empty') : literal('listed'));
  },
};
