// JUnit XML against the schema of the dialect that CI servers read, whatever a report holds.
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { validateXML } from 'xmllint-wasm';
import { describe, expect, it } from 'vitest';
import { notComparable } from '../../../src/gate/compare.ts';
import type { Change, Comparison, Moved } from '../../../src/gate/comparison.ts';
import { noWayBack } from '../../../src/gate/way-back.ts';
import { renderDiffJunit } from '../../../src/output/diff-junit.ts';
import { renderJunit } from '../../../src/output/junit.ts';
import { WAY_BACK_FORMATS } from '../../../src/output/way-back.ts';
import { redact, safe } from '../../../src/runtime/safe-text.ts';

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
async function complaints(documents: readonly string[]): Promise<readonly string[]> {
  const schema = await readFile(new URL('../../fixtures/junit/junit.xsd', import.meta.url), 'utf8');
  const xml = documents.map((contents, index) => ({ fileName: `${index}.xml`, contents }));
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
    const reports = [[told(status)], [told(goodStatus), told(status)], [nothing], []];
    const all = [...reports, ...HOSTILE.map((text) => [hostileTold(text)])];
    expect(await complaints(all.map(renderJunit))).toEqual([]);
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

const change = (check: string, more: Partial<Change>): Change => ({
  check,
  faultBefore: undefined,
  faultAfter: undefined,
  message: redact(HOSTILE.join(' '), [], 512),
  muted: false,
  required: true,
  ...more,
});
const moved = (counts: Moved['counts']): Moved => ({
  what: `database/${counts}`,
  before: 'a',
  after: 'b',
  message: safe`It moved.`,
  counts,
});
const COMPARED: Comparison = {
  ...notComparable({ namespace: 'recognize', name: 'prod' }, 'Not so well.', 3),
  runBefore: '2026-11-28T14:00:00Z',
  runAfter: '2026-11-28T14:20:00+01:00',
  phases: [
    { name: 'rollout', ms: 1_000 },
    { name: 'until healthy', ms: 500 },
  ],
  regressions: [
    change('worse', { before: 'pass', after: 'fail', faultAfter: 'KmsKeyDisabled' }),
    change('warned', { before: 'pass', after: 'warn' }),
    change('muted', { before: 'pass', after: 'fail', muted: true }),
  ],
  added: [change('new', { after: 'error' }), change('new and skipped', { after: 'skip' })],
  lostSight: [change('lost', { before: 'pass', after: 'error' }), change('may be lost', { required: false })],
  gone: [change('gone', { before: 'pass' })],
  still: [change('still', { before: 'fail', after: 'fail' })],
  fixes: [change('mended', { before: 'fail', after: 'pass' })],
  unseen: ['unseen'],
  moved: [moved('fail'), moved('warn'), moved('pass')],
};

describe('JUnit of diff and of the way back', () => {
  const verdicts = (comparison: Comparison): readonly unknown[] => {
    const root = parseXml(renderDiffJunit([comparison], comparison.exitCode));
    expectCounts(root);
    return (root.children[0]?.children ?? []).map(({ attributes, children: [child] }) => [
      attributes['name'],
      child?.name ?? 'pass',
    ]);
  };
  const COUNTED = [
    ['diff', 'failure'],
    ['worse', 'failure'],
    ['warned', 'system-out'],
    ['muted', 'skipped'],
    ['new', 'error'],
    ['new and skipped', 'skipped'],
    ['lost', 'error'],
    ['may be lost', 'skipped'],
    ['gone', 'error'],
    ['still', 'skipped'],
    ['mended', 'system-out'],
    ['database/fail', 'failure'],
    ['database/warn', 'system-out'],
    ['database/pass', 'system-out'],
    ['unseen', 'skipped'],
  ];

  it('fails what is worse, errs where sight was lost, and fails nothing that was as bad before', () => {
    expect(verdicts(COMPARED)).toEqual(COUNTED);
  });

  it('fails warnings and doubts only where they count', () => {
    const counting = new Set(['warned', 'database/warn']);
    expect(verdicts({ ...COMPARED, exitCode: 4 })).toEqual(
      COUNTED.map(([name = '', verdict]) => [name, counting.has(name) ? 'failure' : verdict]),
    );
  });

  it('is valid against the schema, takes as long as the phases, and says no where there is nothing', async () => {
    const compared = renderDiffJunit([COMPARED, COMPARED], 3);
    const answer = { ...noWayBack(COMPARED, 'No & never', 3), runAfter: '2026-11-28T14:20:00Z' };
    const lists = { obstacles: [safe`<gone>`], unknown: [safe`not "read"`], same: [safe`the key`] };
    const back = WAY_BACK_FORMATS.junit({ answers: [{ ...answer, ...lists }], exitCode: 3 });
    const empty = [
      renderDiffJunit([], 2, 'cut <off>'),
      WAY_BACK_FORMATS.junit({ answers: [], exitCode: 2, problem: 'cut <off>' }),
    ];
    expect(await complaints([compared, back, ...empty])).toEqual([]);
    expect(parseXml(compared).attributes['time']).toBe('1.500');
    expect(parseXml(back).attributes).toMatchObject({ tests: '4', failures: '2', errors: '1' });
    for (const document of empty) expect(parseXml(document).attributes['errors']).toBe('1');
  });
});
