// Will the pods that an upgrade starts be let in? A password that has ended keeps out new connections only.
import { found, pass, type Check } from '../../facts/answer.ts';
import { literal, redact } from '../../runtime/safe-text.ts';
import { endsWithin, SOON_MS, UPGRADE_MS } from '../../facts/ends-soon.ts';
import { unjudged } from '../upgrade-unjudged.ts';

const NAME_BYTES = 63;

export const upgradeCredentials: Check<'database'> = {
  question: 'credentials',
  about: 'database',
  component: 'upgrade',
  feeds: 'Upgradeable',
  evidence: 'What `credentials` saw in the same run.',
  faults: ['UpgradePasswordEnding', 'DatabasePasswordExpiring', 'NotAsked'],
  ask({ target, observed: { credentials }, now }) {
    if (!credentials.ok) return unjudged(`${target.id}/credentials`);
    const { role, validUntil } = credentials.value;
    if (role === undefined || validUntil === undefined) return pass(literal('no password has an end'));
    const name = redact(role, [], NAME_BYTES);
    const day = validUntil.slice(0, 10);
    if (!endsWithin(validUntil, now, SOON_MS)) return pass(redact(`no password ends before ${day}`));
    const verb = endsWithin(validUntil, now, 0) ? 'ended' : 'ends';
    const detail = redact(`the password of role ${name} ${verb} on ${day}`);
    return found({
      code: endsWithin(validUntil, now, UPGRADE_MS) ? 'UpgradePasswordEnding' : 'DatabasePasswordExpiring',
      detail,
    });
  },
};
