// Something on the way to the API server that answers as it likes: the token goes nowhere else, nothing is taken for
// confirmed that was not, a value of another namespace is not used, and whoever asks ends with a sentence.
import { setMaxListeners } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createClusterClient } from '../../../src/kube/cluster.ts';
import { createLeaseStore } from '../../../src/kube/lease.ts';
import { listAll } from '../../../src/kube/list.ts';
import type { ReflectorNote } from '../../../src/kube/reflector.ts';
import { getReport } from '../../../src/kube/reports.ts';
import { RULES } from '../../../src/kube/rules.ts';
import { namespaceSecrets } from '../../../src/kube/secrets.ts';
import { watchReports } from '../../../src/operator/watch-reports.ts';
import { Stop, systemClock } from '../../../src/runtime/clock.ts';
import { answer, type Handler, startStub, status, type Stub } from '../../unit/kube/api-server-stub.ts';
import { command } from '../gate/command.ts';

const { signal } = new AbortController();
setMaxListeners(0, signal);
let stub: Stub | undefined;
afterEach(async () => {
  await stub?.close();
  stub = undefined;
});
const start = async (handler: Handler): Promise<Stub> => {
  stub = await startStub(handler);
  return stub;
};
const always = (code: number, body: unknown, headers: Record<string, string> = {}): Promise<Stub> =>
  start((_, response) => answer(response, code, body, headers));

describe('a redirect', () => {
  it.each([300, 301, 302, 303, 304, 307, 308])(
    'with %i takes the token nowhere, of a call or of a watch',
    async (code) => {
      const heard: IncomingMessage[] = [];
      const theirs = createServer((request, response) => {
        heard.push(request);
        answer(response, 200, { metadata: { name: 'production', namespace: 'recognize' } });
      });
      await new Promise<void>((resolve) => theirs.listen(0, '127.0.0.1', resolve));
      const location = `http://127.0.0.1:${(theirs.address() as AddressInfo).port}/`;
      const { api } = await always(code, code === 304 ? '' : '{}', { location });
      const call = await getReport(api, 'recognize', 'production', signal);
      const write = await api.call(RULES.applyReportStatus, { name: 'x' }, { signal, body: {} });
      const watch = await api.stream(RULES.watchReports, { query: { watch: true } }, { signal, inactivityMs: 1_000 });
      expect([call.ok, write.ok, watch.ok]).toEqual([false, false, false]);
      expect(heard).toEqual([]);
      await new Promise((resolve) => theirs.close(resolve));
    },
  );
});

describe('an answer of another place', () => {
  const at = (namespace: string): object => ({ metadata: { name: 'db', namespace }, data: { url: 'c2VjcmV0' } });

  it('is no Secret of this namespace, though its name is right', async () => {
    const { api } = await always(200, at('elsewhere'));
    const read = await namespaceSecrets(api, 'recognize').read('db', 'url', signal);
    expect(read).toMatchObject({ ok: false, fault: { code: 'ClusterUnavailable' } });
  });

  it('is no ConfigMap of this namespace', async () => {
    const { api } = await always(200, at('elsewhere'));
    const read = await createClusterClient(api, systemClock).readConfigMap('recognize', 'db', signal);
    expect(read).toMatchObject({ ok: false, fault: { code: 'ClusterUnavailable' } });
  });

  it('is no item of a list of this namespace', async () => {
    const { api } = await always(200, {
      metadata: { resourceVersion: '7' },
      items: [at('recognize'), at('elsewhere')],
    });
    const listed = await listAll(api, RULES.listPods, { namespace: 'recognize' }, signal);
    expect(listed).toMatchObject({ ok: false, fault: { code: 'ServerError' } });
  });

  it('is read where every namespace was asked for', async () => {
    const { api } = await always(200, {
      metadata: { resourceVersion: '7' },
      items: [at('recognize'), at('elsewhere')],
    });
    const listed = await listAll(api, RULES.listReports, {}, signal);
    expect(listed.ok && listed.value.items).toHaveLength(2);
  });
});

describe('a time to come back', () => {
  it.each<[string, string, number | undefined]>([
    ['of a year', '31536000', 60_000],
    ['beyond all numbers', '9'.repeat(400), undefined],
    ['before now', '-5', undefined],
    ['that is a date', 'Fri, 31 Dec 9999 23:59:59 GMT', undefined],
  ])('%s keeps nobody waiting for longer than a minute', async (_, header, expected) => {
    const { api } = await always(429, status(429, 'TooManyRequests'), { 'retry-after': header });
    const answered = await getReport(api, 'recognize', 'production', signal);
    expect(answered.ok ? undefined : answered.fault.retryAfterMs).toBe(expected);
  });
});

describe('a list', () => {
  const page = (more: object): object => ({ metadata: { resourceVersion: '7', ...more }, items: [] });

  it('whose continue token is always too old is asked for twice', async () => {
    const { api, requests } = await start((_, response, n) =>
      n % 2 === 0 ? answer(response, 410, status(410, 'Expired')) : answer(response, 200, page({ continue: 'more' })),
    );
    const listed = await listAll(api, RULES.listReports, {}, signal);
    expect(listed).toMatchObject({ ok: false, fault: { code: 'Gone' } });
    expect(requests).toHaveLength(4);
  });

  it.each<[string, unknown]>([
    ['a number', 5],
    ['an object that is no text', { toString: 1, valueOf: 1 }],
    ['longer than an address may be', 'x'.repeat(70_000)],
  ])('whose version is %s leaves nothing to ask with', async (_, resourceVersion) => {
    const { api } = await always(200, page({ resourceVersion }));
    const listed = await listAll(api, RULES.listReports, {}, signal);
    expect(listed).toMatchObject({ ok: true, value: { resourceVersion: '' } });
  });
});

/** What watches of the reports of one namespace told, with these bytes for each of them. */
async function watched(write: (response: ServerResponse) => void): Promise<{
  readonly notes: readonly ReflectorNote[];
  readonly reports: readonly string[];
  readonly by: string | undefined;
}> {
  const { api } = await start((request, response) => {
    if (!(request.url ?? '').includes('watch=true'))
      answer(response, 200, { metadata: { resourceVersion: '7' }, items: [] });
    else write(response.writeHead(200, { 'content-type': 'application/json' }));
  });
  const notes: ReflectorNote[] = [];
  const reports: string[] = [];
  const stop = new AbortController();
  const reflector = watchReports({
    api,
    namespaces: ['recognize'],
    selector: undefined,
    clock: systemClock,
    onReport: ({ metadata }) => reports.push(`${metadata.namespace ?? ''}/${metadata.name}`),
    onGone: () => undefined,
    onNote: (note) => notes.push(note),
  });
  const ended = reflector.run(stop.signal);
  await vi.waitFor(() => expect(notes.map(({ kind }) => kind)).toContain('fault'), { timeout: 60_000 });
  const by = reflector.confirmed()?.by;
  stop.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
  await ended;
  return { notes, reports, by };
}

describe('a watch', () => {
  const metadata = { name: 'a', namespace: 'recognize', uid: 'u', resourceVersion: '8' };
  it.each<[string, string]>([
    ['no event', '{}'],
    ['a list', '[]'],
    ['a type that there is not', JSON.stringify({ type: 'RENAMED', object: { metadata } })],
    ['a type that is no text', JSON.stringify({ type: ['ADDED'], object: { metadata } })],
    ['a bookmark of nothing', '{"type":"BOOKMARK","object":{}}'],
    ['a bookmark of an odd version', '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":{"toString":1}}}}'],
    ['no object', '{"type":"ADDED"}'],
    ['an object without a name', '{"type":"ADDED","object":{"metadata":{"namespace":"recognize"}}}'],
    [
      'a version that is no text',
      JSON.stringify({ type: 'ADDED', object: { metadata: { ...metadata, resourceVersion: 8 } } }),
    ],
    ['another namespace', JSON.stringify({ type: 'ADDED', object: { metadata: { ...metadata, namespace: 'b' } } })],
    ['an error without a form', '{"type":"ERROR","object":{"code":"410","message":{"toString":1}}}'],
    ['a page', '<html><body>Sign in</body></html>'],
  ])('that tells of %s ends, and confirms nothing', async (_, line) => {
    const told = await watched((response) => response.write(`${line}\n`.repeat(2_000)));
    expect(told.reports).toEqual([]);
    expect(told.by).toBe('list');
  });

  it('that does not end its line ends itself', async () => {
    const told = await watched((response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(`{"type":"ADDED",${' '.repeat(64 * 1024)}`));
      };
      response.on('drain', more);
      more();
    });
    expect(JSON.stringify(told.notes)).toContain('the watch cannot be read: a line is longer than');
  });
});

describe('a Lease', () => {
  it('of odd values is one that nobody has held', async () => {
    const spec = {
      holderIdentity: 5,
      leaseDurationSeconds: '1e9',
      acquireTime: '2026-13-45T99:99:99Z',
      renewTime: { toString: 1, valueOf: 1 },
      leaseTransitions: [],
    };
    const { api } = await always(200, { metadata: { name: 'lease', namespace: 'recognize' }, spec });
    const read = await createLeaseStore(api, { namespace: 'recognize', name: 'lease' }).get({
      signal,
      timeoutMs: 5_000,
    });
    const never = new Date(0);
    expect(read.ok && read.value.record).toEqual({
      holder: '',
      durationSeconds: 0,
      acquired: never,
      renewed: never,
      transitions: 0,
    });
  });
});

describe('a command', () => {
  it.each([
    ['status', ['status', '-n', 'recognize']],
    ['gate', ['gate', 'production', '-n', 'recognize', '--timeout', '1s']],
    ['doctor', ['doctor']],
    ['check', ['check', 'production', '-n', 'recognize']],
    ['egress', ['egress', 'production', '-n', 'recognize']],
    ['init', ['init', '-n', 'recognize']],
  ])('%s has a sentence, and does not pass, whatever comes for an answer', async (_, argv) => {
    for (const body of [
      '<html>',
      '[]',
      '{"items":{}}',
      '{"metadata":{"name":{}},"items":[{"metadata":{"name":1}}]}',
      '',
    ]) {
      const { kubeconfig } = await always(200, body);
      const { code, out, err } = await command(...argv, '--kubeconfig', kubeconfig);
      expect([2, 3, 4, 5, 6], `${body}: ${out}${err}`).toContain(code);
      expect(out + err).not.toMatch(/internal error|TypeError|\[object/);
      await stub?.close();
      stub = undefined;
    }
  });
});
