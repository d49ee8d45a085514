// What is said of a bucket, from each thing that can be seen of it.
import { describe, expect, it } from 'vitest';
import { bucketClock } from '../../../src/checks/bucket/clock.ts';
import { bucketEncryption } from '../../../src/checks/bucket/encryption.ts';
import { bucketVersioning } from '../../../src/checks/bucket/versioning.ts';
import { bucketWrite } from '../../../src/checks/bucket/write.ts';
import { bucketList } from '../../../src/checks/bucket/list.ts';
import { BUCKET_TROUBLES, bucketReach } from '../../../src/checks/bucket/reach.ts';
import { bucketRegion } from '../../../src/checks/bucket/region.ts';
import type { BucketObserved } from '../../../src/facts/observed.ts';
import { ok } from '../../../src/facts/outcome.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { ACCESS, askCheck, BUCKET, trouble, verdict } from './targets.ts';

const WELL: BucketObserved = {
  reach: ok({ date: new Date(0).toUTCString() }),
  list: ok({ objects: 1 }),
  region: ok({ region: 'us-east-1' }),
  encryption: ok({ algorithm: 'AES256' }),
  versioning: ok({ status: 'Enabled' }),
  write: ok({ bytes: 80 }),
};

describe('a bucket that is well', () => {
  it.each([bucketReach, bucketList, bucketRegion, bucketEncryption, bucketVersioning, bucketClock, bucketWrite])(
    'passes $question',
    (check) => {
      expect(verdict(askCheck(check, BUCKET, WELL))).toBe('pass');
    },
  );

  it('passes list also when it is empty, and says so', () => {
    expect(askCheck(bucketList, BUCKET, { ...WELL, list: ok({ objects: 0 }) })).toMatchObject({
      kind: 'pass',
      note: "listed, and empty (the operator's own identity was asked, not the services')",
    });
  });

  it('says whose rights were tested where they are not those of the services', () => {
    const own = { source: 'own', accessKeyId: 'a', secretAccessKey: secret('b') } as const;
    const target = { ...BUCKET, access: ok({ ...ACCESS, credentials: own }) };
    expect(askCheck(bucketList, target, WELL)).toMatchObject({ note: 'listed' });
    expect(askCheck(bucketList, BUCKET, WELL)).toMatchObject({
      note: expect.stringContaining("operator's own") as unknown,
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

describe('how a bucket keeps objects', () => {
  it('without encryption is a warning', () => {
    const encryption = ok({ algorithm: 'none' });
    expect(verdict(askCheck(bucketEncryption, BUCKET, { ...WELL, encryption }))).toBe('BucketNotEncrypted');
  });

  it.each([
    ['Enabled', 'pass'],
    ['Never', 'pass'],
    ['Suspended', 'BucketVersioningSuspended'],
  ] as const)('with versioning %s is %s', (status, expected) => {
    expect(verdict(askCheck(bucketVersioning, BUCKET, { ...WELL, versioning: ok({ status }) }))).toBe(expected);
  });

  it.each([bucketEncryption, bucketVersioning, bucketWrite])(
    'that may not be asked is skipped by $question',
    (check) => {
      const seen = { ...WELL, [check.question]: trouble('BucketQuestionNotPermitted') };
      expect(verdict(askCheck(check, BUCKET, seen))).toBe('BucketQuestionNotPermitted');
    },
  );

  it('is not tried by writing unless the spec says so', () => {
    expect([BUCKET, { ...BUCKET, writeTest: true }].map((target) => bucketWrite.applies?.(target))).toEqual([
      false,
      true,
    ]);
  });
});

describe("the storage's clock", () => {
  it.each([
    [299_000, 'pass'],
    [-299_000, 'pass'],
    [300_000, 'CheckerClockSkewed'],
    [-300_000, 'CheckerClockSkewed'],
  ])('%d ms from ours is %s', (ms, expected) => {
    const reach = ok({ date: new Date(ms).toUTCString() });
    expect(verdict(askCheck(bucketClock, BUCKET, { ...WELL, reach }))).toBe(expected);
  });

  it.each([
    ['without a Date', ok({}), 'NotAsked'],
    ['with a Date that is none', ok({ date: 'soon' }), 'NotAsked'],
    ['of a bucket that was not reached', trouble('BucketTimeout'), 'NotAsked'],
    ['that refuses ours', trouble('CheckerClockSkewed'), 'CheckerClockSkewed'],
  ])('%s', (_, reach, expected) => {
    expect(verdict(askCheck(bucketClock, BUCKET, { ...WELL, reach }))).toBe(expected);
  });
});
