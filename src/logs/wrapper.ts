// What others put before a line that an application wrote: journald and syslog, stern and Docker Compose, supervisors and
// shell scripts. It is taken off only where a record or a part of a stack trace follows, so that nothing else changes.
import { anyCase, LEVELS } from './level.ts';

const CLOCK = String.raw`\d\d:\d\d:\d\d(?:[.,]\d{1,9})?`;
const ISO = String.raw`\d{4}-\d\d-\d\d[T _]${CLOCK}(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?`;
const NAME = String.raw`[\w.@-]{1,128}`;
const HOST = String.raw`[\w.:-]{1,253}`;
const LEVEL = `\\[?(?:${anyCase(LEVELS)})\\b`;

/** What a trace has below its first line. */
const TRACE = String.raw`\s{0,8}at [\w$.<>/@-]{1,200}\(|\t|\s{0,8}\.{3} \d|Caused by: |Wrapped by: |Suppressed: |(?:[a-z]\w{0,63}\.){1,16}[A-Z][\w$]{0,127}(?:Exception|Error)\b`;
const RECORD = String.raw`\[?\d{4}-\d\d-\d\d[T ]\d\d:|\d\d:\d\d:\d\d[.,]\d{3} |\{"|\[(?:${LEVELS})\] |\[Nest\] `;
const FOLLOWS = `(?=${RECORD}|${TRACE}|\\s{0,8}$)`;

/** A time alone; with host and process, as journald writes it in ISO's order. */
const TIMED = new RegExp(String.raw`^${ISO} (?: |${HOST} ${NAME}\[\d{1,9}\]: )?${FOLLOWS}`);
/** foreman and its like. */
const PROCFILE = new RegExp(String.raw`^${CLOCK} ${NAME} {1,32}\| ?${FOLLOWS}`);
/** Of syslog and journald. Without host and process it is the time of `ts`. */
const SYSLOG = String.raw`(?:[A-Z][a-z]{2} )?(?:[A-Z][a-z]{2} [ \d]\d ${CLOCK}|${ISO}) (?:(?:(?!${LEVEL})${HOST} )?(?!${LEVEL})${NAME}(?:\[\d{1,9}\])?: )?`;
const DATED = new RegExp(`^${SYSLOG}${FOLLOWS}`);
/** RFC 5424, its older kin, and Docker's without a host. */
const PRIORITY = new RegExp(
  String.raw`^<\d{1,3}>(?:1 \S{1,40}(?: \S{1,255}){4} (?:-|(?:\[[^\]\n]{0,300}\])+) \ufeff?|${SYSLOG})${FOLLOWS}`,
);
/** TAI64N, of s6 and runit. */
const TAI64N = /^@[0-9a-f]{24} /;
const BRACKETS = new RegExp(String.raw`^\[(?:${ISO}|(?!(?:${LEVELS})\])${NAME}(?: ${NAME})?)\] ${FOLLOWS}`);
/** Docker Compose and supervisor-stdout. */
const BARS = new RegExp(String.raw`^[a-z]${NAME}(?: stdout| stderr)? {0,64}\| ?(?=${RECORD}|${TRACE}|\s|$)`);
/** stern: pod and container. The names of pods end in five letters that spell nothing, or in a number. */
const POD = new RegExp(
  String.raw`^[a-z0-9][a-z0-9.-]{0,250}-(?:[bcdfghjklmnpqrstvwxz2456789]{5}|\d{1,4}) [a-z0-9-]{3,63} ${FOLLOWS}`,
);

/** How many characters of a line without colours stand before what the application wrote. */
export function wrapperLength(text: string): number {
  return wrapperOf(text)?.[0].length ?? 0;
}

function wrapperOf(text: string): RegExpExecArray | null {
  const first = text.charCodeAt(0);
  if (first >= 0x61 && first <= 0x7a) return BARS.exec(text) ?? POD.exec(text);
  if (first >= 0x30 && first <= 0x39) return text[2] === ':' ? PROCFILE.exec(text) : TIMED.exec(text);
  if (first === 0x5b) return BRACKETS.exec(text);
  if (first === 0x3c) return PRIORITY.exec(text);
  if (first === 0x40) return TAI64N.exec(text);
  return first >= 0x41 && first <= 0x5a && text[3] === ' ' ? DATED.exec(text) : null;
}
