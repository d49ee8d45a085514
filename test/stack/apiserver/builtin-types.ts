// The types of the built-in kinds as JSON schemas, for `kubectl explain`, unknown fields and wrong types.
// They are read from the type tables of @kubernetes/client-node, so that they are Kubernetes' own and not ours.
import * as models from '@kubernetes/client-node/dist/gen/models/all.js';
import { isObject, textAt } from './json.ts';
import { apiVersionOf, type Resource } from './resources.ts';
import type { JsonSchema } from './schema.ts';

const TABLE = models as unknown as Record<string, { getAttributeTypeMap?: () => unknown }>;

/** Groups whose types carry a prefix in client-node, because two groups have a kind of that name. */
const PREFIX: Record<string, string> = { 'v1/Event': 'CoreV1Event', 'events.k8s.io/v1/Event': 'EventsV1Event' };

const REFERENCE = '#/components/schemas/';

/** The name of a resource's model, or undefined where client-node has none (OpenShift). */
export function modelOf(resource: Resource): string | undefined {
  const named = PREFIX[`${apiVersionOf(resource)}/${resource.kind}`];
  const name = named ?? `${resource.version.charAt(0).toUpperCase()}${resource.version.slice(1)}${resource.kind}`;
  return TABLE[name]?.getAttributeTypeMap === undefined ? undefined : name;
}

/** Marks a time with microseconds, whose faults are worded with another layout. */
const MICRO = 'x-micro-time';
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
// Go reads a MicroTime with exactly six digits: a client that sends milliseconds is refused.
const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$/;

function typed(type: string, format: string): JsonSchema {
  const list = /^Array<(.*)>$/.exec(type)?.[1];
  if (list !== undefined) return { type: 'array', items: typed(list, format) };
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
  if (map !== undefined) return { type: 'object', additionalProperties: typed(map, format) };
  switch (type) {
    case 'string':
      return { type: 'string', ...(format === '' ? {} : { format }) };
    case 'boolean':
      return { type: 'boolean' };
    case 'number':
      return { type: format.startsWith('int') ? 'integer' : 'number', ...(format === '' ? {} : { format }) };
    case 'Date':
      return { type: 'string', format: 'date-time' };
    case 'V1MicroTime':
      return { type: 'string', format: 'date-time', [MICRO]: true };
    case 'IntOrString':
      return { 'x-kubernetes-int-or-string': true };
    case 'any':
    case 'object':
      return { 'x-kubernetes-preserve-unknown-fields': true };
    default:
      return { $ref: `${REFERENCE}${type}` };
  }
}

const cache = new Map<string, JsonSchema>();

/** The schema of one model; other models in it are references. */
export function schemaOfModel(name: string): JsonSchema {
  const known = cache.get(name);
  if (known !== undefined) return known;
  const properties: Record<string, JsonSchema> = {};
  const attributes = TABLE[name]?.getAttributeTypeMap?.();
  // JSONSchemaProps and its like describe any value: what has no table is open.
  if (!Array.isArray(attributes)) return { 'x-kubernetes-preserve-unknown-fields': true };
  for (const attribute of attributes as unknown[])
    properties[textAt(attribute, 'baseName')] = typed(textAt(attribute, 'type'), textAt(attribute, 'format'));
  const schema: JsonSchema = { type: 'object', properties };
  cache.set(name, schema);
  return schema;
}

/** The models that a model refers to, directly or not, itself included. */
export function modelsFrom(roots: readonly string[]): Set<string> {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isObject(value)) return;
    const target = textAt(value, '$ref');
    if (target !== '') add(target.slice(REFERENCE.length));
    Object.values(value).forEach(visit);
  };
  const add = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    visit(schemaOfModel(name));
  };
  roots.forEach(add);
  return found;
}

/** A wrong type or an unknown field in a built-in object. */
export interface TypeFault {
  path: string;
  unknown: boolean;
  wanted: string;
  found: unknown;
}

/** Compare an object with its model; null stands for an absent value everywhere. */
export function typeFaults(object: unknown, model: string): TypeFault[] {
  const faults: TypeFault[] = [];
  const walk = (value: unknown, given: JsonSchema, path: string): void => {
    const reference = textAt(given, '$ref');
    const schema = reference === '' ? given : schemaOfModel(reference.slice(REFERENCE.length));
    if (value === null || value === undefined || schema.type === undefined) return;
    const fits =
      schema.type === 'array'
        ? Array.isArray(value)
        : schema.type === 'object'
          ? isObject(value)
          : schema.type === 'integer'
            ? Number.isInteger(value)
            : typeof value === schema.type;
    if (!fits) {
      faults.push({ path, unknown: false, wanted: schema.type, found: value });
      return;
    }
    const time = schema[MICRO] === true ? MICRO_TIME : TIME;
    if (schema.format === 'date-time' && typeof value === 'string' && !time.test(value))
      faults.push({ path, unknown: false, wanted: time === MICRO_TIME ? 'micro-time' : 'date-time', found: value });
    const { items, additionalProperties } = schema;
    if (Array.isArray(value) && items !== undefined)
      value.forEach((item, index) => walk(item, items, `${path}[${String(index)}]`));
    if (!isObject(value)) return;
    for (const [key, item] of Object.entries(value)) {
      const field = schema.properties?.[key] ?? (isObject(additionalProperties) ? additionalProperties : undefined);
      const at = path === '' ? key : `${path}.${key}`;
      if (field !== undefined) walk(item, field, at);
      else if (schema.properties !== undefined) faults.push({ path: at, unknown: true, wanted: '', found: item });
    }
  };
  walk(object, schemaOfModel(model), '');
  return faults;
}
