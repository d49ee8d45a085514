// Is our clock near the storage's? Signed requests carry our time; S3 refuses them at 15 minutes, other services at 5.
import { found, pass, type Check } from '../../facts/answer.ts';
import { formatDuration } from '../../runtime/duration.ts';
import { literal, redact } from '../../runtime/safe-text.ts';

/** The nearest limit of AWS's; `now` is the run's start, so a few seconds are ours. */
const SKEW_MS = 5 * 60_000;

export const bucketClock: Check<'bucket'> = {
  question: 'clock',
  about: 'bucket',
  feeds: 'Healthy',
  evidence: 'The Date of the answer.',
  faults: ['CheckerClockSkewed', 'NotAsked'],
  ask({ observed: { reach }, now }) {
    if (!reach.ok) {
      if (reach.fault.code === 'CheckerClockSkewed') return found(reach.fault);
      return found({ code: 'NotAsked', detail: literal('not asked, because the bucket was not reached') });
    }
    const theirs = Date.parse(reach.value.date ?? '');
    if (Number.isNaN(theirs)) return found({ code: 'NotAsked', detail: literal('the answer has no Date') });
    const skewMs = now.getTime() - theirs;
    const [apart, side] = [formatDuration(Math.abs(skewMs)), skewMs > 0 ? 'ahead of' : 'behind'];
    if (Math.abs(skewMs) < SKEW_MS) return pass(literal('the clocks agree'));
    return found({
      code: 'CheckerClockSkewed',
      detail: redact(`the operator's clock is ${apart} ${side} the storage's`),
    });
  },
};
