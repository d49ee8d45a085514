// Real signatures for every signing algorithm of the key specs: over a message (RAW) or over its digest (DIGEST).
// node:crypto signs messages only, so digests take the long way: padding by hand for RSA, the curve's order for ECDSA.
import {
  constants,
  createHash,
  privateEncrypt,
  publicDecrypt,
  randomBytes,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { signDigest, verifyDigest } from './ecdsa-digest.ts';
import type { KeySpec } from './keys.ts';

type Hash = 'sha256' | 'sha384' | 'sha512';

interface Algorithm {
  name: string;
  scheme: 'pkcs1' | 'pss' | 'ecdsa';
  hash: Hash;
}

const RSA: readonly Algorithm[] = (['sha256', 'sha384', 'sha512'] as const).flatMap((hash) => [
  { name: `RSASSA_PKCS1_V1_5_${hash.replace('sha', 'SHA_')}`, scheme: 'pkcs1' as const, hash },
  { name: `RSASSA_PSS_${hash.replace('sha', 'SHA_')}`, scheme: 'pss' as const, hash },
]);
const ECDSA_256: readonly Algorithm[] = [{ name: 'ECDSA_SHA_256', scheme: 'ecdsa', hash: 'sha256' }];
const ECDSA_384: readonly Algorithm[] = [{ name: 'ECDSA_SHA_384', scheme: 'ecdsa', hash: 'sha384' }];

/** Source: KMS developer guide, "Key spec reference". */
const BY_SPEC: Record<KeySpec, readonly Algorithm[]> = {
  RSA_2048: RSA,
  RSA_3072: RSA,
  RSA_4096: RSA,
  ECC_NIST_P256: ECDSA_256,
  ECC_SECG_P256K1: ECDSA_256,
  ECC_NIST_P384: ECDSA_384,
  SYMMETRIC_DEFAULT: [],
};

export function signingAlgorithms(spec: KeySpec): string[] {
  return BY_SPEC[spec].map((algorithm) => algorithm.name);
}

export function signingAlgorithm(spec: KeySpec, name: string): Algorithm | undefined {
  return BY_SPEC[spec].find((algorithm) => algorithm.name === name);
}

/** Length of the digest in bytes: what MessageType DIGEST must bring. */
export function digestLength(algorithm: Algorithm): number {
  return createHash(algorithm.hash).digest().length;
}

/** ECDSA signatures are DER, as KMS returns them. */
export function signWith(privateKey: KeyObject, algorithm: Algorithm, message: Buffer, isDigest: boolean): Buffer {
  if (!isDigest) return sign(algorithm.hash, message, rawKey(privateKey, algorithm));
  switch (algorithm.scheme) {
    case 'ecdsa':
      return signDigest(privateKey, message);
    case 'pkcs1':
      return privateEncrypt(
        { key: privateKey, padding: constants.RSA_PKCS1_PADDING },
        Buffer.concat([DIGEST_INFO[algorithm.hash], message]),
      );
    case 'pss':
      return privateEncrypt(
        { key: privateKey, padding: constants.RSA_NO_PADDING },
        pssEncode(message, algorithm.hash, modulusBits(privateKey)),
      );
  }
}

/** @returns false for any signature that does not verify, malformed ones included. */
export function verifyWith(
  pair: { privateKey: KeyObject; publicKey: KeyObject },
  algorithm: Algorithm,
  message: Buffer,
  isDigest: boolean,
  signature: Buffer,
): boolean {
  if (!isDigest) return verify(algorithm.hash, message, rawKey(pair.publicKey, algorithm), signature);
  if (algorithm.scheme === 'ecdsa') return verifyDigest(pair.privateKey, message, signature);
  const padding = algorithm.scheme === 'pkcs1' ? constants.RSA_PKCS1_PADDING : constants.RSA_NO_PADDING;
  try {
    const opened = publicDecrypt({ key: pair.publicKey, padding }, signature);
    return algorithm.scheme === 'pkcs1'
      ? opened.equals(Buffer.concat([DIGEST_INFO[algorithm.hash], message]))
      : pssVerify(opened, message, algorithm.hash, modulusBits(pair.publicKey));
  } catch {
    return false;
  }
}

function rawKey(key: KeyObject, algorithm: Algorithm) {
  if (algorithm.scheme !== 'pss') return { key };
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
}

function modulusBits(key: KeyObject): number {
  return key.asymmetricKeyDetails?.modulusLength ?? 2048;
}

/** DER of DigestInfo up to the digest (RFC 8017, 9.2, note 1). */
const DIGEST_INFO: Record<Hash, Buffer> = {
  sha256: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
  sha384: Buffer.from('3041300d060960864801650304020205000430', 'hex'),
  sha512: Buffer.from('3051300d060960864801650304020305000440', 'hex'),
};

/** EMSA-PSS-ENCODE of RFC 8017, 9.1.1, with a salt as long as the digest, as KMS uses. */
function pssEncode(digest: Buffer, hash: Hash, bits: number, salt: Buffer = randomBytes(digest.length)): Buffer {
  const length = Math.ceil((bits - 1) / 8);
  const inner = createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();
  const db = Buffer.concat([Buffer.alloc(length - salt.length - inner.length - 2), Buffer.of(1), salt]);
  const masked = xor(db, mgf1(inner, db.length, hash));
  masked.writeUInt8(masked.readUInt8(0) & (0xff >> (8 * length - (bits - 1))), 0);
  return Buffer.concat([masked, inner, Buffer.of(0xbc)]);
}

/** Takes the salt out and encodes again: equal if and only if the signature is good. */
function pssVerify(encoded: Buffer, digest: Buffer, hash: Hash, bits: number): boolean {
  const inner = encoded.subarray(encoded.length - digest.length - 1, encoded.length - 1);
  const db = xor(
    encoded.subarray(0, encoded.length - digest.length - 1),
    mgf1(inner, encoded.length - digest.length - 1, hash),
  );
  return pssEncode(digest, hash, bits, db.subarray(db.length - digest.length)).equals(encoded);
}

function mgf1(seed: Buffer, length: number, hash: Hash): Buffer {
  const blocks: Buffer[] = [];
  for (let counter = 0, have = 0; have < length; counter += 1) {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const block = createHash(hash).update(seed).update(count).digest();
    blocks.push(block);
    have += block.length;
  }
  return Buffer.concat(blocks).subarray(0, length);
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)));
}
