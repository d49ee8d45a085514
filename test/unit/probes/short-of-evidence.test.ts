// Answers of S3 and KMS that prove less than they seem to: no gate may pass on them, and nobody is blamed for them.
import { expect, test } from 'vitest';
import { traits } from '../../../src/api/faults.ts';
import { failed, ok, type Fault, type Outcome } from '../../../src/facts/outcome.ts';
import type { AwsAccess } from '../../../src/facts/target.ts';
import { shortOf } from '../../../src/probes/short-of-evidence.ts';
import { literal } from '../../../src/runtime/safe-text.ts';

const unread: Fault = { code: 'SecretNotRead', detail: literal('Secret s3 is not read') };
const unsigned: AwsAccess = { region: 'eu-west-1', credentials: { source: 'none', unread } };
const signed: AwsAccess = { region: 'eu-west-1', credentials: { source: 'ambient' } };
const found = 'Deployment circuit-storage, env BUCKET_NAME';
const tls = failed('BucketTlsFailed', literal('the certificate is of an unknown authority'));

test.each<[string, Outcome<unknown>, string, string]>([
  ['an answer to everybody', ok({}), 'SecretNotRead', 'answers everybody; Secret s3 is not read'],
  [
    'a refusal of a request that nobody signed',
    failed('SecretNotRead', literal('it answers')),
    'SecretNotRead',
    'it answers; Secret s3 is not read',
  ],
  ['nobody there', failed('BucketUnreachable', literal('refused')), 'BucketUnreachable', 'refused'],
])('without anything to sign with, %s is told as it is and never passes', (_, first, code, detail) => {
  expect(shortOf(unsigned, first, found)).toMatchObject({ code, detail });
});

test('an authority that only the services know is no fault of theirs', () => {
  const fault = shortOf(signed, tls, found);
  expect(fault?.code).toBe('BackendUntold');
  expect(traits('BackendUntold').result).toBe('skip');
});

test('what is listed, or verified with a given authority, is judged as it is', () => {
  expect(shortOf(signed, tls, undefined)).toBeUndefined();
  expect(shortOf({ ...signed, ca: 'PEM' }, tls, found)).toBeUndefined();
  expect(shortOf(signed, ok({}), found)).toBeUndefined();
});
