// Buckets and keys in the spec: what is at AWS, or speaks as AWS does, and the key pair that stands in for KMS elsewhere.
import * as z from 'zod';
import { isBucketName, isNoUrl, isObjectName, isOpenKey, isRegion, isSecretKey, isUrl } from './field-rules.ts';
import {
  configMapKeyRef,
  label,
  refusingCredentials,
  secretKey,
  secretKeyRef,
  secretName,
  text,
  url,
  withRules,
} from './primitives.ts';
import { usedBy } from './used-by.ts';

const region = z.string().min(1).max(64);

const awsCredentialsSecretRef = withRules(
  z.object({
    name: secretName,
    accessKeyIdKey: secretKey
      .default('accessKeyId')
      .describe('The key that holds the access key id. It is sent as it is, so its name must be a usual one.'),
    secretAccessKeyKey: secretKey.default('secretAccessKey').describe('The key that holds the secret access key.'),
    sessionTokenKey: secretKey
      .optional()
      .describe(
        'The key that holds a session token, if there is one. It is sent as it is, beside a temporary access key id.',
      ),
  }),
  [
    isObjectName('name'),
    isOpenKey('accessKeyIdKey', 'accessKeyId'),
    isSecretKey('secretAccessKeyKey'),
    isOpenKey('sessionTokenKey', 'sessionToken'),
  ],
)
  .optional()
  .describe(
    "A Secret with AWS credentials. Use the service's own, so that a denial is the service's denial. Without it the operator's ambient identity asks (IRSA, Pod Identity), which is shown to AWS alone, and a denial says nothing about the service.",
  );

/** What people would write beside a bucket or a KMS key. */
const AWS_CREDENTIALS = ['accessKeyId', 'secretAccessKey', 'sessionToken', 'password'] as const;

/** Of an endpoint over TLS. */
const authority = {
  caSecretRef: secretKeyRef.optional().describe("PEM bundle of the authority that signed the endpoint's certificate."),
  caConfigMapRef: configMapKeyRef.optional().describe('The same in a ConfigMap, where authorities usually are.'),
};

export const bucketSpec = refusingCredentials(
  AWS_CREDENTIALS,
  {
    name: label.describe('Name of this bucket in the report: part of its check ids.'),
    bucket: z.string().min(3).max(63).describe('Name of the bucket at the provider.'),
    region: region.default('us-east-1').describe('Region of the bucket.'),
    endpoint: url.optional().describe('Endpoint of an S3-compatible provider. Default: AWS in that region.'),
    forcePathStyle: z.boolean().default(true).describe('Put the bucket name into the path instead of the host name.'),
    credentialsSecretRef: awsCredentialsSecretRef,
    ...authority,
    writeTest: z
      .boolean()
      .default(false)
      .describe(
        'Also put, get, compare and delete a small object under .recognize-health/. Off: nothing is ever written.',
      ),
    usedBy,
  },
  [...isUrl('endpoint'), isBucketName('bucket'), isRegion('region')],
).describe('An S3-compatible bucket to examine.');

const kms = refusingCredentials(
  AWS_CREDENTIALS,
  {
    keyId: text(2048).describe('Key id, ARN, or alias/NAME.'),
    region: region.default('us-east-1').describe('Region of the key.'),
    endpoint: url.optional().describe('Endpoint of KMS. Default: AWS in that region.'),
    ...authority,
    credentialsSecretRef: awsCredentialsSecretRef,
    signTest: z
      .enum(['DryRun', 'Never'])
      .default('DryRun')
      .describe(
        'DryRun asks KMS whether a signature would be allowed and makes none; it counts as a KMS request. Never: do not ask.',
      ),
    expectedFingerprint: z
      .string()
      .max(71)
      .regex(/^(sha256:)?[0-9a-f]{64}$/)
      .optional()
      .describe(
        'SHA-256 of the public key (SubjectPublicKeyInfo, DER) in hexadecimal. Another key is a failure. Without it the first key seen is the measure, and a change a warning.',
      ),
  },
  [...isUrl('endpoint'), isNoUrl('keyId'), isRegion('region')],
).describe('A key in AWS KMS.');

const keyPair = withRules(
  z.object({
    secretRef: withRules(z.object({ name: secretName }), [isObjectName('name')]).describe(
      'The Secret that holds the pair.',
    ),
    publicKey: secretKey
      .default('tls.crt')
      .describe('The key that holds the public key (PEM). It is no certificate, despite its name.'),
    privateKey: secretKey.default('tls.key').describe('The key that holds the private key (PEM).'),
  }),
  [isSecretKey('publicKey'), isSecretKey('privateKey')],
).describe('A secp256k1 key pair in a Secret, as core-daemon uses it off AWS.');

export const keySpec = refusingCredentials(
  ['password', 'privateKey', 'secretAccessKey'],
  {
    name: label.describe('Name of this key in the report: part of its check ids.'),
    kms: kms.optional(),
    keyPair: keyPair.optional(),
    usedBy,
  },
  [
    {
      cel: 'has(self.kms) != has(self.keyPair)',
      message: 'give exactly one of kms and keyPair',
      holds: (value) => (value.kms !== undefined) !== (value.keyPair !== undefined),
    },
  ],
).describe('A signing key to examine.');
