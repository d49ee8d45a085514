// What is said of a bucket, from each thing that can be seen of it.
import { describe, expect, it } from 'vitest';
import { bucketList } from '../../../src/checks/bucket-list.ts';
import { BUCKET_TROUBLES, bucketReach } from '../../../src/checks/bucket-reach.ts';
import { bucketRegion } from '../../../src/checks/bucket-region.ts';
import type { BucketObserved } from '../../../src/facts/observed.ts';
import { ok } from '../../../src/facts/outcome.ts';
import { askCheck, BUCKET, trouble, verdict } from './targets.ts';

const WELL: BucketObserved = { reach: ok({}), list: ok({ objects: 1 }), region: ok({ region: 'us-east-1' }) };

describe('a bucket that is well', () => {
  it.each([bucketReach, bucketList, bucketRegion])('passes $question', (check) => {
    expect(verdict(askCheck(check, BUCKET, WELL))).toBe('pass');
  });

  it('passes list also when it is empty, and says so', () => {
    expect(askCheck(bucketList, BUCKET, { ...WELL, list: ok({ objects: 0 }) })).toMatchObject({
      kind: 'pass',
      note: 'listed, and empty',
    });
  });
});

describe('a fault that was observed', () => {
  it.each(BUCKET_TROUBLES)('%s is told by reach, with what the other side said', (code) => {
    expect(askCheck(bucketReach, BUCKET, { ...WELL, reach: trouble(code) })).toMatchObject({
      kind: 'fault',
      fault: { code },
      evidence: 'what the other side said',
    });
  });

  it.each(BUCKET_TROUBLES)('%s is told by list', (code) => {
    expect(verdict(askCheck(bucketList, BUCKET, { ...WELL, list: trouble(code) }))).toBe(code);
  });

  it('another region is told by region', () => {
    expect(verdict(askCheck(bucketRegion, BUCKET, { ...WELL, region: trouble('BucketWrongRegion') }))).toBe(
      'BucketWrongRegion',
    );
  });
});

describe('a server that names another region and answers all the same', () => {
  it('passes region with a note of both', () => {
    const answer = askCheck(bucketRegion, BUCKET, { ...WELL, region: ok({ region: 'default' }) });
    expect(answer).toMatchObject({ kind: 'pass', note: expect.stringMatching(/default.*us-east-1/) as string });
  });
});
