// Tables (meta.k8s.io/v1): what `kubectl get` prints, from a definition's printer columns or a built-in kind's own.
import { builtinColumns } from './builtin-columns.ts';
import type { JsonObject, KubeObject } from './json.ts';
import { findByPath } from './json-path.ts';
import type { Resource } from './resources.ts';

/** A column and the cell that an object has in it. */
export interface Column {
  name: string;
  type: string;
  format?: string;
  description?: string;
  priority?: number;
  cell(object: KubeObject): unknown;
}

const NAME_TEXT =
  'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names';

const NAME: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: NAME_TEXT,
  cell: (object) => object.metadata.name ?? '',
};

/** How long ago, as kubectl says it (k8s.io/apimachinery duration.HumanDuration). */
export function ago(since: unknown, now: number = Date.now()): string {
  const at = typeof since === 'string' ? Date.parse(since) : Number.NaN;
  if (Number.isNaN(at)) return '<unknown>';
  const seconds = Math.floor((now - at) / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${String(seconds)}s`;
  const two = (first: number, unit: string, second: number, small: string): string =>
    `${String(first)}${unit}${second === 0 ? '' : `${String(second)}${small}`}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return two(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${String(minutes)}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return two(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${String(hours)}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return two(days, 'd', hours % 24, 'h');
  if (days < 365 * 2) return `${String(days)}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? two(years, 'y', days % 365, 'd') : `${String(years)}y`;
}

function customCell(object: KubeObject, type: string, path: string): unknown {
  const found = findByPath(object, path);
  const value = found[0];
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'date':
      return ago(value);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    default:
      return found.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join(',');
  }
}

function columnsOf(resource: Resource): Column[] {
  if (resource.custom === undefined) return [NAME, ...builtinColumns(resource)];
  return [
    NAME,
    ...resource.custom.columns.map((column) => ({
      ...column,
      description:
        column.description === ''
          ? `Custom resource definition column (in JSONPath format): ${column.jsonPath}`
          : column.description,
      cell: (object: KubeObject) => customCell(object, column.type, column.jsonPath),
    })),
  ];
}

/** The metadata of an object alone. */
export const partial = (object: KubeObject): JsonObject => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata: object.metadata,
});

/**
 * A table of objects. `include` is the query's includeObject: None, Metadata (the default) or Object.
 * `headless` leaves the column definitions out, as in every watch event after the first.
 */
export function tableOf(
  resource: Resource,
  objects: readonly KubeObject[],
  metadata: JsonObject,
  include: string | null,
  headless = false,
): JsonObject {
  const columns = columnsOf(resource);
  const shown = (object: KubeObject): JsonObject =>
    include === 'None' ? {} : { object: include === 'Object' ? object : partial(object) };
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: headless
      ? null
      : columns.map((column) => ({
          name: column.name,
          type: column.type,
          format: column.format ?? '',
          description: column.description ?? '',
          priority: column.priority ?? 0,
        })),
    rows: objects.map((object) => ({ cells: columns.map((column) => column.cell(object)), ...shown(object) })),
  };
}

/** How a client wants objects: as they are, as a table, or their metadata alone. */
export function formOf(accept: string | undefined): 'object' | 'table' | 'metadata' {
  const first = (accept ?? '').split(',')[0] ?? '';
  if (/as=Table/.test(first)) return 'table';
  return /as=PartialObjectMetadata/.test(first) ? 'metadata' : 'object';
}
