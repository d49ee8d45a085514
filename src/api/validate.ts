// Validation of a HealthReport in our own words, with the same schema that the API server uses: for `check -f`, and
// for the operator when an older CRD let something through.
import type * as z from 'zod';
import { API_VERSION, KIND } from './names.ts';
import { healthReportSpec, type HealthReportSpec } from './health-report.ts';
import { openApiSchema } from './crd.ts';
import type { StructuralSchema } from './structural.ts';
import { isRecord } from '../runtime/is-record.ts';
import { editDistance } from '../runtime/edit-distance.ts';

export interface Problem {
  /** `spec.databases[0].port`, or `metadata.name`. */
  readonly path: string;
  /** Starts after the path: `must be between 1 and 65535`. Never holds a value that the user wrote. */
  readonly message: string;
}

export type Validation =
  | { readonly ok: true; readonly spec: HealthReportSpec }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads a whole object as the user wrote it. Unknown fields are problems here, unlike in the API server. */
export function validateReport(object: unknown): Validation {
  if (!isRecord(object)) return { ok: false, problems: [{ path: '', message: 'must be an object' }] };
  const problems: Problem[] = [];
  if (object['apiVersion'] !== API_VERSION) problems.push({ path: 'apiVersion', message: `must be ${API_VERSION}` });
  if (object['kind'] !== KIND) problems.push({ path: 'kind', message: `must be ${KIND}` });
  const metadata = object['metadata'];
  const name = isRecord(metadata) ? metadata['name'] : undefined;
  if (typeof name !== 'string' || name === '') problems.push({ path: 'metadata.name', message: 'must be given' });
  const schema = openApiSchema();
  for (const field of Object.keys(object)) {
    if (schema.properties?.[field] === undefined) problems.push({ path: field, message: unknownField(field, schema) });
  }
  const validated = validateSpec(object['spec'] ?? {});
  if (!validated.ok) return { ok: false, problems: [...problems, ...validated.problems] };
  return problems.length > 0 ? { ok: false, problems } : validated;
}

/** Reads a spec alone, with defaults filled in. Paths start at `spec`. */
export function validateSpec(spec: unknown): Validation {
  const schema = openApiSchema().properties?.['spec'] ?? {};
  const parsed = healthReportSpec.safeParse(spec);
  const problems = [
    ...unknownFields(spec, schema, 'spec'),
    ...(parsed.success ? [] : parsed.error.issues.map((issue) => problem(issue, spec, schema))),
  ];
  return parsed.success && problems.length === 0 ? { ok: true, spec: parsed.data } : { ok: false, problems };
}

/** One line for each problem, as the commands print them. */
export function problemLines(problems: readonly Problem[]): string[] {
  return problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
}

function unknownFields(value: unknown, schema: StructuralSchema, path: string): Problem[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? [] : value.flatMap((item, i) => unknownFields(item, items, `${path}[${i}]`));
  }
  if (!isRecord(value) || schema.properties === undefined) return [];
  return Object.entries(value).flatMap(([field, child]) => {
    const known = schema.properties?.[field];
    if (known !== undefined) return unknownFields(child, known, `${path}.${field}`);
    return [{ path: `${path}.${field}`, message: unknownField(field, schema) }];
  });
}

function unknownField(field: string, schema: StructuralSchema): string {
  const known = Object.entries(schema.properties ?? {})
    .filter(([, child]) => child.description?.startsWith('Refused:') !== true)
    .map(([name]) => name);
  const near = nearest(field, known);
  return near === undefined ? `is not a field; known are ${known.join(', ')}` : `is not a field; did you mean ${near}?`;
}

function problem(issue: z.core.$ZodIssue, spec: unknown, schema: StructuralSchema): Problem {
  const { node, value } = follow(issue.path, spec, schema);
  return { path: pathText(issue.path), message: sentence(issue, node, value) };
}

/** Walks schema and value side by side along an issue's path. */
function follow(
  path: readonly PropertyKey[],
  value: unknown,
  schema: StructuralSchema,
): { node: StructuralSchema; value: unknown } {
  let node: StructuralSchema = schema;
  let at: unknown = value;
  for (const step of path) {
    node = (typeof step === 'number' ? node.items : node.properties?.[String(step)]) ?? {};
    at = isRecord(at) || Array.isArray(at) ? (at as Record<PropertyKey, unknown>)[step] : undefined;
  }
  return { node, value: at };
}

function sentence(issue: z.core.$ZodIssue, node: StructuralSchema, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return value === undefined ? 'must be given' : `must be ${article(node.type ?? issue.expected)}`;
    case 'too_small':
    case 'too_big':
      return range(node, value) ?? (issue.code === 'too_big' ? 'is too large' : 'is too small');
    case 'invalid_value':
      return value === undefined ? 'must be given' : `must be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_format':
      if (node.format === 'date-time') return 'must be a time as RFC 3339 writes it, for example 2030-01-31T12:00:00Z';
      return node.pattern === undefined
        ? `must be ${issue.format}`
        : (PATTERN_WORDS[node.pattern] ?? `must match ${node.pattern}`);
    case 'custom':
      return issue.message;
    case 'not_multiple_of':
    case 'unrecognized_keys':
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
      return 'has a form that is not allowed';
  }
}

/** What the patterns of the schema mean to people. A pattern without words is shown as it is. */
const PATTERN_WORDS: Readonly<Record<string, string>> = {
  '^([0-9]{1,6}(ms|s|m|h))+$': 'must be a duration such as 30s, 5m or 1h30m',
  '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$': 'must consist of lower-case letters, digits and hyphens',
  '^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$': 'must be the name of a Kubernetes object',
};

function range(node: StructuralSchema, value: unknown): string | undefined {
  const [min, max, what] =
    node.type === 'string'
      ? [node.minLength, node.maxLength, ' characters']
      : node.type === 'array'
        ? [node.minItems, node.maxItems, ' entries']
        : [node.minimum, node.maximum, ''];
  const verb = what === '' ? 'be' : 'have';
  if (typeof value === 'string' && value === '' && (min ?? 0) > 0) return 'must not be empty';
  if (min !== undefined && max !== undefined) return `must ${verb} between ${min} and ${max}${what}`;
  if (max !== undefined) return `must ${verb} at most ${max}${what}`;
  return min === undefined ? undefined : `must ${verb} at least ${min}${what}`;
}

function article(type: string): string {
  switch (type) {
    case 'array':
      return 'a list';
    case 'object':
      return 'an object';
    case 'integer':
    case 'int':
      return 'a whole number';
    case 'boolean':
      return 'true or false';
    case 'string':
      return 'a text';
    default:
      return `a ${type}`;
  }
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : `${text}.${String(step)}`),
    'spec',
  );
}

/** The known name that a typing error most likely meant: at most a third of its letters differ. */
function nearest(field: string, known: readonly string[]): string | undefined {
  const lower = field.toLowerCase().slice(0, 64);
  const scored = known
    .map((name) => ({ name, distance: editDistance(lower, name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = scored[0];
  return best !== undefined && best.distance <= Math.max(2, Math.floor(best.name.length / 3)) ? best.name : undefined;
}
