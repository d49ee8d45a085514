// Which PodDisruptionBudgets select the pods of a workload, and what they allow. Pure.
import type { KubernetesObject, NamespaceObjects } from '../facts/namespace-objects.ts';
import { ok, type Outcome } from '../facts/outcome.ts';
import type { DisruptionBudget } from '../facts/workload.ts';
import { count, type Fields, fields, labelsOf, list, text } from '../runtime/fields.ts';

/** The budgets whose selector fits these labels, by name. */
export function disruptionBudgetsFor(
  labels: Readonly<Record<string, string>>,
  { disruptionBudgets }: NamespaceObjects,
): Outcome<readonly DisruptionBudget[]> {
  if (!disruptionBudgets.ok) return disruptionBudgets;
  return ok(
    disruptionBudgets.value
      .filter(({ spec }) => selects(fields(spec)['selector'], labels))
      .map(budgetOf)
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  );
}

function budgetOf({ metadata, status }: KubernetesObject): DisruptionBudget {
  const seen = fields(status);
  return {
    name: metadata.name,
    isObserved: (count(seen['observedGeneration']) ?? 0) >= (metadata.generation ?? 0),
    allowed: count(seen['disruptionsAllowed']) ?? 0,
    healthy: count(seen['currentHealthy']) ?? 0,
    wanted: count(seen['desiredHealthy']) ?? 0,
    expected: count(seen['expectedPods']) ?? 0,
  };
}

/** A LabelSelector of policy/v1: none selects nothing, an empty one everything. */
function selects(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  if (selector === undefined || selector === null) return false;
  const { matchLabels, matchExpressions } = fields(selector);
  return (
    Object.entries(labelsOf(matchLabels)).every(([key, value]) => labels[key] === value) &&
    list(matchExpressions).every((expression) => holds(expression, labels))
  );
}

/** An operator that we do not know selects nothing: then the budget is not held against anybody. */
function holds({ key, operator, values }: Fields, labels: Readonly<Record<string, string>>): boolean {
  const name = text(key) ?? '';
  const value = Object.hasOwn(labels, name) ? labels[name] : undefined;
  const isAmong = Array.isArray(values) && value !== undefined && values.includes(value);
  switch (operator) {
    case 'In':
      return isAmong;
    case 'NotIn':
      return !isAmong;
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
