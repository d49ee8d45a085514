// A headless Chromium over its DevTools protocol: one page at a time, at the width and in the scheme that a test asks for.
// Debian's package; no browser comes with `npm ci`.
import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { WebSocket } from 'undici';
import { z } from 'zod';

/** The program: from CHROMIUM, or from PATH; undefined where there is none. */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM'];
  if (named !== undefined && named !== '') return named;
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'chromium'))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

export interface Look {
  /** In CSS pixels. */
  readonly width: number;
  readonly scheme: 'light' | 'dark';
  readonly media?: 'screen' | 'print';
}

export interface Browser {
  /** Opens the file as it looks then; `evaluate` runs a script in it. */
  open(url: string, look: Look): Promise<void>;
  evaluate(expression: string): Promise<unknown>;
  /** What the page said to the console, and what it asked the network for beside itself. */
  said(): { readonly console: readonly string[]; readonly requests: readonly string[] };
  /** The whole page as PNG. */
  screenshot(): Promise<Buffer>;
  close(): Promise<void>;
}

const message = z.object({
  id: z.number().optional(),
  method: z.string().optional(),
  params: z.record(z.string(), z.unknown()).optional(),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ message: z.string() }).optional(),
});

/** Starts it with a profile of its own. */
export async function startChromium(program: string): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  const child = spawn(
    program,
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--hide-scrollbars',
      '--no-first-run',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    { stdio: 'ignore' },
  );
  const socket = new WebSocket(await pageAt(await portOf(child, profile)));
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', () => reject(new Error('no DevTools connection')));
  });
  let last = 0;
  const waiting = new Map<number, (answer: z.output<typeof message>) => void>();
  let lines: string[] = [];
  let requests: string[] = [];
  /** The documents that are there as a whole, and what is to be told of the next one. */
  const loaded = new Set<unknown>();
  let tell: () => void = () => undefined;
  socket.addEventListener('message', ({ data }) => {
    const told = message.parse(JSON.parse(String(data)));
    if (told.id !== undefined) waiting.get(told.id)?.(told);
    if (told.method === 'Page.lifecycleEvent' && told.params?.['name'] === 'load') {
      loaded.add(told.params['loaderId']);
      tell();
    }
    if (
      told.method === 'Runtime.consoleAPICalled' ||
      told.method === 'Log.entryAdded' ||
      told.method === 'Runtime.exceptionThrown'
    )
      lines.push(JSON.stringify(told.params));
    if (told.method === 'Network.requestWillBeSent')
      requests.push(String((told.params?.['request'] as { url?: unknown } | undefined)?.url));
  });
  const call = async (method: string, params: object = {}): Promise<Record<string, unknown>> => {
    const id = (last += 1);
    const answered = new Promise<z.output<typeof message>>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const { result = {}, error } = await answered;
    waiting.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  };
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await call(`${domain}.enable`);
  await call('Page.setLifecycleEventsEnabled', { enabled: true });

  return {
    open: async (url, { width, scheme, media = 'screen' }) => {
      await call('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile: false });
      await call('Emulation.setEmulatedMedia', {
        media,
        features: [{ name: 'prefers-color-scheme', value: scheme }],
      });
      lines = [];
      requests = [];
      const { loaderId } = await call('Page.navigate', { url });
      while (!loaded.has(loaderId)) await new Promise<void>((resolve) => (tell = resolve));
    },
    evaluate: async (expression) => {
      const { result, exceptionDetails } = await call('Runtime.evaluate', {
        expression,
        awaitPromise: true,
        returnByValue: true,
      });
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return (result as { value?: unknown }).value;
    },
    said: () => ({ console: lines, requests }),
    screenshot: async () => {
      const { data } = await call('Page.captureScreenshot', { captureBeyondViewport: true });
      return Buffer.from(String(data), 'base64');
    },
    close: async () => {
      socket.close();
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

const targets = z.array(z.object({ type: z.string(), webSocketDebuggerUrl: z.string() }));

/** Where its page is debugged. It listens before it has one. */
async function pageAt(port: string): Promise<string> {
  for (;;) {
    const listed = targets.parse(await (await fetch(`http://127.0.0.1:${port}/json/list`)).json());
    const page = listed.find(({ type }) => type === 'page');
    if (page !== undefined) return page.webSocketDebuggerUrl;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Chromium writes its port into its profile. */
async function portOf(child: ChildProcess, profile: string): Promise<string> {
  const file = join(profile, 'DevToolsActivePort');
  for (;;) {
    if (child.exitCode !== null) throw new Error(`Chromium ended with ${child.exitCode}`);
    const port = existsSync(file) ? /^(\d+)\n/.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
    if (port !== undefined) return port;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
