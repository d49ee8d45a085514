// The container of a service's pods: image, limits, settings in variables and mounted files.
import type { Configuration } from './settings.ts';
import type { ServiceProfile } from './topology.ts';
import type { WorkloadOptions } from './workload-options.ts';

/** The container of a service with that image; its only port is given. */
export function containerOf(
  service: ServiceProfile,
  settings: WorkloadOptions,
  port: number,
  image: string,
): Record<string, unknown> & { name: string; image: string } {
  const { trouble } = settings;
  const variables = trouble?.kind === 'Configured' ? { ...settings.env, ...trouble.variables } : settings.env;
  const isMapped = trouble?.kind === 'Configured' && trouble.configMap !== undefined;
  return {
    name: service.container,
    image,
    ports: [{ name: 'http', containerPort: port, protocol: 'TCP' }],
    ...withVariables(settings.configuration?.container, variables),
    ...(isMapped
      ? {
          envFrom: [{ configMapRef: { name: configMapOf(service) } }],
          volumeMounts: [{ name: 'config', mountPath: '/config' }],
        }
      : {}),
    resources: { limits: { ...(settings.limits ?? service.limits) }, requests: { cpu: '100m', memory: '512Mi' } },
  };
}

/** Fields of a configuration, with further variables behind its own. */
function withVariables(
  container: Configuration['container'] = {},
  variables: Readonly<Record<string, string>> = {},
): Readonly<Record<string, unknown>> {
  const own = Array.isArray(container['env']) ? (container['env'] as { readonly name: string }[]) : [];
  // In its place: a real API server refuses a name that stands there twice, and what follows may refer to it.
  const kept = own.map((one) => {
    const value = variables[one.name];
    return value === undefined ? one : { name: one.name, value };
  });
  const more = Object.entries(variables)
    .filter(([name]) => own.every((one) => one.name !== name))
    .map(([name, value]) => ({ name, value }));
  return { ...container, env: [...kept, ...more] };
}

/** The name of the ConfigMap that its settings are in. */
export function configMapOf({ name }: ServiceProfile): string {
  return `${name}-config`;
}

/** The volumes that the container's mounts name, as a field of the pod. */
export function volumesOf(
  service: ServiceProfile,
  { trouble, configuration }: WorkloadOptions,
): { volumes?: object[] } {
  if (configuration?.volumes !== undefined) return { volumes: [...configuration.volumes] };
  if (trouble?.kind !== 'Configured' || trouble.configMap === undefined) return {};
  return { volumes: [{ name: 'config', configMap: { name: configMapOf(service) } }] };
}
