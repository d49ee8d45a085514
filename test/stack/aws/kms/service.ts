// KMS from a request to its reply, in JSON 1.1: credentials, clock, signature, permission, the key, its state, the answer.
import { randomUUID } from 'node:crypto';
import {
  ACCOUNT,
  header,
  isRefusal,
  type Refusal,
  type Reply,
  type SignedRequest,
  type WireRequest,
} from '../exchange.ts';
import { keyDenial } from '../policy.ts';
import type { Principals } from '../principals.ts';
import { parseCredential, sha256, signatureMatches, signedAt, unsignedHeaders } from '../signature-v4.ts';
import { KMS_MAX_SKEW_MS, kmsErrors } from './errors.ts';
import * as keyRequests from './key-requests.ts';
import type { Input, Output } from './key-requests.ts';
import type { Key, Keys } from './keys.ts';
import { signMessage, verifyMessage } from './signature-requests.ts';

export interface KmsContext {
  keys: Keys;
  principals: Principals;
  now: () => Date;
  /** The only region that signatures may be scoped to; undefined: each region has its endpoint here. */
  endpointRegion: string | undefined;
}

export const KMS_OPERATIONS = [
  'DescribeKey',
  'GetPublicKey',
  'Sign',
  'Verify',
  'ListAliases',
  'ListKeys',
  'CreateKey',
  'CreateAlias',
  'EnableKey',
  'DisableKey',
  'ScheduleKeyDeletion',
  'CancelKeyDeletion',
] as const;

export type KmsOperation = (typeof KMS_OPERATIONS)[number];

export interface KmsTarget {
  operation: KmsOperation | 'Unknown';
  input: Input;
  /** KeyId as it was sent, or ''. */
  keyId: string;
}

/** The operation is named by the header `X-Amz-Target: TrentService.<operation>`. */
export function kmsTarget(request: WireRequest): KmsTarget {
  const name = (header(request, 'x-amz-target') ?? '').replace(/^TrentService\./, '');
  const operation = KMS_OPERATIONS.find((known) => known === name) ?? 'Unknown';
  const input = parse(request.body.toString());
  const keyId = input.KeyId ?? input.TargetKeyId;
  return { operation, input, keyId: typeof keyId === 'string' ? keyId : '' };
}

/** Checks credentials, clock, signature and endpoint. */
export function authenticateKms(request: WireRequest, context: KmsContext): SignedRequest | Refusal {
  const credential = parseCredential(request);
  if (credential === undefined) return kmsErrors.missingAuthenticationToken();
  if (credential === 'malformed' || credential.service !== 'kms') return kmsErrors.incompleteSignature();
  const principal = context.principals.find(credential.accessKeyId);
  const token = header(request, 'x-amz-security-token');
  if (principal === undefined || token !== principal.sessionToken) return kmsErrors.unrecognizedClient();
  const now = context.now();
  if (token !== undefined && principal.expiresAt !== undefined && principal.expiresAt <= now) {
    return kmsErrors.expiredToken();
  }
  const at = signedAt(request);
  if (at === undefined || unsignedHeaders(request, credential).length > 0) return kmsErrors.incompleteSignature();
  if (Math.abs(now.getTime() - at.getTime()) > KMS_MAX_SKEW_MS) return kmsErrors.signatureOutOfTime(at, now);
  const { endpointRegion } = context;
  if (endpointRegion !== undefined && credential.region !== endpointRegion) {
    return kmsErrors.wrongScopeRegion(credential.region);
  }
  if (!signatureMatches(request, credential, principal.secretAccessKey, sha256(request.body))) {
    return kmsErrors.signatureDoesNotMatch();
  }
  return { ...request, principal, region: credential.region, payload: request.body };
}

/** Answers a request that was authenticated. */
export function answerKms(request: SignedRequest, target: KmsTarget, context: KmsContext): Reply | Refusal {
  const output = perform(request, target, context);
  return isRefusal(output) ? output : json(200, output);
}

function perform(request: SignedRequest, target: KmsTarget, context: KmsContext): Output | Refusal {
  const { operation, input, keyId } = target;
  const { keys } = context;
  if (operation === 'Unknown') return kmsErrors.unknownOperation();
  if (operation === 'CreateKey' || operation === 'ListKeys' || (operation === 'ListAliases' && keyId === '')) {
    const denied = refusalFor(request, operation, '*', undefined);
    if (denied !== undefined) return denied;
    if (operation === 'CreateKey') return keyRequests.createKey(keys, request.region, input);
    if (operation === 'ListKeys') return keyRequests.listKeys(keys, request.region);
    return keyRequests.listAliases(keys, request.region, undefined);
  }
  if (keyId === '')
    return kmsErrors.validation(
      "1 validation error detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null",
    );
  const arn = arnOf(request.region, keyId);
  const arnRegion = arn.split(':')[3] ?? '';
  if (arnRegion !== request.region) return kmsErrors.invalidArnRegion(arnRegion);
  const key = keys.find(request.region, keyId);
  const denied = refusalFor(request, operation, key?.arn ?? arn, key);
  if (denied !== undefined) return denied;
  if (key === undefined) return arn.includes(':alias/') ? kmsErrors.aliasNotFound(arn) : kmsErrors.keyNotFound(arn);
  const state = keys.state(key);
  switch (operation) {
    case 'DescribeKey':
      return keyRequests.describeKey(key, state);
    case 'GetPublicKey':
      return keyRequests.getPublicKey(key, state);
    case 'Sign':
      return signMessage(key, state, input);
    case 'Verify':
      return verifyMessage(key, state, input);
    case 'ListAliases':
      return keyRequests.listAliases(keys, request.region, key);
    case 'CreateAlias':
      return keyRequests.createAlias(keys, key, input);
    case 'EnableKey':
    case 'DisableKey':
    case 'ScheduleKeyDeletion':
    case 'CancelKeyDeletion':
      return keyRequests.changeKey(keys, key, operation, input);
  }
}

function refusalFor(
  request: SignedRequest,
  operation: KmsOperation,
  resource: string,
  key: Key | undefined,
): Refusal | undefined {
  const action = `kms:${operation}`;
  const why = keyDenial({ principal: request.principal, action, resource, policy: key?.policy });
  return why === undefined ? undefined : kmsErrors.accessDenied(request.principal.arn, action, resource, why);
}

function arnOf(region: string, keyId: string): string {
  if (keyId.startsWith('arn:')) return keyId;
  return `arn:aws:kms:${region}:${ACCOUNT}:${keyId.startsWith('alias/') ? keyId : `key/${keyId}`}`;
}

/** KMS writes `Message` in an AccessDeniedException and `message` in the others (responses quoted by users). */
export function kmsErrorReply(refusal: Refusal): Reply {
  const name = refusal.code === 'AccessDeniedException' ? 'Message' : 'message';
  const reply = json(refusal.status, {
    __type: refusal.code,
    ...(refusal.message === '' ? {} : { [name]: refusal.message }),
  });
  return { ...reply, headers: { ...reply.headers, ...refusal.headers } };
}

function json(status: number, value: Output): Reply {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() },
    body: Buffer.from(JSON.stringify(value)),
  };
}

function parse(text: string): Input {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Input) : {};
  } catch {
    return {};
  }
}
