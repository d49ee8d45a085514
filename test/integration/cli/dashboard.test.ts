// `dashboard`: the reports as pages that follow the cluster, for this machine alone and to be read only.
import { request } from 'node:http';
import { JSDOM } from 'jsdom';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { API_VERSION, KIND } from '../../../src/api/names.ts';
import { report, run as judged } from '../../unit/judge/fixtures.ts';
import { command } from '../gate/command.ts';
import { startBareCluster, type BareCluster } from './bare-cluster.ts';
import { PATIENCE, startDashboard, type Dashboard } from './run-dashboard.ts';

let cluster: BareCluster;
const now = new Date();
const good = report(judged(), undefined, { now }).status;
const failing = report(judged({ 'database/node-persistence/connect': 'DatabaseMissing' }), undefined, { now }).status;

const seed = (name: string, status: object, namespace = 'recognize'): Promise<void> => {
  const metadata = { name, namespace, generation: 1 };
  return cluster.seed([{ apiVersion: API_VERSION, kind: KIND, metadata, spec: {}, status }]);
};

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** With any Host and any method, which fetch would not send. */
function ask(url: string, more: { readonly host?: string; readonly method?: string } = {}): Promise<Answer> {
  const { host, method = 'GET' } = more;
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, ...(host === undefined ? {} : { headers: { host } }) }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }));
    });
    asked.on('error', reject);
    asked.end();
  });
}
const page = async (url: string): Promise<Document> => new JSDOM((await ask(url)).body).window.document;
const until = async (url: string, word: string): Promise<void> =>
  vi.waitFor(async () => expect((await ask(url)).body).toContain(word), PATIENCE);

const start = (...argv: readonly string[]): Promise<Dashboard> => startDashboard(cluster.admin, ...argv);

let dashboard: Dashboard;
beforeAll(async () => {
  cluster = await startBareCluster(['recognize', 'test']);
  await seed('well', good);
  await seed('sick', failing);
  await seed('other', good, 'test');
  dashboard = await start('-n', 'recognize');
  await until(dashboard.url, 'recognize/well');
});
afterAll(async () => {
  await dashboard.stop();
  await cluster.stop();
});

describe('the pages', () => {
  it('list the reports of the namespace, what is not good first, with links', async () => {
    const document = await page(dashboard.url);
    const links = [...document.querySelectorAll('table a')].map((one) => [one.textContent, one.getAttribute('href')]);
    expect(links).toEqual([
      ['recognize/sick', '/reports/recognize/sick'],
      ['recognize/well', '/reports/recognize/well'],
    ]);
    expect(document.querySelector('tbody tr')?.textContent).toMatch(/Failing.*DatabaseMissing/);
  });

  it('show a report as -o html does, with the way back', async () => {
    const document = await page(`${dashboard.url}/reports/recognize/sick`);
    expect(document.querySelector('h2')?.textContent).toMatch(/recognize\/sick: BLOCKED/);
    expect(document.querySelector('nav a')?.getAttribute('href')).toBe('/');
    expect(document.querySelector('svg')).not.toBeNull();
  });

  it('follow the cluster: an open page is told, and one that is old already hears so at once', async () => {
    const version = (await page(dashboard.url)).querySelector('main')?.getAttribute('data-version') ?? '';
    const stop = new AbortController();
    const events = await fetch(`${dashboard.url}/events?since=${version}`, { signal: stop.signal });
    const reader = events.body?.getReader();
    const next = async (): Promise<string> => new TextDecoder().decode((await reader?.read())?.value);
    expect(await next()).toBe(': waiting\n\n');
    await seed('newcomer', good);
    expect(await next()).toContain('data: changed');
    stop.abort();
    await until(dashboard.url, 'recognize/newcomer');
    const late = await fetch(`${dashboard.url}/events?since=${version}`);
    expect(new TextDecoder().decode((await late.body?.getReader().read())?.value)).toBe('data: changed\n\n');
  });

  it('need no script from elsewhere, and may be framed by nobody', async () => {
    const { headers, body } = await ask(dashboard.url);
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/);
    expect(headers['cache-control']).toBe('no-store');
    expect(body.match(/<script[^>]*>/g)).toEqual(['<script src="/live.js" defer>']);
    expect((await ask(`${dashboard.url}/live.js`)).headers['content-type']).toMatch(/^text\/javascript/);
  });

  it('hold no markup of a report', async () => {
    await seed('hostile', { ...failing, rootCause: '<img src=x onerror=alert(1)>' });
    await until(dashboard.url, 'recognize/hostile');
    expect((await page(dashboard.url)).querySelector('img')).toBeNull();
    expect((await page(`${dashboard.url}/reports/recognize/hostile`)).querySelector('img')).toBeNull();
  });
});

describe('nobody else', () => {
  it.each(['evil.example', '127.0.0.1', 'evil.example:1', 'localhost'])(
    'gets a page under the name %j',
    async (host) => {
      const { status, body } = await ask(dashboard.url, { host });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(body).not.toContain('recognize/');
    },
  );

  it('gets one by the name localhost only because that is this machine', async () => {
    const { port } = new URL(dashboard.url);
    expect((await ask(dashboard.url, { host: `localhost:${port}` })).status).toBe(200);
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('changes anything by %s', async (method) => {
    expect((await ask(dashboard.url, { method })).status).toBe(405);
  });

  it.each(['/reports/recognize/none', '/reports/test/other', '/../etc/passwd', '/reports/%00/x', '/favicon.ico'])(
    'finds anything at %s',
    async (path) => {
      const { status, body } = await ask(dashboard.url + path);
      expect([status, body.includes('Not found')]).toEqual([404, true]);
    },
  );
});

describe('the command', () => {
  it('shows every namespace with -A, and ends with 130 by Ctrl-C, its port free again', async () => {
    const all = await start('-A');
    await until(all.url, 'test/other');
    const { port } = new URL(all.url);
    expect((await command('dashboard', '--kubeconfig', cluster.admin, '--port', port)).err).toContain(
      `port ${port} is taken`,
    );
    expect(await all.stop()).toBe(130);
    await expect(ask(all.url)).rejects.toThrow();
  });

  it('tells who may not list reports so before it listens', async () => {
    const nobody = await cluster.kubeconfigOf('nobody');
    const { code, out, err } = await command('dashboard', '--kubeconfig', nobody, '-n', 'recognize');
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('list healthreports');
  });

  it('refuses what is no port', async () => {
    expect((await command('dashboard', '--kubeconfig', cluster.admin, '--port', '99999')).code).toBe(2);
  });
});
