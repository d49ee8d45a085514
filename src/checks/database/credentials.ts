// Does a password end soon: ours, or that of a role with a session on the database. What has ended for us fails `connect`.
import type { FaultCode } from '../../api/faults.ts';
import { found, pass, type Check } from '../../facts/answer.ts';
import { literal, redact } from '../../runtime/safe-text.ts';
import { QUESTION_FAULTS } from './question-faults.ts';
import { SOON_MS } from '../ends-soon.ts';
import { passOn } from '../pass-on.ts';

const NAME_BYTES = 63;

const FAULTS = ['DatabasePasswordExpiring', ...QUESTION_FAULTS] as const satisfies readonly FaultCode[];

export const databaseCredentials: Check<'database'> = {
  question: 'credentials',
  about: 'database',
  feeds: 'Healthy',
  evidence: 'The end (rolvaliduntil) of the roles that are connected and of our own.',
  faults: FAULTS,
  ask({ observed: { credentials }, now }) {
    if (!credentials.ok) return passOn(credentials.fault, FAULTS);
    const { role, validUntil } = credentials.value;
    if (role === undefined || validUntil === undefined) return pass(literal('no password has an end'));
    const leftMs = Date.parse(validUntil) - now.getTime();
    const name = redact(role, [], NAME_BYTES);
    const day = validUntil.slice(0, 10);
    if (leftMs > SOON_MS) return pass(redact(`the first password to end is that of ${name}, on ${day}`));
    const words = leftMs <= 0 ? `ended on ${day}: new connections are refused` : `ends on ${day}`;
    return found({ code: 'DatabasePasswordExpiring', detail: redact(`the password of role ${name} ${words}`) });
  },
};
