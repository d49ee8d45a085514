// What a stored status says that we did not write. The whole status is ours: a field that somebody else put there, a
// value that a webhook changed, a condition that is not ours, is told by its name and taken back.
import type { HealthReportStatus } from '../api/health-report.ts';
import { compareText } from '../runtime/compare-text.ts';
import { isRecord } from '../runtime/is-record.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The fields in which a stored status differs from the one that was written, by their names: `rootCause`,
 * `conditions[Healthy]`, `counts.pass`. Empty when it is ours. The order of conditions means nothing.
 */
export function alterations(written: HealthReportStatus, stored: unknown): readonly string[] {
  return differences(plain(written), plain(stored ?? {}), '').sort(compareText);
}

/**
 * The merge patch that makes a stored status the one that was written; undefined when it is. What is not ours goes by
 * null, so that the patch comes to own nothing that it only removes.
 */
export function correction(written: HealthReportStatus, stored: unknown): object | undefined {
  const patch = mergePatch(plain(written), plain(stored ?? {}));
  return patch === undefined ? undefined : (patch as object);
}

/** As it looks after a trip over the wire. */
function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

function differences(ours: Json | undefined, theirs: Json | undefined, path: string): string[] {
  if (isRecord(ours) && isRecord(theirs)) {
    const keys = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
    return keys.flatMap((key) => differences(own(ours, key), own(theirs, key), path === '' ? key : `${path}.${key}`));
  }
  const [a, b] = [byType(ours), byType(theirs)];
  if (a !== undefined && b !== undefined) {
    const types = [...new Set([...a.keys(), ...b.keys()])];
    return types.filter((type) => !same(a.get(type), b.get(type))).map((type) => `${path}[${type}]`);
  }
  return same(ours, theirs) ? [] : [path];
}

function mergePatch(ours: Json, theirs: Json): Json | undefined {
  if (!isRecord(ours) || !isRecord(theirs)) return differences(ours, theirs, '').length === 0 ? undefined : ours;
  const patch: Record<string, Json> = {};
  for (const key of Object.keys(theirs)) if (own(ours, key) === undefined) patch[key] = null;
  for (const [key, value] of Object.entries(ours)) {
    const part = mergePatch(value, own(theirs, key) ?? null);
    if (part !== undefined) patch[key] = part;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** A list of conditions by their types; undefined for anything else. */
function byType(value: Json | undefined): ReadonlyMap<string, Json> | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = new Map<string, Json>();
  for (const item of value as readonly Json[]) {
    const type = isRecord(item) ? own(item, 'type') : undefined;
    if (typeof type !== 'string' || items.has(type)) return undefined;
    items.set(type, item);
  }
  return items;
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  if (isRecord(a) && isRecord(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => same(a[key], own(b, key)));
  }
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => same(item as Json, b[index] as Json));
  return a === b;
}

function own(record: { readonly [key: string]: Json }, key: string): Json | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
