// From a zod schema to the structural OpenAPI schema that a CustomResourceDefinition accepts. zod's JSON Schema is
// close, but an API server refuses or misreads some of it; each step below says what and why.
import * as z from 'zod';
import { isRecord } from '../runtime/is-record.ts';

/** What we use of apiextensions.k8s.io/v1 JSONSchemaProps. */
export interface StructuralSchema {
  description?: string;
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  format?: string;
  default?: unknown;
  enum?: (string | number | boolean)[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  required?: string[];
  properties?: Record<string, StructuralSchema>;
  items?: StructuralSchema;
  additionalProperties?: StructuralSchema;
  'x-kubernetes-list-type'?: 'atomic' | 'map' | 'set';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-validations'?: { rule: string; message: string }[];
}

/** The keywords that pass, in the order in which the manifest shows them. Whatever else zod emits is dropped. */
const KEYWORDS = [
  'description',
  'type',
  'format',
  'default',
  'enum',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-validations',
  'required',
] as const;

/** Keywords that would change the meaning if they were dropped in silence. */
const REFUSED = ['oneOf', 'anyOf', 'allOf', 'not', '$ref', 'patternProperties', 'nullable', 'const'] as const;

const INT32_MAX = 2_147_483_647;

/**
 * The structural schema of `schema` as users write it (defaults are not required).
 * Throws for a construct that has no structural form: a defect of ours, found by the tests.
 */
export function structural(schema: z.ZodType): StructuralSchema {
  return clean(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }), '');
}

function clean(node: Record<string, unknown>, path: string): StructuralSchema {
  for (const keyword of REFUSED) {
    if (keyword in node)
      throw new Error(`${path === '' ? 'the schema' : path} has ${keyword}, which is not structural`);
  }
  const out: Record<string, unknown> = {};
  for (const keyword of KEYWORDS) if (node[keyword] !== undefined) out[keyword] = node[keyword];
  const kept = out as StructuralSchema;
  if (kept.type === undefined) throw new Error(`${path === '' ? 'the schema' : path} has no type`);
  if (kept.type === 'integer') boundInteger(kept);
  if (kept.format !== undefined && kept.type === 'string') {
    // The server checks the format itself; zod's regular expression beside it is long and costs CEL budget.
    delete kept.pattern;
  }
  // Both engines read `\/` and `/` alike; the plain one is what people expect in a manifest.
  if (kept.pattern !== undefined) kept.pattern = kept.pattern.replaceAll('\\/', '/');
  const { properties, items, additionalProperties } = node;
  if (isRecord(properties)) {
    kept.properties = Object.fromEntries(
      Object.entries(properties).map(([name, child]) => [name, clean(asRecord(child), join(path, name))]),
    );
  }
  if (isRecord(items)) kept.items = clean(items, `${path}[]`);
  // `additionalProperties: false` beside properties is refused by the server; pruning does its work.
  if (isRecord(additionalProperties)) kept.additionalProperties = clean(additionalProperties, `${path}.*`);
  return kept;
}

/** zod writes JavaScript's safe integers as bounds; the server wants a width instead. */
function boundInteger(node: StructuralSchema): void {
  if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum;
  if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
  node.format = node.maximum !== undefined && node.maximum <= INT32_MAX ? 'int32' : 'int64';
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function asRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
