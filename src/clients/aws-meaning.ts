// What an answer of S3 or KMS means: one table of error codes for each service, its words where one code stands for several
// things, then the HTTP status. Codes are AWS's; S3-compatible servers use the same ones (sources: test/fixtures/aws).
import type { AwsAnswer } from './aws-failure.ts';

export type AwsService = 's3' | 'kms';

export type Meaning =
  | 'credentials'
  | 'denied'
  | 'missing'
  | 'region'
  | 'throttled'
  | 'server'
  | 'skew'
  | 'disabled'
  | 'pending'
  | 'unusable'
  | 'full'
  | 'locked'
  | 'bucketKey'
  | 'usage'
  | 'input'
  | 'garbage'
  | 'unknown';

/** Codes that both services, or both protocols, use. */
const COMMON: Readonly<Record<string, Meaning>> = {
  AccessDenied: 'denied',
  AccessDeniedException: 'denied',
  NotAuthorized: 'denied',
  OptInRequired: 'denied',
  SubscriptionRequiredException: 'denied',
  SignatureDoesNotMatch: 'credentials',
  ExpiredToken: 'credentials',
  ExpiredTokenException: 'credentials',
  InvalidToken: 'credentials',
  InvalidTokenId: 'credentials',
  InvalidClientTokenId: 'credentials',
  UnrecognizedClientException: 'credentials',
  IncompleteSignature: 'credentials',
  IncompleteSignatureException: 'credentials',
  MissingAuthenticationToken: 'credentials',
  MissingAuthenticationTokenException: 'credentials',
  RequestTimeTooSkewed: 'skew',
  RequestExpired: 'skew',
  RequestInTheFuture: 'skew',
  SlowDown: 'throttled',
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  ThrottledException: 'throttled',
  RequestThrottled: 'throttled',
  RequestThrottledException: 'throttled',
  RequestLimitExceeded: 'throttled',
  TooManyRequests: 'throttled',
  TooManyRequestsException: 'throttled',
  LimitExceededException: 'throttled',
  // Asked twice before it is believed: what lasts is an outage.
  ServiceUnavailable: 'server',
  ServiceUnavailableException: 'server',
  InternalError: 'server',
  InternalFailure: 'server',
  ValidationException: 'input',
  ValidationError: 'input',
};

const OF_SERVICE: Readonly<Record<AwsService, Readonly<Record<string, Meaning>>>> = {
  s3: {
    NoSuchBucket: 'missing',
    NoSuchAccessPoint: 'missing',
    InvalidAccessKeyId: 'credentials',
    InvalidSecurity: 'credentials',
    TokenRefreshRequired: 'credentials',
    AuthenticationFailed: 'credentials',
    UserSuspended: 'credentials',
    XMinioInvalidIAMCredentials: 'credentials',
    AllAccessDisabled: 'denied',
    AccountProblem: 'denied',
    NotSignedUp: 'denied',
    PermanentRedirect: 'region',
    TemporaryRedirect: 'region',
    Redirect: 'region',
    IllegalLocationConstraintException: 'region',
    InvalidRegion: 'region',
    InvalidRegionName: 'region',
    SlowDownRead: 'server',
    SlowDownWrite: 'server',
    XMinioServerNotInitialized: 'server',
    RequestTimeout: 'server',
    XMinioStorageFull: 'full',
    InsufficientStorage: 'full',
    XMinioAdminBucketQuotaExceeded: 'full',
    QuotaExceeded: 'full',
    QuotaExceededException: 'full',
    StorageQuotaExceeded: 'full',
    ObjectLocked: 'locked',
    RetentionPolicyNotMet: 'locked',
    MissingUploadObjectWithObjectLockHeaders: 'locked',
    'KMS.DisabledException': 'bucketKey',
    'KMS.NotFoundException': 'bucketKey',
    'KMS.KMSInvalidStateException': 'bucketKey',
    'KMS.InvalidStateException': 'bucketKey',
    'KMS.KeyUnavailableException': 'bucketKey',
    'KMS.InvalidKeyUsageException': 'bucketKey',
    'KMS.ThrottlingException': 'throttled',
    'kms:KeyNotFound': 'bucketKey',
    'kms:KeyAPIMissing': 'bucketKey',
    'kms:NotConfigured': 'bucketKey',
    XMinioKMSNotConfigured: 'bucketKey',
    BandwidthLimitExceeded: 'throttled',
    InvalidBucketName: 'input',
    NotImplemented: 'garbage',
    MethodNotAllowed: 'garbage',
  },
  kms: {
    NotFoundException: 'missing',
    DisabledException: 'disabled',
    KMSInvalidStateException: 'unusable',
    KeyUnavailableException: 'unusable',
    CustomKeyStoreInvalidStateException: 'unusable',
    CloudHsmClusterNotActiveException: 'unusable',
    InvalidKeyUsageException: 'usage',
    UnsupportedOperationException: 'usage',
    InvalidArnException: 'input',
    InvalidKeyIdException: 'input',
    KMSInternalException: 'server',
    DependencyTimeoutException: 'server',
    UnknownOperationException: 'garbage',
  },
};

/** What the answer says. `region` is the one we asked in. */
export function meaningOf(answer: AwsAnswer, service: AwsService, region: string): Meaning {
  const { code, status, message, excerpt } = answer;
  if (code === undefined) return meaningOfStatus(answer, service, region);
  const told = meaningOfWords(answer, code, service);
  if (told !== undefined) return told;
  const known = OF_SERVICE[service][code] ?? (status === 501 ? 'garbage' : COMMON[code]);
  if (known !== undefined) return known;
  if (status === 401) return 'credentials';
  if (status === 429) return 'throttled';
  if (status === 507) return 'full';
  if (status >= 500) return 'server';
  if (status === 403) return 'denied';
  // KMS speaks JSON: an XML document with a code that is none of its own comes from a service beside it.
  if (service === 'kms' && excerpt.startsWith('<')) return 'garbage';
  return OF_ACCESS_KEY.test(message) ? 'credentials' : 'unknown';
}

/** Where one code stands for several things, the message tells which. */
function meaningOfWords(answer: AwsAnswer, code: string, service: AwsService): Meaning | undefined {
  const { message } = answer;
  if (code === 'InvalidSignatureException' || code === 'SignatureDoesNotMatch') {
    // KMS has no code of its own for a wrong clock, region or service: the message tells.
    if (/signature (expired|not yet current)/i.test(message)) return 'skew';
    if (/scoped to correct service/i.test(message)) return 'garbage';
    return /scoped to a valid region/i.test(message) ? 'input' : 'credentials';
  }
  // KMS has answered Sign with either code for such a key.
  const state = code === 'KMSInvalidStateException' || code === 'DisabledException';
  if (state && /pending ?deletion/i.test(message)) return 'pending';
  if (service === 'kms') return undefined;
  if (code === 'AuthorizationHeaderMalformed') {
    // Sent for a signature scoped to another region, and also for an access key that is none.
    return bucketRegion(answer) === undefined ? 'credentials' : 'region';
  }
  if (code.startsWith('KMS.') && OF_SERVICE.s3[code] === undefined) return 'bucketKey';
  if (code === 'NotImplemented' && /\bKMS\b/.test(message)) return 'bucketKey';
  if (/\bWORM\b|object lock|retention/i.test(message)) return 'locked';
  // Garage has one code for every refusal.
  if (code === 'AccessDenied' && /\bquota\b.*\b(reached|exceeded)\b/i.test(message)) return 'full';
  if (code === 'AccessDenied' && /\bno such (access )?key\b/i.test(message)) return 'credentials';
  if (code === 'AccessDenied' && /\brequest has expired\b/i.test(message)) return 'skew';
  // MinIO without its quorum, in versions that have no code of its own for it.
  if (code === 'SlowDown' && /resource requested is un(read|writ)able/i.test(message)) return 'server';
  return undefined;
}

/** What is said of the identity under codes of a server's own: `Credential access key has length 20, should be 32`. */
const OF_ACCESS_KEY = /\baccess key\b/i;

function meaningOfStatus(answer: AwsAnswer, service: AwsService, region: string): Meaning {
  const { status, excerpt } = answer;
  const bare = excerpt.trim() === '';
  if (service === 's3' && [301, 307, 308, 400].includes(status)) {
    const actual = bucketRegion(answer);
    if (actual !== undefined && actual !== region) return 'region';
  }
  if (status === 429) return 'throttled';
  if (service === 's3' && status === 507) return 'full';
  if (status >= 500 && status !== 501) return 'server';
  if (!bare) return 'garbage';
  if (status === 401) return 'credentials';
  if (status === 403) return 'denied';
  if (service === 's3' && status === 404) return 'missing';
  return 'garbage';
}

/** The bucket's real region, where the answer names it. */
export function bucketRegion({ headers, region, message }: AwsAnswer): string | undefined {
  return headers['x-amz-bucket-region'] ?? region ?? /expecting '([a-z0-9-]{2,32})'/.exec(message)?.[1];
}
