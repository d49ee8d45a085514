// The page in a real browser: at three widths, in both schemes and on paper nothing overflows, no rule of axe is broken
// (contrast included), the console stays silent and nothing is loaded. RECOGNIZE_HEALTH_SHOTS=FOLDER keeps the pictures.
import axe from 'axe-core';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/output/html.ts';
import type { Told } from '../../src/output/view.ts';
import { report, run } from '../unit/judge/fixtures.ts';
import { goodStatus, hostileTold, nothing, told } from '../unit/output/told.ts';
import { findChromium, startChromium, type Browser, type Look } from './browser/chromium.ts';

const program = findChromium();
if (program === undefined) {
  if (process.env['CI'] === 'true') throw new Error('test/real/page.test.ts needs chromium (Debian: chromium)');
  process.stderr.write('test/real/page.test.ts: no chromium (Debian: chromium) in PATH, skipped\n');
}

/** A database that is gone, what it takes with it, a question without an answer; with images, dates and a history. */
const { status: failing } = report(
  run({
    'database/node-persistence/connect': 'DatabaseMissing',
    'node-persistence/health': 'HealthDown',
    'core-daemon/health': 'HealthDown',
    'auth-vault/health': 'HealthDown',
    'key-management/jwt/state': 'CheckerNotAuthorized',
  }),
);
const bad = told({
  ...failing,
  topology: 'Split',
  inventory: [
    {
      component: 'core-daemon',
      kind: 'Deployment',
      name: 'core-daemon',
      image: 'registry.example.com/biometrics/recognize/core-daemon:1.3.0',
      since: '2026-11-01T00:00:00Z',
    },
  ],
  transitions: [
    { time: '2026-11-20T10:00:00Z', from: 'Unknown', to: 'Healthy' },
    { time: '2026-11-23T10:00:00Z', from: 'Healthy', to: 'Failing', rootCause: 'DatabaseMissing (node-persistence)' },
  ],
});

const PAGES: Readonly<Record<string, readonly Told[]>> = {
  failing: [bad],
  'two reports': [bad, told(goodStatus, { name: 'test' })],
  'no report': [nothing],
  hostile: [hostileTold(`</svg><script>document.title='owned'</script>${'x'.repeat(300)}`)],
};

const LOOKS: readonly Look[] = [
  ...([390, 800, 1600] as const).flatMap((width) =>
    (['light', 'dark'] as const).map((scheme): Look => ({ width, scheme })),
  ),
  { width: 800, scheme: 'light', media: 'print' },
];

/** Elements that stick out of the page, and words of headings and cells that are cut in two by a narrow column. */
const OVERFLOW = `(() => {
  const width = document.documentElement.clientWidth;
  return [...document.querySelectorAll('body *')]
    .filter((element) => !element.closest('details:not([open])') && element.getBoundingClientRect().right > width + 1)
    .filter((element) => getComputedStyle(element).position !== 'absolute')
    .map((element) => element.tagName + ' ' + element.textContent.slice(0, 40));
})()`;

/** Texts of the map that are wider than their box. */
const CLIPPED = `[...document.querySelectorAll('svg.map g')].filter((group) => group.getBoundingClientRect().width > 0)
  .flatMap((group) => [...group.querySelectorAll('text')]
    .filter((text) => text.getBoundingClientRect().right > group.querySelector('rect').getBoundingClientRect().right)
    .map((text) => text.textContent))`;

describe.skipIf(program === undefined)('the page in Chromium', () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'page-'));
    browser = await startChromium(program ?? '');
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const cases = Object.keys(PAGES).flatMap((page) =>
    LOOKS.map((look) => [page, look.width, look.scheme, look.media ?? 'screen', look] as const),
  );

  it.each(cases)('%s at %i pixels, %s, %s', async (page, _width, _scheme, _media, look) => {
    const file = join(folder, `${page.replace(' ', '-')}.html`);
    writeFileSync(file, renderHtml(PAGES[page] ?? []));
    const url = pathToFileURL(file).href;
    await browser.open(url, look);
    await keep(page, look);

    expect(await browser.evaluate(OVERFLOW)).toEqual([]);
    expect(await browser.evaluate(CLIPPED)).toEqual([]);
    expect(await browser.evaluate('document.title')).not.toBe('owned');
    expect(await browser.evaluate('matchMedia("(prefers-color-scheme: dark)").matches')).toBe(look.scheme === 'dark');
    expect(browser.said()).toEqual({ console: [], requests: [url] });

    await browser.evaluate(axe.source);
    const broken = await browser.evaluate(
      'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")))',
    );
    expect(broken).toEqual([]);
  });

  it('shows one map, in columns on a wide page and as a list on a narrow one', async () => {
    const file = join(folder, 'map.html');
    writeFileSync(file, renderHtml([bad]));
    const shown = `[...document.querySelectorAll('svg.map')].filter((map) => map.getBoundingClientRect().height > 0).map((map) => map.getAttribute('class'))`;
    await browser.open(pathToFileURL(file).href, { width: 1600, scheme: 'light' });
    expect(await browser.evaluate(shown)).toEqual(['map wide']);
    await browser.open(pathToFileURL(file).href, { width: 390, scheme: 'light' });
    expect(await browser.evaluate(shown)).toEqual(['map narrow']);
  });

  async function keep(page: string, { width, scheme, media = 'screen' }: Look): Promise<void> {
    const shots = process.env['RECOGNIZE_HEALTH_SHOTS'];
    if (shots === undefined) return;
    mkdirSync(shots, { recursive: true });
    writeFileSync(join(shots, `${page.replace(' ', '-')}-${width}-${scheme}-${media}.png`), await browser.screenshot());
  }
});
