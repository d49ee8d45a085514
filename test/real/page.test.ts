// The page and the dashboard in a real browser: at three widths, in both schemes and on paper nothing overflows, no rule of axe is broken
// (contrast included), the console stays silent and nothing is loaded. RECOGNIZE_HEALTH_SHOTS=FOLDER keeps the pictures.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICES } from '../../src/api/components.ts';
import { API_VERSION, KIND } from '../../src/api/names.ts';
import { compareReports } from '../../src/gate/compare.ts';
import { snapshotReport } from '../../src/gate/snapshot.ts';
import { renderDiffHtml } from '../../src/output/diff-html.ts';
import { renderHtml } from '../../src/output/html.ts';
import type { Told } from '../../src/output/view.ts';
import { WAY_BACK_FORMATS } from '../../src/output/way-back.ts';
import { literal } from '../../src/runtime/safe-text.ts';
import { startBareCluster, type BareCluster } from '../integration/cli/bare-cluster.ts';
import { PATIENCE, startDashboard, type Dashboard } from '../integration/cli/run-dashboard.ts';
import { report, run, START } from '../unit/judge/fixtures.ts';
import { goodStatus, hostileTold, nothing, told } from '../unit/output/told.ts';
import { findChromium, startChromium, type Browser, type Look } from './browser/chromium.ts';
import { expectWellMade, LOOKS } from './browser/rules.ts';

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

/** Every service and backend that there is, all well. */
const many = told(
  report(run({ ...Object.fromEntries(SERVICES.map((service) => [`${service}/health`, 'pass' as const])) })).status,
  { name: 'many' },
);

/** What a mute silences, and a certificate that blocks an upgrade. */
const muted = told(
  report(
    run({
      'database/circuit-storage/connections': 'DatabaseConnectionsHigh',
      'upgrade/database/circuit-storage/certificate': 'DatabaseCertificateExpiring',
    }),
    undefined,
    {
      mutes: [
        {
          check: 'database/circuit-storage/connections',
          until: '2026-12-01T00:00:00Z',
          reason: 'known since Monday',
          by: 'us',
        },
      ],
    },
  ).status,
  { name: 'muted' },
);

const [before, after] = [many.status, bad.status].map((status, index) =>
  snapshotReport(
    { namespace: 'recognize', name: 'prod', uid: 'u-1' },
    { ...(status ?? failing), lastRunTime: `2026-11-23T10:${index}0:00Z` },
    told(status).gate,
    START,
  ),
);
const comparisons = before === undefined || after === undefined ? [] : [compareReports(before, after)];

const PAGES: Readonly<Record<string, string>> = {
  failing: renderHtml([bad]),
  'several reports': renderHtml([told(goodStatus, { name: 'well' }), many, muted]),
  hostile: renderHtml([hostileTold(`</svg><script>document.title='owned'</script>${'x'.repeat(300)}`)]),
  'no report': renderHtml([nothing]),
  'before and after': renderDiffHtml(comparisons),
  'way back': WAY_BACK_FORMATS.html({
    exitCode: 3,
    answers: [
      {
        namespace: 'recognize',
        name: 'prod',
        exitCode: 3,
        reason: 'NotReversible',
        message: literal('Not reversible by helm rollback alone: Secret database-node-persistence is gone.'),
        obstacles: [literal('Secret database-node-persistence is gone, and the old release reads it.')],
        unknown: [literal('the public key of key-management/jwt-signing could not be read.')],
        same: [literal('1 migration of circuit-storage'), literal('ConfigMap auth-vault')],
      },
    ],
  }),
};

const PRINT: Look = { width: 800, scheme: 'light', media: 'print' };
/** Of pages with little on them. */
const SOME_LOOKS: readonly Look[] = [
  { width: 390, scheme: 'light' },
  { width: 800, scheme: 'dark' },
  { width: 1600, scheme: 'light' },
  PRINT,
];
const SMALL: ReadonlySet<string> = new Set(['no report', 'before and after', 'way back']);

let browser: Browser;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'page-'));
  if (program !== undefined) browser = await startChromium(program);
});
afterAll(async () => {
  if (program !== undefined) await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(program === undefined)('the page in Chromium', () => {
  const cases = Object.keys(PAGES).flatMap((page) =>
    (SMALL.has(page) ? SOME_LOOKS : [...LOOKS, PRINT]).map(
      (look) => [page, look.width, look.scheme, look.media ?? 'screen', look] as const,
    ),
  );

  it.each(cases)('%s at %i pixels, %s, %s', async (page, _width, _scheme, _media, look) => {
    const file = join(folder, `${page.replaceAll(' ', '-')}.html`);
    writeFileSync(file, PAGES[page] ?? '');
    const url = pathToFileURL(file).href;
    await browser.open(url, look);
    await expectWellMade(browser, page, look);
    expect(await browser.evaluate('document.title')).not.toBe('owned');
    expect(browser.said()).toEqual({ console: [], requests: [url] });
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
});

describe.skipIf(program === undefined)('the dashboard in Chromium', () => {
  let cluster: BareCluster;
  let dashboard: Dashboard;
  let sick: string;
  const seed = async (name: string, { status, spec }: Told): Promise<void> => {
    const now = new Date();
    const metadata = { name, namespace: 'recognize', generation: 1 };
    const current = {
      ...status,
      lastRunTime: now.toISOString(),
      freshUntil: new Date(now.getTime() + 600_000).toISOString(),
    };
    await cluster.seed([{ apiVersion: API_VERSION, kind: KIND, metadata, spec: spec ?? {}, status: current }]);
  };
  const heading = `document.querySelector('h2').textContent`;
  const said = `document.querySelector('[role=status]').textContent`;
  const sees = (expression: string): { toMatch(words: RegExp): Promise<void> } =>
    expect.poll(() => browser.evaluate(expression), PATIENCE);

  beforeAll(async () => {
    cluster = await startBareCluster();
    await seed('sick', bad);
    await seed('well', many);
    dashboard = await startDashboard(cluster.admin, '-n', 'recognize');
    sick = `${dashboard.url}/reports/recognize/sick`;
  });
  afterAll(async () => {
    await dashboard.stop();
    await cluster.stop();
  });

  it.each(
    LOOKS.flatMap((look) =>
      (['list', 'report'] as const).map((page) => [page, look.width, look.scheme, look] as const),
    ),
  )('its %s at %i pixels, %s', async (page, _width, _scheme, look) => {
    await browser.open(page === 'list' ? dashboard.url : sick, look);
    await expectWellMade(browser, `dashboard ${page}`, look);
    const { console: lines, requests } = browser.said();
    expect(lines).toEqual([]);
    for (const url of requests) expect(url).toMatch(new RegExp(`^${dashboard.url}(/|$)`));
  });

  it('follows the cluster, and leaves its reader where they are: scroll, focus, selection, an open fold', async () => {
    await browser.open(sick, { width: 800, scheme: 'light' });
    await sees(heading).toMatch(/BLOCKED/);
    await browser.evaluate(`(() => {
      window.opened = true;
      document.querySelector('details').open = true;
      document.querySelectorAll('summary')[1].focus();
      getSelection().selectAllChildren(document.querySelector('h1'));
      scrollTo(0, 700);
    })()`);
    await seed('sick', bad.status === undefined ? bad : { ...bad, status: { ...bad.status, healthy: '1/99' } });
    await sees(`document.querySelector('table.keys').textContent`).toMatch(/1\/99/);
    const still = `[window.opened, [...document.querySelectorAll('details')].map(({ open }) => open),
      document.activeElement === document.querySelectorAll('summary')[1], String(getSelection()), scrollY]`;
    expect(await browser.evaluate(still)).toEqual([
      true,
      [true, false, false],
      true,
      'Health of PingOne Recognize',
      700,
    ]);

    // Another verdict is another page: it is told, and the fold stays.
    await seed('sick', many);
    await sees(said).toMatch(/^Now: recognize\/sick: PASS$/);
    await sees(heading).toMatch(/PASS/);
    expect(await browser.evaluate(`[window.opened, document.querySelector('details').open, document.title]`)).toEqual([
      true,
      true,
      'recognize/sick: PASS | recognize-health',
    ]);
    expect(browser.said().console).toEqual([]);
    await seed('sick', bad);
  });

  it('says that the API server is gone, shows what it knew, and says when it is back', async () => {
    await browser.open(dashboard.url, { width: 390, scheme: 'dark' });
    await cluster.server.stop();
    await sees(said).toMatch(/^May be old: .+/);
    expect(await browser.evaluate('document.querySelectorAll("tbody tr").length')).toBe(2);
    await expectWellMade(browser, 'dashboard alone', { width: 390, scheme: 'dark' });
    await cluster.server.restart();
    await sees(said).toMatch(/^Current again\.$/);
    await seed('newcomer', many);
    await sees('document.querySelector("table").textContent').toMatch(/newcomer/);
  });

  it('says that it was ended itself', async () => {
    const own = await startDashboard(cluster.admin, '-n', 'recognize');
    await browser.open(own.url, { width: 390, scheme: 'light' });
    // A dashboard that has just begun may not have heard of the reports yet.
    await sees('document.querySelector("table").textContent').toMatch(/recognize\/sick/);
    expect(await own.stop()).toBe(130);
    await sees(said).toMatch(/^May be old: the dashboard does not answer\. Was it ended\?$/);
    await sees('document.querySelector("table").textContent').toMatch(/recognize\/sick/);
  });
});
