// Key material and certificates that do not outlast an upgrade.
import { describe, expect, it } from 'vitest';
import { bucketCertificate } from '../../../src/checks/bucket/certificate.ts';
import { upgradeBucketCertificate } from '../../../src/checks/bucket/upgrade-certificate.ts';
import { keyCertificate } from '../../../src/checks/key/certificate.ts';
import { upgradeKeyCertificate } from '../../../src/checks/key/upgrade-certificate.ts';
import { databaseCertificate } from '../../../src/checks/database/certificate.ts';
import { upgradeCertificate } from '../../../src/checks/service/upgrade-certificate.ts';
import { upgradeDatabaseCertificate } from '../../../src/checks/database/upgrade-certificate.ts';
import { upgradeExpiry } from '../../../src/checks/key/upgrade-expiry.ts';
import type { KeyObserved } from '../../../src/facts/observed.ts';
import { ok } from '../../../src/facts/outcome.ts';
import { address, database, databaseSeen, healthSeen, healthyDatabase, http, NOW, service } from './seen.ts';
import { ACCESS, askCheck, BUCKET, DESCRIPTION, kmsTarget, PAIR_TARGET, trouble, verdict } from './targets.ts';

const DAY = 86_400_000;

describe('key material', () => {
  const none = trouble('NotAsked');
  const ends = (validTo?: string): KeyObserved => ({
    state: ok(validTo === undefined ? DESCRIPTION : { ...DESCRIPTION, origin: 'EXTERNAL', validTo }),
    publicKey: none,
    sign: none,
    pair: none,
  });

  it.each([
    ['never', ends(), 'pass'],
    ['in more than 30 days', ends(new Date(30 * DAY + 1).toISOString()), 'pass'],
    ['in 30 days', ends(new Date(30 * DAY).toISOString()), 'KmsMaterialExpiring'],
    ['in more than a day', ends(new Date(DAY + 1).toISOString()), 'KmsMaterialExpiring'],
    ['in a day', ends(new Date(DAY).toISOString()), 'UpgradeKeyMaterialEnding'],
    ['nobody knows when', { ...ends(), state: trouble('KmsTimeout') }, 'NotAsked'],
  ])('that ends %s', (_, observed, expected) => {
    expect(verdict(askCheck(upgradeExpiry, kmsTarget(), observed))).toBe(expected);
  });

  it('is not asked about off AWS', () => {
    expect(upgradeExpiry.applies?.(PAIR_TARGET)).toBe(false);
  });
});

describe('certificates', () => {
  const addresses = [1, 2].map((number) => ({ ...address(number), origin: `https://10.0.0.${number}:8443` }));
  const target = service({ addresses: ok(addresses) });
  const ask = (...ms: readonly (number | undefined)[]): string =>
    verdict(
      upgradeCertificate.ask(
        healthSeen(
          target,
          ms.map((left) =>
            ok(
              http(
                200,
                '{}',
                left === undefined ? {} : { certificateNotAfter: new Date(NOW.getTime() + left).toISOString() },
              ),
            ),
          ),
          addresses,
        ),
      ),
    );

  it.each([
    [[30 * DAY + 1], 'pass'],
    [[30 * DAY], 'ServiceCertificateExpiring'],
    [[DAY + 1], 'ServiceCertificateExpiring'],
    [[DAY], 'UpgradeCertificateEnding'],
    [[90 * DAY, DAY], 'UpgradeCertificateEnding'],
    [[undefined], 'NotAsked'],
  ])('that end in %j ms: %s', (ms, expected) => {
    expect(ask(...ms)).toBe(expected);
  });

  it('are not asked about over plain HTTP', () => {
    expect(upgradeCertificate.applies?.(service())).toBe(false);
  });
});

describe('the certificate of a database server', () => {
  const target = database();
  const ask = (check: typeof upgradeDatabaseCertificate, left: number | undefined): string => {
    const end = left === undefined ? {} : { certificateNotAfter: new Date(NOW.getTime() + left).toISOString() };
    return verdict(check.ask(databaseSeen(healthyDatabase({ connect: ok({ encrypted: true, ...end }) }), [], target)));
  };

  it.each([
    [30 * DAY + 1, 'pass', 'pass'],
    [30 * DAY, 'DatabaseCertificateExpiring', 'DatabaseCertificateExpiring'],
    [DAY + 1, 'DatabaseCertificateExpiring', 'DatabaseCertificateExpiring'],
    [DAY, 'DatabaseCertificateExpiring', 'UpgradeCertificateEnding'],
    [undefined, 'NotAsked', 'NotAsked'],
  ])('that ends in %j ms: %s for health, %s for an upgrade', (left, health, upgrade) => {
    expect([ask(databaseCertificate, left), ask(upgradeDatabaseCertificate, left)]).toEqual([health, upgrade]);
  });

  it.each([
    ['VerifyFull', true],
    ['VerifyCA', true],
    ['Require', true],
    ['Prefer', true],
    ['Allow', true],
    ['Disable', false],
  ] as const)('is asked about under %s: %s', (mode, asked) => {
    const connection = target.connection.ok ? ok({ ...target.connection.value, tls: { mode } }) : target.connection;
    expect(databaseCertificate.applies?.(database({ connection }))).toBe(asked);
    expect(upgradeDatabaseCertificate.applies?.(database({ connection }))).toBe(asked);
  });

  it('is not asked about where the connection came about without TLS', () => {
    const plain = healthyDatabase({ connect: ok({ encrypted: false }) });
    for (const check of [databaseCertificate, upgradeDatabaseCertificate]) {
      expect(check.arises?.(plain)).toBe(false);
      expect(check.arises?.(healthyDatabase())).toBe(true);
      expect(check.arises?.(healthyDatabase({ connect: trouble('DatabaseTimeout') }))).toBe(true);
    }
  });

  it('that has ended, and that nothing verifies here, is said to be minded by those that do', () => {
    const connection = target.connection.ok
      ? ok({ ...target.connection.value, tls: { mode: 'Require' } as const })
      : target.connection;
    const connect = ok({ encrypted: true, certificateNotAfter: new Date(NOW.getTime() - DAY).toISOString() });
    const seen = databaseSeen(healthyDatabase({ connect }), [], database({ connection }));
    expect(upgradeDatabaseCertificate.ask(seen)).toMatchObject({
      fault: {
        code: 'UpgradeCertificateEnding',
        detail: 'the certificate of the server ended on 2026-11-22; not verified here, but by services that verify',
      },
    });
  });
});

describe('the certificate of an endpoint', () => {
  const at = (endpoint?: string): typeof BUCKET.access =>
    ok({ ...ACCESS, ...(endpoint === undefined ? {} : { endpoint }) });
  const none = trouble('NotAsked');
  const BUCKET_SEEN = { reach: ok({}), list: none, region: none, encryption: none, versioning: none, write: none };
  const KEY_SEEN = { state: none, publicKey: none, sign: none, pair: none };
  const endpoint = 'https://minio.storage:9000';
  const bucket = { ...BUCKET, access: at(endpoint) };
  const key = kmsTarget({ access: at(endpoint) });

  it.each([
    [30 * DAY + 1, 'pass', 'pass'],
    [30 * DAY, 'CertificateExpiring', 'CertificateExpiring'],
    [DAY + 1, 'CertificateExpiring', 'CertificateExpiring'],
    [DAY, 'CertificateExpiring', 'UpgradeCertificateEnding'],
    [undefined, 'NotAsked', 'NotAsked'],
  ])('that ends in %j ms: %s for health, %s for an upgrade', (left, health, upgrade) => {
    const end = left === undefined ? {} : { certificateNotAfter: new Date(left).toISOString() };
    const of = (kind: string, expected: string): string =>
      expected === 'CertificateExpiring' ? `${kind}${expected}` : expected;
    expect(
      [bucketCertificate, upgradeBucketCertificate].map((check) =>
        verdict(askCheck(check, bucket, { ...BUCKET_SEEN, ...end })),
      ),
    ).toEqual([of('Bucket', health), of('Bucket', upgrade)]);
    expect(
      [keyCertificate, upgradeKeyCertificate].map((check) => verdict(askCheck(check, key, { ...KEY_SEEN, ...end }))),
    ).toEqual([of('Kms', health), of('Kms', upgrade)]);
  });

  it('names the endpoint', () => {
    const seen = { ...BUCKET_SEEN, certificateNotAfter: new Date(DAY / 2).toISOString() };
    expect(askCheck(upgradeBucketCertificate, bucket, seen)).toMatchObject({
      fault: { detail: 'the certificate of minio.storage:9000 ends on 1970-01-01' },
    });
  });

  it.each([
    ['an endpoint of the spec', endpoint, true],
    ['an endpoint without TLS', 'http://minio.storage:9000', false],
    ['AWS itself', undefined, false],
    ['AWS itself, named', 'https://s3.eu-west-1.amazonaws.com', false],
    ["a customer's server at AWS", 'https://abc.execute-api.eu-west-1.amazonaws.com', true],
  ])('is asked about at %s (%s): %s', (_, where, asked) => {
    for (const check of [bucketCertificate, upgradeBucketCertificate])
      expect(check.applies?.({ ...BUCKET, access: at(where) })).toBe(asked);
    for (const check of [keyCertificate, upgradeKeyCertificate]) {
      expect(check.applies?.(kmsTarget({ access: at(where) }))).toBe(asked);
      expect(check.applies?.(PAIR_TARGET)).toBe(false);
    }
  });
});
