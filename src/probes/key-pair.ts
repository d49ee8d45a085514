// Reads the key pair that core-daemon uses off AWS: a PEM public key and its PEM private key in one Secret.
// Nothing is signed: the public key is derived from the private one and compared.
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { failed, ok, type Outcome } from '../facts/outcome.ts';
import { literal, type SafeText } from '../runtime/safe-text.ts';
import type { Secret } from '../runtime/secret.ts';

export interface KeyPair {
  readonly matches: boolean;
  /** OpenSSL's name of the curve, or the key's type where it has none (`rsa`). */
  readonly curve: string;
  /** SHA-256 of the public key's SubjectPublicKeyInfo in hexadecimal. */
  readonly fingerprint: string;
}

/** One PEM block. openssl writes EC PARAMETERS in front of an EC key; other blocks and text are passed over. */
interface Block {
  readonly label: string;
  readonly text: string;
}

/** PEM labels of public keys and of private ones (RFC 7468; SEC1 and PKCS#1 for the older ones). */
const PUBLIC: readonly string[] = ['PUBLIC KEY', 'RSA PUBLIC KEY'];
const PRIVATE: readonly string[] = ['PRIVATE KEY', 'EC PRIVATE KEY', 'RSA PRIVATE KEY'];

/**
 * Reads and compares the pair.
 *
 * A certificate in the place of the public key is KeyPairInvalid, although it holds one: the vendor documents a bare
 * public key (installation procedure, "keypair"), and a program that reads one does not find it in a certificate.
 *
 * @returns KeyPairInvalid where one of the two is not what it should be; never a word of the private key
 */
export function readKeyPair({ publicPem, privatePem }: { publicPem: string; privatePem: Secret }): Outcome<KeyPair> {
  const publicKey = readPublicKey(publicPem);
  if (!isKey(publicKey)) return invalid(publicKey);
  const privateKey = readPrivateKey(privatePem.reveal());
  if (!isKey(privateKey)) return invalid(privateKey);
  const expected = spkiOf(publicKey);
  return ok({
    matches: spkiOf(createPublicKey(privateKey)).equals(expected),
    curve: publicKey.asymmetricKeyDetails?.namedCurve ?? publicKey.asymmetricKeyType ?? 'unknown',
    fingerprint: createHash('sha256').update(expected).digest('hex'),
  });
}

function isKey(read: KeyObject | SafeText): read is KeyObject {
  return typeof read === 'object';
}

function invalid(why: SafeText): Outcome<never> {
  return failed('KeyPairInvalid', why);
}

function readPublicKey(pem: string): KeyObject | SafeText {
  const blocks = blocksOf(pem);
  const block = blocks.find(({ label }) => PUBLIC.includes(label));
  if (block === undefined) return insteadOfPublic(blocks);
  try {
    return createPublicKey(block.text);
  } catch {
    return literal('the public key is damaged: it cannot be read as PEM');
  }
}

function insteadOfPublic(blocks: readonly Block[]): SafeText {
  const labels = blocks.map(({ label }) => label);
  if (labels.some((label) => label.endsWith('CERTIFICATE'))) {
    return literal('the public key is an X.509 certificate; the bare public key is expected (PEM, BEGIN PUBLIC KEY)');
  }
  if (labels.some((label) => label.endsWith('PRIVATE KEY')))
    return literal('a private key is in the place of the public key');
  return literal('the public key is not PEM (BEGIN PUBLIC KEY)');
}

function readPrivateKey(pem: string): KeyObject | SafeText {
  const blocks = blocksOf(pem);
  const block = blocks.find(({ label }) => PRIVATE.includes(label));
  if (blocks.some(({ label }) => label === 'ENCRYPTED PRIVATE KEY') || block?.text.includes('Proc-Type:') === true) {
    return literal('the private key is encrypted; there is nothing to decrypt it with');
  }
  if (block === undefined) {
    const isPublic = blocks.some(({ label }) => PUBLIC.includes(label));
    return isPublic
      ? literal('a public key is in the place of the private key')
      : literal('the private key is not PEM (BEGIN PRIVATE KEY or BEGIN EC PRIVATE KEY)');
  }
  try {
    return createPrivateKey(block.text);
  } catch {
    // What OpenSSL says of it stays here: it may quote what it read.
    return literal('the private key is damaged: it cannot be read as PEM');
  }
}

/** The PEM blocks of a text, in order. Linear: labels and bodies cannot contain what ends them. */
function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let from = text.indexOf(BEGIN);
  while (from >= 0) {
    const labelEnd = text.indexOf(DASHES, from + BEGIN.length);
    const label = labelEnd < 0 ? '' : text.slice(from + BEGIN.length, labelEnd);
    const end = `-----END ${label}-----`;
    const to = labelEnd < 0 ? -1 : text.indexOf(end, labelEnd);
    if (to >= 0) blocks.push({ label, text: `${text.slice(from, to + end.length)}\n` });
    from = text.indexOf(BEGIN, to < 0 ? from + BEGIN.length : to);
  }
  return blocks;
}

const BEGIN = '-----BEGIN ';
const DASHES = '-----';

function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}
