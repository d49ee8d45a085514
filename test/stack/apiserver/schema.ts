// Structural schemas (apiextensions/v1): pruning, defaulting and validation, worded as the real server words it.
// Written by hand, not with ajv, because each cause's text, field and order is part of the contract.
import { clone, equal, isObject, show, type JsonObject } from './json.ts';
import type { Cause } from './status.ts';

/** The part of OpenAPI v3 that a structural schema may use. */
export interface JsonSchema extends JsonObject {
  type?: string;
  format?: string;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  required?: string[];
  enum?: unknown[];
  default?: unknown;
  nullable?: boolean;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: boolean;
  exclusiveMaximum?: boolean;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minProperties?: number;
  maxProperties?: number;
  uniqueItems?: boolean;
  oneOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  allOf?: JsonSchema[];
  not?: JsonSchema;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-validations'?: JsonObject[];
}

/** The schema of a field of an object, or undefined where the schema does not declare it. */
export function fieldSchema(schema: JsonSchema, key: string): JsonSchema | undefined {
  const declared = schema.properties?.[key];
  if (declared !== undefined) return declared;
  return isObject(schema.additionalProperties) ? schema.additionalProperties : undefined;
}

const keepsUnknown = (schema: JsonSchema): boolean =>
  schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true;

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** The object without the fields that its schema does not declare, and the paths of those. */
export function prune(value: unknown, schema: JsonSchema): { value: unknown; unknown: string[] } {
  const unknown: string[] = [];
  const walk = (at: unknown, by: JsonSchema, path: string, root: boolean): unknown => {
    if (Array.isArray(at)) {
      const items = by.items;
      return items === undefined ? at : at.map((item, index) => walk(item, items, `${path}[${String(index)}]`, false));
    }
    if (!isObject(at)) return at;
    const kept: JsonObject = {};
    const resource = root || by['x-kubernetes-embedded-resource'] === true;
    for (const [key, item] of Object.entries(at)) {
      const field = fieldSchema(by, key);
      if (field !== undefined && !(root && key === 'metadata')) kept[key] = walk(item, field, join(path, key), false);
      else if (resource && ['apiVersion', 'kind', 'metadata'].includes(key)) kept[key] = item;
      else if (keepsUnknown(by)) kept[key] = item;
      else unknown.push(join(path, key));
    }
    return kept;
  };
  return { value: walk(value, schema, '', true), unknown };
}

/** The value with every declared default filled in; null counts as absent where it is not allowed. */
export function fillDefaults(value: unknown, schema: JsonSchema): unknown {
  if (Array.isArray(value)) {
    const items = schema.items;
    return items === undefined ? value : value.map((item) => fillDefaults(item, items));
  }
  if (!isObject(value)) return value;
  const filled: JsonObject = { ...value };
  for (const [key, field] of Object.entries(schema.properties ?? {})) {
    const given = filled[key];
    const missing = given === undefined || (given === null && field.nullable !== true && field.default !== undefined);
    if (missing && field.default !== undefined) filled[key] = clone(field.default);
    if (filled[key] !== undefined) filled[key] = fillDefaults(filled[key], field);
  }
  if (isObject(schema.additionalProperties)) {
    for (const [key, item] of Object.entries(filled)) {
      if (schema.properties?.[key] === undefined) filled[key] = fillDefaults(item, schema.additionalProperties);
    }
  }
  return filled;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function hasType(value: unknown, schema: JsonSchema): boolean {
  const type = typeOf(value);
  if (schema['x-kubernetes-int-or-string'] === true) return type === 'integer' || type === 'string';
  if (schema.type === undefined || schema.type === type) return true;
  if (type === 'null') return schema.nullable === true;
  return schema.type === 'number' && type === 'integer';
}

const FORMATS: Record<string, (text: string) => boolean> = {
  'date-time': (text) =>
    /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)),
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)),
  uuid: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text),
  ipv4: (text) => /^(\d{1,3}\.){3}\d{1,3}$/.test(text),
  byte: (text) => /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0,
  duration: (text) => /^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text),
};

const FORMAT_INTEGERS: Record<string, readonly [number, number]> = { int32: [-(2 ** 31), 2 ** 31 - 1] };

const INVALID = 'FieldValueInvalid';
const wrong = (field: string, value: unknown, why: string, reason = INVALID): Cause => ({
  reason,
  message: `Invalid value: ${show(value)}: ${field} in body ${why}`,
  field,
});

// Go visits an object's fields in the order of a map, which is none. Ours is fixed: what is not in a list of values or
// out of bounds, then what is missing, then what does not match a pattern or format.
const RANK = { value: 0, bounds: 1, missing: 2, form: 3 } as const;
type Ranked = [rank: number, cause: Cause];

function scalarCauses(value: unknown, schema: JsonSchema, path: string): Ranked[] {
  const causes: Ranked[] = [];
  const { minimum, maximum, multipleOf, pattern, format } = schema;
  const bounds = (why: string): number => causes.push([RANK.bounds, wrong(path, value, why)]);
  if (typeof value === 'number') {
    if (maximum !== undefined && (schema.exclusiveMaximum === true ? value >= maximum : value > maximum))
      bounds(`should be less than ${schema.exclusiveMaximum === true ? '' : 'or equal to '}${String(maximum)}`);
    if (minimum !== undefined && (schema.exclusiveMinimum === true ? value <= minimum : value < minimum))
      bounds(`should be greater than ${schema.exclusiveMinimum === true ? '' : 'or equal to '}${String(minimum)}`);
    if (multipleOf !== undefined && value % multipleOf !== 0) bounds(`should be a multiple of ${String(multipleOf)}`);
    const range = FORMAT_INTEGERS[format ?? ''];
    if (range !== undefined && (value < range[0] || value > range[1]))
      causes.push([RANK.form, wrong(path, value, `must be of type ${format ?? ''}: ${show(value)}`)]);
  }
  if (typeof value === 'string') {
    // Characters as Go counts them: code points.
    const length = Array.from(value).length;
    if (schema.maxLength !== undefined && length > schema.maxLength)
      causes.push([
        RANK.bounds,
        {
          reason: 'FieldValueTooLong',
          message: `Too long: may not be more than ${String(schema.maxLength)} bytes`,
          field: path,
        },
      ]);
    if (schema.minLength !== undefined && length < schema.minLength)
      bounds(`should be at least ${String(schema.minLength)} chars long`);
    if (pattern !== undefined && !new RegExp(pattern, 'u').test(value))
      causes.push([RANK.form, wrong(path, value, `should match '${pattern}'`)]);
    const check = FORMATS[format ?? ''];
    if (check !== undefined && !check(value))
      causes.push([RANK.form, wrong(path, value, `must be of type ${format ?? ''}: ${show(value)}`)]);
  }
  return causes;
}

function sizeCauses(value: unknown, schema: JsonSchema, path: string): Ranked[] {
  const causes: Ranked[] = [];
  const tooMany = (count: number, most: number): number =>
    causes.push([
      RANK.bounds,
      {
        reason: 'FieldValueTooMany',
        message: `Too many: ${String(count)}: must have at most ${String(most)} items`,
        field: path,
      },
    ]);
  if (Array.isArray(value)) {
    if (schema.maxItems !== undefined && value.length > schema.maxItems) tooMany(value.length, schema.maxItems);
    if (schema.minItems !== undefined && value.length < schema.minItems)
      causes.push([RANK.bounds, wrong(path, value.length, `should have at least ${String(schema.minItems)} items`)]);
  } else if (isObject(value)) {
    const count = Object.keys(value).length;
    if (schema.maxProperties !== undefined && count > schema.maxProperties) tooMany(count, schema.maxProperties);
    if (schema.minProperties !== undefined && count < schema.minProperties)
      causes.push([RANK.bounds, wrong(path, count, `should have at least ${String(schema.minProperties)} properties`)]);
  }
  return causes;
}

/** Items of a list-map or set that are there twice. */
function duplicates(value: unknown, schema: JsonSchema, path: string): Cause[] {
  const causes: Cause[] = [];
  if (Array.isArray(value)) {
    const items = value as unknown[];
    const kind = schema['x-kubernetes-list-type'];
    const keys = schema['x-kubernetes-list-map-keys'] ?? [];
    const seen = new Set<string>();
    items.forEach((item, index) => {
      if (kind === 'map' || kind === 'set') {
        const key =
          kind === 'map' && isObject(item) ? Object.fromEntries(keys.map((name) => [name, item[name]])) : item;
        const text = JSON.stringify(key);
        if (seen.has(text))
          causes.push({
            reason: 'FieldValueDuplicate',
            message: `Duplicate value: ${text}`,
            field: `${path}[${String(index)}]`,
          });
        seen.add(text);
      }
      if (schema.items !== undefined) causes.push(...duplicates(item, schema.items, `${path}[${String(index)}]`));
    });
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      const field = fieldSchema(schema, key);
      if (field !== undefined) causes.push(...duplicates(item, field, join(path, key)));
    }
  }
  return causes;
}

function combined(value: unknown, schema: JsonSchema, path: string): Ranked[] {
  const passes = (one: JsonSchema): boolean => walkCauses(value, one, path).length === 0;
  const causes: Ranked[] = [];
  const fails = (why: string): number => causes.push([RANK.form, { reason: INVALID, message: why, field: path }]);
  const about = `Invalid value: ${show(value)}: ${path === '' ? '"" must' : `"${path}" must`}`;
  if (schema.allOf?.every(passes) === false) fails(`${about} validate all the schemas (allOf)`);
  if (schema.anyOf?.some(passes) === false) fails(`${about} validate at least one schema (anyOf)`);
  if (schema.oneOf !== undefined) {
    const matching = schema.oneOf.filter(passes).length;
    if (matching !== 1)
      fails(
        `${about} validate one and only one schema (oneOf). Found ${matching === 0 ? 'none' : String(matching)} valid`,
      );
  }
  if (schema.not !== undefined && passes(schema.not)) fails(`${about} not validate the schema (not)`);
  return causes;
}

function walkCauses(value: unknown, schema: JsonSchema, path: string): Ranked[] {
  if (value === undefined) return [];
  if (!hasType(value, schema)) {
    const found = value === null ? 'null' : typeOf(value);
    const want = schema['x-kubernetes-int-or-string'] === true ? 'integer or string' : (schema.type ?? '');
    const why = `must be of type ${want}: ${JSON.stringify(found)}`;
    return [[RANK.value, wrong(path, found, why, 'FieldValueTypeInvalid')]];
  }
  if (value === null) return [];
  const own: Ranked[] = [];
  if (schema.enum?.some((option) => equal(option, value)) === false)
    own.push([
      RANK.value,
      {
        reason: 'FieldValueNotSupported',
        message: `Unsupported value: ${show(value)}: supported values: ${schema.enum.map(show).join(', ')}`,
        field: path,
      },
    ]);
  own.push(...scalarCauses(value, schema, path), ...sizeCauses(value, schema, path), ...combined(value, schema, path));
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items !== undefined) {
      const list = value as unknown[];
      own.push(...list.flatMap((item, index) => sorted(walkCauses(item, items, `${path}[${String(index)}]`))));
    }
  } else if (isObject(value)) {
    for (const key of schema.required ?? []) {
      if (value[key] === undefined)
        own.push([RANK.missing, { reason: 'FieldValueRequired', message: 'Required value', field: join(path, key) }]);
    }
    // Sorted, so that the causes do not depend on how the client wrote the object.
    for (const key of Object.keys(value).sort()) {
      const field = fieldSchema(schema, key);
      if (field !== undefined) own.push(...walkCauses(value[key], field, join(path, key)));
    }
  }
  return own;
}

const sorted = (causes: Ranked[]): Ranked[] => [...causes].sort(([one], [other]) => one - other);

/** Everything that is wrong with a value by its schema, without the CEL rules. */
export function validate(value: unknown, schema: JsonSchema): { causes: Cause[]; duplicate: Cause[] } {
  return {
    causes: sorted(walkCauses(value, schema, '')).map(([, cause]) => cause),
    duplicate: duplicates(value, schema, ''),
  };
}
