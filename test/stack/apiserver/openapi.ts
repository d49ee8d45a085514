// OpenAPI v3, as much as kubectl asks of it: the schema of each kind for `explain`, and which queries a PATCH takes.
import { createHash } from 'node:crypto';
import { clone, objectAt, type JsonObject } from './json.ts';
import { modelOf, modelsFrom, schemaOfModel } from './builtin-types.ts';
import type { Registry } from './registry.ts';
import { hasStatus, type Resource } from './resources.ts';
import type { JsonSchema } from './schema.ts';

const pathOf = (resource: Resource): string =>
  resource.group === '' ? `api/${resource.version}` : `apis/${resource.group}/${resource.version}`;

/** `com.example.demo.v1.Widget` for Widget of demo.example.com/v1. */
function nameOf(resource: Resource): string {
  const model = resource.custom === undefined ? modelOf(resource) : undefined;
  return model ?? `${resource.group.split('.').reverse().join('.')}.${resource.version}.${resource.kind}`;
}

const DOCUMENTS = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';

/** What every custom resource has beside what its own schema says. */
const COMMON: Record<string, JsonSchema> = {
  apiVersion: {
    description: `APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: ${DOCUMENTS}#resources`,
    type: 'string',
  },
  kind: {
    description: `Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: ${DOCUMENTS}#types-kinds`,
    type: 'string',
  },
  metadata: {
    description: `Standard object's metadata. More info: ${DOCUMENTS}#metadata`,
    allOf: [{ $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }],
  },
};

function schemaOf(resource: Resource): JsonSchema {
  const gvk = [{ group: resource.group, kind: resource.kind, version: resource.version }];
  if (resource.custom !== undefined) {
    const own = clone(resource.custom.schema);
    return { ...own, properties: { ...own.properties, ...COMMON }, 'x-kubernetes-group-version-kind': gvk };
  }
  const model = modelOf(resource);
  const schema: JsonSchema = model === undefined ? { type: 'object', properties: COMMON } : schemaOfModel(model);
  return { ...schema, 'x-kubernetes-group-version-kind': gvk };
}

const query = (name: string, type: string): JsonObject => ({ name, in: 'query', schema: { type, uniqueItems: true } });
const WRITE = [query('dryRun', 'string'), query('fieldManager', 'string'), query('fieldValidation', 'string')];
const LIST = ['labelSelector', 'fieldSelector', 'resourceVersion', 'continue'].map((name) => query(name, 'string'));

function operation(resource: Resource, action: string, parameters: JsonObject[]): JsonObject {
  return {
    parameters,
    responses: { 200: { description: 'OK' } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group: resource.group, kind: resource.kind, version: resource.version },
  };
}

function pathsOf(resource: Resource): JsonObject {
  const base = `/${pathOf(resource)}/${resource.namespaced ? 'namespaces/{namespace}/' : ''}${resource.plural}`;
  const one = {
    get: operation(resource, 'get', []),
    put: operation(resource, 'put', WRITE),
    patch: operation(resource, 'patch', [...WRITE, query('force', 'boolean')]),
    delete: operation(resource, 'delete', [query('dryRun', 'string'), query('propagationPolicy', 'string')]),
  };
  return {
    [base]: { get: operation(resource, 'list', LIST), post: operation(resource, 'post', WRITE) },
    [`${base}/{name}`]: one,
    ...(hasStatus(resource) ? { [`${base}/{name}/status`]: { get: one.get, put: one.put, patch: one.patch } } : {}),
  };
}

/** The document of one group and version, or undefined where nothing is served there. */
export function openApiDocument(registry: Registry, path: string): JsonObject | undefined {
  const served = registry.all().filter((resource) => pathOf(resource) === path);
  if (served.length === 0) return undefined;
  const custom = served.every((resource) => resource.custom !== undefined);
  const schemas: Record<string, JsonSchema> = {};
  const roots = served.flatMap((resource) => (resource.custom === undefined ? (modelOf(resource) ?? []) : []));
  for (const model of modelsFrom([...roots, 'V1ObjectMeta'])) schemas[model] = schemaOfModel(model);
  schemas['io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'] = schemaOfModel('V1ObjectMeta');
  for (const resource of served) schemas[nameOf(resource)] = schemaOf(resource);
  return {
    openapi: '3.0.0',
    info: { title: custom ? 'Kubernetes CRD Swagger' : 'Kubernetes', version: 'v0.1.0' },
    paths: Object.assign({}, ...served.map(pathsOf)) as JsonObject,
    components: { schemas },
  };
}

/** The index: one entry for each group and version, its address changing with its content. */
export function openApiIndex(registry: Registry): JsonObject {
  const paths: JsonObject = {};
  for (const path of new Set(registry.all().map(pathOf))) {
    const schemas = objectAt(openApiDocument(registry, path), 'components', 'schemas');
    const hash = createHash('sha256').update(JSON.stringify(schemas)).digest('hex').toUpperCase();
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` };
  }
  return { paths };
}
