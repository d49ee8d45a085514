// The policy at AWS that an identity needs to have a report's questions about a bucket or a key answered: docs/permissions.md.
// For `init` to print: services that ask by an identity of their pods have no Secret that could be used in its place.

const BUCKET_ACTIONS = ['s3:ListBucket', 's3:GetEncryptionConfiguration', 's3:GetBucketVersioning'];
const KEY_ACTIONS = ['kms:DescribeKey', 'kms:GetPublicKey', 'kms:Sign'];

/** For the questions about a bucket, as one line of JSON. */
export function bucketPolicy(bucket: string, region: string | undefined): string {
  return policy({ Action: BUCKET_ACTIONS, Resource: `arn:${partitionOf(region)}:s3:::${bucket}` });
}

/** For the questions about a key, by its ARN, id or alias, as one line of JSON. */
export function keyPolicy(keyId: string, region: string | undefined): string {
  if (keyId.startsWith('arn:') && keyId.includes(':key/')) return policy({ Action: KEY_ACTIONS, Resource: keyId });
  const alias = /alias\/.+$/.exec(keyId)?.[0];
  if (alias === undefined)
    return policy({ Action: KEY_ACTIONS, Resource: `arn:${partitionOf(region)}:kms:${region ?? '*'}:*:key/${keyId}` });
  // A policy names no alias as its resource: the key is found by what it is called.
  const Condition = { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias } };
  return policy({ Action: KEY_ACTIONS, Resource: '*', Condition });
}

/** China and GovCloud have partitions of their own, which their regions begin with. */
function partitionOf(region = ''): string {
  return region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

function policy(statement: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
}
