// Plain JSON values, and the shape that every Kubernetes object has.
import { isDeepStrictEqual } from 'node:util';

export type JsonObject = Record<string, unknown>;

/** One entry of metadata.managedFields. */
export interface ManagedField extends JsonObject {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  time: string;
  fieldsType: 'FieldsV1';
  fieldsV1: JsonObject;
  subresource?: string;
}

/** metadata, as far as the server itself reads or writes it. Times are RFC 3339 in UTC. */
export interface Metadata extends JsonObject {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  managedFields?: ManagedField[];
}

/** An object as it is stored and sent. */
export interface KubeObject extends JsonObject {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path of keys, or undefined where the path ends early. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const key of path) {
    if (!isObject(at)) return undefined;
    at = at[key];
  }
  return at;
}

/** The object at a path; an empty one where there is none. */
export function objectAt(value: unknown, ...path: readonly string[]): JsonObject {
  const found = valueAt(value, ...path);
  return isObject(found) ? found : {};
}

/** The list at a path; an empty one where there is none. */
export function listAt(value: unknown, ...path: readonly string[]): unknown[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? (found as unknown[]) : [];
}

/** The string at a path; '' where there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** The strings in the list at a path. */
export function textsAt(value: unknown, ...path: readonly string[]): string[] {
  return listAt(value, ...path).filter((item): item is string => typeof item === 'string');
}

export const clone = <T>(value: T): T => structuredClone(value);

export const equal = (one: unknown, other: unknown): boolean => isDeepStrictEqual(one, other);

/** A value as text for messages: strings quoted, numbers bare, objects as JSON. */
export const show = (value: unknown): string => (value === undefined ? 'null' : JSON.stringify(value));

/** A copy without the keys that are named. */
export function without<T extends JsonObject>(value: T, ...keys: readonly string[]): T {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key))) as T;
}

/** The present moment as Kubernetes writes it: whole seconds, UTC. */
export const timestamp = (at: Date = new Date()): string => `${at.toISOString().slice(0, 19)}Z`;
