// Does a service stay within the number of pods that the vendor tested, also when its autoscaler goes to the end?
import { found, pass, type Check } from '../../facts/answer.ts';
import { failed } from '../../facts/outcome.ts';
import { redact } from '../../runtime/safe-text.ts';
import { WORKLOAD_TROUBLES, workloadUnseen } from './workload-unseen.ts';

export const capacityReplicas: Check<'pods'> = {
  question: 'replicas',
  about: 'pods',
  component: 'capacity',
  feeds: 'Healthy',
  evidence: 'What all workloads of the service ask for together, and the maximum of their autoscalers.',
  faults: ['ReplicasAboveTested', ...WORKLOAD_TROUBLES],
  applies: ({ workload }) => workload !== undefined,
  ask({ target: { maxPods, others = [] }, observed: { workload } }) {
    if (!workload.ok) return found(workloadUnseen(workload.fault));
    const all = [workload.value, ...others];
    const desired = all.reduce((sum, one) => sum + one.desired, 0);
    const most = all.reduce((sum, one) => sum + (one.autoscaler?.max ?? one.desired), 0);
    if (desired > maxPods) {
      return found(failed('ReplicasAboveTested', redact(`${desired} pods, at most ${maxPods} were tested`)).fault);
    }
    if (most > maxPods) {
      const detail = redact(`the autoscaler may go to ${most} pods, at most ${maxPods} were tested`);
      return found(failed('ReplicasAboveTested', detail).fault);
    }
    return pass(redact(`${desired} of at most ${maxPods} pods`));
  },
};
