// Which paths of a service are asked with credentials: what they open besides health is not for a report to show.

/**
 * In plain letters, so that nobody on the way reads another path in it, and without `.` and `..`, which would lead there.
 */
const HEALTH_PATH =
  /^(?:\/(?!\.{1,2}\/)[\w.~-]+)*\/health(?:z|y|checks?|status|[-_.][\w.-]*)?(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)*\/?$/i;

/** True for a path of health itself, or of a part of it. */
export function isHealthPath(path: string): boolean {
  return HEALTH_PATH.test(path);
}
