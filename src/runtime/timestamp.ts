// Times as the Kubernetes API writes them.

/** RFC 3339 UTC with whole seconds, as metav1.Time: `2026-11-23T05:11:24Z`. */
export function timestamp(time: Date): string {
  return time.toISOString().replace(/\.[0-9]{3}Z$/, 'Z');
}
