// A JSON record that is spread over lines: `{` on a line of its own, a time and a level among its fields, `}` again.

/** The fields that tell a record from a document within a message stand within so many bytes. */
const WINDOW_BYTES = 16 * 1024;

const LEVEL =
  /\n\s{1,16}"(?:level|log\.level|severity|severity_text|lvl|loglevel|log_level|levelname|@l|_level_name)"\s{0,4}:/;
const TIME = /\n\s{1,16}"(?:@?timestamp|@t|time|ts|date|datetime|timeMillis|instant)"\s{0,4}:/;
const BEGINNING = /^\{[ \t\r]{0,8}\n[ \t]{1,16}"/;

/** Whether such a record begins at `at`, the beginning of a line. */
export function isPretty(bytes: Buffer, at: number): boolean {
  if (!BEGINNING.test(bytes.toString('latin1', at, at + 40))) return false;
  const window = bytes.subarray(at, at + WINDOW_BYTES);
  const again = window.indexOf('\n{');
  const before = again === -1 ? window : window.subarray(0, again);
  const end = before.indexOf('\n}');
  const text = before.toString('latin1', 0, end === -1 ? before.length : end);
  return LEVEL.test(text) && TIME.test(text);
}

/** The byte after the line that closes the record which begins at `at`; undefined where none does. */
export function prettyEnd(bytes: Buffer, at: number): number | undefined {
  const brace = bytes.indexOf('\n}', at);
  if (brace === -1) return undefined;
  const feed = bytes.indexOf(0x0a, brace + 1);
  return feed === -1 ? bytes.length : feed + 1;
}
