// The rules of x-kubernetes-validations, evaluated with a CEL library; messages as the real server words them.
import { Environment } from '@marcbachmann/cel-js';
import { isObject, show, type JsonObject } from './json.ts';
import { fieldSchema, type JsonSchema } from './schema.ts';
import type { Cause } from './status.ts';

const environment = new Environment({
  unlistedVariablesAreDyn: true,
  homogeneousAggregateLiterals: false,
  enableOptionalTypes: true,
}).registerFunction('isURL(string): bool', (text: string) => URL.canParse(text));

type Program = (variables: JsonObject) => unknown;
const programs = new Map<string, Program>();

function compile(rule: string): Program {
  const known = programs.get(rule);
  if (known !== undefined) return known;
  const program = environment.parse(rule) as unknown as Program;
  programs.set(rule, program);
  return program;
}

/** CEL's integers are BigInt in the library: integers by schema become that, everything else stays. */
function toCel(value: unknown, schema: JsonSchema | undefined): unknown {
  if (typeof value === 'number') return schema?.type === 'number' || !Number.isInteger(value) ? value : BigInt(value);
  if (Array.isArray(value)) return value.map((item) => toCel(item, schema?.items));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      toCel(item, schema === undefined ? undefined : fieldSchema(schema, key)),
    ]),
  );
}

const REASONS = ['FieldValueInvalid', 'FieldValueForbidden', 'FieldValueRequired', 'FieldValueDuplicate'];

function worded(reason: string, value: unknown, message: string): string {
  if (reason === 'FieldValueForbidden') return `Forbidden: ${message}`;
  if (reason === 'FieldValueRequired') return `Required value: ${message}`;
  if (reason === 'FieldValueDuplicate') return `Duplicate value: ${show(value)}: ${message}`;
  // The real server quotes a text or a number that a rule of its own refuses, and leaves an object or a list out.
  return typeof value === 'object' ? `Invalid value: ${message}` : `Invalid value: ${show(value)}: ${message}`;
}

function ruleCauses(value: unknown, old: unknown, schema: JsonSchema, path: string): Cause[] {
  const causes: Cause[] = [];
  for (const rule of schema['x-kubernetes-validations'] ?? []) {
    const text = typeof rule['rule'] === 'string' ? rule['rule'] : '';
    const transition = /\boldSelf\b/.test(text);
    if (transition && old === undefined && rule['optionalOldSelf'] !== true) continue;
    const given = typeof rule['reason'] === 'string' ? rule['reason'] : '';
    const reason = REASONS.includes(given) ? given : 'FieldValueInvalid';
    const variables = { self: toCel(value, schema), ...(transition ? { oldSelf: toCel(old, schema) } : {}) };
    const fieldPath = typeof rule['fieldPath'] === 'string' ? rule['fieldPath'] : '';
    const field = path === '' && fieldPath.startsWith('.') ? fieldPath.slice(1) : `${path}${fieldPath}`;
    try {
      if (compile(text)(variables) === true) continue;
      let message = typeof rule['message'] === 'string' ? rule['message'] : `failed rule: ${text}`;
      if (typeof rule['messageExpression'] === 'string') {
        const made = compile(rule['messageExpression'])(variables);
        if (typeof made === 'string' && made.trim() !== '') message = made;
      }
      causes.push({ reason, message: worded(reason, value, message), field: field === '' ? '<nil>' : field });
    } catch (error) {
      const why = (error as Error).message.split('\n')[0] ?? '';
      causes.push({
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${isObject(value) ? '"object"' : show(value)}: rule failed to evaluate: ${why} (${text})`,
        field: field === '' ? '<nil>' : field,
      });
    }
  }
  return causes;
}

/** The earlier item that an item of a list-map continues, by its keys. Items of other lists have none. */
function earlier(item: unknown, old: unknown, schema: JsonSchema): unknown {
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(old) || !isObject(item)) return undefined;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  return old.find((one) => isObject(one) && keys.every((key) => one[key] === item[key])) as unknown;
}

/** Every broken rule in a value and everything below it. `old` is the stored value, undefined on create. */
export function celCauses(value: unknown, old: unknown, schema: JsonSchema, path = ''): Cause[] {
  if (value === undefined || value === null) return [];
  const causes = ruleCauses(value, old, schema, path);
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items !== undefined)
      value.forEach((item, index) =>
        causes.push(...celCauses(item, earlier(item, old, schema), items, `${path}[${String(index)}]`)),
      );
  } else if (isObject(value)) {
    for (const key of Object.keys(value).sort()) {
      const field = fieldSchema(schema, key);
      const before = isObject(old) ? old[key] : undefined;
      if (field !== undefined)
        causes.push(...celCauses(value[key], before, field, path === '' ? key : `${path}.${key}`));
    }
  }
  return causes;
}

/** Why a rule cannot be compiled, or undefined when it can. Definitions are refused for such a rule. */
export function ruleFault(rule: string): string | undefined {
  try {
    compile(rule);
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
}
