// How findings are worded, and what is said where nobody could look.
import type { ApiFault } from '../kube/api-fault.ts';
import { literal, redact, type SafeText } from '../runtime/safe-text.ts';
import { finding, type Finding, type Question } from './finding.ts';

/** A sentence or a command of at most this size. In bytes. */
const MOST = 512;

/** A sentence with names of the cluster in it. */
export const said = (text: string): SafeText => redact(text, [], MOST);

/** A command: whoever writes it has quoted its values. */
export const line = said;

/** Nobody could look: what was refused, and what to do about it. */
export function unseen(question: Question, { message, code }: ApiFault): Finding {
  const denied = code === 'Forbidden' || code === 'Unauthorized';
  return finding(question, 'unknown', said(`${message}.`), {
    remedy: denied
      ? literal('Ask as somebody who may look: docs/operating.md has the Role that this verb needs.')
      : literal('Ask again when the API server answers.'),
  });
}
