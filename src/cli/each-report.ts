// Several reports at the same time, and not all of a fleet at once.
import { semaphore } from '../runtime/semaphore.ts';

const AT_ONCE = 16;

/** Works on each of the reports. The results are in the order of the reports. */
export function eachReport<R, T>(
  reports: readonly R[],
  signal: AbortSignal,
  work: (report: R) => Promise<T>,
): Promise<readonly T[]> {
  const places = semaphore(AT_ONCE);
  return Promise.all(reports.map((report) => places.run(signal, () => work(report))));
}
