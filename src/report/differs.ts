// Whether a status is worth a write. Texts and times ride along; a status that says the same is not written again.
import type { HealthReportStatus } from '../api/health-report.ts';
import { compareText } from '../runtime/compare-text.ts';

/**
 * True when the verdict, a condition's status or reason, a check's result, state, fault, suppression, mute, latch or
 * streak, the generation, the answered request, the topology or the inventory changed. Order means nothing.
 */
export function significantlyDiffers(a: HealthReportStatus | undefined, b: HealthReportStatus | undefined): boolean {
  return JSON.stringify(significant(a)) !== JSON.stringify(significant(b));
}

function significant(status: HealthReportStatus | undefined): unknown {
  if (status === undefined) return null;
  const lines = (rows: readonly (readonly unknown[])[]): readonly string[] =>
    rows.map((row) => JSON.stringify(row.map((cell) => cell ?? null))).sort(compareText);
  return [
    status.verdict,
    status.observedGeneration,
    status.lastHandledRequest ?? null,
    status.topology ?? null,
    lines(
      (status.inventory ?? []).map(({ component, kind, name, image, origin }) => [
        component,
        kind,
        name,
        image,
        origin,
      ]),
    ),
    lines(status.conditions.map(({ type, status: value, reason }) => [type, value, reason])),
    lines(
      (status.checks ?? []).map((check) => [
        check.id,
        check.result,
        check.state,
        check.fault,
        check.suppressedBy,
        check.clearing,
        check.muted,
        check.mutedAs === undefined ? null : Object.values(check.mutedAs).map(String).sort(compareText),
        check.latchedSince !== undefined,
        check.streak,
        check.toward,
      ]),
    ),
  ];
}
