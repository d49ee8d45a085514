import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { crd, openApiSchema } from '../../../src/api/crd.ts';
import { healthReportSpec, healthReportStatus } from '../../../src/api/health-report.ts';
import { fieldReference } from '../../../tools/reference/fields.ts';
import { structural } from '../../../src/api/structural.ts';
import { manifest } from '../../../tools/generated.ts';
import { booleanLookalikes, celRules, violations } from './structural-checker.ts';

describe('the CustomResourceDefinition', () => {
  test('has a structural schema with bounded lists and strings and a description on every field', () => {
    expect(violations(openApiSchema())).toEqual([]);
  });

  test('is smaller than 128 KB as YAML, which client-side apply can take', () => {
    expect(Buffer.byteLength(manifest(crd()))).toBeLessThan(128 * 1024);
  });

  test('offers no value that YAML reads as a boolean', () => {
    expect(booleanLookalikes(structural(healthReportSpec))).toEqual([]);
    // metav1.Condition's own words; people do not write a status by hand.
    expect(booleanLookalikes(structural(healthReportStatus))).toEqual(['True', 'False']);
  });

  test('uses only CEL functions that Kubernetes 1.27 has', () => {
    const functions = celRules(openApiSchema()).flatMap((rule) =>
      [...rule.replace(/'[^']*'/g, "''").matchAll(/([A-Za-z_]+)\(/g)].map(([, name]) => name),
    );
    expect(new Set(functions)).toEqual(new Set(['has', 'duration', 'matches']));
  });

  test('fills in a status that says Unknown and Pending and nothing more', () => {
    const status = openApiSchema().properties?.['status']?.default as Record<string, unknown>;
    expect(status).toMatchObject({ observedGeneration: -1, verdict: 'Unknown' });
    expect(
      (status['conditions'] as { type: string; status: string; reason: string }[]).map(
        ({ type, status: value, reason }) => `${type}=${value}/${reason}`,
      ),
    ).toEqual(['Ready=Unknown/Pending', 'Healthy=Unknown/Pending', 'Upgradeable=Unknown/Pending']);
  });

  test('has only conditions as a list-map in status; a list-map of checks would cost 60 KB of managed fields', () => {
    const lists = Object.entries(structural(healthReportStatus).properties ?? {}).filter(
      ([, node]) => node.type === 'array',
    );
    const maps = lists.filter(([, node]) => node['x-kubernetes-list-type'] === 'map').map(([name]) => name);
    expect(maps).toEqual(['conditions']);
  });

  test('leaves faults and reasons open, so that an older definition takes a newer status', () => {
    const status = structural(healthReportStatus).properties ?? {};
    const fault = status['checks']?.items?.properties?.['fault'];
    const reason = status['conditions']?.items?.properties?.['reason'];
    expect([fault?.enum, reason?.enum]).toEqual([undefined, undefined]);
    expect([typeof fault?.pattern, typeof reason?.pattern]).toEqual(['string', 'string']);
  });

  test('shows the columns that scripts depend on, in their order', () => {
    const [version] = (
      crd() as { spec: { versions: { additionalPrinterColumns: { name: string; priority?: number }[] }[] } }
    ).spec.versions;
    const names = (priority: number): string[] =>
      (version?.additionalPrinterColumns ?? [])
        .filter((column) => (column.priority ?? 0) === priority)
        .map(({ name }) => name.toUpperCase());
    expect(names(0)).toEqual(['VERDICT', 'HEALTHY', 'UPGRADEABLE', 'ROOT-CAUSE', 'LAST-RUN', 'AGE']);
    expect(names(1)).toEqual(['TOPOLOGY', 'MESSAGE']);
  });
});

describe('the structural pass', () => {
  test.each([
    ['a union', z.union([z.object({ a: z.string() }), z.object({ b: z.string() })])],
    ['a nullable', z.object({ a: z.string().nullable() })],
    ['a value of unknown form', z.object({ a: z.unknown() })],
  ])('refuses %s, which has no structural form', (_, schema) => {
    expect(() => structural(schema)).toThrow();
  });

  test('replaces unbounded integers by a width and keeps bounds that were asked for', () => {
    const { properties } = structural(z.object({ open: z.int(), small: z.int().min(1).max(65535) }));
    expect(properties).toEqual({
      open: { type: 'integer', format: 'int64' },
      small: { type: 'integer', format: 'int32', minimum: 1, maximum: 65535 },
    });
  });

  test('leaves a time to its format', () => {
    expect(structural(z.object({ at: z.iso.datetime() })).properties?.['at']).toEqual({
      type: 'string',
      format: 'date-time',
    });
  });
});

describe('the checker of structural rules', () => {
  const field = (node: object): object => ({ type: 'object', properties: { a: { description: 'A.', ...node } } });
  test.each([
    ['a field without a type', field({}), 'has no type'],
    ['a field without a description', { type: 'object', properties: { a: { type: 'boolean' } } }, 'has no description'],
    ['a union of types', field({ type: 'object', oneOf: [{ type: 'object' }] }), 'has type inside oneOf'],
    [
      'a field only inside anyOf',
      field({ type: 'object', anyOf: [{ properties: { b: {} } }] }),
      'names b only inside anyOf',
    ],
    ['a closed object', field({ type: 'object', additionalProperties: false }), 'additionalProperties: false'],
    ['a reference', field({ type: 'object', $ref: '#/x' }), 'has $ref'],
    ['an unbounded list', field({ type: 'array', items: { type: 'boolean' } }), 'is a list without maxItems'],
    ['an unbounded string', field({ type: 'string' }), 'is a string without maxLength'],
    [
      'a pattern beside a format',
      field({ type: 'string', format: 'date-time', pattern: 'x' }),
      'has a pattern beside a format',
    ],
    ['a default that is pruned', field({ type: 'object', default: { b: 1 } }), 'default.b would be pruned'],
    ['a default of another type', field({ type: 'boolean', default: 'yes' }), 'default is not a boolean'],
    [
      'a map key that may be absent',
      field({
        type: 'array',
        maxItems: 1,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: { type: 'object' },
      }),
      'which may be absent',
    ],
    ['a required field that is not there', field({ type: 'object', required: ['b'] }), 'requires b'],
    [
      'restricted metadata',
      { type: 'object', properties: { metadata: { type: 'object', properties: {} } } },
      'restricts metadata',
    ],
  ])('finds %s', (_, schema, expected) => {
    expect(violations(schema).join('\n')).toContain(expected);
  });
});

test('the field reference lists every field once and no refused one', () => {
  const paths = [...fieldReference().matchAll(/^\| `([^`]+)`/gm)].map(([, path]) => path);
  expect(new Set(paths).size).toBe(paths.length);
  expect(paths).toContain('spec.databases[].urlSecretRef.key');
  expect(paths).toContain('status.checks[].citations[].basis');
  expect(paths.filter((path) => path?.endsWith('.secretAccessKey'))).toEqual([]);
});
