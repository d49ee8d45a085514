// A bucket encrypted with aws:kms needs its key for every object that is written or read: a sick key makes a sick bucket.
// S3 reports the key's error under the code `KMS.<name>` with 400.
// Source: S3 API reference, "Error responses" (KMS.DisabledException and its like); the forms are also in LocalStack's
// snapshot of AWS (https://github.com/localstack/localstack/pull/7786).
import { refuse, type Refusal, type SignedRequest } from '../exchange.ts';
import { keyDenial } from '../policy.ts';
import { usable } from '../kms/key-state.ts';
import type { Keys } from '../kms/keys.ts';
import type { Bucket } from './buckets.ts';
import { s3Errors } from './errors.ts';
import type { S3Operation } from './operation.ts';

/** @returns the refusal that the bucket's key leads to; undefined if the key can be used or none is needed. */
export function keyForEncryption(
  operation: S3Operation,
  bucket: Bucket,
  request: SignedRequest,
  context: { keys: Keys },
): Refusal | undefined {
  const { algorithm, keyId } = bucket.encryption;
  if (algorithm !== 'aws:kms' || keyId === undefined) return undefined;
  const reads = operation === 'GetObject' || operation === 'HeadObject';
  if (!reads && operation !== 'PutObject') return undefined;
  const key = context.keys.find(bucket.region, keyId);
  if (key === undefined) return refuse(400, 'KMS.NotFoundException', `Invalid keyId '${keyId}'`);
  const action = reads ? 'kms:Decrypt' : 'kms:GenerateDataKey';
  const why = keyDenial({ principal: request.principal, action, resource: key.arn, policy: key.policy });
  if (why !== undefined) return s3Errors.notAuthorized(request.principal.arn, action, key.arn, why);
  const unusable = usable(key, context.keys.state(key));
  return unusable === undefined ? undefined : refuse(400, `KMS.${unusable.code}`, unusable.message);
}
