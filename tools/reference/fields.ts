// The field reference in Markdown, from the one schema.
import { API_VERSION, CATEGORY, KIND, SHORT_NAME } from '../../src/api/names.ts';
import { openApiSchema } from '../../src/api/crd.ts';
import type { StructuralSchema } from '../../src/api/structural.ts';

/** Every field of spec and status with its type, default, limits and meaning. */
export function fieldReference(): string {
  const schema = openApiSchema();
  const { spec, status } = schema.properties ?? {};
  return [
    `# Fields of a ${KIND}`,
    '',
    `\`${API_VERSION}\`, kind \`${KIND}\`, short name \`${SHORT_NAME}\`, category \`${CATEGORY}\`.`,
    'Generated from the schema (`npm run gen`); do not edit.',
    '',
    '## spec',
    '',
    spec?.description ?? '',
    '',
    ...table('spec', spec),
    '',
    '## status',
    '',
    status?.description ?? '',
    '',
    ...table('status', status),
    '',
  ].join('\n');
}

function table(root: string, schema: StructuralSchema | undefined): string[] {
  if (schema === undefined) return [];
  return ['| field | type | default | limits | meaning |', '|---|---|---|---|---|', ...rows(root, schema)];
}

function rows(path: string, schema: StructuralSchema): string[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {})
    .filter(([, child]) => child.description?.startsWith('Refused:') !== true)
    .flatMap(([name, child]) => {
      const childPath = `${path}.${name}`;
      const inner = child.type === 'array' ? child.items : child;
      const below = inner === undefined ? [] : rows(child.type === 'array' ? `${childPath}[]` : childPath, inner);
      return [row(childPath, child, required.has(name)), ...below];
    });
}

function row(path: string, schema: StructuralSchema, required: boolean): string {
  const cells = [
    `\`${path}\``,
    typeName(schema) + (required ? ', required' : ''),
    schema.default === undefined || typeof schema.default === 'object' ? '' : `\`${JSON.stringify(schema.default)}\``,
    limits(schema),
    schema.description ?? '',
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function typeName(schema: StructuralSchema): string {
  if (schema.type === 'array') return `list of ${schema.items === undefined ? 'values' : typeName(schema.items)}`;
  if (schema.format === 'date-time') return 'time';
  return schema.type ?? 'value';
}

function limits(schema: StructuralSchema): string {
  const values = schema.enum ?? schema.items?.enum;
  const parts = [
    values === undefined ? '' : values.map((value) => `\`${String(value)}\``).join(', '),
    schema.minimum === undefined && schema.maximum === undefined
      ? ''
      : `${schema.minimum === undefined ? '' : `${schema.minimum} `}to ${schema.maximum ?? 'any'}`,
    schema.maxItems === undefined ? '' : `at most ${schema.maxItems}`,
    schema.maxLength === undefined || schema.format !== undefined ? '' : `at most ${schema.maxLength} characters`,
    ...(schema['x-kubernetes-validations'] ?? [])
      .filter(({ rule }) => !rule.startsWith('!has('))
      .map(({ message }) => message),
  ];
  return parts.filter((part) => part !== '').join('; ');
}
