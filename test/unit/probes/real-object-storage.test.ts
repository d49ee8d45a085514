// What real S3 and KMS servers answered, answered again to our probes: each recorded case and what it amounts to.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ok } from '../../../src/facts/outcome.ts';
import { BUCKET, kmsTarget } from '../checks/targets.ts';
import { codesOf, operationOf, questionOf, saidOfBucket, saidOfKey, serve, type Recorded } from './aws-server.ts';

interface BucketCase {
  readonly server: string;
  readonly case: string;
  readonly bucket: string;
  readonly region: string;
  readonly writeTest: boolean;
  readonly answers: Readonly<Record<string, Recorded>>;
}
interface KeyCase {
  readonly server: string;
  readonly case: string;
  readonly keyId: string;
  readonly answers: Readonly<Record<string, Recorded>>;
}

const rowsOf = (name: string): readonly unknown[] =>
  readFileSync(new URL(`../../fixtures/real/${name}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

/** By case: what each check says; `pass` where a check is not named. */
const EXPECTED = JSON.parse(
  readFileSync(new URL('../../fixtures/real/object-storage-outcomes.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, Readonly<Record<string, string>>>>;

const NO_LOCK: Recorded = {
  status: 404,
  headers: {},
  body: '<Error><Code>ObjectLockConfigurationNotFoundError</Code><Message>none</Message></Error>',
};
/** The question did not exist when these were recorded; this is AWS's documented answer for such a bucket. */
const LOCK: Recorded = {
  status: 200,
  headers: {},
  body: '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>',
};

/** Where the listing was denied nothing was written when these were recorded: what the servers do with such a write. */
function unrecorded(question: string, situation: string): Recorded {
  if (!/^objects only/.test(situation))
    return {
      status: 403,
      headers: {},
      body: '<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>',
    };
  return { status: question === 'DELETE' ? 204 : 200, headers: {}, body: '' };
}

describe('a bucket of a real server', () => {
  const cases = (rowsOf('s3') as readonly BucketCase[]).map((row) => {
    return [`s3 ${row.server}: ${row.case}${row.writeTest ? ', written to' : ''}`, row] as const;
  });

  it.each(cases)('%s', async (name, { answers, bucket, region, writeTest, case: situation }) => {
    const access = await serve((request) => {
      const question = questionOf(request);
      if (question === 'object-lock') return /object lock COMPLIANCE/.test(situation) ? LOCK : NO_LOCK;
      return answers[question] ?? unrecorded(question, situation);
    });
    const forcePathStyle = !/^virtual host/.test(situation);
    // The host name of a bucket does not resolve here: `localhost` names every one of them.
    const endpoint = forcePathStyle ? access.endpoint : access.endpoint?.replace('127.0.0.1', 'localhost');
    const named = endpoint === undefined ? access : { ...access, endpoint };
    const target = { ...BUCKET, bucket, writeTest, forcePathStyle, access: ok({ ...named, region }) };
    expect(codesOf(await saidOfBucket(target))).toEqual(EXPECTED[name]);
  });
});

describe('a key of a real server', () => {
  const cases = (rowsOf('kms') as readonly KeyCase[]).map((row) => [`kms ${row.server}: ${row.case}`, row] as const);

  it.each(cases)('%s', async (name, { answers, keyId, case: situation }) => {
    const access = await serve((request) => answers[operationOf(request)]);
    const signTest = situation === 'signTest Never' ? 'Never' : 'DryRun';
    const target = kmsTarget({ keyId, access: ok(access), signTest });
    expect(codesOf(await saidOfKey(target))).toEqual(EXPECTED[name]);
  });
});
