// The words of a condition: what was seen, then the guide's cause and next step with the entry and where it stands.
import { REASONS, type Reason } from '../api/conditions.ts';
import { entryUrl } from '../guide/entry.ts';
import type { JudgedCheck, Roll } from '../judge/index.ts';
import { clip } from '../runtime/safe-text.ts';

/** Bytes of a condition's message. kubectl and dashboards show it in a line or two. */
export const CONDITION_MESSAGE_BYTES = 2048;

/** `database/node-persistence/connect: Connection refused. Cause: … Next: … [REC-NP-002] <url#section>` */
export function citedSentence(check: JudgedCheck): string {
  const seen = `${check.id}: ${endSentence(check.message)}`;
  const { entry } = check;
  if (entry === undefined) return seen;
  return `${seen} Cause: ${endSentence(entry.cause)} Next: ${endSentence(entry.nextSteps)} [${entry.id}] <${entryUrl(entry)}>`;
}

/** The message of a roll-up's condition: the first check in full, the others by number, or the reason's own sentence. */
export function rollMessage(roll: Roll, good: string): string {
  const [first, ...others] = roll.checks;
  if (first === undefined) return roll.status === 'True' ? good : reasonSentence(roll.reason);
  const more = others.length === 0 ? '' : ` And ${others.length} more.`;
  const lead = Object.hasOwn(REASONS, roll.reason) ? `${reasonSentence(roll.reason)} ` : '';
  return clip(`${lead}${citedSentence(first)}${more}`, CONDITION_MESSAGE_BYTES);
}

/** The message with what is muted behind it: a condition that leaves a finding out says which. */
export function mutedBeside(message: string, checks: readonly JudgedCheck[]): string {
  const [first, ...others] = checks.filter(({ muted }) => muted).map(({ id }) => id);
  if (first === undefined) return message;
  const words = ` Muted: ${first}${others.length === 0 ? '' : ` and ${others.length} more`}.`;
  return `${clip(message, CONDITION_MESSAGE_BYTES - Buffer.byteLength(words))}${words}`;
}

/** What a reason that is not a fault means. */
export function reasonSentence(reason: string): string {
  return Object.hasOwn(REASONS, reason) ? REASONS[reason as Reason] : reason;
}

function endSentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?…)]$/.test(trimmed) || trimmed === '' ? trimmed : `${trimmed}.`;
}
