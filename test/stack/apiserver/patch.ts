// The three patches that need no ownership: JSON Patch (RFC 6902), JSON Merge Patch (RFC 7386), strategic merge.
import { clone, equal, isObject, listAt, type JsonObject } from './json.ts';
import { mergeKeysOf } from './merge-keys.ts';
import { badRequest, StatusError } from './status.ts';

const rejected = (): StatusError =>
  new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});

const unescape = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

/**
 * Apply a JSON Patch to a copy.
 * @throws 422 when a test fails or a path is not there, 400 when the patch is none
 */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch))
    throw badRequest('error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  const root: JsonObject = { '': clone(target) };
  const locate = (pointer: string): { parent: JsonObject | unknown[]; key: string } => {
    const parts = ['', ...pointer.split('/').slice(1).map(unescape)];
    let parent: unknown = root;
    for (const part of parts.slice(0, -1)) {
      parent = Array.isArray(parent) ? (parent[Number(part)] as unknown) : isObject(parent) ? parent[part] : undefined;
    }
    if (!isObject(parent) && !Array.isArray(parent)) throw rejected();
    return { parent: parent, key: parts.at(-1) ?? '' };
  };
  const read = (pointer: string): unknown => {
    const { parent, key } = locate(pointer);
    return Array.isArray(parent) ? parent[Number(key)] : parent[key];
  };
  const add = (pointer: string, value: unknown): void => {
    const { parent, key } = locate(pointer);
    if (!Array.isArray(parent)) parent[key] = value;
    else if (key === '-') parent.push(value);
    else if (!/^\d+$/.test(key) || Number(key) > parent.length) throw rejected();
    else parent.splice(Number(key), 0, value);
  };
  const remove = (pointer: string): unknown => {
    const value = read(pointer);
    if (value === undefined) throw rejected();
    const { parent, key } = locate(pointer);
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else Reflect.deleteProperty(parent, key);
    return value;
  };
  for (const step of patch) {
    if (!isObject(step)) throw badRequest('error decoding patch: an operation is not an object');
    const path = String(step['path']);
    const from = String(step['from']);
    switch (step['op']) {
      case 'add':
        add(path, clone(step['value']));
        break;
      case 'remove':
        remove(path);
        break;
      case 'replace': {
        if (read(path) === undefined) throw rejected();
        const { parent, key } = locate(path);
        if (Array.isArray(parent)) parent[Number(key)] = clone(step['value']);
        else parent[key] = clone(step['value']);
        break;
      }
      case 'move':
        add(path, remove(from));
        break;
      case 'copy':
        add(path, clone(read(from)));
        break;
      case 'test':
        if (!equal(read(path), step['value'] ?? undefined) && !(read(path) === undefined && step['value'] === null))
          throw rejected();
        break;
      default:
        throw badRequest(`error decoding patch: unknown operation ${JSON.stringify(step['op'])}`);
    }
  }
  return root[''];
}

/** Apply a JSON Merge Patch to a copy: null removes, objects merge, everything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return clone(patch);
  const merged: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(merged, key);
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

function mergeList(target: unknown[], patch: unknown[], keys: readonly string[]): unknown[] {
  const merged = [...target];
  const same = (one: unknown, other: unknown): boolean =>
    isObject(one) && isObject(other) && keys.every((key) => other[key] === undefined || one[key] === other[key]);
  for (const item of patch) {
    if (!isObject(item)) continue;
    if (item['$patch'] === 'replace') return patch.filter((one) => !isObject(one) || one['$patch'] === undefined);
    const index = merged.findIndex((one) => same(one, item));
    if (item['$patch'] === 'delete') {
      if (index >= 0) merged.splice(index, 1);
    } else if (index < 0) merged.push(strategicMerge({}, item));
    else merged[index] = strategicMerge(merged[index], item);
  }
  return merged;
}

function ordered(list: unknown[], order: unknown[], keys: readonly string[] | undefined): unknown[] {
  const key = keys?.[0];
  const position = (item: unknown): number => {
    const found = order.findIndex((one) =>
      key !== undefined && isObject(one) && isObject(item) ? one[key] === item[key] : equal(one, item),
    );
    return found < 0 ? order.length : found;
  };
  return [...list].sort((one, other) => position(one) - position(other));
}

/** Apply a strategic merge patch to a copy: lists with a known merge key merge, others are replaced. */
export function strategicMerge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return clone(patch);
  if (patch['$patch'] === 'replace')
    return Object.fromEntries(Object.entries(patch).filter(([key]) => key !== '$patch'));
  const merged: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$setElementOrder/') || key === '$retainKeys' || key === '$patch') continue;
    const doomed = /^\$deleteFromPrimitiveList\/(.*)$/.exec(key)?.[1];
    if (doomed !== undefined) {
      const list = merged[doomed];
      if (Array.isArray(list) && Array.isArray(value)) merged[doomed] = list.filter((item) => !value.includes(item));
    } else if (value === null || (isObject(value) && value['$patch'] === 'delete')) Reflect.deleteProperty(merged, key);
    else if (Array.isArray(value)) {
      const present = listAt(merged, key);
      const given = value as unknown[];
      const keys = mergeKeysOf(key, [...given, ...present]);
      if (keys === 'set') merged[key] = [...present, ...given.filter((item) => !present.includes(item))];
      else merged[key] = keys === undefined ? clone(value) : mergeList(present, value, keys);
    } else merged[key] = strategicMerge(merged[key], value);
  }
  for (const [key, value] of Object.entries(patch)) {
    const list = /^\$setElementOrder\/(.*)$/.exec(key)?.[1];
    if (list !== undefined && Array.isArray(merged[list]) && Array.isArray(value)) {
      const now = merged[list] as unknown[];
      const keys = mergeKeysOf(list, now);
      merged[list] = ordered(now, value, keys === 'set' ? undefined : keys);
    }
  }
  const retained = patch['$retainKeys'];
  return Array.isArray(retained)
    ? Object.fromEntries(Object.entries(merged).filter(([key]) => retained.includes(key)))
    : merged;
}
