// Sets of fields, as managedFields holds them: which paths of an object somebody owns.
import { fieldSchema, type JsonSchema } from './schema.ts';
import { equal, isObject, type JsonObject } from './json.ts';
import { mergeKeysOf } from './merge-keys.ts';

/** One step of a path: `f:name`, `k:{"type":"Ready"}`, `v:"value"`, or `.` for the thing itself. */
type Step = string;

/** Owned paths, each joined by a character that no key contains, with the value found there (undefined for items). */
export type FieldSet = Map<string, unknown>;

const SEPARATOR = '\u0000';
export const join = (steps: readonly Step[]): string => steps.join(SEPARATOR);
export const split = (path: string): Step[] => path.split(SEPARATOR);

/** How a list is owned: item by item with keys, value by value, or as one. */
export type ListType = { kind: 'map'; keys: readonly string[] } | { kind: 'set' } | { kind: 'atomic' };

/** What ownership needs to know of a type; `undefined` stands for a built-in kind, whose lists are known by name. */
export type TypeHint = JsonSchema | undefined;

export function listTypeOf(field: string, items: readonly unknown[], hint: TypeHint): ListType {
  if (hint === undefined) {
    const keys = mergeKeysOf(field, items);
    if (keys === 'set') return { kind: 'set' };
    return keys === undefined ? { kind: 'atomic' } : { kind: 'map', keys };
  }
  switch (hint['x-kubernetes-list-type']) {
    case 'map':
      return { kind: 'map', keys: hint['x-kubernetes-list-map-keys'] ?? [] };
    case 'set':
      return { kind: 'set' };
    case undefined:
    default:
      return { kind: 'atomic' };
  }
}

/** The type of a field below a type. metadata has none of its own in a custom schema: it is known by name. */
export function hintBelow(hint: TypeHint, key: string, root: boolean): TypeHint {
  if (hint === undefined || (root && key === 'metadata')) return undefined;
  return fieldSchema(hint, key) ?? {};
}

/** The keys of a list-map's item as a step; absent keys are filled from the schema's defaults. */
export function keyStep(item: unknown, keys: readonly string[], hint: TypeHint): Step {
  const key: JsonObject = {};
  for (const name of [...keys].sort()) {
    const value = isObject(item) ? item[name] : undefined;
    const fallback = hint?.items?.properties?.[name]?.default ?? (name === 'protocol' ? 'TCP' : undefined);
    if (value !== undefined || fallback !== undefined) key[name] = value ?? fallback;
  }
  return `k:${JSON.stringify(key)}`;
}

const isAtomicMap = (hint: TypeHint): boolean => hint?.['x-kubernetes-map-type'] === 'atomic';

/** Metadata that nobody owns. */
const NOBODYS = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
  'generateName',
];

/** Every field of an object that somebody can own, with its value. */
export function fieldsOf(object: JsonObject, hint: TypeHint): FieldSet {
  const found: FieldSet = new Map();
  const walk = (value: unknown, path: Step[], field: string, by: TypeHint): void => {
    if (Array.isArray(value)) {
      const items = value as unknown[];
      const type = listTypeOf(field, items, by);
      if (type.kind === 'atomic' || items.length === 0) found.set(join(path), value);
      else
        for (const item of items) {
          if (type.kind === 'set') found.set(join([...path, `v:${JSON.stringify(item)}`]), undefined);
          else {
            const step = keyStep(item, type.keys, by);
            found.set(join([...path, step, '.']), undefined);
            if (isObject(item))
              for (const [key, below] of Object.entries(item))
                walk(
                  below,
                  [...path, step, `f:${key}`],
                  key,
                  hintBelow(by?.items ?? (by === undefined ? by : {}), key, false),
                );
          }
        }
    } else if (isObject(value)) {
      const keys = Object.keys(value);
      if (keys.length === 0 || isAtomicMap(by)) found.set(join(path), value);
      else for (const key of keys) walk(value[key], [...path, `f:${key}`], key, hintBelow(by, key, false));
    } else found.set(join(path), value);
  };
  for (const [key, value] of Object.entries(object)) {
    if (key === 'apiVersion' || key === 'kind') continue;
    const by = hintBelow(hint, key, true);
    if (key === 'metadata' && isObject(value)) {
      for (const [name, below] of Object.entries(value))
        if (!NOBODYS.includes(name)) walk(below, ['f:metadata', `f:${name}`], name, undefined);
    } else walk(value, [`f:${key}`], key, by);
  }
  return found;
}

/** A set as FieldsV1 writes it. */
export function toFieldsV1(paths: Iterable<string>): JsonObject {
  const root: JsonObject = {};
  for (const path of [...paths].sort()) {
    let at = root;
    for (const step of split(path)) {
      const below = at[step];
      const next: JsonObject = isObject(below) ? below : {};
      at[step] = next;
      at = next;
    }
  }
  return root;
}

/** The paths in a FieldsV1. */
export function fromFieldsV1(fields: unknown): Set<string> {
  const found = new Set<string>();
  const walk = (node: unknown, path: Step[]): void => {
    const keys = isObject(node) ? Object.keys(node) : [];
    if (keys.length === 0 && path.length > 0) found.add(join(path));
    for (const key of keys) walk((node as JsonObject)[key], [...path, key]);
  };
  walk(fields, []);
  return found;
}

/** The paths whose value is new or another than before, and those that are gone. */
export function difference(before: FieldSet, after: FieldSet): { changed: Set<string>; gone: Set<string> } {
  const changed = new Set<string>();
  const gone = new Set<string>();
  for (const [path, value] of after) if (!before.has(path) || !equal(before.get(path), value)) changed.add(path);
  for (const path of before.keys()) if (!after.has(path)) gone.add(path);
  return { changed, gone };
}

/** A path as conflicts write it: `.status.conditions[type="Healthy"].status`. */
export function spoken(path: string): string {
  return split(path)
    .map((step) => {
      if (step === '.') return '';
      if (step.startsWith('f:')) return `.${step.slice(2)}`;
      if (step.startsWith('v:')) return `[=${step.slice(2)}]`;
      const key = JSON.parse(step.slice(2)) as JsonObject;
      return `[${Object.entries(key)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(',')}]`;
    })
    .join('');
}
