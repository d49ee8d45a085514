// The page: parsed as a browser does, held to the rules of axe, and unimpressed by whatever a report holds.
import axe from 'axe-core';
import { JSDOM } from 'jsdom';
import { parse } from 'parse5';
import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../../src/output/html.ts';
import { PALETTES } from '../../../src/output/page/style.ts';
import type { Told } from '../../../src/output/view.ts';
import { report, run } from '../judge/fixtures.ts';
import { badStatus, goodStatus, HOSTILE, hostileTold, nothing, told } from './told.ts';

const documentOf = (reports: readonly Told[]): Document => new JSDOM(renderHtml(reports)).window.document;

/** What a parser of HTML5 complains about. */
function parseErrors(html: string): readonly string[] {
  const errors: string[] = [];
  parse(html, { onParseError: ({ code }) => void errors.push(code) });
  return errors;
}

/** Rules of axe-core that are broken. It cannot see colours without a layout: the contrast has a test of its own. */
async function violations(reports: readonly Told[]): Promise<readonly string[]> {
  const { window } = new JSDOM(renderHtml(reports), { runScripts: 'outside-only' });
  window.eval(axe.source);
  const { axe: inPage } = window as unknown as { axe: typeof axe };
  const found = await inPage.run(window.document.documentElement, { rules: { 'color-contrast': { enabled: false } } });
  return found.violations.map(({ id, help }) => `${id}: ${help}`);
}

/** Relative luminance by WCAG 2. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((one, other) => other - one);
  return (light + 0.05) / (dark + 0.05);
}

it('breaks no moment and no name of an image in the middle of a part', () => {
  const inventory = [
    {
      component: 'core-daemon',
      kind: 'Deployment',
      name: 'x',
      image: 'r.example.com/a/core:1.3.0',
      since: '2026-11-01T00:00:00Z',
    },
  ] as const;
  const page = renderHtml([told({ ...goodStatus, inventory: [...inventory] })]);
  expect(page).toMatch(/>Run started<\/th><td role="cell"><time>[^ <]+Z<\/time><\/td>/);
  expect(page).toContain('<code>r.example.com/<wbr>a/<wbr>core:1.3.0</code>');
});

describe('the page', () => {
  it('says in words what the colours say', () => {
    const page = documentOf([told(badStatus)]);
    expect(page.querySelector('h2')?.textContent).toBe('recognize/prod: BLOCKED');
    expect([...page.querySelectorAll('td.state')].slice(0, 3).map(({ textContent }) => textContent)).toEqual([
      'fail',
      'error',
      'warn',
    ]);
  });

  it('tells the advice of the guide, what was not examined, and folds away what is good', () => {
    const page = documentOf([told(badStatus)]);
    expect(page.body.textContent).toMatch(/What the guide says[^]*Next: Look there\./);
    expect(page.querySelector('details summary')?.textContent).toMatch(/^\d+ other checks$/);
    expect([...page.querySelectorAll('a')].every(({ href }) => href.startsWith('https://docs.pingidentity.com/'))).toBe(
      true,
    );
  });

  it('has a title, a language, and headings in their order', () => {
    const page = documentOf([told(badStatus), told(goodStatus, { name: 'test' })]);
    expect(page.documentElement.lang).toBe('en');
    expect(page.title).toBe('recognize/prod: BLOCKED, recognize/test: PASS | recognize-health');
    const levels = [...page.querySelectorAll('h1, h2, h3, h4')].map(({ tagName }) => Number(tagName.slice(1)));
    expect(levels[0]).toBe(1);
    for (const [index, level] of levels.entries()) expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1);
    for (const table of page.querySelectorAll('table')) {
      expect(table.caption?.textContent).toBeTruthy();
      for (const head of table.querySelectorAll('th')) expect(head.scope).toMatch(/^(?:row|col)$/);
    }
  });

  it.each([
    ['a bad report', [told(badStatus)]],
    ['two reports', [told(badStatus), told(goodStatus, { name: 'test' })]],
    ['no report', [nothing]],
  ] as const)(
    'breaks no rule of accessibility: %s',
    async (_, reports) => {
      expect(await violations(reports)).toEqual([]);
      expect(parseErrors(renderHtml(reports))).toEqual([]);
      // axe walks the whole page for each of its rules: on a busy machine that is most of a minute.
    },
    240_000,
  );

  it.each(Object.entries(PALETTES))('has colours that can be read: %s', (_, { page, panel, line, ...texts }) => {
    for (const [name, colour] of Object.entries(texts))
      for (const behind of [page, panel])
        expect(contrast(colour, behind), `${name} on ${behind}`).toBeGreaterThanOrEqual(4.5);
    // What is drawn and not read needs less.
    for (const behind of [page, panel]) expect(contrast(line, behind)).toBeGreaterThanOrEqual(3);
  });

  it('uses no colour beside those of its palettes', () => {
    const style = documentOf([nothing]).querySelector('style')?.textContent ?? '';
    const known = new Set<string>(Object.values(PALETTES).flatMap((palette) => Object.values(palette)));
    expect([...style.matchAll(/#[0-9a-f]{3,8}\b/g)].filter(([colour]) => !known.has(colour))).toEqual([]);
  });

  it.each(HOSTILE.map((text) => [JSON.stringify(text).slice(0, 60), text]))('keeps its shape: %s', (_, text) => {
    const html = renderHtml([hostileTold(text)]);
    expect(parseErrors(html)).toEqual([]);
    const page = new JSDOM(html).window.document;
    const shape = (document: Document): readonly string[] =>
      [...document.querySelectorAll('*')].map(({ tagName }) => tagName).filter((name) => name !== 'A');
    // A slash of an id may make it that of another target; nothing else of a text may matter.
    const harmless =
      text === '' ? '' : text.replace(/[^/]/g, '') === '' ? 'harmless' : `h${text.replace(/[^/]/g, '')}h`;
    expect(shape(page)).toEqual(shape(documentOf([hostileTold(harmless)])));
    // Nothing that runs, and nothing that is loaded: no handler, no source, links to the web alone.
    for (const element of page.querySelectorAll('*')) {
      for (const { name, value } of element.attributes) {
        expect(name).not.toMatch(/^on|^src|^style$|^srcdoc$/);
        if (name === 'href') expect(value).toMatch(/^https?:\/\/|^#report-/);
      }
    }
    expect(page.querySelectorAll('script, link, img, iframe, object, base')).toHaveLength(0);
    expect(html).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  });
});

it('does not begin with what a mute silences', () => {
  const mutes = [
    { check: 'database/node-persistence/connect', until: '2026-12-01T00:00:00Z', reason: 'known', by: 'us' },
  ];
  const { status } = report(
    run({ 'database/node-persistence/connect': 'DatabaseMissing', 'key-management/jwt/state': 'KmsKeyDisabled' }),
    undefined,
    { mutes },
  );
  const page = documentOf([told(status)]);
  expect(page.querySelector('.first h4')?.textContent).toBe('KmsKeyDisabled key-management/jwt/state');
  expect(page.body.textContent).toMatch(/What else to do.*DatabaseMissing database/s);
});

it('tells the words of the guide in the order of the findings, the root cause first', () => {
  const { status } = report(
    run({ 'core-daemon/health': 'HealthDown', 'database/node-persistence/connect': 'DatabaseMissing' }),
  );
  const heads = [...documentOf([told(status)]).querySelectorAll('h4')].map(({ textContent }) => textContent);
  expect(heads.filter((head) => head.startsWith('OPS-'))[0]).toMatch(/DatabaseMissing/);
});
