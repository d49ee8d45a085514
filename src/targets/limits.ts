// The limits under which a service's container really runs: what the kubelet applied to each pod, within what the pod
// as a whole may use, or what the template asks for where there is no pod. Pure.
import type { KubernetesObject } from '../facts/namespace-objects.ts';
import type { Workload } from '../facts/workload.ts';
import { parseQuantity } from '../runtime/quantity.ts';
import { type Fields, fields, labelsOf, list } from '../runtime/fields.ts';
import { applicationContainer } from './pods.ts';

type Limits = Workload['limits'];
const WHAT = ['cpu', 'memory'] as const;

/** The lowest limit among the pods, of each resource; the template's where there are none. */
export function limitsOf(template: Fields, pods: readonly KubernetesObject[]): Limits {
  const each =
    pods.length === 0
      ? [limitsOfPod({ spec: template['spec'] }, labelsOf(fields(template['metadata'])['annotations']))]
      : pods.map((pod) => limitsOfPod(pod, pod.metadata.annotations));
  return lowestOf(each);
}

/**
 * Of the application's container: `status.containerStatuses[].resources` is what the kubelet applied (in-place resize,
 * KEP-1287), and `spec.resources` binds all containers of the pod together (KEP-2837).
 */
function limitsOfPod(
  { spec, status }: Pick<KubernetesObject, 'spec' | 'status'>,
  annotations: Readonly<Record<string, string>> = {},
): Limits {
  const container = applicationContainer(list(fields(spec)['containers']), annotations);
  const applied = list(fields(status)['containerStatuses']).find(({ name }) => name === container['name'])?.[
    'resources'
  ];
  return lowestOf([
    limitsIn(applied ?? container['resources']),
    limitsIn(fields(status)['resources'] ?? fields(spec)['resources']),
  ]);
}

/** Quantities are strings, but YAML lets people write `cpu: 2`. */
function limitsIn(resources: unknown): Limits {
  const limits = fields(fields(resources)['limits']);
  return Object.fromEntries(
    WHAT.flatMap((what) => {
      const value = limits[what];
      return typeof value === 'string' || typeof value === 'number' ? [[what, String(value)] as const] : [];
    }),
  );
}

function lowestOf(all: readonly Limits[]): Limits {
  return Object.fromEntries(
    WHAT.flatMap((what) => {
      const values = all.flatMap((limits) => limits[what] ?? []);
      const [first] = values.toSorted((a, b) => measure(a) - measure(b));
      return first === undefined ? [] : [[what, first] as const];
    }),
  );
}

/** What cannot be read is no limit that we know. */
function measure(quantity: string): number {
  return parseQuantity(quantity) ?? Number.POSITIVE_INFINITY;
}
