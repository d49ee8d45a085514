// Roles from the rules: what the operator may do is what it can ask, no more.
import { type ApiRule, type Caller, RULES, type ResourceRule } from '../../src/kube/rules.ts';

export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export const OPERATOR_NAME = 'recognize-health';

/** What one caller needs in one place, merged: one rule for each set of resources that share their verbs. */
export function policyRules(caller: Caller, where: readonly ResourceRule['where'][]): PolicyRule[] {
  const verbs = new Map<string, { readonly rule: ResourceRule; readonly verbs: Set<string> }>();
  for (const rule of Object.values<ApiRule>(RULES)) {
    if (rule.kind !== 'resource' || !rule.callers.includes(caller) || !where.includes(rule.where)) continue;
    const key = [rule.group, resourceOf(rule), ...(rule.names ?? [])].join(' ');
    const entry = verbs.get(key) ?? { rule, verbs: new Set() };
    entry.verbs.add(rule.verb);
    verbs.set(key, entry);
  }
  const merged = new Map<
    string,
    { group: string; names: readonly string[] | undefined; verbs: string[]; resources: string[] }
  >();
  for (const { rule, verbs: set } of verbs.values()) {
    const sorted = [...set].sort();
    const key = JSON.stringify([rule.group, rule.names ?? [], sorted]);
    const entry = merged.get(key) ?? { group: rule.group, names: rule.names, verbs: sorted, resources: [] };
    entry.resources.push(resourceOf(rule));
    merged.set(key, entry);
  }
  return [...merged.values()].map(({ group, names, verbs: granted, resources }) => ({
    apiGroups: [group],
    resources: resources.sort(),
    ...(names === undefined ? {} : { resourceNames: names }),
    verbs: granted,
  }));
}

/** What the operator needs where reports are, with Secrets in a rule of their own, so that their names can be given. */
export function reportRules(): PolicyRule[] {
  return policyRules('operator', ['reports']).flatMap((rule) => {
    const others = rule.resources.filter((resource) => resource !== 'secrets');
    if (others.length === 0 || others.length === rule.resources.length) return [rule];
    return [
      { ...rule, resources: others },
      { ...rule, resources: ['secrets'] },
    ];
  });
}

/**
 * The operator's roles. `reports`: a ClusterRole, bound cluster-wide to serve every namespace, or by a RoleBinding in
 * each namespace that it may serve. `cluster`: facts about the cluster as a whole. `leader`: in its own namespace only.
 */
export function operatorRoles(namespace: string): object[] {
  return [
    role('ClusterRole', OPERATOR_NAME, undefined, reportRules()),
    role('ClusterRole', `${OPERATOR_NAME}-cluster`, undefined, policyRules('operator', ['cluster'])),
    role('Role', `${OPERATOR_NAME}-leader`, namespace, policyRules('operator', ['own'])),
  ];
}

/** Whether there is an operator, for whoever asks for its reports: its Lease alone. */
const LEASE_READER: PolicyRule = {
  apiGroups: [RULES.getLease.group],
  resources: [RULES.getLease.resource],
  resourceNames: [OPERATOR_NAME],
  verbs: [RULES.getLease.verb],
};

/** What a pipeline needs for `gate`: read the reports and ask for a run. */
export function gateRole(): object {
  const wanted: readonly ApiRule[] = [RULES.getReport, RULES.listReports, RULES.watchReports, RULES.requestRun];
  const verbs = wanted.map(({ verb }) => verb).sort();
  return role('ClusterRole', `${OPERATOR_NAME}-gate`, undefined, [
    { apiGroups: [RULES.getReport.group], resources: [RULES.getReport.resource], verbs },
    LEASE_READER,
  ]);
}

/** What `gate --skip` and `gate --override` take beside: an Event says who opened the gate, and why. */
export function gateOverrideRole(): object {
  const { group, resource, verb } = RULES.createEvent;
  return role('ClusterRole', `${OPERATOR_NAME}-gate-override`, undefined, [
    { apiGroups: [group], resources: [resource], verbs: [verb] },
  ]);
}

/** What reading reports takes; aggregated into the cluster's `view`, so that whoever may see a namespace may see them. */
export function viewerRole(): object {
  const rules = [
    { apiGroups: [RULES.getReport.group], resources: [RULES.getReport.resource], verbs: ['get', 'list', 'watch'] },
    LEASE_READER,
  ];
  return role('ClusterRole', `${OPERATOR_NAME}-view`, undefined, rules, {
    'rbac.authorization.k8s.io/aggregate-to-view': 'true',
  });
}

/**
 * What writing reports takes (not their status). Aggregated into the cluster's `admin` and not into `edit`: a report
 * decides where the operator connects to with the Secrets of its namespace.
 */
export function editorRole(): object {
  const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
  return role(
    'ClusterRole',
    `${OPERATOR_NAME}-edit`,
    undefined,
    [{ apiGroups: [RULES.getReport.group], resources: [RULES.getReport.resource], verbs }],
    {
      'rbac.authorization.k8s.io/aggregate-to-admin': 'true',
    },
  );
}

/** Binds the operator's service account: cluster-wide, and in its own namespace for the Lease. */
export function operatorBindings(namespace: string): object[] {
  const subjects = [{ kind: 'ServiceAccount', name: OPERATOR_NAME, namespace }];
  const roleRef = (kind: string, name: string): object => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name });
  const binding = (kind: string, name: string, of: string, metadata: object = {}): object => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: { name, ...metadata },
    roleRef: roleRef(of, name),
    subjects,
  });
  return [
    binding('ClusterRoleBinding', OPERATOR_NAME, 'ClusterRole'),
    binding('ClusterRoleBinding', `${OPERATOR_NAME}-cluster`, 'ClusterRole'),
    binding('RoleBinding', `${OPERATOR_NAME}-leader`, 'Role', { namespace }),
  ];
}

/** `pods/log`, as a Role names it. */
export function resourceOf(rule: ResourceRule): string {
  return rule.subresource === undefined ? rule.resource : `${rule.resource}/${rule.subresource}`;
}

function role(
  kind: 'Role' | 'ClusterRole',
  name: string,
  namespace: string | undefined,
  rules: readonly PolicyRule[],
  labels?: Readonly<Record<string, string>>,
): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
    },
    rules,
  };
}
