// Whether a record that names isSignatureValid says that a signature did not verify. The alert of it latches and means
// "possible key tampering": a line that reports a success, or how long the check took, must not raise it.

/** What follows the name where all is well: `: true`, `=true`, ` took 12 ms`, ` in 12 ms`, ` succeeded`. */
const WELL =
  /^(?:\(\))?["']?\s{0,4}(?:[:=,-]|returned|returns|is|was|->|=>)?\s{0,4}["']?(?:true|ok|valid\b|passed|success|succeeded|took\b|in \d|after \d|duration|elapsed|called|started|finished|completed|begin|end\b|\d+ ?(?:ms|s|us|µs)\b)/i;
const FAILURE =
  /\b(?:error|errors|fail|failed|fails|failure|failing|false|invalid|exception|mismatch|tamper\w*|reject\w*|incorrect|wrong|cannot|unable|broken|bad|denied)\b|\b(?:could|did|does|do|was|is) ?n(?:o|')t\b|Exception\b/i;
/** Characters of the line after the name that are looked at. */
const AFTER = 400;
const BEFORE = 200;

/**
 * @param text the record
 * @param end where the name ends in it
 * @param isError whether it was logged as an error: then the name alone is the failure, unless it reports a success
 */
export function saysInvalid(text: string, start: number, end: number, isError: boolean): boolean {
  const feed = text.indexOf('\n', end);
  const stop = Math.min(feed === -1 ? text.length : feed, end + AFTER);
  const after = text.slice(end, stop);
  if (WELL.test(after)) return false;
  if (isError || FAILURE.test(after)) return true;
  const line = text.lastIndexOf('\n', start - 1) + 1;
  const before = text.slice(Math.max(line, start - BEFORE), start).replace(/^.*?\b(?:WARN|WARNING|ERROR)\b/i, '');
  return (
    FAILURE.test(before) ||
    /^[ \t]{0,8}(?:Caused by: )?[\w.$]{1,200}(?:Exception|Error)\b/m.test(text.slice(end, end + 4096))
  );
}
