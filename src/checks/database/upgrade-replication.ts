// Are the standbys near enough to go back to? The finding is that of `replication`: for health a warning.
import { found, pass, type Check } from '../../facts/answer.ts';
import { literal } from '../../runtime/safe-text.ts';
import { lagIn } from '../../questions/database/replication.ts';
import { unjudged } from '../upgrade-unjudged.ts';

export const upgradeReplication: Check<'database'> = {
  question: 'replication',
  about: 'database',
  component: 'upgrade',
  feeds: 'Upgradeable',
  evidence: 'What `replication` saw in the same run.',
  faults: ['UpgradeStandbyBehind', 'NotAsked'],
  ask({ target, observed: { replication } }) {
    if (!replication.ok) return unjudged(`${target.id}/replication`);
    const lag = lagIn(replication.value);
    if (lag === undefined) return pass(literal('no standby is too far behind'));
    return found({ code: 'UpgradeStandbyBehind', detail: lag.detail });
  },
};
