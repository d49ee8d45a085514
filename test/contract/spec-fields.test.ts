// No field of the spec is there for show: each is read by something outside of the schema, and a test holds what it does.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openApiSchema } from '../../src/api/crd.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly maxLength?: number;
}

/** Fields with a value of their own. One that may hold nothing is a credential's name, declared to be refused. */
function fieldsOf({ properties = {}, items }: Schema, path: string): readonly string[] {
  if (items !== undefined) return fieldsOf(items, `${path}[]`);
  const children = Object.entries(properties).filter(([, child]) => child.maxLength !== 0);
  return children.length === 0 ? [path] : children.flatMap(([name, child]) => fieldsOf(child, `${path}.${name}`));
}

const SOURCE = fileURLToPath(new URL('../../src/', import.meta.url));
const CODE = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.startsWith(join('api', 'schema')))
  .map((name) => readFileSync(join(SOURCE, name), 'utf8').replace(/\/\*[^]*?\*\/|\/\/.*$/gm, ''))
  .join('\n');

const TESTS = fileURLToPath(new URL('../', import.meta.url));
/** Tests of behaviour: not those of the schema, and not what holds for every field. */
const BEHAVIOUR = ['unit', 'integration']
  .flatMap((folder) =>
    readdirSync(join(TESTS, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter((name) => name.endsWith('.ts') && !name.startsWith(join('unit', 'api')))
  .map((name) => readFileSync(join(TESTS, name), 'utf8'))
  .join('\n');

const FIELDS = fieldsOf((openApiSchema() as Schema).properties?.['spec'] ?? {}, 'spec');

describe('the spec', () => {
  it('is walked to its leaves', () => {
    expect(FIELDS).toEqual(expect.arrayContaining(['spec.interval', 'spec.keys[].kms.expectedFingerprint']));
  });

  it.each(FIELDS)('%s is read', (field) => {
    const name = field.replace(/\[\]$/, '').split('.').at(-1) ?? '';
    expect(new RegExp(`\\b${name}\\b`).test(CODE)).toBe(true);
  });

  it.each(FIELDS)('%s is in a test of what it does', (field) => {
    const name = field.replace(/\[\]$/, '').split('.').at(-1) ?? '';
    expect(new RegExp(`\\b${name}\\b`).test(BEHAVIOUR)).toBe(true);
  });
});
