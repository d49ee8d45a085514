// When the material of a key ends.
import { expect, it } from 'vitest';
import { keyExpiry } from '../../../src/checks/key/expiry.ts';
import type { KeyObserved } from '../../../src/facts/observed.ts';
import { ok } from '../../../src/facts/outcome.ts';
import { askCheck, DESCRIPTION, kmsTarget, trouble, verdict } from './targets.ts';

const none = trouble('NotAsked');
const ends = (validTo?: string): KeyObserved => ({
  state: ok(validTo === undefined ? DESCRIPTION : { ...DESCRIPTION, origin: 'EXTERNAL', validTo }),
  publicKey: none,
  sign: none,
  pair: none,
});
const DAY = 86_400_000;

it.each([
  ['never', ends(), 'pass'],
  ['in more than 30 days', ends(new Date(30 * DAY + 1).toISOString()), 'pass'],
  ['in 30 days', ends(new Date(30 * DAY).toISOString()), 'KmsMaterialExpiring'],
  ['now', ends(new Date(0).toISOString()), 'KmsMaterialExpiring'],
  ['nobody knows when', { ...ends(), state: trouble('KmsTimeout') }, 'NotAsked'],
])('%s', (_, observed, expected) => {
  expect(verdict(askCheck(keyExpiry, kmsTarget(), observed))).toBe(expected);
});
