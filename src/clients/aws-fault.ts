// What an answer of S3 or KMS means: one table of error codes for each service, then the HTTP status for answers
// without a code. Codes are AWS's; S3-compatible servers use the same ones (sources: test/fixtures/aws).
import type { AwsAccess } from '../facts/target.ts';
import type { FaultCode } from '../api/faults.ts';
import type { Fault } from '../facts/outcome.ts';
import { literal, redact, type SafeText } from '../runtime/safe-text.ts';
import type { AwsAnswer, AwsFailure } from './aws-failure.ts';
import type { TransportFault } from './clients.ts';

export type AwsService = 's3' | 'kms';

/** Who asked about what. */
export interface AwsQuestion {
  readonly service: AwsService;
  /** `bucket circuits at s3.example.com` */
  readonly subject: string;
  readonly region: string;
  /** The IAM action that it takes: `kms:DescribeKey`. Named when it is denied. */
  readonly action: string;
  readonly source: AwsAccess['credentials']['source'];
  /** How the request was addressed, where that explains an answer. */
  readonly addressing?: { readonly plain: boolean; readonly virtualHost: boolean };
  /** Masked wherever they appear. */
  readonly secrets: readonly string[];
}

type Meaning =
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
    InvalidAccessKeyId: 'credentials',
    InvalidSecurity: 'credentials',
    TokenRefreshRequired: 'credentials',
    AllAccessDisabled: 'denied',
    AccountProblem: 'denied',
    NotSignedUp: 'denied',
    PermanentRedirect: 'region',
    TemporaryRedirect: 'region',
    Redirect: 'region',
    IllegalLocationConstraintException: 'region',
    SlowDownRead: 'server',
    SlowDownWrite: 'server',
    XMinioServerNotInitialized: 'server',
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

/** True for refusals of the identity itself, after which fresh credentials may help. */
export function refusesIdentity(failure: AwsFailure, service: AwsService): boolean {
  return failure.kind === 'answer' && meaningOf(failure, service, '') === 'credentials';
}

/** The fault that a failed call amounts to. */
export function awsFault(failure: AwsFailure, question: AwsQuestion): Fault {
  switch (failure.kind) {
    case 'transport':
      return transportFault(failure.fault, question);
    case 'identity':
      return {
        code: 'CheckerNotAuthorized',
        detail: say(question, "not asked: no AWS credentials of the operator's own could be had"),
        evidence: redact(failure.detail, question.secrets),
      };
    case 'withheld':
      return {
        code: 'CheckerNotAuthorized',
        detail: say(
          question,
          'not asked: our own identity is shown to AWS and AWS_ENDPOINT_URL alone; give credentialsSecretRef',
        ),
      };
    case 'unsent':
      return { code: 'Unclassified', detail: say(question, `not asked: ${failure.detail}`) };
    case 'answer':
      return answerFault(failure, question);
  }
}

function transportFault(fault: TransportFault, question: AwsQuestion): Fault {
  const prefix = question.service === 's3' ? 'Bucket' : 'Kms';
  return { code: transportCode(fault.kind, prefix), detail: say(question, fault.detail) };
}

function transportCode(kind: TransportFault['kind'], prefix: 'Bucket' | 'Kms'): FaultCode {
  switch (kind) {
    case 'dns':
      return `${prefix}AddressUnresolved`;
    case 'refused':
    case 'broken':
      return `${prefix}Unreachable`;
    case 'timeout':
      return `${prefix}Timeout`;
    case 'tls':
      return `${prefix}TlsFailed`;
    case 'exhausted':
      return 'CheckerExhausted';
    case 'forbidden-address':
      return 'AddressForbidden';
  }
}

/** What the answer says. `region` is the one we asked in. */
function meaningOf(answer: AwsAnswer, service: AwsService, region: string): Meaning {
  const { code, status, message } = answer;
  if (code === undefined) return meaningOfStatus(answer, service, region);
  if (service === 's3' && code === 'AuthorizationHeaderMalformed') {
    // Sent for a signature scoped to another region, and also for an access key that is none.
    return bucketRegion(answer) === undefined ? 'credentials' : 'region';
  }
  if (code === 'InvalidSignatureException' || code === 'SignatureDoesNotMatch') {
    // KMS has no code of its own for a wrong clock or region: the message tells.
    if (/signature (expired|not yet current)/i.test(message)) return 'skew';
    return /scoped to a valid region/i.test(message) ? 'input' : 'credentials';
  }
  // KMS has answered Sign with either code for such a key.
  const state = code === 'KMSInvalidStateException' || code === 'DisabledException';
  if (state && /pending ?deletion/i.test(message)) return 'pending';
  if (service === 's3' && code.startsWith('KMS.') && OF_SERVICE.s3[code] === undefined) return 'bucketKey';
  if (service === 's3' && code === 'NotImplemented' && /\bKMS\b/.test(message)) return 'bucketKey';
  if (service === 's3' && /\bWORM\b|object lock|retention/i.test(message)) return 'locked';
  // MinIO without its quorum, in versions that have no code of its own for it.
  if (code === 'SlowDown' && /resource requested is un(read|writ)able/i.test(message)) return 'server';
  const known = OF_SERVICE[service][code] ?? COMMON[code];
  if (known !== undefined) return known;
  if (status === 429) return 'throttled';
  if (status === 507) return 'full';
  if (status >= 500) return 'server';
  if (status === 403) return 'denied';
  return 'unknown';
}

function meaningOfStatus(answer: AwsAnswer, service: AwsService, region: string): Meaning {
  const { status, excerpt } = answer;
  const bare = excerpt.trim() === '';
  if (service === 's3' && [301, 307, 308, 400].includes(status)) {
    const actual = bucketRegion(answer);
    if (actual !== undefined && actual !== region) return 'region';
  }
  if (status === 429) return 'throttled';
  if (status >= 500 && status !== 501) return 'server';
  if (!bare) return 'garbage';
  if (status === 401 || status === 403) return 'denied';
  if (service === 's3' && status === 404) return 'missing';
  return 'garbage';
}

/** The bucket's real region, where the answer names it. */
function bucketRegion({ headers, region, message }: AwsAnswer): string | undefined {
  return headers['x-amz-bucket-region'] ?? region ?? /expecting '([a-z0-9-]{2,32})'/.exec(message)?.[1];
}

function answerFault(answer: AwsAnswer, question: AwsQuestion): Fault {
  const meaning = meaningOf(answer, question.service, question.region);
  if (question.source === 'none' && ANSWERS.has(meaning))
    return { code: 'SecretNotRead', detail: say(question, `answers a request that nobody signed${shown(answer)}`) };
  const words = `${hint(answer, question) ?? sentence(meaning, answer, question)}${shown(answer)}`;
  const fault = {
    code: faultCode(meaning, question),
    detail: say(question, words),
    evidence: evidence(answer, question),
  };
  return meaning === 'denied' ? { ...fault, names: { action: question.action } } : fault;
}

/** What a server says to a request that nobody signed: it answers, and no more is proved. */
const ANSWERS: ReadonlySet<Meaning> = new Set(['credentials', 'denied', 'unknown', 'input']);

function faultCode(meaning: Meaning, { service, source }: AwsQuestion): FaultCode {
  const s3 = service === 's3';
  switch (meaning) {
    case 'credentials':
      if (source === 'ambient') return 'CheckerNotAuthorized';
      return s3 ? 'BucketCredentialsInvalid' : 'KmsCredentialsInvalid';
    case 'denied':
      if (source === 'ambient') return 'CheckerNotAuthorized';
      return s3 ? 'BucketAccessDenied' : 'KmsAccessDenied';
    case 'missing':
      return s3 ? 'BucketMissing' : 'KmsKeyMissing';
    case 'region':
      return 'BucketWrongRegion';
    case 'throttled':
      return s3 ? 'BucketThrottled' : 'KmsThrottled';
    case 'server':
      return s3 ? 'BucketServerError' : 'KmsServerError';
    case 'skew':
      return 'CheckerClockSkewed';
    case 'full':
      return 'BucketFull';
    case 'locked':
      return 'BucketObjectLocked';
    case 'bucketKey':
      return 'BucketKeyUnusable';
    case 'disabled':
      return 'KmsKeyDisabled';
    case 'pending':
      return 'KmsKeyPendingDeletion';
    case 'unusable':
      return 'KmsKeyUnusable';
    case 'usage':
      return 'KmsKeyUsageWrong';
    case 'input':
      return 'TargetInvalid';
    case 'garbage':
      return s3 ? 'BucketAnswerInvalid' : 'KmsAnswerInvalid';
    case 'unknown':
      return 'Unclassified';
  }
}

function sentence(meaning: Meaning, answer: AwsAnswer, { service, source, region, action }: AwsQuestion): string {
  const name = service === 's3' ? 'S3' : 'KMS';
  const who = {
    own: "the target's own credentials",
    ambient: "the operator's own identity",
    none: 'a request that nobody signed',
  }[source];
  switch (meaning) {
    case 'credentials':
      return `${name} does not accept ${who}`;
    case 'denied':
      return `${who} may not ${action}`;
    case 'missing':
      return service === 's3' ? 'there is no such bucket' : `there is no such key in ${region}`;
    case 'region':
      return `the bucket is in ${bucketRegion(answer) ?? 'another region'}, the spec says ${region}`;
    case 'throttled':
      return `${name} asks to slow down`;
    case 'server':
      return `${name} answers with a server error`;
    case 'skew':
      return `the operator's clock differs too much from ${name}'s`;
    case 'full':
      return 'the storage is full, or the quota of the bucket is used up';
    case 'locked':
      return 'object lock or its retention refuses this';
    case 'bucketKey':
      return 'the key that the bucket encrypts with cannot be used';
    case 'disabled':
      return 'the key is disabled';
    case 'pending':
      return 'the key waits for its deletion';
    case 'unusable':
      return 'the key is in a state in which it cannot be used';
    case 'usage':
      return 'the key is not one for signing';
    case 'input':
      return `${name} cannot use the name, region or key id as it is written`;
    case 'garbage':
      return `what answers does not speak ${name}`;
    case 'unknown':
      return `${name} answers with an error that is not known here`;
  }
}

/** A setting of the spec that explains an answer which is none of the service's own. */
function hint({ excerpt, code, status }: AwsAnswer, { addressing }: AwsQuestion): string | undefined {
  if (addressing === undefined || (code !== undefined && code !== 'BadRequest')) return undefined;
  if (addressing.virtualHost && excerpt.includes('ListAllMyBucketsResult'))
    return 'S3 answers, and takes no bucket from the host name: set forcePathStyle: true';
  const wantsTls = status === 0 || /HTTP request[a-z ]* to an? HTTPS|plain HTTP request|requires? TLS/i.test(excerpt);
  return addressing.plain && wantsTls ? 'what answers seems to speak TLS: write https:// in the endpoint' : undefined;
}

function shown({ code, status }: AwsAnswer): string {
  if (status === 0) return '';
  return code === undefined ? ` (HTTP ${status})` : ` (${code}, HTTP ${status})`;
}

function evidence({ code, status, message, excerpt }: AwsAnswer, { secrets }: AwsQuestion): SafeText {
  if (status === 0) return literal('The answer is not HTTP.');
  const said = code === undefined ? excerpt : `${code}: ${message}`;
  return redact(`HTTP ${status} ${said}`, secrets);
}

function say({ subject, secrets }: AwsQuestion, what: string): SafeText {
  return redact(`${subject}: ${what}`, secrets);
}
