// Was what the service uses examined? The finding is that of `backends`: for health a warning, for an upgrade no evidence.
import { found, pass, type Check } from '../../facts/answer.ts';
import { literal } from '../../runtime/safe-text.ts';
import { comparison } from './backends.ts';

export const upgradeBackends: Check<'configuration'> = {
  question: 'backends',
  about: 'configuration',
  component: 'upgrade',
  feeds: 'Upgradeable',
  evidence: 'What `backends` saw in the same run.',
  faults: ['UpgradeTargetDrifted', 'UpgradeBackendUntold', 'NotAsked'],
  applies: ({ uses = [] }) => uses.length > 0,
  ask(seen) {
    const answer = comparison(seen);
    if (answer.kind === 'pass') return pass(literal('what its settings name was examined'));
    const { code, detail } = answer.fault;
    if (code === 'NotAsked') return answer;
    return found({ code: code === 'BackendUntold' ? 'UpgradeBackendUntold' : 'UpgradeTargetDrifted', detail });
  },
};
