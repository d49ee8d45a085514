// The guide's second alert: an instance failed to start. It rings until that pod is ready, or gone.
import { pass, type Check } from '../../facts/answer.ts';
import { podsOf } from '../../facts/target.ts';
import { LOGS_UNSEEN, readsLogs, say, unseen, where } from './seen.ts';

export const alertStart: Check<'logs'> = {
  question: 'start',
  about: 'logs',
  component: 'alerts',
  feeds: 'Healthy',
  evidence: 'No line of a start that failed, or the pod that wrote it is ready now.',
  faults: ['StartFailed', ...LOGS_UNSEEN],
  applies: readsLogs,
  ask({ target, observed: { logs } }) {
    if (!logs.ok) return unseen(logs.fault);
    const notReady = new Set(
      podsOf(target)
        .filter(({ ready, terminating }) => !ready && !terminating)
        .map(({ name }) => name),
    );
    const failed = logs.value.sightings.filter(({ fault }) => fault === 'ApplicationRunFailed');
    const down = failed.filter(({ pod }) => notReady.has(pod));
    const [first] = down;
    if (first === undefined) {
      return pass(
        say(failed.length === 0 ? 'no start failed' : 'a start failed, and the pod is ready now', logs.value),
      );
    }
    const detail = say(`a start failed, and the pod is not ready: ${where(down, target)}`, logs.value);
    return {
      kind: 'fault',
      fault: { code: 'StartFailed', detail },
      evidence: first.deepest?.text ?? first.excerpt,
      basis: 'Log',
    };
  },
};
