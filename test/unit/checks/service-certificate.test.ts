// When the certificate of a service ends.
import { describe, expect, it } from 'vitest';
import { serviceCertificate } from '../../../src/checks/service/certificate.ts';
import { failed, ok } from '../../../src/facts/outcome.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { address, healthSeen, http, NOW, service } from './seen.ts';

const inDays = (days: number, ms = 0): string => new Date(NOW.getTime() + days * 86_400_000 + ms).toISOString();
const until = (certificateNotAfter: string) => ok(http(200, '', { certificateNotAfter }));
const ask = (...answers: Parameters<typeof healthSeen>[1]): string => {
  const answer = serviceCertificate.ask(healthSeen(service(), answers));
  return answer.kind === 'pass' ? `pass: ${answer.note}` : `${answer.fault.code}: ${answer.fault.detail}`;
};

describe('a certificate that ends', () => {
  it.each([
    [30, 1, 'pass: the certificate ends on 2026-12-23'],
    [30, 0, 'ServiceCertificateExpiring: the certificate of core-daemon-1 ends on 2026-12-23'],
    [1, 0, 'ServiceCertificateExpiring: the certificate of core-daemon-1 ends on 2026-11-24'],
  ])('in %d days and %d ms', (days, ms, expected) => {
    expect(ask(until(inDays(days, ms)))).toBe(expected);
  });

  it('first counts, whichever pod has it', () => {
    expect(ask(until(inDays(90)), until(inDays(5)))).toContain('of core-daemon-2 ends on 2026-11-28');
  });

  it('is told though another pod does not answer', () => {
    expect(ask(failed('ServiceTimeout', literal('silent')), until(inDays(5)))).toContain('core-daemon-2');
  });
});

it('is not known where nothing answers over TLS', () => {
  expect(ask(failed('ServiceTlsFailed', literal('expired')))).toMatch(/^NotAsked: /);
});

it.each([
  ['https://core', true],
  ['http://core', false],
])('at %s applies: %s', (origin, applies) => {
  const target = service({ addresses: ok([{ ...address(), origin }]) });
  expect(serviceCertificate.applies?.(target)).toBe(applies);
});
