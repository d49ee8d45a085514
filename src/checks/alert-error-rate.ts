// The guide's first alert: more error logs over a period than a threshold allows.
import { found, pass, type Check } from '../facts/answer.ts';
import { formatDuration } from '../runtime/duration.ts';
import { LOGS_UNSEEN, readsLogs, say, unseen } from './logs-seen.ts';

export const alertErrorRate: Check<'logs'> = {
  question: 'error-rate',
  about: 'logs',
  component: 'alerts',
  feeds: 'Healthy',
  faults: ['ErrorRateHigh', ...LOGS_UNSEEN],
  applies: readsLogs,
  ask({ target: { logs: reading }, observed: { logs } }) {
    if (!logs.ok) return unseen(logs.fault);
    const threshold = reading?.errorThreshold ?? Number.POSITIVE_INFINITY;
    const window = formatDuration(reading === undefined ? 0 : reading.nowMs - reading.windowFromMs);
    const { errors } = logs.value;
    const detail = say(`${errors} error logs in ${window}, the threshold is ${threshold}`, logs.value);
    return errors > threshold ? found({ code: 'ErrorRateHigh', detail }) : pass(detail);
  },
};
