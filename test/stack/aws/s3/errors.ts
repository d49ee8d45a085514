// S3's refusals, with AWS's texts. The texts and statuses come from the S3 API reference ("Error responses") and, where
// it is silent, from responses of AWS that users have quoted; test/fixtures/aws/error-shapes.json names each source.
import { basicFormat } from '../signature-v4.ts';
import { refuse, type Refusal } from '../exchange.ts';

/** The largest difference between the client's clock and ours, ms. */
export const S3_MAX_SKEW_MS = 15 * 60_000;

export const s3Errors = {
  accessDenied: (detail?: string): Refusal => refuse(403, 'AccessDenied', detail ?? 'Access Denied'),

  /** `User: … is not authorized to perform: s3:ListBucket on resource: "…" because …` */
  notAuthorized: (who: string, action: string, resource: string, why: string): Refusal =>
    s3Errors.accessDenied(`User: ${who} is not authorized to perform: ${action} on resource: "${resource}" ${why}`),

  invalidAccessKeyId: (accessKeyId: string): Refusal =>
    refuse(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', {
      fields: { AWSAccessKeyId: accessKeyId },
    }),

  signatureDoesNotMatch: (accessKeyId: string): Refusal =>
    refuse(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      { fields: { AWSAccessKeyId: accessKeyId } },
    ),

  requestTimeTooSkewed: (requestTime: Date, serverTime: Date): Refusal =>
    refuse(403, 'RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.', {
      fields: {
        RequestTime: basicFormat(requestTime),
        ServerTime: serverTime.toISOString().replace(/\.\d{3}/, ''),
        MaxAllowedSkewMilliseconds: String(S3_MAX_SKEW_MS),
      },
    }),

  expiredToken: (token: string): Refusal =>
    refuse(400, 'ExpiredToken', 'The provided token has expired.', { fields: { 'Token-0': token } }),

  invalidToken: (token: string): Refusal =>
    refuse(400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.', {
      fields: { 'Token-0': token },
    }),

  /** The scope of the signature names another region than that of the endpoint. */
  authorizationHeaderMalformed: (signedFor: string, expected: string): Refusal =>
    refuse(
      400,
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region '${signedFor}' is wrong; expecting '${expected}'`,
      { fields: { Region: expected } },
    ),

  /** The bucket is in another region than the one asked. AWS sends no Location header. */
  permanentRedirect: (bucket: string, region: string): Refusal =>
    refuse(
      301,
      'PermanentRedirect',
      'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
      {
        fields: { Endpoint: `s3.${region}.amazonaws.com`, Bucket: bucket },
        headers: { 'x-amz-bucket-region': region },
      },
    ),

  noSuchBucket: (bucket: string): Refusal =>
    refuse(404, 'NoSuchBucket', 'The specified bucket does not exist', { fields: { BucketName: bucket } }),

  noSuchKey: (key: string): Refusal =>
    refuse(404, 'NoSuchKey', 'The specified key does not exist.', { fields: { Key: key } }),

  noSuchVersion: (key: string, versionId: string): Refusal =>
    refuse(404, 'NoSuchVersion', 'The specified version does not exist.', {
      fields: { Key: key, VersionId: versionId },
    }),

  noSuchBucketPolicy: (bucket: string): Refusal =>
    refuse(404, 'NoSuchBucketPolicy', 'The bucket policy does not exist', { fields: { BucketName: bucket } }),

  bucketAlreadyOwnedByYou: (bucket: string): Refusal =>
    refuse(
      409,
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      { fields: { BucketName: bucket } },
    ),

  bucketNotEmpty: (bucket: string): Refusal =>
    refuse(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty', { fields: { BucketName: bucket } }),

  malformedXml: (): Refusal =>
    refuse(
      400,
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    ),

  invalidArgument: (name: string, value: string): Refusal =>
    refuse(400, 'InvalidArgument', `Invalid value for ${name}.`, {
      fields: { ArgumentName: name, ArgumentValue: value },
    }),

  incompleteBody: (): Refusal =>
    refuse(
      400,
      'IncompleteBody',
      'You did not provide the number of bytes specified by the Content-Length HTTP header.',
    ),

  contentSha256Mismatch: (): Refusal =>
    refuse(
      400,
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    ),

  badDigest: (header: string): Refusal =>
    refuse(400, 'BadDigest', `The ${header} you specified did not match the calculated checksum.`),

  /** The emulator's own: a request that S3 may know and this emulator does not. It must fail loudly, never quietly. */
  notImplemented: (what: string): Refusal => refuse(501, 'NotImplemented', `The emulator does not implement ${what}.`),
};
