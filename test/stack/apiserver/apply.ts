// Server-side apply: who owns which field, what conflicts, and what goes when its last owner lets go of it.
import {
  clone,
  equal,
  isObject,
  textAt,
  timestamp,
  type JsonObject,
  type KubeObject,
  type ManagedField,
} from './json.ts';
import {
  difference,
  fieldsOf,
  fromFieldsV1,
  hintBelow,
  join,
  keyStep,
  listTypeOf,
  split,
  spoken,
  toFieldsV1,
  type FieldSet,
  type TypeHint,
} from './field-set.ts';
import { fieldSchema, type JsonSchema } from './schema.ts';
import { internal, StatusError } from './status.ts';

/** Who writes: the manager, and through which subresource. */
export interface Writer {
  manager: string;
  subresource: string;
}

const isMine = (field: ManagedField, writer: Writer, operation: 'Apply' | 'Update'): boolean =>
  field.manager === writer.manager && field.operation === operation && (field.subresource ?? '') === writer.subresource;

function entry(writer: Writer, operation: 'Apply' | 'Update', apiVersion: string, paths: Set<string>): ManagedField {
  return {
    manager: writer.manager,
    operation,
    apiVersion,
    time: timestamp(),
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(paths),
    ...(writer.subresource === '' ? {} : { subresource: writer.subresource }),
  };
}

/** A manager's entry with some paths taken out; undefined when none is left. */
function reduced(field: ManagedField, lost: (path: string) => boolean): ManagedField | undefined {
  const paths = fromFieldsV1(field.fieldsV1);
  const kept = new Set([...paths].filter((path) => !lost(path)));
  if (kept.size === 0) return undefined;
  return kept.size === paths.size ? field : { ...field, fieldsV1: toFieldsV1(kept) };
}

/** managedFields after an update: the writer takes what changed, everybody loses what changed or is gone. */
export function trackUpdate(
  before: KubeObject | undefined,
  after: KubeObject,
  writer: Writer,
  hint: TypeHint,
): ManagedField[] {
  const old: FieldSet = before === undefined ? new Map<string, unknown>() : fieldsOf(before, hint);
  const { changed, gone } = difference(old, fieldsOf(after, hint));
  const present = before?.metadata.managedFields ?? [];
  if (changed.size === 0 && gone.size === 0) return present;
  const result: ManagedField[] = [];
  const mine = present.find((field) => isMine(field, writer, 'Update'));
  for (const field of present) {
    if (field === mine) continue;
    const left = reduced(field, (path) => changed.has(path) || gone.has(path));
    if (left !== undefined) result.push(left);
  }
  const paths = new Set(
    [...(mine === undefined ? [] : fromFieldsV1(mine.fieldsV1)), ...changed].filter((path) => !gone.has(path)),
  );
  if (paths.size > 0) result.push(entry(writer, 'Update', after.apiVersion, paths));
  return result;
}

/** What an apply does not find in the schema; the real server answers each with a 500. */
function undeclared(value: unknown, schema: JsonSchema, path: string, root: boolean): string[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return [];
    const type = listTypeOf('', value, schema);
    return value.flatMap((item, index) => {
      const step = type.kind === 'map' ? spoken(keyStep(item, type.keys, schema)) : `[${String(index)}]`;
      return undeclared(item, items, `${path}${step}`, false);
    });
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (root && ['apiVersion', 'kind', 'metadata'].includes(key)) return [];
    const field = fieldSchema(schema, key);
    if (field !== undefined) return undeclared(item, field, `${path}.${key}`, false);
    const open = schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties !== undefined;
    return open ? [] : [`${path}.${key}: field not declared in schema`];
  });
}

/** @throws 500 when an applied object has a field that its schema does not declare */
export function refuseUndeclared(applied: KubeObject, schema: JsonSchema): void {
  const faults = undeclared(applied, schema, '', true);
  if (faults.length === 0) return;
  const { name = '', namespace = '' } = applied.metadata;
  const [group = '', version] = applied.apiVersion.includes('/')
    ? applied.apiVersion.split('/')
    : ['', applied.apiVersion];
  const list = faults.length === 1 ? (faults[0] ?? '') : `errors:\n${faults.map((fault) => `  ${fault}`).join('\n')}`;
  throw internal(
    `failed to create typed patch object (${namespace}/${name}; ${group === '' ? '' : `${group}/`}${version ?? ''}, Kind=${applied.kind}): ${list}`,
  );
}

function mergeApplied(live: unknown, applied: unknown, field: string, hint: TypeHint, root = false): unknown {
  if (Array.isArray(applied) && Array.isArray(live)) {
    const [now, wanted] = [live as unknown[], applied as unknown[]];
    const type = listTypeOf(field, [...wanted, ...now], hint);
    if (type.kind === 'atomic') return clone(applied);
    if (type.kind === 'set') return [...now, ...wanted.filter((item) => !now.some((one) => equal(one, item)))];
    const merged = [...now];
    for (const item of wanted) {
      const step = keyStep(item, type.keys, hint);
      const index = merged.findIndex((one) => keyStep(one, type.keys, hint) === step);
      if (index < 0) merged.push(clone(item));
      else merged[index] = mergeApplied(merged[index], item, '', hint?.items);
    }
    return merged;
  }
  if (isObject(applied) && isObject(live) && hint?.['x-kubernetes-map-type'] !== 'atomic') {
    const merged: JsonObject = { ...live };
    for (const [key, value] of Object.entries(applied))
      merged[key] = mergeApplied(merged[key], value, key, hintBelow(hint, key, root));
    return merged;
  }
  return clone(applied);
}

/** Take one owned path out of a value; containers that become empty by it go too. */
function removePath(value: unknown, steps: readonly string[], field: string, hint: TypeHint, root = false): unknown {
  const [step = '', ...rest] = steps;
  if (step.startsWith('f:') && isObject(value)) {
    const key = step.slice(2);
    if (!Object.hasOwn(value, key)) return value;
    const below = rest.length === 0 ? undefined : removePath(value[key], rest, key, hintBelow(hint, key, root));
    const left: JsonObject = { ...value };
    if (below === undefined) Reflect.deleteProperty(left, key);
    else left[key] = below;
    return Object.keys(left).length === 0 ? undefined : left;
  }
  if (Array.isArray(value)) {
    const items = value as unknown[];
    const type = listTypeOf(field, items, hint);
    const left = items.flatMap((item) => {
      const own = type.kind === 'map' ? keyStep(item, type.keys, hint) : `v:${JSON.stringify(item)}`;
      if (own !== step) return [item];
      if (rest.length === 0 || rest[0] === '.') return [];
      const below = removePath(item, rest, '', hint?.items);
      return below === undefined ? [] : [below];
    });
    return left.length === 0 ? undefined : left;
  }
  return value;
}

function conflictStatus(conflicts: { path: string; with: ManagedField }[]): StatusError {
  const named = (field: ManagedField): string => {
    const how = field.subresource === undefined ? '' : ` with subresource "${field.subresource}"`;
    return `"${field.manager}"${how}${field.operation === 'Update' ? ` using ${field.apiVersion}` : ''}`;
  };
  const groups = new Map<string, string[]>();
  for (const one of conflicts) {
    const key = named(one.with);
    groups.set(key, [...(groups.get(key) ?? []), spoken(one.path)]);
  }
  const only = conflicts[0];
  const text =
    conflicts.length === 1 && only !== undefined
      ? `Apply failed with 1 conflict: conflict with ${named(only.with)}: ${spoken(only.path)}`
      : `Apply failed with ${String(conflicts.length)} conflicts: ${[...groups]
          .map(([who, paths]) => `conflicts with ${who}:\n${paths.map((path) => `- ${path}`).join('\n')}`)
          .join('\n')}`;
  return new StatusError(409, 'Conflict', text, {
    causes: conflicts.map((one) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${named(one.with)}`,
      field: spoken(one.path),
    })),
  });
}

/** Fields before what is below them, each level in order of name: the order in which conflicts are listed. */
function inOrder(one: string, other: string): number {
  const [a, b] = [split(one).filter((step) => step !== '.'), split(other).filter((step) => step !== '.')];
  for (let level = 0; ; level += 1) {
    const [lastA, lastB] = [level === a.length - 1, level === b.length - 1];
    if (lastA !== lastB) return lastA ? -1 : 1;
    const [left = '', right = ''] = [a[level], b[level]];
    if (left !== right) return left < right ? -1 : 1;
    if (lastA) return 0;
  }
}

/**
 * Merge an applied object into the live one (undefined when it does not exist yet).
 * @throws 409 with a cause for each field that another manager owns and holds another value for, unless forced
 */
export function applyObject(
  live: KubeObject | undefined,
  applied: KubeObject,
  writer: Writer,
  force: boolean,
  hint: TypeHint,
): KubeObject {
  const wanted = fieldsOf(applied, hint);
  const present = live?.metadata.managedFields ?? [];
  const current: FieldSet = live === undefined ? new Map<string, unknown>() : fieldsOf(live, hint);
  const mine = present.find((field) => isMine(field, writer, 'Apply'));
  const others = present.filter((field) => field !== mine);

  const conflicts = others.flatMap((field) =>
    [...fromFieldsV1(field.fieldsV1)]
      .filter((path) => wanted.has(path) && !split(path).at(-1)?.startsWith('v:') && !path.endsWith('.'))
      .filter((path) => !equal(wanted.get(path), current.get(path)))
      .map((path) => ({ path, with: field })),
  );
  conflicts.sort((one, other) => inOrder(one.path, other.path));
  if (conflicts.length > 0 && !force) throw conflictStatus(conflicts);

  const taken = new Set(conflicts.map(({ path }) => path));
  const left = others.flatMap((field) => {
    const kept = reduced(field, (path) => taken.has(path));
    return kept === undefined ? [] : [kept];
  });
  const owned = new Set(left.flatMap((field) => [...fromFieldsV1(field.fieldsV1)]));
  const dropped = [...(mine === undefined ? [] : fromFieldsV1(mine.fieldsV1))].filter(
    (path) => !wanted.has(path) && !owned.has(path),
  );

  let merged = live === undefined ? clone(applied) : (mergeApplied(live, applied, '', hint, true) as KubeObject);
  // An item of a list goes as a whole, unless another manager owns something in it.
  const held = (path: string): boolean => {
    const item = join(split(path).slice(0, -1));
    return [...owned, ...wanted.keys()].some((other) => other.startsWith(`${item}\u0000`));
  };
  for (const path of dropped.sort()) {
    if (path.endsWith('\u0000.') && held(path)) continue;
    merged = (removePath(merged, split(path), '', hint, true) ?? merged) as KubeObject;
  }
  const before = mine === undefined ? undefined : toFieldsV1(fromFieldsV1(mine.fieldsV1));
  const after = toFieldsV1(wanted.keys());
  const own =
    mine !== undefined && equal(before, after)
      ? mine
      : entry(writer, 'Apply', applied.apiVersion, new Set(wanted.keys()));
  merged.metadata = { ...merged.metadata, managedFields: wanted.size === 0 ? left : [own, ...left] };
  if (textAt(merged, 'kind') === '') merged.kind = applied.kind;
  return merged;
}
