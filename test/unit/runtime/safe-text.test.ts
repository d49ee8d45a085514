// What leaves the process goes through `redact`. Planted secrets in every dress that errors and logs wear.
import * as fc from 'fast-check';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { clip, redact } from '../../../src/runtime/safe-text.ts';
import { secret } from '../../../src/runtime/secret.ts';

const PLANTED = 'S3cr3t-Pa55word/xyz';

describe('redact', () => {
  test.each([
    ['userinfo of a URL', `connect postgres://app:${PLANTED}@db:5432/x failed`],
    ['userinfo without a user', `redis://:${PLANTED}@cache/0`],
    ['password=', `host=db password=${PLANTED} user=app`],
    ['a JSON member', `{"user":"app","password":"${PLANTED}"}`],
    ['a JDBC parameter', `jdbc:postgresql://db/x?user=app&password=${PLANTED}&ssl=true`],
    ['a bearer header', `Authorization: Bearer ${PLANTED}`],
    ['aws_secret_access_key', `aws_secret_access_key = ${PLANTED}`],
    ['an API key', `X-Api-Key: ${PLANTED}`],
    ['Spring notation', `spring.datasource.password: ${PLANTED}`],
  ])('masks %s by its shape', (_dress, text) => {
    expect(redact(text)).not.toContain(PLANTED);
  });

  test.each([
    ['as it is', PLANTED],
    ['percent-encoded', encodeURIComponent(PLANTED)],
    ['inside a word', `x${PLANTED}y`],
  ])('masks a known value %s', (_dress, text) => {
    expect(redact(`odd error: ${text}`, [PLANTED])).not.toContain(text);
  });

  test('masks a private key to the end of the text', () => {
    expect(redact('bad key -----BEGIN EC PRIVATE KEY-----\nMHQCAQEE\n')).toBe('bad key [redacted]');
  });

  test.each([
    'HikariPool-1 - Exception during pool initialization',
    'connect ECONNREFUSED 127.0.0.1:5432',
    'password authentication failed for user "app"',
    'token expired',
  ])('leaves alone what holds no secret: %s', (text) => {
    expect(redact(text)).toBe(text);
  });

  test('turns control characters and line breaks into spaces', () => {
    expect(redact('a\u0000b\r\nc\u001b[31md')).toBe('a b c [31md');
  });

  test('never exceeds its limit in UTF-8 and never cuts a character (any text)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.integer({ min: 8, max: 300 }), (text, limit) => {
        const out = redact(text, [], limit);
        expect(Buffer.byteLength(out)).toBeLessThanOrEqual(limit);
        expect(Buffer.from(clip(out, limit)).toString()).toBe(clip(out, limit));
      }),
    );
  });

  test('a known value never survives, whatever surrounds it', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.string({ maxLength: 60 }), (before, after) => {
        expect(redact(before + PLANTED + after, [PLANTED])).not.toContain(PLANTED);
      }),
    );
  });
});

describe('secret', () => {
  const value = secret(PLANTED);
  test.each([
    ['String', String(value)],
    ['JSON', JSON.stringify({ value })],
    ['inspect', inspect({ value }, { depth: 5, showHidden: true })],
    ['spread', inspect({ ...value })],
  ])('does not show in %s', (_way, shown) => {
    expect(shown).not.toContain(PLANTED);
  });

  test('is given out by reveal alone', () => {
    expect(value.reveal()).toBe(PLANTED);
  });
});
