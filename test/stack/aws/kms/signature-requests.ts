// Answers Sign and Verify, with DryRun: everything is checked as for a real call, then nothing is done.
import { isRefusal, type Refusal } from '../exchange.ts';
import { kmsErrors } from './errors.ts';
import type { Input, Output } from './key-requests.ts';
import { usable, type KeyState } from './key-state.ts';
import type { Key } from './keys.ts';
import { digestLength, signingAlgorithm, signWith, verifyWith } from './signing.ts';

/** A raw message may have this many bytes (KMS API reference, Sign). */
const MAX_MESSAGE_BYTES = 4096;

export function signMessage(key: Key, state: KeyState, input: Input): Output | Refusal {
  const ready = prepare(key, state, input, 'Sign');
  if (isRefusal(ready)) return ready;
  if (input.DryRun === true) return kmsErrors.dryRun();
  return {
    KeyId: key.arn,
    Signature: signWith(ready.pair.privateKey, ready.algorithm, ready.message, ready.isDigest).toString('base64'),
    SigningAlgorithm: ready.algorithm.name,
  };
}

/** A signature that does not verify is an error, KMSInvalidSignatureException, and not an answer of false. */
export function verifyMessage(key: Key, state: KeyState, input: Input): Output | Refusal {
  const ready = prepare(key, state, input, 'Verify');
  if (isRefusal(ready)) return ready;
  const signature = bytes(input.Signature);
  if (signature === undefined) return kmsErrors.validation('Signature must be given.');
  if (input.DryRun === true) return kmsErrors.dryRun();
  if (!verifyWith(ready.pair, ready.algorithm, ready.message, ready.isDigest, signature)) {
    return kmsErrors.invalidSignature();
  }
  return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: ready.algorithm.name };
}

function prepare(key: Key, state: KeyState, input: Input, operation: string) {
  const message = bytes(input.Message);
  if (message === undefined || message.length === 0 || message.length > MAX_MESSAGE_BYTES) {
    return kmsErrors.validation(`Message must have between 1 and ${MAX_MESSAGE_BYTES} bytes.`);
  }
  const refused = usable(key, state);
  if (refused !== undefined) return refused;
  const pair = key.pair();
  if (key.usage !== 'SIGN_VERIFY' || pair === undefined) return kmsErrors.keyUsage(key.arn, key.usage, operation);
  const name = typeof input.SigningAlgorithm === 'string' ? input.SigningAlgorithm : '';
  const algorithm = signingAlgorithm(key.spec, name);
  if (algorithm === undefined) return kmsErrors.algorithm(name, key.spec);
  const isDigest = input.MessageType === 'DIGEST';
  if (isDigest && message.length !== digestLength(algorithm)) {
    return kmsErrors.validation(`Digest is invalid length for algorithm ${name}.`);
  }
  return { message, pair, algorithm, isDigest };
}

function bytes(value: unknown): Buffer | undefined {
  return typeof value === 'string' ? Buffer.from(value, 'base64') : undefined;
}
