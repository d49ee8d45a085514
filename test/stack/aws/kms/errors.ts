// KMS's refusals, with AWS's texts. Over JSON 1.1 KMS has been seen to send 400 for every client error, whatever status
// the service model names (409 for DisabledException, 412 for DryRunOperationException, 404 for NotFoundException):
// test/fixtures/aws/error-shapes.json names the sources and holds both forms.
import { basicFormat } from '../signature-v4.ts';
import { refuse, type Refusal } from '../exchange.ts';

/** The largest difference between the client's clock and ours, ms. KMS allows five minutes, S3 fifteen. */
export const KMS_MAX_SKEW_MS = 5 * 60_000;

const client = (code: string, message: string): Refusal => refuse(400, code, message);

export const kmsErrors = {
  accessDenied: (who: string, action: string, resource: string, why: string): Refusal =>
    client(
      'AccessDeniedException',
      `User: ${who} is not authorized to perform: ${action} on resource: ${resource} ${why}`,
    ),
  unrecognizedClient: (): Refusal =>
    client('UnrecognizedClientException', 'The security token included in the request is invalid.'),
  expiredToken: (): Refusal => client('ExpiredTokenException', 'The security token included in the request is expired'),
  missingAuthenticationToken: (): Refusal =>
    client('MissingAuthenticationTokenException', 'Missing Authentication Token'),
  incompleteSignature: (): Refusal =>
    client('IncompleteSignatureException', 'Authorization header requires existence of either a valid SigV4 form.'),
  signatureDoesNotMatch: (): Refusal =>
    client(
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    ),
  /** The client's clock is behind, or ahead. */
  signatureOutOfTime: (requestTime: Date, serverTime: Date): Refusal => {
    const behind = requestTime < serverTime;
    const limit = new Date(serverTime.getTime() + (behind ? -KMS_MAX_SKEW_MS : KMS_MAX_SKEW_MS));
    return client(
      'InvalidSignatureException',
      `Signature ${behind ? 'expired' : 'not yet current'}: ${basicFormat(requestTime)} is ${behind ? 'now earlier' : 'still later'} than ` +
        `${basicFormat(limit)} (${basicFormat(serverTime)} ${behind ? '-' : '+'} 5 min.)`,
    );
  },
  wrongScopeRegion: (region: string): Refusal =>
    client('InvalidSignatureException', `Credential should be scoped to a valid region, not '${region}'. `),
  keyNotFound: (arn: string): Refusal => client('NotFoundException', `Key '${arn}' does not exist`),
  aliasNotFound: (arn: string): Refusal => client('NotFoundException', `Alias ${arn} is not found.`),
  /** The ARN names another region than the one asked. */
  invalidArnRegion: (region: string): Refusal => client('NotFoundException', `Invalid arn ${region}`),
  disabled: (arn: string): Refusal => client('DisabledException', `${arn} is disabled.`),
  invalidState: (arn: string, state: string): Refusal => client('KMSInvalidStateException', `${arn} is ${state}.`),
  keyUsage: (arn: string, usage: string, operation: string): Refusal =>
    client('InvalidKeyUsageException', `${arn} key usage is ${usage} which is not valid for ${operation}.`),
  algorithm: (algorithm: string, spec: string): Refusal =>
    client('InvalidKeyUsageException', `Algorithm ${algorithm} is incompatible with key spec ${spec}.`),
  invalidSignature: (): Refusal => client('KMSInvalidSignatureException', ''),
  dryRun: (): Refusal =>
    client('DryRunOperationException', 'The request would have succeeded, but the DryRun option is set.'),
  unsupported: (message: string): Refusal => client('UnsupportedOperationException', message),
  validation: (message: string): Refusal => client('ValidationException', message),
  alreadyExists: (arn: string): Refusal =>
    client('AlreadyExistsException', `An alias with the name ${arn} already exists`),
  unknownOperation: (): Refusal => client('UnknownOperationException', ''),
};
