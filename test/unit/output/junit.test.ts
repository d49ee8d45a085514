// JUnit XML against the schema of the dialect that CI servers read, whatever a report holds.
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { validateXML } from 'xmllint-wasm';
import { describe, expect, it } from 'vitest';
import { renderJunit } from '../../../src/output/junit.ts';
import type { Told } from '../../../src/output/view.ts';
import { answer, badStatus as status, goodStatus, HOSTILE, hostileTold, nothing, told } from './told.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
}

/** Reads XML as strictly as our documents need: one root, matched ends, quoted attributes, known entities only. */
function parseXml(xml: string): Element {
  const root: Element = { name: '', attributes: {}, children: [] };
  const open = [root];
  const pattern = /<\?xml [^?]*\?>|<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
  let end = 0;
  for (const match of xml.matchAll(pattern)) {
    end = match.index + match[0].length;
    const [, closing, name, attributes = '', empty, text] = match;
    const entities = `${attributes}${text ?? ''}`.replace(/&(?:amp|lt|gt|quot|apos);/g, '');
    if (entities.includes('&')) throw new Error(`a bare ampersand in ${match[0]}`);
    if (name === undefined) continue;
    if (closing === '/') {
      if (open.pop()?.name !== name) throw new Error(`${name} ends what it did not begin`);
      continue;
    }
    const pairs = [...attributes.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]);
    const element: Element = { name, attributes: Object.fromEntries(pairs) as Record<string, string>, children: [] };
    open.at(-1)?.children.push(element);
    if (empty !== '/') open.push(element);
  }
  if (end !== xml.length) throw new Error(`not XML from here: ${xml.slice(end, end + 80)}`);
  if (open.length !== 1 || root.children.length !== 1) throw new Error('not one root that ends');
  const [document] = root.children;
  if (document === undefined) throw new Error('empty');
  return document;
}

/** What no schema can say: the numbers are those of the cases. */
function expectCounts(root: Element): void {
  for (const suite of root.children) {
    const { tests, failures, errors, skipped } = suite.attributes;
    const having = (child: string): number =>
      suite.children.filter(({ children }) => children.some((one) => one.name === child)).length;
    expect([tests, failures, errors, skipped].map(Number)).toEqual([
      suite.children.length,
      having('failure'),
      having('error'),
      having('skipped'),
    ]);
  }
}

/** The complaints of libxml2 about documents that should be valid against the schema. */
async function complaints(documents: readonly (readonly Told[])[]): Promise<readonly string[]> {
  const schema = await readFile(new URL('../../fixtures/junit/junit.xsd', import.meta.url), 'utf8');
  const xml = documents.map((reports, index) => ({ fileName: `${index}.xml`, contents: renderJunit(reports) }));
  const { errors, valid } = await validateXML({ xml, schema });
  return valid ? [] : errors.map(({ rawMessage }) => rawMessage);
}

describe('JUnit', () => {
  it('has one case for each check, and the gate', () => {
    const root = parseXml(renderJunit([told(status)]));
    expectCounts(root);
    expect(root.children[0]?.children.map(({ attributes }) => attributes['name'])).toEqual([
      'gate',
      ...(status.checks ?? []).map(({ id }) => id),
    ]);
  });

  it('counts seconds', () => {
    expect(parseXml(renderJunit([told(status)])).children[0]?.attributes['time']).toBe('1.234');
  });

  it('counts warnings as failures only where they count', () => {
    const failures = (failOn: 'fail' | 'warn'): string | undefined =>
      parseXml(renderJunit([told(status, { failOn })])).children[0]?.attributes['failures'];
    expect([failures('fail'), failures('warn')]).toEqual(['2', '3']);
  });

  it('is no good suite when there is no report to tell about', () => {
    expect(parseXml(renderJunit([nothing])).attributes['errors']).toBe('1');
  });

  it('shows what --skip left out as skipped', () => {
    const skips = ['database/node-persistence/connect'];
    const root = parseXml(renderJunit([told(status, { gate: answer(status, skips) })]));
    const skipped = root.children[0]?.children.find(({ attributes }) => attributes['name'] === skips[0]);
    expect(skipped?.children[0]).toMatchObject({
      name: 'skipped',
      attributes: { message: expect.stringContaining('--skip') as string },
    });
  });

  it('is valid against the schema, and stays so whatever a report holds', async () => {
    const documents = [[told(status)], [told(goodStatus), told(status)], [nothing], []];
    expect(await complaints([...documents, ...HOSTILE.map((text) => [hostileTold(text)])])).toEqual([]);
  });

  it('stays XML whatever a text holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const checks = (status.checks ?? []).map((check) => ({ ...check, message: text, fault: text }));
        const xml = renderJunit([told({ ...status, checks }, { name: text, gate: answer(status) })]);
        expectCounts(parseXml(xml));
        expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
      }),
    );
  });
});
