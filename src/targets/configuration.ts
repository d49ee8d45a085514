// Where the settings of a service stand: the variables and ConfigMaps that its pod template names. Names only; what
// comes from Secrets is not looked at. Pure.
import type { ConfigMapUse, ConfigurationReading } from '../facts/target.ts';
import { type Fields, fields, list, text } from '../runtime/fields.ts';
import { podTemplateSpec, templateContainer, type WorkloadObject } from './workload.ts';

/** A template that names more ConfigMaps is read this far. */
const MOST_CONFIG_MAPS = 8;

/** What the template says of the application's container. */
export function configurationOf(
  workload: WorkloadObject,
  namespace: string,
  targetVersion: string | undefined,
): ConfigurationReading {
  const container = templateContainer(workload);
  const references = list(container['env']).flatMap(referenceOf);
  return {
    namespace,
    // A key of a ConfigMap behind `valueFrom` is known to the service by the variable's name alone.
    variables: list(container['env']).flatMap(({ name }) => text(name) ?? []),
    configMaps: [...variableSources(container), ...mountedMaps(container, podTemplateSpec(workload))].slice(
      0,
      MOST_CONFIG_MAPS,
    ),
    ...(references.length === 0 ? {} : { references }),
    targetVersion,
  };
}

function referenceOf({ name, valueFrom }: Fields): NonNullable<ConfigurationReading['references']> {
  const from = fields(fields(valueFrom)['configMapKeyRef']);
  const [variable, map, key] = [text(name), text(from['name']), text(from['key'])];
  return variable === undefined || map === undefined || key === undefined ? [] : [{ variable, name: map, key }];
}

function variableSources(container: Fields): readonly ConfigMapUse[] {
  return list(container['envFrom']).flatMap(({ configMapRef, prefix }): ConfigMapUse[] => {
    const name = text(fields(configMapRef)['name']);
    const before = text(prefix);
    if (name === undefined) return [];
    return [before === undefined ? { name } : { name, prefix: before }];
  });
}

/** ConfigMaps behind the volumes that this very container mounts. */
function mountedMaps(container: Fields, pod: Fields): readonly ConfigMapUse[] {
  const mounted = new Set(list(container['volumeMounts']).map(({ name }) => name));
  return list(pod['volumes'])
    .filter(({ name }) => mounted.has(name))
    .flatMap((volume) => [volume, ...list(fields(volume['projected'])['sources'])])
    .flatMap(({ configMap }): ConfigMapUse[] => {
      const name = text(fields(configMap)['name']);
      const keys = list(fields(configMap)['items']).flatMap(({ key }) => text(key) ?? []);
      if (name === undefined) return [];
      return [keys.length === 0 ? { name } : { name, keys }];
    });
}
