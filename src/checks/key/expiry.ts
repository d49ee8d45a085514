// Does the key's material end? Only imported material can; what has ended already is told by `state`.
import { found, pass, type Check } from '../../facts/answer.ts';
import { literal, redact } from '../../runtime/safe-text.ts';
import { SOON_MS } from '../../facts/ends-soon.ts';

export const keyExpiry: Check<'key'> = {
  question: 'expiry',
  about: 'key',
  feeds: 'Healthy',
  evidence: 'ValidTo of the description.',
  faults: ['KmsMaterialExpiring', 'NotAsked'],
  applies: ({ source }) => source.kind === 'kms',
  ask({ observed: { state }, now }) {
    if (!state.ok)
      return found({ code: 'NotAsked', detail: literal('not asked, because the key could not be described') });
    const { validTo } = state.value;
    if (validTo === undefined) return pass(literal('the key material has no end'));
    const day = validTo.slice(0, 10);
    if (Date.parse(validTo) - now.getTime() > SOON_MS) return pass(redact(`the key material ends on ${day}`));
    return found({ code: 'KmsMaterialExpiring', detail: redact(`the imported key material ends on ${day}`) });
  },
};
