// Holds the entries to the guide: every row is there, in its section, with every string, name and figure.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SECTIONS, entryUrl } from '../../../src/guide/entry.ts';
import { ENTRIES, GUIDE } from '../../../src/guide/index.ts';

interface Row {
  readonly id: string;
  readonly section: string;
  /** Null where the guide prints no error text. */
  readonly title: string | null;
  readonly code?: string;
  readonly platform?: string;
  readonly facts: readonly string[];
}

const rows = JSON.parse(
  readFileSync(new URL('../../fixtures/guide/rows.json', import.meta.url), 'utf8'),
) as readonly Row[];

const fromGuide = ENTRIES.filter((entry) => entry.source === 'guide');

describe('the rows of the guide', () => {
  it('are the entries whose source is the guide, each once, in its order, iOS before Android', () => {
    expect(fromGuide.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
  });

  it.each(rows)('$id keeps its section, anchor, error text, code and platform', (row) => {
    const entry = ENTRIES.find(({ id }) => id === row.id);
    expect(entry).toMatchObject({ section: row.section, anchor: row.section });
    expect(entry?.code).toBe(row.code);
    expect(entry?.platform).toBe(row.platform);
    if (row.title !== null) expect(entry?.title).toBe(row.title);
  });

  it.each(rows)('$id loses no fact', (row) => {
    const entry = ENTRIES.find(({ id }) => id === row.id);
    const said = `${entry?.title ?? ''}\n${entry?.cause ?? ''}\n${entry?.nextSteps ?? ''}`.toLowerCase();
    expect(row.facts.filter((fact) => !said.includes(fact.toLowerCase()))).toEqual([]);
  });

  it('count as many for each section as the guide has', () => {
    const counts = SECTIONS.map((section) => [section, fromGuide.filter((entry) => entry.section === section).length]);
    expect(Object.fromEntries(counts)).toEqual({
      'core-daemon': 4,
      'operations-service': 0,
      'node-persistence': 2,
      'circuit-storage': 3,
      'auth-vault': 3,
      'pingone-recognize-offline-enrollment-agent': 3,
      'mobile-sdk': 26,
      alerts: 3,
      'scaling-the-cluster': 5,
    });
  });
});

describe('the catalogue', () => {
  it('imports every file of its folder', () => {
    const folder = readdirSync(new URL('../../../src/guide/entries/', import.meta.url)).sort();
    const index = readFileSync(new URL('../../../src/guide/index.ts', import.meta.url), 'utf8');
    const imported = [...index.matchAll(/from '\.\/entries\/([^']+)'/g)].map(([, file]) => file).sort();
    expect(imported).toEqual(folder);
  });

  it('gives every entry an id of its own', () => {
    expect(new Set(ENTRIES.map(({ id }) => id)).size).toBe(ENTRIES.length);
  });

  it('gives an id the form that stands for its section', () => {
    const forms = /^(?:REC-(?:CD|NP|CS|AV|AL|SC)-\d{3}|REC-EA-(?:400|422|500)|SDK-\d{5}(?:-IOS|-ANDROID)?|OPS-\d{3})$/;
    expect(ENTRIES.map(({ id }) => id).filter((id) => !forms.test(id))).toEqual([]);
  });

  it('says of every entry whether it is from the guide or ours', () => {
    for (const { id, source, section, anchor } of ENTRIES) {
      expect([id, source, section === 'ours', anchor === '']).toEqual([
        id,
        id.startsWith('OPS-') ? 'ours' : 'guide',
        id.startsWith('OPS-'),
        id.startsWith('OPS-'),
      ]);
    }
  });

  it('fits into a status: title 256, cause 512, next steps 1024 characters', () => {
    const tooLong = ENTRIES.filter(
      ({ title, cause, nextSteps }) => title.length > 256 || cause.length > 512 || nextSteps.length > 1024,
    );
    expect(tooLong.map(({ id }) => id)).toEqual([]);
  });

  it('links each entry to its section of the guide', () => {
    const ofGuide = ENTRIES.filter(({ source }) => source === 'guide');
    expect(ofGuide.filter((entry) => !entryUrl(entry).startsWith(GUIDE.url)).map(({ id }) => id)).toEqual([]);
    const entry = ENTRIES.find(({ id }) => id === 'REC-AV-003')!;
    expect(entryUrl(entry)).toBe(
      'https://docs.pingidentity.com/recognize/troubleshooting/troubleshooting.html#auth-vault',
    );
  });

  it('never cites the guide for what the guide does not say', () => {
    const page = readFileSync(new URL('../../../docs/reference/entries.md', import.meta.url), 'utf8');
    for (const entry of ENTRIES.filter(({ source }) => source === 'ours')) {
      expect(entryUrl(entry)).toBe(`docs/reference/entries.md#${entry.id.toLowerCase()}`);
      expect(page).toContain(`### ${entry.id}\n`);
    }
  });

  it('has a version that changes with the rows', () => {
    const digest = createHash('sha256').update(JSON.stringify(rows)).digest('hex').slice(0, 8);
    expect(GUIDE.version).toBe(`2026-11-${digest}`);
  });
});
