// Pod templates with the ConfigMaps that they name: from fixtures that were written by hand, and in a line for one rule.
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { isService, type Service } from '../../../src/api/components.ts';
import type { KubernetesObject } from '../../../src/facts/namespace-objects.ts';
import { ok } from '../../../src/facts/outcome.ts';
import { backendsOf, type Backends, type ConfigMaps, settingsOf, type Settings } from '../../../src/settings/index.ts';
import { recogniseService } from '../../../src/product/index.ts';
import type { WorkloadKind } from '../../../src/facts/workload.ts';

/** All objects of a fixture. */
export function fixture(name: string): KubernetesObject[] {
  const text = readFileSync(new URL(`../../fixtures/settings/${name}.yaml`, import.meta.url), 'utf8');
  const documents = parseAllDocuments(text);
  return (Array.isArray(documents) ? documents : []).map((document) => document.toJS() as KubernetesObject);
}

export function configMapsIn(objects: readonly KubernetesObject[]): ConfigMaps {
  return new Map(
    objects
      .filter(({ kind }) => kind === 'ConfigMap')
      .map((object) => [object.metadata.name, ok((object as { data?: Record<string, string> }).data ?? {})]),
  );
}

/** The settings of each service of a fixture. */
export function settingsIn(objects: readonly KubernetesObject[]): Map<Service, Settings> {
  const maps = configMapsIn(objects);
  return new Map(
    objects.flatMap((object): [Service, Settings][] => {
      if (object.kind === 'ConfigMap') return [];
      const image = JSON.stringify(object).match(/"image":"([^"]+)"/)?.[1] ?? '';
      const service = recogniseService({ image, labels: {}, name: object.metadata.name })?.service;
      if (service === undefined || !isService(service)) return [];
      const workload = { kind: object.kind as WorkloadKind, object };
      const context = { maps, namespace: 'recognize', isSpring: service !== 'admin-dashboard' };
      return [[service, settingsOf(workload, context)]];
    }),
  );
}

export interface OneTemplate {
  readonly container: object;
  readonly volumes?: readonly object[];
  readonly initContainers?: readonly object[];
  readonly annotations?: Record<string, string>;
  readonly maps?: Record<string, Record<string, string>>;
  readonly isSpring?: boolean;
}

/** The settings of a Deployment `core-daemon` with this container. */
export function settings({
  container,
  volumes = [],
  initContainers = [],
  annotations = {},
  maps = {},
  isSpring = true,
}: OneTemplate): Settings {
  const object: KubernetesObject = {
    kind: 'Deployment',
    metadata: { name: 'core-daemon' },
    spec: {
      template: {
        metadata: { annotations },
        spec: { containers: [{ name: 'main', ...container }], volumes, initContainers },
      },
    },
  };
  const read: ConfigMaps = new Map(Object.entries(maps).map(([name, data]) => [name, ok(data)]));
  return settingsOf({ kind: 'Deployment', object }, { maps: read, namespace: 'recognize', isSpring });
}

/** The backends of that Deployment. */
export function backends(template: OneTemplate, service: Service = 'core-daemon'): Backends {
  return backendsOf(new Map([[service, settings(template)]]));
}

/** `env` of a container from names and values. */
export function env(variables: Record<string, string>): { name: string; value: string }[] {
  return Object.entries(variables).map(([name, value]) => ({ name, value }));
}
