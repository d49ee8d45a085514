// Was what the service uses examined? The finding is that of `backends`: for health a warning, for an upgrade no evidence.
import { found, pass, type Check } from '../../facts/answer.ts';
import { literal } from '../../runtime/safe-text.ts';
import { comparison, UNREAD } from './backends.ts';

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
    const isUntold = code === 'BackendUntold' || UNREAD.some((one) => one === code);
    return found({ code: isUntold ? 'UpgradeBackendUntold' : 'UpgradeTargetDrifted', detail });
  },
};
