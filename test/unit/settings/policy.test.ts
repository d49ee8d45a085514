// The policy that init prints: the actions of docs/permissions.md, on the very bucket or key.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bucketPolicy, keyPolicy } from '../../../src/settings/policy.ts';

interface Policy {
  readonly Statement: readonly [
    { readonly Action: readonly string[]; readonly Resource: string; readonly Condition?: unknown },
  ];
}
const statement = (text: string): Policy['Statement'][0] => (JSON.parse(text) as Policy).Statement[0];

const ARN = 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555';

test('names actions that the docs explain', () => {
  const docs = readFileSync(new URL('../../../docs/permissions.md', import.meta.url), 'utf8');
  for (const text of [bucketPolicy('circuits', undefined), keyPolicy(ARN, undefined)])
    for (const action of statement(text).Action) expect(docs).toContain(action);
});

test.each([
  [bucketPolicy('circuits', 'eu-west-1'), 'arn:aws:s3:::circuits', undefined],
  [bucketPolicy('circuits', 'cn-north-1'), 'arn:aws-cn:s3:::circuits', undefined],
  [keyPolicy('1111', 'us-gov-west-1'), 'arn:aws-us-gov:kms:us-gov-west-1:*:key/1111', undefined],
  [keyPolicy(ARN, undefined), ARN, undefined],
  [keyPolicy('1111', 'eu-west-1'), 'arn:aws:kms:eu-west-1:*:key/1111', undefined],
  [keyPolicy('alias/jwt', 'eu-west-1'), '*', { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/jwt' } }],
])('%s', (text, resource, condition) => {
  expect(statement(text).Resource).toBe(resource);
  expect(statement(text).Condition).toEqual(condition);
});
