// The conditions of a status. Ready, Healthy and Upgradeable are always there, one for each component that exists,
// Reconciling and Stalled only while they are True.
import { COMPONENT_CONDITIONS, type Component } from '../api/components.ts';
import type { Condition } from '../api/conditions.ts';
import type { HealthReportStatus } from '../api/health-report.ts';
import type { ComponentRoll } from '../judge/index.ts';

/** A condition before it has a time: that depends on what was there before. */
export type Claim = Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>;

/**
 * Gives claims their times and generation. `lastTransitionTime` moves only when the status does, whatever happens to
 * reason and message (Kubernetes API conventions).
 *
 * @param now RFC 3339 UTC
 */
export function stampConditions(
  claims: readonly Claim[],
  previous: HealthReportStatus | undefined,
  observedGeneration: number,
  now: string,
): Condition[] {
  return claims.map((claim) => {
    const before = previous?.conditions.find(({ type }) => type === claim.type);
    const lastTransitionTime = before?.status === claim.status ? before.lastTransitionTime : now;
    return { ...claim, observedGeneration, lastTransitionTime };
  });
}

/** The condition type of a component that has one. */
export function conditionType(component: Component): string | undefined {
  return component === 'upgrade' ? undefined : COMPONENT_CONDITIONS[component];
}

/** Components by the status of their condition. */
export function countComponents(components: readonly ComponentRoll[]): NonNullable<HealthReportStatus['components']> {
  const of = (status: ComponentRoll['status']): number => components.filter((roll) => roll.status === status).length;
  return { total: components.length, healthy: of('True'), failing: of('False'), unknown: of('Unknown') };
}
