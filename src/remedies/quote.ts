// Values into commands. Authors of reports and of pods choose names: whoever pastes a command runs what it says.

/** Taken by every shell as it stands: no metacharacter, no blank, nothing that a shell expands at its beginning. */
const PLAIN = /^[A-Za-z0-9_./:@%+][A-Za-z0-9_./:@%+,=-]*$/;

/** One word of a POSIX shell. */
export function shellWord(value: string): string {
  return PLAIN.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

/** An identifier of SQL. */
export function sqlName(value: string): string {
  return `"${value.replaceAll('"', '""')}"`;
}
