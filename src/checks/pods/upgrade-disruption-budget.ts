// Could a pod of the service be evicted at all? Rolling updates do not ask; a drain asks until it may.
import { type Answer, found, pass, type Check } from '../../facts/answer.ts';
import type { DisruptionBudget, Workload } from '../../facts/workload.ts';
import { literal } from '../../runtime/safe-text.ts';
import { ofEvery } from './every-workload.ts';
import { WORKLOAD_TROUBLES, workloadUnseen } from './workload-unseen.ts';
import { sentence } from '../../facts/sentence.ts';

export const upgradeDisruptionBudget: Check<'pods'> = {
  question: 'disruption-budget',
  about: 'pods',
  component: 'upgrade',
  feeds: 'Upgradeable',
  evidence: 'The PodDisruptionBudgets that select the pods, as their controller last counted. Not asked before it has.',
  faults: ['UpgradeEvictionBlocked', ...WORKLOAD_TROUBLES],
  applies: ({ workload }) => workload !== undefined,
  ask({ target, observed: { workload } }) {
    if (!workload.ok) return found(workloadUnseen(workload.fault));
    return ofEvery(workload.value, target, judgeBudgets);
  },
};

function judgeBudgets(workload: Workload): Answer {
  const { disruptionBudgets } = workload;
  if (!disruptionBudgets.ok) return found(workloadUnseen(disruptionBudgets.fault));
  const budgets = disruptionBudgets.value;
  const [budget] = budgets;
  if (budget === undefined) return pass(literal('no PodDisruptionBudget covers its pods'));
  if (budgets.length > 1) {
    const names = budgets.map(({ name }) => name).join(', ');
    const words = `${budgets.length} PodDisruptionBudgets cover the same pods, so that every eviction is refused: ${names}`;
    return found({ code: 'UpgradeEvictionBlocked', detail: sentence(words) });
  }
  const { name, isObserved, allowed, wanted, expected } = budget;
  if (!isObserved) {
    const words = `not asked, because the controller of PodDisruptionBudget ${name} has not looked at it yet`;
    return found({ code: 'NotAsked', detail: sentence(words) });
  }
  if (blocks(budget)) {
    const words = `PodDisruptionBudget ${name} allows no eviction: ${wanted} of ${expected} pods must stay`;
    return found({ code: 'UpgradeEvictionBlocked', detail: sentence(words) });
  }
  return pass(sentence(`PodDisruptionBudget ${name} allows ${allowed} evictions now`));
}

/** It blocks by what it asks for. One that only waits for pods which are not healthy is told by `workload`. */
function blocks({ allowed, healthy, wanted, expected }: DisruptionBudget): boolean {
  return expected > 0 && (wanted >= expected || (allowed === 0 && healthy >= expected));
}
