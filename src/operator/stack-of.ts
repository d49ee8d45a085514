// A defect as the log shows it.

/** Where it was thrown; what is no error has no such place. */
export function stackOf(error: unknown): string {
  return (error instanceof Error ? error.stack : undefined) ?? 'unknown';
}
