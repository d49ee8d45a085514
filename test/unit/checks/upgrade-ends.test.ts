// Key material and certificates that do not outlast an upgrade.
import { describe, expect, it } from 'vitest';
import { databaseCertificate } from '../../../src/checks/database/certificate.ts';
import { upgradeCertificate } from '../../../src/checks/service/upgrade-certificate.ts';
import { upgradeDatabaseCertificate } from '../../../src/checks/database/upgrade-certificate.ts';
import { upgradeExpiry } from '../../../src/checks/key/upgrade-expiry.ts';
import type { KeyObserved } from '../../../src/facts/observed.ts';
import { ok } from '../../../src/facts/outcome.ts';
import { address, database, databaseSeen, healthSeen, healthyDatabase, http, NOW, service } from './seen.ts';
import { askCheck, DESCRIPTION, kmsTarget, PAIR_TARGET, trouble, verdict } from './targets.ts';

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
    ['Require', false],
    ['Prefer', false],
    ['Disable', false],
  ] as const)('is asked about under %s: %s', (mode, asked) => {
    const connection = target.connection.ok ? ok({ ...target.connection.value, tls: { mode } }) : target.connection;
    expect(databaseCertificate.applies?.(database({ connection }))).toBe(asked);
    expect(upgradeDatabaseCertificate.applies?.(database({ connection }))).toBe(asked);
  });
});
