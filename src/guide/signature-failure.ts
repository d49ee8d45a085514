// Whether a record that names isSignatureValid says that a signature did not verify. The alert of it latches and means
// "possible key tampering": a line that reports a success, or how long the check took, must not raise it.

/** What follows the name where all is well: `: true`, `=true`, ` took 12 ms`, ` in 12 ms`, ` succeeded`. */
const WELL =
  /^(?:\(\))?["']?\s{0,4}(?:[:=,-]|returned|returns|is|was|->|=>)?\s{0,4}["']?(?:true|ok|valid\b|passed|success|succeeded|took\b|in \d|after \d|duration|elapsed|called|started|finished|completed|begin|end\b|slow\b|skipped|retry|retries|retrying|cache|\d+ ?(?:ms|s|us|µs)\b)/i;
const FAILURE =
  /\b(?:error|errors|fail|failed|fails|failure|failing|false|invalid|exception|mismatch|tamper\w*|reject\w*|incorrect|wrong|cannot|unable|broken|bad|denied)\b|\b(?:could|did|does|do|was|is) ?n(?:o|')t\b|Exception\b/i;
/**
 * What kept the check from an answer: the network, a pool, a backend, a thread. A signature that nobody could look at is
 * none that failed.
 */
const UNANSWERED =
  /time[ds]?[ -]?out|deadline|no answer|did not answer|connection (?:refused|reset|closed|is not available)|connect(?:ion)? (?:error|failed)|broken pipe|unreachable|no route|UnknownHost|unavailable|throttl|too many requests|rate exceeded|rate limit|(?:status|code)[ :=]{1,3}(?:429|50[0234])\b|\b50[234] |JDBCConnection|could ?n(?:o|')t (?:open|get|obtain|fetch|load|read|reach|connect)|unable to (?:open|get|obtain|fetch|load|read|reach|connect|acquire|execute)|SdkClientException|AccessDenied|access denied|not authorized|interrupted|cancell?ed|RejectedExecution|queue is full|(?:java\.net|java\.util\.concurrent|java\.io)\.\w{1,60}Exception|SSLHandshake|\bEOF\b|OutOfMemory|StackOverflow|NullPointer|IllegalState/i;
/** What is said of a signature itself that is not what it should be. */
const REFUTED =
  /tamper|\bfalse\b|signatures?\b[^\n]{0,80}\b(?:invalid|mismatch\w*|incorrect|wrong|bad|forged|not valid|not made with|(?:does|did|do) ?n(?:o|')t (?:match|verify)|not verified|verification failed|could not be validated|cannot be validated)|\b(?:invalid|mismatch\w*|incorrect|wrong|bad|forged)\b[^\n]{0,20} signature|SignatureException/i;
/** Characters of the line after the name that are looked at. */
const AFTER = 400;
const BEFORE = 200;
/** And of what stands below it. */
const TRACE = 4096;

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
  const line = text.lastIndexOf('\n', start - 1) + 1;
  const below = text.slice(end, end + TRACE);
  const whole = text.slice(line, start) + below;
  if (UNANSWERED.test(whole) && !REFUTED.test(whole)) return false;
  if (isError || FAILURE.test(after)) return true;
  const before = text.slice(Math.max(line, start - BEFORE), start).replace(/^.*?\b(?:WARN|WARNING|ERROR)\b/i, '');
  return FAILURE.test(before) || /^[ \t]{0,8}(?:Caused by: )?[\w.$]{1,200}(?:Exception|Error)\b/m.test(below);
}
