// The words of a condition: what was seen and what to do about it, then the guide's cause and next step with the entry and where it stands.
import { REASONS, type Reason } from '../api/conditions.ts';
import { entryUrl } from '../guide/entry.ts';
import type { JudgedCheck, Roll } from '../judge/index.ts';
import { remedyFor } from '../remedies/index.ts';
import { clip } from '../runtime/safe-text.ts';

/** Bytes of a condition's message. kubectl and dashboards show it in a line or two. */
export const CONDITION_MESSAGE_BYTES = 2048;

/** Commands of a remedy that a message has room for; the whole of it is in `status` and `gate`. */
const COMMANDS = 2;
/** A message that is this long with them has none. */
const MESSAGE_WITH_COMMANDS_BYTES = 1536;

/**
 * `database/node-persistence/connect: Connection refused. Do: … Cause: … Next: … [REC-NP-002] <url#section>`
 *
 * @param namespace of the report, for the commands
 */
export function citedSentence(check: JudgedCheck, namespace: string | undefined): string {
  const { entry } = check;
  const seen = `${check.id}: ${endSentence(check.message)}`;
  const cited =
    entry === undefined
      ? ''
      : ` Cause: ${endSentence(entry.cause)} Next: ${endSentence(entry.nextSteps)} [${entry.id}] <${entryUrl(entry)}>`;
  const remedy = remedyFor({ namespace, name: undefined, check: check.id, fault: check.fault, names: check.names });
  if (remedy === undefined) return `${seen}${cited}`;
  const lines = [...remedy.policies, ...remedy.commands].slice(0, COMMANDS).map((line) => ` \`${line}\``);
  const whole = `${seen} Do: ${remedy.say}${lines.join('')}${cited}`;
  return Buffer.byteLength(whole) <= MESSAGE_WITH_COMMANDS_BYTES ? whole : `${seen} Do: ${remedy.say}${cited}`;
}

/** The message of a roll-up's condition: the first check in full, the others by number, or the reason's own sentence. */
export function rollMessage(roll: Roll, good: string, namespace: string | undefined): string {
  const [first, ...others] = roll.checks;
  if (first === undefined) return roll.status === 'True' ? good : reasonSentence(roll.reason);
  const more = others.length === 0 ? '' : ` And ${others.length} more.`;
  const lead = Object.hasOwn(REASONS, roll.reason) ? `${reasonSentence(roll.reason)} ` : '';
  return clip(`${lead}${citedSentence(first, namespace)}${more}`, CONDITION_MESSAGE_BYTES);
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
