// The key pair that core-daemon uses off AWS, in every form in which people put it into a Secret.
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readKeyPair } from '../../../src/probes/key-pair.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { createAuthority } from '../../stack/certificates.ts';
import { cases } from '../../support/cases.ts';

const pair = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
const other = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
const nist = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }) as string;
const pkcs8 = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string;
const sec1 = (key: KeyObject) => key.export({ type: 'sec1', format: 'pem' }) as string;
const read = (publicPem: string, privatePem: string) => readKeyPair({ publicPem, privatePem: secret(privatePem) });

/** What `openssl ecparam -name secp256k1 -genkey` writes in front of the key. */
const EC_PARAMETERS = '-----BEGIN EC PARAMETERS-----\nBgUrgQQACg==\n-----END EC PARAMETERS-----\n';

describe('a pair that fits', () => {
  it.each([
    ['PKCS#8', pkcs8(pair.privateKey)],
    ['SEC1', sec1(pair.privateKey)],
    ['SEC1 behind its parameters', EC_PARAMETERS + sec1(pair.privateKey)],
    ['Windows line ends', sec1(pair.privateKey).replaceAll('\n', '\r\n')],
    ['text around it', `# made by openssl\n${pkcs8(pair.privateKey)}\n# end\n`],
  ])('is read with the private key as %s', (_, privatePem) => {
    expect(read(spki(pair.publicKey), privatePem)).toMatchObject({ ok: true, value: { matches: true } });
  });

  it('has its curve and the fingerprint of its SubjectPublicKeyInfo', () => {
    const der = pair.publicKey.export({ type: 'spki', format: 'der' });
    expect(read(spki(pair.publicKey), pkcs8(pair.privateKey))).toEqual({
      ok: true,
      value: { matches: true, curve: 'secp256k1', fingerprint: createHash('sha256').update(der).digest('hex') },
    });
  });

  it.each([
    ['prime256v1', nist],
    ['rsa', rsa],
  ])('may be of another kind: %s', (curve, { publicKey, privateKey }) => {
    expect(read(spki(publicKey), pkcs8(privateKey))).toMatchObject({ ok: true, value: { matches: true, curve } });
  });
});

describe('a pair that does not fit', () => {
  it.each([
    ['another key of the curve', other],
    ['a key of another curve', nist],
    ['a key of another kind', rsa],
  ])('is told apart: %s', (_, { privateKey }) => {
    expect(read(spki(pair.publicKey), pkcs8(privateKey))).toMatchObject({ ok: true, value: { matches: false } });
  });
});

describe('what is no pair', () => {
  const encrypted = pair.privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'x',
  }) as string;
  const damaged = (pem: string) => pem.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA');

  it.each([
    ['a certificate', createAuthority('an authority').caPem, pkcs8(pair.privateKey), /certificate/],
    ['a private key in both places', pkcs8(pair.privateKey), pkcs8(pair.privateKey), /private key is in the place/],
    ['a public key in both places', spki(pair.publicKey), spki(pair.publicKey), /public key is in the place/],
    ['an encrypted private key', spki(pair.publicKey), encrypted, /encrypted/],
    ['an empty public key', '', pkcs8(pair.privateKey), /public key is not PEM/],
    ['an empty private key', spki(pair.publicKey), '', /private key is not PEM/],
    ['a damaged public key', damaged(spki(pair.publicKey)), pkcs8(pair.privateKey), /public key is damaged/],
    ['a damaged private key', spki(pair.publicKey), damaged(pkcs8(pair.privateKey)), /private key is damaged/],
    ['base64 without PEM', Buffer.from(spki(pair.publicKey)).toString('base64'), 'x', /public key is not PEM/],
  ])('%s is KeyPairInvalid, and says why', (_, publicPem, privatePem, why) => {
    const seen = read(publicPem, privatePem);
    expect(!seen.ok && seen.fault.code).toBe('KeyPairInvalid');
    expect(!seen.ok && seen.fault.detail).toMatch(why);
  });

  it('never repeats a piece of what was given, whatever it is', () => {
    const given = pkcs8(pair.privateKey);
    fc.assert(
      fc.property(fc.nat(given.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const broken = given.slice(0, at) + String.fromCharCode(byte) + given.slice(at + 1);
        const text = JSON.stringify([read(spki(other.publicKey), broken), read(broken, broken)]);
        for (let from = 28; from + 12 < given.length - 28; from += 4) {
          expect(text).not.toContain(given.slice(from, from + 12).trim());
        }
      }),
      cases(50),
    );
  });
});
