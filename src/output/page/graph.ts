// Who depends on whom, as a graph to draw: each target of the report with its state, the failing path, and what is only a
// symptom. Pure data; map.ts draws it.
import { BACKENDS, isService, SERVICES, type Component, type Service } from '../../api/components.ts';
import type { Result } from '../../api/faults/traits.ts';
import type { CheckStatus, HealthReportStatus } from '../../api/health-report.ts';
import type { TargetRef } from '../../facts/target.ts';
import { dependencyEdges, TOPOLOGIES } from '../../product/index.ts';
import { isRecord } from '../../runtime/is-record.ts';
import { worstOf } from '../concerns.ts';

export interface MapNode {
  readonly id: string;
  /** What is read on it: the service, or the name of the backend. */
  readonly name: string;
  readonly kind: 'service' | 'database' | 'bucket' | 'key';
  readonly state: Result;
  /** A root cause is here. */
  readonly isCause: boolean;
  /** All that is wrong here is explained by something else. */
  readonly isSymptom: boolean;
  /** The first fault that is not good; empty when all is. */
  readonly fault: string;
}

export interface MapEdge {
  readonly from: string;
  readonly to: string;
  /** The failure of `to` explains what is wrong with `from`. */
  readonly isFailing: boolean;
}

export interface MapGraph {
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
}

const KINDS: Readonly<Partial<Record<Component, MapNode['kind']>>> = {
  database: 'database',
  'object-storage': 'bucket',
  'key-management': 'key',
};

/** `database/NAME/question`, `core-daemon/question`: whatever else an id is, it is no target of the map. */
const BACKEND_ID = /^([a-z-]+)\/([a-z0-9][a-z0-9.-]{0,62})\/[^/]*$/;
const SERVICE_ID = /^([a-z-]+)\/[^/]*$/;

/** The graph of a report. `spec` says who uses which backend; without it the topology and the names do. */
export function mapGraph(status: HealthReportStatus, spec: unknown): MapGraph {
  const byTarget = new Map<string, CheckStatus[]>();
  for (const check of status.checks ?? []) {
    const id = targetIn(check.id);
    if (id !== undefined) byTarget.set(id, [...(byTarget.get(id) ?? []), check]);
  }
  // What explains another is where it begins, also while it is being confirmed and no root cause of the report yet.
  const explained = new Set(status.checks?.filter(isExplained).map(({ id }) => id));
  const explaining = (status.checks ?? []).flatMap(({ suppressedBy = '' }) =>
    explained.has(suppressedBy) ? [] : suppressedBy,
  );
  const causes = new Set([...(status.rootCauses ?? []).map(({ check }) => check), ...explaining].map(targetIn));
  const nodes = [...byTarget].map(([id, checks]) => nodeOf(id, checks, causes.has(id)));
  return { nodes, edges: edgesOf(nodes, byTarget, status, spec) };
}

const isExplained = ({ suppressedBy }: CheckStatus): boolean => suppressedBy !== undefined;

function targetIn(checkId: string): string | undefined {
  const [, component = '', name = ''] = BACKEND_ID.exec(checkId) ?? [];
  if ((BACKENDS as readonly string[]).includes(component)) return `${component}/${name}`;
  const service = SERVICE_ID.exec(checkId)?.[1] ?? '';
  return isService(service) ? service : undefined;
}

function nodeOf(id: string, checks: readonly CheckStatus[], isCause: boolean): MapNode {
  const [component = '', name = component] = id.split('/');
  const state = worstOf(checks);
  const wrong = checks.filter(({ state: was, result }) =>
    [was, result].some((one) => one === 'fail' || one === 'error'),
  );
  const worst = checks.find((check) => worstOf([check]) === state && check.fault !== undefined);
  return {
    id,
    name,
    kind: KINDS[component as Component] ?? 'service',
    state,
    isCause,
    isSymptom: !isCause && wrong.length > 0 && wrong.every(isExplained),
    fault: state === 'pass' || state === 'skip' ? '' : (worst?.fault ?? ''),
  };
}

function edgesOf(
  nodes: readonly MapNode[],
  byTarget: ReadonlyMap<string, readonly CheckStatus[]>,
  { topology }: HealthReportStatus,
  spec: unknown,
): readonly MapEdge[] {
  const targets = nodes.map(({ id, name }): TargetRef => ({
    id,
    component: (id.split('/')[0] ?? '') as Component,
    usedBy: id.includes('/') ? usersOf(spec, id.split('/')[0] ?? '', name) : [],
  }));
  const known = topology === undefined ? [] : dependencyEdges(TOPOLOGIES[topology], targets);
  const explained = nodes.flatMap(({ id }) =>
    (byTarget.get(id) ?? []).flatMap(({ suppressedBy }) => {
      const to = suppressedBy === undefined ? undefined : targetIn(suppressedBy);
      return to === undefined || to === id || !byTarget.has(to) ? [] : [`${id} ${to}`];
    }),
  );
  const failing = new Set(explained);
  // A symptom of a symptom names the root: the way there leads over those that are between.
  const bad = new Set(nodes.filter(({ isCause, isSymptom }) => isCause || isSymptom).map(({ id }) => id));
  const drawn = new Set(known.map(({ from, to }) => `${from} ${to}`));
  const bare = [...failing].filter((key) => !drawn.has(key) && !hasWay(key, known, bad));
  return [...drawn, ...bare].map((key) => {
    const [from = '', to = ''] = key.split(' ');
    const symptom = nodes.find(({ id }) => id === from)?.isSymptom === true;
    return { from, to, isFailing: failing.has(key) || (symptom && bad.has(to)) };
  });
}

/** Whether a chain of bad targets leads from one to the other. */
function hasWay(key: string, edges: readonly { from: string; to: string }[], bad: ReadonlySet<string>): boolean {
  const [from = '', to = ''] = key.split(' ');
  const seen = new Set([from]);
  const open = [from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === to) return true;
    for (const edge of edges) {
      if (edge.from !== at || seen.has(edge.to) || !bad.has(edge.to)) continue;
      seen.add(edge.to);
      open.push(edge.to);
    }
  }
  return false;
}

const LISTS: Readonly<Record<string, string>> = {
  database: 'databases',
  'object-storage': 'buckets',
  'key-management': 'keys',
};

/** `usedBy` of a backend in a spec, as it is stored. */
function usersOf(spec: unknown, component: string, name: string): readonly Service[] {
  const list = isRecord(spec) ? spec[LISTS[component] ?? ''] : undefined;
  const entry: unknown = Array.isArray(list) ? list.find((one) => isRecord(one) && one['name'] === name) : undefined;
  const usedBy = isRecord(entry) ? entry['usedBy'] : undefined;
  return Array.isArray(usedBy) ? SERVICES.filter((service) => usedBy.includes(service)) : [];
}
