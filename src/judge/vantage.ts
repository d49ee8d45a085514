// Our own vantage is not the product's: what cannot be reached from here may well be reached by those who need it.
import { isService, type Component, type Service } from '../api/components.ts';
import { traits } from '../api/faults.ts';
import type { Finding } from '../facts/answer.ts';
import type { Edge } from '../product/dependencies.ts';
import { safe } from '../runtime/safe-text.ts';

/**
 * Backends that a service's health speaks of. Spring Boot has an indicator for data sources and none for S3 or KMS,
 * so a service that is UP says nothing about a bucket or a key.
 */
const COVERED_BY_HEALTH: ReadonlySet<Component> = new Set(['database']);

/** Services whose health endpoint is not Spring Boot's: a pass contradicts nothing, but proves nothing either. */
const WITHOUT_INDICATORS: ReadonlySet<Service> = new Set(['enrollment-agent', 'admin-dashboard']);

/**
 * Turns "unreachable" into the warning `UnreachableFromChecker` where every service that uses the target reports its
 * health as UP in this run, and at least one of them has an indicator for such a target.
 */
export function considerVantage(findings: readonly Finding[], edges: readonly Edge[]): readonly Finding[] {
  const healthOf = new Map(findings.filter(({ id }) => id.endsWith('/health')).map((finding) => [finding.id, finding]));
  return findings.map((finding) => {
    const { answer, component, targetId } = finding;
    if (answer.kind !== 'fault' || traits(answer.fault.code).vantage !== true || !COVERED_BY_HEALTH.has(component)) {
      return finding;
    }
    const users = edges.filter(({ to }) => to === targetId).map(({ from }) => from);
    const allUp = users.every((user) => healthOf.get(`${user}/health`)?.answer.kind === 'pass');
    const oneKnows = users.some((user) => isService(user) && !WITHOUT_INDICATORS.has(user));
    if (!allUp || !oneKnows) return finding;
    const detail = safe`Unreachable from here, while every service that uses it reports UP: ${answer.fault.detail}`;
    return { ...finding, answer: { ...answer, fault: { code: 'UnreachableFromChecker', detail } } };
  });
}
