// Is the last rollout of a service complete? Within its bounds one is no matter of health, and yet no time to upgrade.
import { type Answer, found, pass, type Check } from '../../facts/answer.ts';
import type { Workload } from '../../facts/workload.ts';
import { redact } from '../../runtime/safe-text.ts';
import { ofEvery } from './every-workload.ts';
import { WORKLOAD_TROUBLES, workloadUnseen } from './workload-unseen.ts';
import { sentence } from '../../facts/sentence.ts';

export const upgradeRollout: Check<'pods'> = {
  question: 'rollout',
  about: 'pods',
  component: 'upgrade',
  feeds: 'Upgradeable',
  evidence:
    "The controller's own counts and its condition Progressing, of every workload of the service: all replicas of the last template, and available. A rollout that is paused, given up or not looked at yet is not complete, nor is a workload that is being deleted.",
  faults: ['UpgradeRolloutUnfinished', ...WORKLOAD_TROUBLES],
  applies: ({ workload }) => workload !== undefined,
  ask({ target, observed: { workload } }) {
    if (!workload.ok) return found(workloadUnseen(workload.fault));
    return ofEvery(workload.value, target, judgeRollout);
  },
};

function judgeRollout(workload: Workload): Answer {
  const why = unfinished(workload);
  const { kind, name, updated, desired } = workload;
  if (why === undefined) return pass(redact(`${updated} of ${desired} replicas are of the last template`));
  return found({ code: 'UpgradeRolloutUnfinished', detail: sentence(`${kind} ${name}: ${why}`) });
}

/** Why it is not complete: a replica that was never available is none that was rolled out. */
function unfinished(workload: Workload): string | undefined {
  const { deleting, paused, lagging, stuck, rollingOut, updated, available, desired } = workload;
  if (deleting) return 'it is being deleted';
  if (paused) return 'its rollouts are paused';
  if (lagging) return 'its controller has not looked at the last change yet';
  if (updated < desired) return `${updated} of ${desired} replicas are updated, ${available} available`;
  if (available < desired) return `${available} of ${desired} replicas are available`;
  if (stuck) return 'its controller gave the last rollout up';
  return rollingOut ? 'pods of an earlier template are still there' : undefined;
}
