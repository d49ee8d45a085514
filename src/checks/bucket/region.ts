// Is the bucket in the region that the spec names? Signatures carry the region, so the wrong one works nowhere at AWS.
import { found, pass, type Check } from '../../facts/answer.ts';
import { literal } from '../../runtime/safe-text.ts';
import { sentence } from '../../facts/sentence.ts';

export const bucketRegion: Check<'bucket'> = {
  question: 'region',
  about: 'bucket',
  feeds: 'Healthy',
  evidence: 'The region that the server names, or that it took a signature for this one.',
  faults: ['BucketWrongRegion', 'NotAsked', 'InternalError', 'Unclassified'],
  ask({ target, observed: { region } }) {
    if (!region.ok) return found(region.fault);
    const wanted = target.access.ok ? target.access.value.region : region.value.region;
    if (region.value.region === wanted) return pass(literal('the bucket is in the region of the spec'));
    // Only a server that does not care comes here: it answered a request that was signed for the other region.
    return pass(sentence(`the server names region ${region.value.region} and takes requests for ${wanted}`));
  },
};
