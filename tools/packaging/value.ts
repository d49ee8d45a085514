// The values of the chart as a tree: one source for values.yaml, values.schema.json and the chart's README.

/** JSON schema (draft-07, what helm reads) of one value. */
export type Schema = Readonly<Record<string, unknown>>;

/** One value that a user may set. */
export interface Value {
  readonly description: string;
  readonly default: unknown;
  readonly schema: Schema;
}

/** Values under one key. Keys that are not listed are refused. */
export interface Group {
  readonly description: string;
  readonly values: Readonly<Record<string, Value | Group>>;
}

export const isGroup = (node: Value | Group): node is Group => 'values' in node;

export const value = (initial: unknown, description: string, schema: Schema): Value => ({
  description,
  default: initial,
  schema,
});

export const group = (description: string, values: Group['values']): Group => ({ description, values });

export const flag = (initial: boolean, description: string): Value => value(initial, description, { type: 'boolean' });

export const text = (initial: string, description: string, schema: Schema = {}): Value =>
  value(initial, description, { type: 'string', ...schema });

export const whole = (initial: number, description: string, minimum: number, maximum: number): Value =>
  value(initial, description, { type: 'integer', minimum, maximum });

const STRINGS: Schema = { type: 'object', additionalProperties: { type: 'string' } };

/** A map of strings: labels, annotations, a node selector. */
export const strings = (initial: Readonly<Record<string, string>>, description: string): Value =>
  value(initial, description, STRINGS);

/** A list of objects whose fields are Kubernetes' own and are checked by the API server. */
export const objects = (description: string): Value =>
  value([], description, { type: 'array', items: { type: 'object' } });
