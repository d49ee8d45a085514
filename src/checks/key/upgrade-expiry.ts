// Does the key's material outlast an upgrade? What has ended, or waits for its deletion, fails `state` of the key.
import { found, pass, type Check } from '../../facts/answer.ts';
import { literal, redact } from '../../runtime/safe-text.ts';
import { endsWithin, SOON_MS, UPGRADE_MS } from '../../facts/ends-soon.ts';
import { unjudged } from '../upgrade-unjudged.ts';

export const upgradeExpiry: Check<'key'> = {
  question: 'expiry',
  about: 'key',
  component: 'upgrade',
  feeds: 'Upgradeable',
  evidence: 'What `expiry` saw in the same run.',
  faults: ['UpgradeKeyMaterialEnding', 'KmsMaterialExpiring', 'NotAsked'],
  applies: ({ source }) => source.kind === 'kms',
  ask({ target, observed: { state }, now }) {
    if (!state.ok) return unjudged(`${target.id}/state`);
    const { validTo } = state.value;
    if (validTo === undefined) return pass(literal('the key material has no end'));
    const day = validTo.slice(0, 10);
    if (!endsWithin(validTo, now, SOON_MS)) return pass(redact(`the key material ends on ${day}`));
    return found({
      code: endsWithin(validTo, now, UPGRADE_MS) ? 'UpgradeKeyMaterialEnding' : 'KmsMaterialExpiring',
      detail: redact(`the imported key material ends on ${day}`),
    });
  },
};
