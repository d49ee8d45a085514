// Would a migration wait for somebody's transaction or lock? The finding is that of `activity`: for health a warning.
import { found, pass, type Check } from '../../facts/answer.ts';
import { literal } from '../../runtime/safe-text.ts';
import { holdUpIn } from '../../questions/database/activity.ts';
import { unjudged } from '../upgrade-unjudged.ts';

export const upgradeActivity: Check<'database'> = {
  question: 'activity',
  about: 'database',
  component: 'upgrade',
  feeds: 'Upgradeable',
  evidence: 'What `activity` saw in the same run.',
  faults: ['UpgradeTransactionOpen', 'NotAsked'],
  ask({ target, observed: { activity } }) {
    if (!activity.ok) return unjudged(`${target.id}/activity`);
    const holdUp = holdUpIn(activity.value);
    if (holdUp === undefined) return pass(literal('no transaction or lock would hold a migration up'));
    return found({ code: 'UpgradeTransactionOpen', detail: holdUp.detail });
  },
};
