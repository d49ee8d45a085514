// Throw-away X.509 certificates for the stack: an authority and what it issues, signed with node:crypto.
// Written by us because Node can read certificates but not make them, and the stack must not need openssl.
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate and its private key, both PEM (the key PKCS#8). */
export interface CertificatePair {
  certPem: string;
  keyPem: string;
}

/** What to issue: the subject's name, the DNS names and addresses it is for, and how long it holds. */
export interface CertificateRequest {
  commonName: string;
  /** DNS names (a leading `*.` is allowed) and IP addresses for subjectAltName. */
  hosts?: readonly string[];
  /** Organizations of the subject; Kubernetes reads them as groups. */
  organizations?: readonly string[];
  /** Days from now until it expires; 90 unless told. */
  days?: number;
  /** The exact expiry, in place of `days`. May lie in the past. */
  notAfter?: Date;
  /** The exact start; one hour ago (or an hour before `notAfter`) unless told. */
  notBefore?: Date;
}

/** An authority that issues certificates for servers and clients. */
export interface Authority {
  commonName: string;
  caPem: string;
  caKeyPem: string;
  issue(request: CertificateRequest): CertificatePair;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** DER: one tag, its length and its content (X.690, 8.1). */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length: number[] = [];
  for (let rest = body.length; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest % 256);
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length, ...length]), body]);
}

const sequence = (...content: readonly Uint8Array[]): Buffer => der(0x30, ...content);
const octets = (...content: readonly Uint8Array[]): Buffer => der(0x04, ...content);
const bits = (content: Uint8Array, unused = 0): Buffer => der(0x03, Buffer.from([unused]), content);
const truth = (): Buffer => der(0x01, Buffer.from([0xff]));
const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text, 'utf8'));

/** A positive INTEGER: a zero is put before a leading byte whose high bit is set. */
function integer(bytes: Uint8Array): Buffer {
  const first = bytes[0] ?? 0;
  return der(0x02, first >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

/** An OBJECT IDENTIFIER from its dotted form. */
function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const septets = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      septets.unshift(0x80 | (left % 128));
    bytes.push(...septets);
  }
  return der(0x06, Buffer.from(bytes));
}

/** UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280, 4.1.2.5). */
function time(at: Date): Buffer {
  const digits = at.toISOString().replace(/[-:T]/g, '').slice(0, 14);
  return at.getUTCFullYear() < 2050
    ? der(0x17, Buffer.from(`${digits.slice(2)}Z`, 'latin1'))
    : der(0x18, Buffer.from(`${digits}Z`, 'latin1'));
}

function distinguishedName(commonName: string, organizations: readonly string[] = []): Buffer {
  const attribute = (type: string, value: string): Buffer => der(0x31, sequence(oid(type), utf8(value)));
  return sequence(
    ...organizations.map((organization) => attribute('2.5.4.10', organization)),
    attribute('2.5.4.3', commonName),
  );
}

/** The bytes of an address: 4 for IPv4, 16 for IPv6. */
function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const words = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16));
  const before = words(head);
  const after = tail === undefined ? [] : words(tail);
  const all = [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
  return Buffer.from(all.flatMap((word) => [word >> 8, word & 0xff]));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return critical ? sequence(oid(id), truth(), octets(value)) : sequence(oid(id), octets(value));
}

interface Subject {
  commonName: string;
  organizations?: readonly string[] | undefined;
  publicKey: KeyObject;
}

const keyIdentifier = (key: KeyObject): Buffer =>
  createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();

function certificate(
  subject: Subject,
  issuer: { commonName: string; publicKey: KeyObject; privateKey: KeyObject },
  validity: { notBefore: Date; notAfter: Date },
  extensions: readonly Buffer[],
): string {
  const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const toBeSigned = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    ecdsaWithSha256,
    distinguishedName(issuer.commonName),
    sequence(time(validity.notBefore), time(validity.notAfter)),
    distinguishedName(subject.commonName, subject.organizations),
    subject.publicKey.export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      sequence(
        extension('2.5.29.14', false, octets(keyIdentifier(subject.publicKey))),
        extension('2.5.29.35', false, sequence(der(0x80, keyIdentifier(issuer.publicKey)))),
        ...extensions,
      ),
    ),
  );
  const signature = sign('sha256', toBeSigned, issuer.privateKey);
  const base64 = sequence(toBeSigned, ecdsaWithSha256, bits(signature)).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${(base64.match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`;
}

/**
 * Make a throw-away authority (ECDSA P-256) that issues certificates for servers and clients.
 * Nothing is written to disk; the authority is valid for ten years around now. Under another one it is an intermediate.
 */
export function createAuthority(commonName = 'stack authority', under?: Authority): Authority {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = { commonName, ...authority };
  const caPem = certificate(
    { commonName, publicKey: authority.publicKey },
    under === undefined
      ? issuer
      : {
          commonName: under.commonName,
          publicKey: createPublicKey(under.caKeyPem),
          privateKey: createPrivateKey(under.caKeyPem),
        },
    // It began long ago so that a leaf that has already expired still has a valid chain.
    { notBefore: new Date(Date.now() - 5 * 365 * DAY_MS), notAfter: new Date(Date.now() + 5 * 365 * DAY_MS) },
    [
      extension('2.5.29.19', true, sequence(truth())),
      extension('2.5.29.15', true, bits(Buffer.from([0x06]), 1)), // keyCertSign, cRLSign
    ],
  );
  return {
    commonName,
    caPem,
    caKeyPem: authority.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    issue(request) {
      const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const notAfter = request.notAfter ?? new Date(Date.now() + (request.days ?? 90) * DAY_MS);
      const notBefore = request.notBefore ?? new Date(Math.min(Date.now(), notAfter.getTime()) - HOUR_MS);
      const names = (request.hosts ?? []).map((host) =>
        isIP(host) === 0 ? der(0x82, Buffer.from(host, 'latin1')) : der(0x87, addressBytes(host)),
      );
      const certPem = certificate(
        { commonName: request.commonName, organizations: request.organizations, publicKey: key.publicKey },
        issuer,
        { notBefore, notAfter },
        [
          extension('2.5.29.15', true, bits(Buffer.from([0xa0]), 5)), // digitalSignature, keyEncipherment
          extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2'))),
          ...(names.length === 0 ? [] : [extension('2.5.29.17', false, sequence(...names))]),
        ],
      );
      return { certPem, keyPem: key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
    },
  };
}
