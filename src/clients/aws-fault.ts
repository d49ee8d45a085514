// The fault that a failed call to S3 or KMS amounts to, in the words of whoever asked, and who is to blame for it.
import type { AwsAccess } from '../facts/target.ts';
import type { FaultCode } from '../api/faults.ts';
import type { Fault } from '../facts/outcome.ts';
import { literal, redact, type SafeText } from '../runtime/safe-text.ts';
import type { AwsAnswer, AwsFailure } from './aws-failure.ts';
import { bucketRegion, meaningOf, type AwsService, type Meaning } from './aws-meaning.ts';
import type { TransportFault } from './clients.ts';

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
  readonly addressing?: {
    /** Of an endpoint that is asked without TLS. */
    readonly plainHost: string | undefined;
    readonly virtualHost: boolean;
    readonly bucket?: string;
  };
  /** Masked wherever they appear. */
  readonly secrets: readonly string[];
}

/** True for refusals of the identity itself, after which fresh credentials may help. */
export function refusesIdentity(failure: AwsFailure, service: AwsService): boolean {
  return failure.kind === 'answer' && meaningOf(failure, service, '') === 'credentials';
}

/** The host of an endpoint that is asked without TLS. */
export function plainHost({ endpoint }: AwsAccess): string | undefined {
  const url = endpoint !== undefined && URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  return url?.protocol === 'http:' ? url.hostname : undefined;
}

const VAGUE: ReadonlySet<FaultCode> = new Set(['Unclassified', 'TargetInvalid', 'BucketAnswerInvalid']);

/** True where an answer of S3 says nothing of the bucket: whoever asked has to say what it means. */
export function isVague({ code }: Fault): boolean {
  return VAGUE.has(code);
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
          failure.from === 'another endpoint'
            ? 'not asked: our own identity is shown to AWS and AWS_ENDPOINT_URL alone; give credentialsSecretRef'
            : 'not asked: by the roots that the operator trusts this is not AWS, and no authority of a report says to whom its identity is shown; give credentialsSecretRef',
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

function answerFault(answer: AwsAnswer, asked: AwsQuestion): Fault {
  const question = { ...asked, action: deniedAction(answer) ?? asked.action };
  const said = meaningOf(answer, question.service, question.region);
  // Who encrypts with a key of KMS needs that key for every object.
  const ofItsKey = said === 'denied' && question.service === 's3' && question.action.startsWith('kms:');
  const meaning = ofItsKey && question.source === 'own' ? 'bucketKey' : said;
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

/** What AWS says was missing: one request may take several actions. */
function deniedAction({ message }: AwsAnswer): string | undefined {
  return /not authorized to perform: ((?:s3|kms):[A-Za-z]{3,40})\b/.exec(message)?.[1];
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
    case 'region': {
      const actual = bucketRegion(answer);
      return actual === region
        ? `the bucket is in ${region} as the spec says, and the endpoint is another region's`
        : `the bucket is in ${actual ?? 'another region'}, the spec says ${region}`;
    }
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

/** A setting of the spec that explains an answer. */
function hint({ excerpt, code, status, headers }: AwsAnswer, { addressing }: AwsQuestion): string | undefined {
  if (addressing === undefined) return undefined;
  const { plainHost: host, virtualHost, bucket } = addressing;
  const takenFor = virtualHost && code === 'NoSuchBucket' ? /<BucketName>([^<]{1,80})</.exec(excerpt)?.[1] : undefined;
  if (takenFor !== undefined && takenFor !== bucket)
    return `S3 takes the host name for a bucket ${takenFor}: set forcePathStyle: true`;
  // The service's own answers explain themselves.
  if (code !== undefined && code !== 'BadRequest') return undefined;
  if (virtualHost && excerpt.includes('ListAllMyBucketsResult'))
    return 'S3 answers, and takes no bucket from the host name: set forcePathStyle: true';
  if (host === undefined) return undefined;
  if (status === 0 || /HTTP request[a-z ]* to an? HTTPS|plain HTTP request|requires? TLS/i.test(excerpt))
    return 'what answers seems to speak TLS: write https:// in the endpoint';
  const { location = '' } = headers;
  const led = URL.canParse(location) ? new URL(location) : undefined;
  // To another host it leads to a login, or anywhere.
  const isSame = led?.protocol === 'https:' && (led.hostname === host || led.hostname.endsWith(`.${host}`));
  return isSame ? 'what answers leads to https://: write it in the endpoint' : undefined;
}

function shown({ code, status }: AwsAnswer): string {
  if (status === 0) return '';
  return code === undefined ? ` (HTTP ${status})` : ` (${code}, HTTP ${status})`;
}

function evidence({ code, status, message, excerpt }: AwsAnswer, { secrets }: AwsQuestion): SafeText {
  if (status === 0) return literal('The answer is not HTTP.');
  const said = code === undefined ? excerpt : message === '' ? code : `${code}: ${message}`;
  return redact(`HTTP ${status} ${said}`, secrets);
}

function say({ subject, secrets }: AwsQuestion, what: string): SafeText {
  return redact(`${subject}: ${what}`, secrets);
}
