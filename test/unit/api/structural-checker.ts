// The rules by which an API server accepts a schema as structural, as far as our schemas can break them, and our own
// promises on top. https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema

type Node = Record<string, unknown>;

const LOGICAL = ['allOf', 'anyOf', 'oneOf', 'not'] as const;
const FORBIDDEN = [
  '$ref', '$schema', 'definitions', 'dependencies', 'deprecated', 'discriminator', 'id', 'patternProperties',
  'readOnly', 'writeOnly', 'xml', 'propertyNames', 'const',
] as const; // prettier-ignore
const TYPES = ['object', 'array', 'string', 'integer', 'number', 'boolean'];
/** YAML 1.1, which kubectl and Helm read. */
const YAML_BOOLEANS = /^(y|yes|n|no|on|off|true|false)$/i;

/** Every broken rule as `path: what`; an empty list for a schema that an API server takes. */
export function violations(root: unknown): string[] {
  const out: string[] = [];
  const visit = (value: unknown, path: string, inMetadata: boolean): void => {
    const node = value as Node;
    const say = (what: string): void => void out.push(`${path}: ${what}`);
    const open = node['x-kubernetes-preserve-unknown-fields'] === true || node['x-kubernetes-int-or-string'] === true;
    if (!open && !TYPES.includes(String(node['type']))) say('has no type');
    for (const keyword of FORBIDDEN) if (keyword in node) say(`has ${keyword}`);
    if (node['uniqueItems'] === true) say('has uniqueItems');
    if ('properties' in node && 'additionalProperties' in node) say('has properties and additionalProperties');
    if (node['additionalProperties'] === false) say('has additionalProperties: false');
    for (const keyword of LOGICAL) {
      const branches = node[keyword] === undefined ? [] : [node[keyword]].flat();
      for (const branch of branches as Node[]) {
        for (const own of ['type', 'description', 'default', 'additionalProperties', 'nullable']) {
          if (own in branch) say(`has ${own} inside ${keyword}`);
        }
        for (const name of Object.keys(branch['properties'] ?? {})) {
          if (((node['properties'] ?? {}) as Node)[name] === undefined) say(`names ${name} only inside ${keyword}`);
        }
      }
    }
    if (node['format'] !== undefined && node['pattern'] !== undefined) say('has a pattern beside a format');
    if (node['type'] === 'string' && !inMetadata) {
      const bounded = 'maxLength' in node || 'enum' in node || node['format'] === 'date-time';
      if (!bounded && !['.apiVersion', '.kind'].includes(path)) say('is a string without maxLength');
    }
    if (node['type'] === 'integer' && Math.abs(Number(node['maximum'] ?? 0)) >= Number.MAX_SAFE_INTEGER)
      say('has a bound that bounds nothing');
    if (node['type'] === 'array') {
      if (!('maxItems' in node)) say('is a list without maxItems');
      if (!('items' in node)) say('is a list without items');
      if (node['x-kubernetes-list-type'] === 'map') {
        const items = (node['items'] ?? {}) as Node;
        const keys = node['x-kubernetes-list-map-keys'];
        if (!Array.isArray(keys) || keys.length === 0) say('is a list-map without keys');
        for (const key of Array.isArray(keys) ? keys : []) {
          const property = ((items['properties'] ?? {}) as Node)[String(key)] as Node | undefined;
          const required = ((items['required'] ?? []) as unknown[]).includes(key);
          if (property === undefined || (!required && !('default' in property)))
            say(`has the key ${String(key)}, which may be absent`);
        }
      }
    }
    for (const name of (node['required'] ?? []) as string[]) {
      if (((node['properties'] ?? {}) as Node)[name] === undefined) say(`requires ${name}, which it does not have`);
    }
    if ('default' in node) {
      if (path === '') say('has a default at the root');
      for (const problem of misfits(node['default'], node, 'default')) say(problem);
    }
    for (const [name, child] of Object.entries((node['properties'] ?? {}) as Record<string, Node>)) {
      const childPath = `${path}.${name}`;
      if (childPath === '.metadata') {
        if (Object.keys(child).some((keyword) => keyword !== 'type' && keyword !== 'description'))
          say('restricts metadata');
        continue;
      }
      if (typeof child['description'] !== 'string' || child['description'] === '')
        out.push(`${childPath}: has no description`);
      visit(child, childPath, inMetadata);
    }
    if ('items' in node) visit(node['items'], `${path}[]`, inMetadata);
    if (typeof node['additionalProperties'] === 'object') visit(node['additionalProperties'], `${path}.*`, inMetadata);
  };
  visit(root, '', false);
  return out;
}

/** Whether a default would be refused or pruned by its own schema. */
function misfits(value: unknown, schema: Node, path: string): string[] {
  if (Array.isArray(value)) {
    if (schema['type'] !== 'array') return [`${path} is not a ${String(schema['type'])}`];
    return value.flatMap((item, i) => misfits(item, schema['items'] as Node, `${path}[${i}]`));
  }
  if (typeof value === 'object' && value !== null) {
    if (schema['type'] !== 'object') return [`${path} is not a ${String(schema['type'])}`];
    const properties = (schema['properties'] ?? {}) as Record<string, Node>;
    const missing = ((schema['required'] ?? []) as string[])
      .filter((name) => !(name in value))
      .map((name) => `${path} lacks ${name}`);
    const wrong = Object.entries(value).flatMap(([name, child]) =>
      properties[name] === undefined
        ? [`${path}.${name} would be pruned`]
        : misfits(child, properties[name], `${path}.${name}`),
    );
    return [...missing, ...wrong];
  }
  const type = typeof value === 'number' ? ['integer', 'number'] : [typeof value];
  const out = type.includes(String(schema['type'])) ? [] : [`${path} is not a ${String(schema['type'])}`];
  const values = schema['enum'] as unknown[] | undefined;
  return values !== undefined && !values.includes(value) ? [...out, `${path} is not one of the values`] : out;
}

/** Enum values that YAML 1.1 reads as a boolean when they are not quoted. */
export function booleanLookalikes(root: unknown): string[] {
  return collect(root, (node) =>
    ((node['enum'] ?? []) as unknown[]).filter((value) => YAML_BOOLEANS.test(String(value))).map(String),
  );
}

/** Every CEL rule of the schema. */
export function celRules(root: unknown): string[] {
  return collect(root, (node) =>
    ((node['x-kubernetes-validations'] ?? []) as { rule: string }[]).map(({ rule }) => rule),
  );
}

function collect(value: unknown, of: (node: Node) => string[]): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const node = value as Node;
  const children = [...Object.values((node['properties'] ?? {}) as Node), node['items'], node['additionalProperties']];
  return [...of(node), ...children.flatMap((child) => collect(child, of))];
}
