// A schema that differs from the published one has a higher version: the operator compares the number with what is
// installed, and says that the definition is older than it. Descriptions may change under one version.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { crd } from '../../src/api/crd.ts';
import { SCHEMA_VERSION } from '../../src/api/names.ts';

interface Published {
  readonly schemaVersion: string;
  readonly sha256: string;
}

const PUBLISHED = JSON.parse(
  readFileSync(new URL('../fixtures/published-schema.json', import.meta.url), 'utf8'),
) as Published;

/** The value with its keys in order and without descriptions. A property may be called `description` too: its value is an object. */
function structure(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structure);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => key !== 'description' || typeof inner !== 'string')
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, structure(inner)]),
  );
}

const hashOf = (versions: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(structure(versions)))
    .digest('hex');

/** What is wrong with a schema of this hash and version; undefined when nothing is. */
function complaint(sha256: string, version: string): string | undefined {
  const published = Number(PUBLISHED.schemaVersion);
  if (sha256 === PUBLISHED.sha256) return undefined;
  return Number(version) > published
    ? undefined
    : `the schema differs from the published version ${published}: raise SCHEMA_VERSION in src/api/names.ts`;
}

describe('the version of the schema', () => {
  const { versions } = (crd() as { readonly spec: { readonly versions: readonly unknown[] } }).spec;

  it('is above the published one when the schema is not the published one', () => {
    expect(complaint(hashOf(versions), SCHEMA_VERSION)).toBeUndefined();
  });

  it('is missed when a field came and the version stayed', () => {
    const changed = hashOf([...versions, { name: 'one more' }]);
    expect(complaint(changed, PUBLISHED.schemaVersion)).toContain('raise SCHEMA_VERSION');
    expect(complaint(changed, String(Number(PUBLISHED.schemaVersion) + 1))).toBeUndefined();
  });

  it('does not hang on what a description says', () => {
    expect(hashOf({ type: 'string', description: 'one' })).toBe(hashOf({ description: 'two', type: 'string' }));
    expect(hashOf({ properties: { description: { type: 'string' } } })).not.toBe(hashOf({ properties: {} }));
  });
});
