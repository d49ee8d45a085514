// The columns that `kubectl get` prints for built-in kinds; a kind without a line here has its name and age.
import { isObject, listAt, objectAt, textAt, valueAt, type KubeObject } from './json.ts';
import type { Resource } from './resources.ts';
import { ago, type Column } from './table.ts';

const column = (name: string, cell: (object: KubeObject) => unknown, priority = 0, type = 'string'): Column => ({
  name,
  type,
  priority,
  cell,
});
const AGE = column('Age', (object) => ago(object.metadata.creationTimestamp));
const number = (object: unknown, ...path: string[]): number => Number(valueAt(object, ...path) ?? 0);
const or = (value: unknown, fallback: string): string => (typeof value === 'string' && value !== '' ? value : fallback);

const podContainers = (object: KubeObject): unknown[] => listAt(object, 'spec', 'template', 'spec', 'containers');
const CONTAINERS = column(
  'Containers',
  (object) =>
    podContainers(object)
      .map((one) => textAt(one, 'name'))
      .join(','),
  1,
);
const IMAGES = column(
  'Images',
  (object) =>
    podContainers(object)
      .map((one) => textAt(one, 'image'))
      .join(','),
  1,
);
const pairs = (labels: object): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',') || '<none>';
const SELECTOR = column('Selector', (object) => pairs(objectAt(object, 'spec', 'selector', 'matchLabels')), 1);

function podStatus(object: KubeObject): string {
  if (object.metadata.deletionTimestamp !== undefined) return 'Terminating';
  const states = listAt(object, 'status', 'containerStatuses');
  for (const state of states) {
    const reason = textAt(state, 'state', 'waiting', 'reason') || textAt(state, 'state', 'terminated', 'reason');
    if (reason !== '') return reason;
  }
  return or(textAt(object, 'status', 'reason') || textAt(object, 'status', 'phase'), 'Unknown');
}

function servicePorts(object: KubeObject): string {
  const ports = listAt(object, 'spec', 'ports').map(
    (port) => `${String(valueAt(port, 'port'))}/${or(valueAt(port, 'protocol'), 'TCP')}`,
  );
  return ports.join(',') || '<none>';
}

const COLUMNS: Record<string, readonly Column[]> = {
  '/pods': [
    column('Ready', (object) => {
      const states = listAt(object, 'status', 'containerStatuses');
      const ready = states.filter((state) => valueAt(state, 'ready') === true).length;
      return `${String(ready)}/${String(listAt(object, 'spec', 'containers').length)}`;
    }),
    column('Status', podStatus),
    column('Restarts', (object) =>
      String(
        listAt(object, 'status', 'containerStatuses').reduce<number>(
          (sum, state) => sum + number(state, 'restartCount'),
          0,
        ),
      ),
    ),
    AGE,
    column('IP', (object) => or(valueAt(object, 'status', 'podIP'), '<none>'), 1),
    column('Node', (object) => or(valueAt(object, 'spec', 'nodeName'), '<none>'), 1),
    column('Nominated Node', () => '<none>', 1),
    column('Readiness Gates', () => '<none>', 1),
  ],
  'apps/deployments': [
    column(
      'Ready',
      (object) => `${String(number(object, 'status', 'readyReplicas'))}/${String(number(object, 'spec', 'replicas'))}`,
    ),
    column('Up-to-date', (object) => number(object, 'status', 'updatedReplicas'), 0, 'integer'),
    column('Available', (object) => number(object, 'status', 'availableReplicas'), 0, 'integer'),
    AGE,
    CONTAINERS,
    IMAGES,
    SELECTOR,
  ],
  'apps/statefulsets': [
    column(
      'Ready',
      (object) => `${String(number(object, 'status', 'readyReplicas'))}/${String(number(object, 'spec', 'replicas'))}`,
    ),
    AGE,
    CONTAINERS,
    IMAGES,
  ],
  'apps/replicasets': [
    column('Desired', (object) => number(object, 'spec', 'replicas'), 0, 'integer'),
    column('Current', (object) => number(object, 'status', 'replicas'), 0, 'integer'),
    column('Ready', (object) => number(object, 'status', 'readyReplicas'), 0, 'integer'),
    AGE,
  ],
  '/namespaces': [column('Status', (object) => textAt(object, 'status', 'phase')), AGE],
  '/secrets': [
    column('Type', (object) => textAt(object, 'type')),
    column('Data', (object) => Object.keys(objectAt(object, 'data')).length, 0, 'integer'),
    AGE,
  ],
  '/configmaps': [column('Data', (object) => Object.keys(objectAt(object, 'data')).length, 0, 'integer'), AGE],
  '/services': [
    column('Type', (object) => textAt(object, 'spec', 'type')),
    column('Cluster-IP', (object) => or(valueAt(object, 'spec', 'clusterIP'), '<none>')),
    column('External-IP', (object) => or(valueAt(object, 'spec', 'externalName'), '<none>')),
    column('Port(s)', servicePorts),
    AGE,
    column('Selector', (object) => pairs(objectAt(object, 'spec', 'selector')), 1),
  ],
  '/nodes': [
    column('Status', (object) => {
      const ready = listAt(object, 'status', 'conditions').find((one) => textAt(one, 'type') === 'Ready');
      return ready === undefined ? 'Unknown' : textAt(ready, 'status') === 'True' ? 'Ready' : 'NotReady';
    }),
    column('Roles', () => '<none>'),
    AGE,
    column('Version', (object) => textAt(object, 'status', 'nodeInfo', 'kubeletVersion')),
  ],
  '/events': [
    column('Last Seen', (object) =>
      ago(valueAt(object, 'series', 'lastObservedTime') ?? object['lastTimestamp'] ?? object['eventTime']),
    ),
    column('Type', (object) => textAt(object, 'type')),
    column('Reason', (object) => textAt(object, 'reason')),
    column('Object', (object) => {
      const about = isObject(object['regarding']) ? object['regarding'] : object['involvedObject'];
      return `${textAt(about, 'kind').toLowerCase()}/${textAt(about, 'name')}`;
    }),
    column('Message', (object) => textAt(object, 'message') || textAt(object, 'note')),
  ],
  'coordination.k8s.io/leases': [column('Holder', (object) => textAt(object, 'spec', 'holderIdentity')), AGE],
  'apiextensions.k8s.io/customresourcedefinitions': [
    column('Created At', (object) => object.metadata.creationTimestamp ?? '', 0, 'date'),
  ],
};

/** The columns after the name. */
export const builtinColumns = (resource: Resource): readonly Column[] => COLUMNS[resource.storage] ?? [AGE];
