// What an empty spec finds in objects of a namespace, with Secrets that hold what a test says.
import { failed, ok } from '../../../src/facts/outcome.ts';
import type { NamespaceObjects } from '../../../src/facts/namespace-objects.ts';
import type { DatabaseTarget, ServiceTarget, Target } from '../../../src/facts/target.ts';
import type { SecretReader } from '../../../src/kube/secrets.ts';
import { redact } from '../../../src/runtime/safe-text.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { readConfiguration, type ReadConfigMap } from '../../../src/settings/index.ts';
import { together, type TargetsRequest } from '../../../src/targets/index.ts';
import { namespaceObjects, resolve, spec } from '../targets/objects.ts';
import { configMapsIn, type fixture } from './templates.ts';

export type KubeObject = ReturnType<typeof fixture>[number];

const objectsOf = (all: readonly KubeObject[]): NamespaceObjects =>
  namespaceObjects(all.map((object) => ({ ...object, metadata: { ...object.metadata, uid: object.metadata.name } })));

const holding = (values: Readonly<Record<string, string>>, asked: string[] = []): SecretReader => ({
  keys: (name) =>
    Promise.resolve(
      ok(Object.keys(values).flatMap((one) => (one.startsWith(`${name}/`) ? [one.slice(name.length + 1)] : []))),
    ),
  read: (name, key) => {
    asked.push(`${name}/${key}`);
    const value = values[`${name}/${key}`];
    return Promise.resolve(
      value === undefined ? failed('SecretKeyMissing', redact(`no ${name}/${key}`)) : ok(secret(value)),
    );
  },
});

export interface Found {
  readonly targets: readonly Target[];
  readonly backends: readonly Target[];
  readonly inventory: readonly unknown[];
  readonly uses: Readonly<Record<string, readonly string[]>>;
  readonly asked: readonly string[];
}

export async function discover(
  all: readonly KubeObject[],
  {
    input = {},
    values = {},
    read,
    ...request
  }: { input?: object; values?: Readonly<Record<string, string>>; read?: ReadConfigMap } & Partial<TargetsRequest> = {},
): Promise<Found> {
  const [objects, maps, asked] = [objectsOf(all), configMapsIn(all), [] as string[]];
  const wanted = spec(input);
  const resolved = await resolve({
    objects,
    spec: wanted,
    secrets: holding(values),
    configMap: (name) => Promise.resolve(maps.get(name) ?? ok(undefined)),
    configuration: (services, topology) =>
      readConfiguration({
        services,
        topology,
        objects,
        namespace: 'recognize',
        read:
          read ??
          ((name) => {
            asked.push(name);
            return Promise.resolve(maps.get(name) ?? ok(undefined));
          }),
        spec: wanted,
        signal: new AbortController().signal,
      }),
    ...request,
  });
  const discovered = await resolved.discovered;
  const targets = together(resolved, discovered, await resolved.configuration);
  const services = targets.filter((one): one is ServiceTarget => one.kind === 'service');
  return {
    targets,
    backends: discovered.targets,
    inventory: discovered.inventory,
    uses: Object.fromEntries(services.flatMap(({ id, uses }) => (uses ? [[id, uses.map(({ kind }) => kind)]] : []))),
    asked,
  };
}

export const deployment = (name: string, variables: object[], more: object = {}): KubeObject => ({
  kind: 'Deployment',
  metadata: { name, namespace: 'recognize' },
  spec: {
    template: {
      spec: { containers: [{ name, image: `quay.io/keyless_technologies/${name}:1.4.0`, env: variables, ...more }] },
    },
  },
});
export const fromSecret = (name: string, secretName: string, key: string): object => ({
  name,
  valueFrom: { secretKeyRef: { name: secretName, key } },
});

/** The first database's connection. */
export const connectionOf = ({ backends }: Found): unknown => (backends[0] as DatabaseTarget | undefined)?.connection;

/** A Deployment with volumes. */
export function withVolumes(object: KubeObject, volumes: readonly object[], annotations: object = {}): KubeObject {
  const { spec: outer } = object as unknown as { spec: { template: { metadata?: object; spec: object } } };
  Object.assign(outer.template.spec, { volumes });
  Object.assign(outer.template, { metadata: { annotations } });
  return object;
}
