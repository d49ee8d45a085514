// ECDSA over a digest that is given, which node:crypto does not offer. The curve arithmetic is node's (ECDH of a scalar
// with the base point); only the arithmetic modulo the group order is done here. SEC 1, 4.1.3 and 4.1.4.
import { createECDH, randomBytes, type KeyObject } from 'node:crypto';

/** Orders of the base points (SEC 2). */
const CURVES: Record<string, { order: bigint; bytes: number }> = {
  prime256v1: { order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n, bytes: 32 },
  secp256k1: { order: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n, bytes: 32 },
  secp384r1: {
    order: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    bytes: 48,
  },
};

/** @returns the signature in DER. */
export function signDigest(privateKey: KeyObject, digest: Buffer): Buffer {
  const { curve, order, bytes, secret } = open(privateKey);
  for (;;) {
    const nonce = toInteger(randomBytes(bytes));
    if (nonce === 0n || nonce >= order) continue;
    const r = xOfMultiple(curve, nonce, bytes) % order;
    const s = (inverse(nonce, order) * (toInteger(digest) + r * secret)) % order;
    if (r !== 0n && s !== 0n) return toDer(r, s);
  }
}

/** Verifies with the private key, which the emulator has: u1·G + u2·Q is (u1 + u2·d)·G. */
export function verifyDigest(privateKey: KeyObject, digest: Buffer, signature: Buffer): boolean {
  const { curve, order, bytes, secret } = open(privateKey);
  const pair = fromDer(signature);
  if (pair === undefined) return false;
  const [r, s] = pair;
  if (r <= 0n || r >= order || s <= 0n || s >= order) return false;
  const w = inverse(s, order);
  const scalar = (toInteger(digest) * w + ((r * w) % order) * secret) % order;
  return scalar !== 0n && xOfMultiple(curve, scalar, bytes) % order === r;
}

function open(privateKey: KeyObject) {
  const curve = privateKey.asymmetricKeyDetails?.namedCurve ?? '';
  const known = CURVES[curve];
  const d = privateKey.export({ format: 'jwk' }).d;
  if (known === undefined || d === undefined) throw new Error(`The curve ${curve} is not known to the emulator.`);
  return { curve, ...known, secret: toInteger(Buffer.from(d, 'base64url')) };
}

function xOfMultiple(curve: string, scalar: bigint, bytes: number): bigint {
  const ecdh = createECDH(curve);
  ecdh.setPrivateKey(toBytes(scalar, bytes));
  return toInteger(ecdh.getPublicKey().subarray(1, 1 + bytes));
}

/** By Fermat, as the order is prime. */
function inverse(value: bigint, prime: bigint): bigint {
  let result = 1n;
  let base = ((value % prime) + prime) % prime;
  for (let exponent = prime - 2n; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) result = (result * base) % prime;
    base = (base * base) % prime;
  }
  return result;
}

function toInteger(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex') || '0'}`);
}

function toBytes(value: bigint, length: number): Buffer {
  return Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex');
}

function toDer(r: bigint, s: bigint): Buffer {
  const integer = (value: bigint): Buffer => {
    const hex = value.toString(16);
    const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
    const positive = bytes.readUInt8(0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
    return Buffer.concat([Buffer.of(0x02, positive.length), positive]);
  };
  const body = Buffer.concat([integer(r), integer(s)]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

/** SEQUENCE of two INTEGERs with one-byte lengths, which these curves never exceed. */
function fromDer(der: Buffer): [bigint, bigint] | undefined {
  if (der.length < 8 || der[0] !== 0x30 || der[1] !== der.length - 2 || der[2] !== 0x02) return undefined;
  const rLength = der[3] ?? 0;
  const sAt = 4 + rLength;
  if (der[sAt] !== 0x02 || der[sAt + 1] !== der.length - sAt - 2) return undefined;
  return [toInteger(der.subarray(4, sAt)), toInteger(der.subarray(sAt + 2))];
}
