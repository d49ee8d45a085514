// The one order of badness: everything that says "first" or "worst" means this, so no result depends on arrival.
import { COMPONENTS } from '../api/components.ts';
import { SEVERITIES, type Result, type Severity } from '../api/faults/traits.ts';
import { compareText } from '../runtime/compare-text.ts';

/** Worst first, for roll-ups: fail > error > warn > pass > skip. */
export const WORST_FIRST: readonly Result[] = ['fail', 'error', 'warn', 'pass', 'skip'];

/** The worst of several results, or skip when there is none. */
export function worst(results: readonly Result[]): Result {
  return WORST_FIRST.find((result) => results.includes(result)) ?? 'skip';
}

/** How bad a result is, 0 (skip) to 4 (fail). */
export function badness(result: Result): number {
  return WORST_FIRST.length - 1 - WORST_FIRST.indexOf(result);
}

/** True for results that deserve a look. */
export function isBad(result: Result): boolean {
  return result === 'fail' || result === 'error' || result === 'warn';
}

/** How much a severity matters, 0 (none) to 5 (critical). */
export function gravity(severity: Severity | undefined): number {
  return severity === undefined ? 0 : SEVERITIES.length - SEVERITIES.indexOf(severity);
}

/** Compares by (result, severity, check id), worst first. */
export function byBadness(
  a: { readonly result: Result; readonly severity?: Severity | undefined; readonly id: string },
  b: { readonly result: Result; readonly severity?: Severity | undefined; readonly id: string },
): number {
  return badness(b.result) - badness(a.result) || gravity(b.severity) - gravity(a.severity) || compareText(a.id, b.id);
}

/** By component in the order of reports, then by id. */
export function byPlace(
  a: { readonly component: string; readonly id: string },
  b: { readonly component: string; readonly id: string },
): number {
  const order = COMPONENTS as readonly string[];
  return order.indexOf(a.component) - order.indexOf(b.component) || compareText(a.id, b.id);
}
