// What CI systems obey in a job's log, whoever wrote it: `##vso[…]` (Azure Pipelines), `##[…]` (GitHub's old form),
// `##teamcity[…]` anywhere in a line, and `::name …::` (GitHub) at its beginning. `gate` prints what authors of reports,
// servers and logs said, into just such logs.

const BRACKETED = /#(?=#+[A-Za-z]*\[)/g;
/** Lines are broken at blanks, so each word may begin one. Two colons end the name or stand behind its arguments. */
const COLONS = /(^|\s):(?=:[A-Za-z][A-Za-z-]*(?:::|\s|$))/g;

/** The text with a blank within each such mark: it reads the same, and is no command. */
export function withoutLogCommands(text: string): string {
  return text.replace(BRACKETED, '# ').replace(COLONS, '$1: ');
}

/** Whether a text has to be written with escapes, in a format that has them: marks of commands, or what a terminal obeys. */
export function needsEscapes(text: string): boolean {
  return ESCAPED.test(text) || /(?:^|\s)::[A-Za-z]/.test(text);
}

/** One of two number signs, and characters beyond ASCII that move the cursor or turn the order around. */
const ESCAPED = /#(?=#)|[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
const ALL_ESCAPED = new RegExp(ESCAPED, 'g');

/** The same JSON, or YAML in double quotes, with escapes for those: whoever parses it reads the same. */
export function escaped(document: string): string {
  return document.replace(ALL_ESCAPED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
