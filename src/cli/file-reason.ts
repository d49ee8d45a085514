// Why the system does not read or write a file, in words.

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is no directory',
};

/** `ENOENT` and its like. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}

/** The system's own code where we have no words for it. */
export function fileReason(error: unknown): string {
  const code = systemCode(error);
  return REASONS[code] ?? code;
}
