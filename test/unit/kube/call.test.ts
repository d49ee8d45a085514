import { setMaxListeners } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { systemClock, Stop } from '../../../src/runtime/clock.ts';
import { loadAccess } from '../../../src/kube/access.ts';
import { createKubeApi } from '../../../src/kube/call.ts';
import { createTransport } from '../../../src/kube/transport.ts';
import { createAuthority } from '../../stack/certificates.ts';
import { applyStatus } from '../../../src/kube/apply.ts';
import { createClusterClient } from '../../../src/kube/cluster.ts';
import { createEvent } from '../../../src/kube/events.ts';
import { listAll } from '../../../src/kube/list.ts';
import { readNamespace } from '../../../src/kube/namespace.ts';
import { getReport } from '../../../src/kube/reports.ts';
import { pathOf, RULES } from '../../../src/kube/rules.ts';
import { namespaceSecrets } from '../../../src/kube/secrets.ts';
import { redact } from '../../../src/runtime/safe-text.ts';
import { healthReportStatus } from '../../../src/api/health-report.ts';
import { answer, type Handler, startStub, status, type Stub } from './api-server-stub.ts';

let stub: Stub | undefined;
afterEach(async () => {
  await stub?.close();
  stub = undefined;
});
const start = async (handler: Handler, options: Parameters<typeof startStub>[1] = {}): Promise<Stub> => {
  stub = await startStub(handler, options);
  return stub;
};
const signal = new AbortController().signal;
setMaxListeners(0, signal);
const where = { namespace: 'recognize', name: 'production' };

describe('the path of a call', () => {
  test.each([
    [RULES.listPods, { namespace: 'a' }, '/api/v1/namespaces/a/pods'],
    [RULES.listReports, {}, '/apis/recognize.health/v1alpha1/healthreports'],
    [
      RULES.applyReportStatus,
      where,
      '/apis/recognize.health/v1alpha1/namespaces/recognize/healthreports/production/status',
    ],
    [RULES.getVersion, {}, '/version'],
    [RULES.getSecret, { namespace: 'a', name: '../../secrets' }, '/api/v1/namespaces/a/secrets/..%2F..%2Fsecrets'],
    [RULES.getSecret, { namespace: 'a', name: '..' }, '/api/v1/namespaces/a/secrets/%252E%252E'],
    [RULES.listPods, { namespace: 'a', query: { limit: 5, continue: undefined } }, '/api/v1/namespaces/a/pods?limit=5'],
  ])('%#', (rule, params, expected) => {
    expect(pathOf(rule, params)).toBe(expected);
  });
});

describe('an answer that is no answer is a coded value', () => {
  test.each([
    [401, 'Unauthorized', 'Unauthorized'],
    [403, 'Forbidden', 'Forbidden'],
    [404, 'NotFound', 'NotFound'],
    [409, 'Conflict', 'Conflict'],
    [409, 'AlreadyExists', 'AlreadyExists'],
    [410, 'Expired', 'Gone'],
    [422, 'Invalid', 'Invalid'],
    [400, 'BadRequest', 'Invalid'],
    [429, 'TooManyRequests', 'TooManyRequests'],
    [500, 'InternalError', 'ServerError'],
    [503, 'ServiceUnavailable', 'ServerError'],
  ])('%i %s is %s', async (code, reason, expected) => {
    const { api } = await start((_, response) => answer(response, code, status(code, reason)));
    const result = await api.call(RULES.getReport, where, { signal });
    expect(result).toMatchObject({ ok: false, fault: { code: expected, status: code } });
  });

  test('a 429 carries how long to wait', async () => {
    const { api } = await start((_, response) =>
      answer(response, 429, status(429, 'TooManyRequests'), { 'retry-after': '2' }),
    );
    expect(await api.call(RULES.getReport, where, { signal })).toMatchObject({ fault: { retryAfterMs: 2000 } });
  });

  test('a page of a proxy instead of JSON', async () => {
    const { api } = await start((_, response) => answer(response, 200, '<html>'));
    expect(await api.call(RULES.getReport, where, { signal })).toMatchObject({ fault: { code: 'ServerError' } });
  });

  test.each<[string, unknown, string]>([
    ['a Status that refuses', status(403, 'Forbidden'), 'Forbidden'],
    ['a Status without a code', { kind: 'Status', apiVersion: 'v1' }, 'ServerError'],
    ['a Status that claims success', { kind: 'Status', status: 'Success', code: 200 }, 'ServerError'],
    ['a Status of odd types', { kind: 'Status', code: '403', message: { a: 1 }, details: 'x' }, 'ServerError'],
    ['null', 'null', 'ServerError'],
    ['a text', '"x"', 'ServerError'],
    ['a list', [], 'ServerError'],
    ['nothing', {}, 'ServerError'],
    ['metadata that is a text', { metadata: 'x' }, 'ServerError'],
    ['an object of another name', { metadata: { name: 'other' } }, 'ServerError'],
    ['an object whose name is a number', { metadata: { name: 1 } }, 'ServerError'],
    ['an object whose namespace is one', { metadata: { name: 'production', namespace: 1 } }, 'ServerError'],
  ])('a 200 with %s', async (_, body, code) => {
    const { api } = await start((_request, response) => answer(response, 200, body));
    expect(await getReport(api, 'recognize', 'production', signal)).toMatchObject({ ok: false, fault: { code } });
  });

  test.each<[string, unknown]>([
    ['a Status', status(500, 'InternalError')],
    ['items that are no list', { items: 'x' }],
    ['an item that is null', { items: [null] }],
    ['an item without metadata', { items: [{}] }],
    ['an item without a name', { items: [{ metadata: {} }] }],
  ])('a list that is %s', async (_, body) => {
    const { api } = await start((_request, response) => answer(response, 200, body));
    expect(await listAll(api, RULES.listPods, { namespace: 'a' }, signal)).toMatchObject({ ok: false });
  });

  test('nobody listens', async () => {
    const stopped = await startStub((_, response) => answer(response, 200, {}));
    await stopped.close();
    expect(await stopped.api.call(RULES.getVersion, {}, { signal })).toMatchObject({ fault: { code: 'Unreachable' } });
  });

  test('silence until the deadline is a timeout', async () => {
    const { api } = await start(() => undefined);
    expect(await api.call(RULES.getVersion, {}, { signal, timeoutMs: 50 })).toMatchObject({
      fault: { code: 'Timeout' },
    });
  });

  test('a cancellation is thrown: the work must end without a result', async () => {
    const { api } = await start(() => undefined);
    const controller = new AbortController();
    const pending = api.call(RULES.getVersion, {}, { signal: controller.signal });
    controller.abort(new Stop({ kind: 'Cancelled', why: 'superseded' }));
    await expect(pending).rejects.toBe(controller.signal.reason);
  });
});

describe('connections and credentials', () => {
  test('say in the user agent which version asks', async () => {
    const { api, requests } = await start((_, response) => answer(response, 200, {}));
    await api.call(RULES.getVersion, {}, { signal });
    expect(requests[0]?.headers['user-agent']).toMatch(/^recognize-health\/\S+ \(\w+\/\w+\)$/);
  });

  test('are looked up again when the server has a certificate of another authority', async () => {
    const { api, kubeconfig } = await start((_, response) => answer(response, 200, {}));
    const right = await readFile(kubeconfig, 'utf8');
    const stranger = createAuthority('stranger').caPem;
    const wrong = right.replace(/certificate-authority-data: .*|"certificate-authority-data":"[^"]*"/, (found) =>
      found.replace(/[A-Za-z0-9+/=]{40,}/, Buffer.from(stranger).toString('base64')),
    );
    expect(wrong).not.toBe(right);
    await writeFile(kubeconfig, wrong);
    const other = createKubeApi(createTransport(await loadAccess({ kubeconfig, clock: systemClock })), systemClock);
    try {
      expect(await other.call(RULES.getVersion, {}, { signal })).toMatchObject({ fault: { code: 'Unreachable' } });
      await writeFile(kubeconfig, right);
      expect(await other.call(RULES.getVersion, {}, { signal })).toMatchObject({ ok: true });
    } finally {
      await other.close();
      await api.close();
    }
  });

  test('many calls share a few connections', async () => {
    const { api, connections } = await start((_, response) => answer(response, 200, {}));
    await Promise.all(Array.from({ length: 100 }, () => api.call(RULES.getVersion, {}, { signal })));
    expect(connections()).toBeLessThanOrEqual(8);
  });

  describe('while every call hangs', () => {
    const hanging = async (): Promise<Stub> => {
      const stubbed = await start((request, response) => {
        if (/watch=true|leases|\/log/.test(request.url ?? '')) answer(response, 200, { metadata: where });
      });
      for (let call = 0; call < 20; call += 1)
        stubbed.api.call(RULES.listPods, where, { signal, timeoutMs: 600_000 }).catch(() => undefined);
      await vi.waitFor(() => expect(stubbed.requests.length).toBeGreaterThan(0), { timeout: 60_000 });
      return stubbed;
    };

    test.each([
      ['the Lease is renewed', RULES.updateLease],
      ['a watch begins', RULES.watchReports],
      ['a log is read', RULES.getPodLog],
    ])('%s', async (_, rule) => {
      const { api } = await hanging();
      const query = rule.verb === 'watch' ? { watch: true } : {};
      expect(await api.call(rule, { ...where, query }, { signal, timeoutMs: 20_000 })).toMatchObject({ ok: true });
    });

    test('one that waits for a connection ends with its deadline, or with its cancellation', async () => {
      const { api } = await hanging();
      const result = await api.call(RULES.listPods, where, { signal, timeoutMs: 50 });
      expect(result).toMatchObject({ fault: { code: 'Timeout' } });
      const cancelled = new AbortController();
      const pending = api.call(RULES.listPods, where, { signal: cancelled.signal });
      cancelled.abort(new Stop({ kind: 'Cancelled', why: 'lease lost' }));
      await expect(pending).rejects.toBe(cancelled.signal.reason);
    });
  });

  test('all lanes together are ten at most', async () => {
    const { api, connections } = await start((_, response) => void setTimeout(() => answer(response, 200, {}), 20));
    const rules = [RULES.listPods, RULES.getPodLog, RULES.updateLease];
    const calls = Array.from({ length: 60 }, (_, n) => api.call(rules[n % 3]!, where, { signal }));
    await Promise.all([...calls, api.call(RULES.watchReports, { query: { watch: true } }, { signal })]);
    expect(connections()).toBeLessThanOrEqual(10);
  });

  test('as many namespaces may be watched as there are', async () => {
    const open: ServerResponse[] = [];
    const { api } = await start((request, response) => {
      if ((request.url ?? '').includes('watch=true')) open.push(response.writeHead(200));
      else answer(response, 200, {});
      open.at(-1)?.write('{}\n');
    });
    for (let n = 0; n < 20; n += 1) {
      const params = { namespace: `n${n}`, query: { watch: true } };
      const stream = await api.stream(RULES.watchReports, params, { signal, inactivityMs: 60_000 });
      expect(stream).toMatchObject({ ok: true });
    }
    expect(await api.call(RULES.listReports, {}, { signal })).toMatchObject({ ok: true });
    expect(open).toHaveLength(20);
  });

  test('a kept connection that turns out dead is tried once more', async () => {
    const { api, requests } = await start((request, response, n) => {
      if (n === 2) request.socket.destroy();
      else answer(response, 200, {});
    });
    await api.call(RULES.getVersion, {}, { signal });
    expect(await api.call(RULES.getVersion, {}, { signal })).toMatchObject({ ok: true });
    expect(requests).toHaveLength(3);
  });

  test('calls side by side survive that all kept connections turn out dead at once', async () => {
    const dead = new Set<object>();
    const seen = new Set<object>();
    const { api } = await start((request, response) => {
      if (dead.has(request.socket)) {
        request.socket.destroy();
        return;
      }
      seen.add(request.socket);
      // Later, so that the others need connections of their own.
      setImmediate(() => answer(response, 200, {}));
    });
    const ask = async (calls: number): Promise<readonly boolean[]> => {
      const all = Array.from({ length: calls }, () => api.call(RULES.getVersion, {}, { signal }));
      return (await Promise.all(all)).map(({ ok }) => ok);
    };
    await ask(5);
    for (const calls of [2, 3, 4, 5]) {
      for (const socket of seen) dead.add(socket);
      expect(await ask(calls)).toEqual(Array.from({ length: calls }, () => true));
    }
  });

  test('a write is never sent twice', async () => {
    const { api, requests } = await start((request) => request.socket.destroy());
    const result = await api.call(RULES.createEvent, where, { signal, body: {} });
    expect(result).toMatchObject({ fault: { code: 'Unreachable' } });
    expect(requests).toHaveLength(1);
  });

  test('a token file that was renewed is read again after a 401, without its line break', async () => {
    const { api, requests, directory } = await start(
      (request, response) =>
        request.headers.authorization === 'Bearer new'
          ? answer(response, 200, {})
          : answer(response, 401, status(401, 'Unauthorized')),
      { user: (folder) => ({ 'auth-provider': { name: 'tokenFile', config: { tokenFile: join(folder, 'token') } } }) },
    );
    await writeFile(join(directory, 'token'), 'old\n');
    expect(await api.call(RULES.getVersion, {}, { signal })).toMatchObject({ fault: { code: 'Unauthorized' } });
    await writeFile(join(directory, 'token'), 'new\n');
    expect(await api.call(RULES.getVersion, {}, { signal })).toMatchObject({ ok: true });
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer old',
      'Bearer old',
      'Bearer old',
      'Bearer new',
    ]);
  });

  test('a credential plugin gives the token', async () => {
    const credential = JSON.stringify({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'from-plugin' },
    });
    const { api, requests } = await start((_, response) => answer(response, 200, {}), {
      user: () => ({
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: process.execPath,
          args: ['-e', `console.log(${JSON.stringify(credential)})`],
        },
      }),
    });
    await api.call(RULES.getVersion, {}, { signal });
    expect(requests[0]?.headers.authorization).toBe('Bearer from-plugin');
  });

  test('a credential plugin that fails is our configuration, not the server', async () => {
    const { api } = await start((_, response) => answer(response, 200, {}), {
      user: () => ({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: '/nonexistent/plugin' } }),
    });
    expect(await api.call(RULES.getVersion, {}, { signal })).toMatchObject({ fault: { code: 'Misconfigured' } });
  });
});

describe('lists', () => {
  const page = (names: string[], next?: string): object => ({
    metadata: { resourceVersion: '7', ...(next === undefined ? {} : { continue: next }) },
    items: names.map((name) => ({ metadata: { name, managedFields: [{}] } })),
  });

  test('are read page by page, without managed fields', async () => {
    const { api, requests } = await start((_, response, n) =>
      answer(response, 200, n === 1 ? page(['a'], 'next') : page(['b'])),
    );
    const listed = await listAll(api, RULES.listPods, { namespace: 'x' }, signal);
    expect(listed.ok && listed.value).toEqual({
      items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }],
      resourceVersion: '7',
    });
    expect(requests[1]?.line).toBe('GET /api/v1/namespaces/x/pods?limit=500&continue=next');
  });

  test('ask for fewer items when a page is too large, and lose none', async () => {
    const all = Array.from({ length: 40 }, (_, n) => ({
      metadata: { name: `r${n}`, annotations: { note: 'x'.repeat(n < 20 ? 900 : 9_000) } },
    }));
    const { api, requests } = await start((request, response) => {
      const query = new URL(request.url ?? '', 'https://x').searchParams;
      const from = Number(query.get('continue') ?? 0);
      const to = from + Number(query.get('limit'));
      const items = all.slice(from, to);
      answer(response, 200, { metadata: { resourceVersion: '7', continue: to < all.length ? String(to) : '' }, items });
    });
    const listed = await listAll<{ name: string }>(api, RULES.listReports, {}, signal, {
      pageBytes: 20_000,
      reduce: (item) => ({ value: { name: (item as { metadata: { name: string } }).metadata.name }, bytes: 1 }),
    });
    expect(listed.ok && listed.value.items.map(({ name }) => name)).toEqual(all.map(({ metadata }) => metadata.name));
    const limits = requests.map(({ line }) => Number(/limit=(\d+)/.exec(line)?.[1]));
    expect(Math.max(...limits)).toBe(500);
    expect(Math.min(...limits)).toBeLessThanOrEqual(2);
  });

  test('never ask for the cache of a server, which then takes no notice of a limit', async () => {
    const { api, requests } = await start((_, response) => answer(response, 200, page(['a'])));
    await readNamespace(api, 'recognize', signal, new Date());
    expect(requests.length).toBeGreaterThan(0);
    for (const { line } of requests) {
      expect(line).toContain('limit=');
      expect(line).not.toContain('resourceVersion=');
    }
  });

  test.each([
    ['that never end', () => page(['a'], 'next'), 'TooLarge'],
    ['too large for any limit', () => page(Array<string>(60).fill('x'.repeat(3_000))), 'TooLarge'],
    ['that break off', () => '{"items":[{"metadata"', 'ServerError'],
  ])('%s are a fault', async (_, body, code) => {
    const { api } = await start((_request, response) => answer(response, 200, body()));
    const options = { pageBytes: 100_000, mostBytes: 100, reduce: (item: object) => ({ value: item, bytes: 1 }) };
    expect(await listAll(api, RULES.listPods, { namespace: 'x' }, signal, options)).toMatchObject({ fault: { code } });
  });

  test('begin again when a continue token expires', async () => {
    const { api } = await start((_, response, n) =>
      n === 2
        ? answer(response, 410, status(410, 'Expired'))
        : answer(response, 200, n === 1 ? page(['a'], 'next') : page(['c'])),
    );
    const listed = await listAll<{ metadata: { name: string } }>(api, RULES.listPods, { namespace: 'x' }, signal);
    expect(listed.ok && listed.value.items.map(({ metadata }) => metadata.name)).toEqual(['c']);
  });

  test('of a namespace stand each alone: OpenShift is absent, pods are forbidden, services are read', async () => {
    const { api } = await start((request, response) => {
      if (request.url?.includes('openshift') === true) answer(response, 404, '404 page not found');
      else if (request.url?.includes('/pods')) answer(response, 403, status(403, 'Forbidden', 'pods is forbidden'));
      else if (request.url?.includes('/autoscaling/')) answer(response, 500, status(500, 'InternalError'));
      else answer(response, 200, page(['a']));
    });
    const objects = await readNamespace(api, 'recognize', signal, new Date());
    expect(objects.deploymentConfigs).toEqual({ ok: true, value: [] });
    expect(objects.pods).toMatchObject({ ok: false, fault: { code: 'CheckerNotAuthorized' } });
    expect(objects.autoscalers).toMatchObject({ ok: false, fault: { code: 'ClusterUnavailable' } });
    expect(objects.services).toMatchObject({ ok: true, value: [{ metadata: { name: 'a' } }] });
  });
});

describe('Secrets', () => {
  const data = { metadata: { name: 'db' }, data: { odd: 5, url: Buffer.from('postgres://x').toString('base64') } };
  test.each([
    ['a value', 200, data, 'url', { ok: true }],
    [
      'a key that is not there',
      200,
      data,
      'nope',
      { fault: { code: 'SecretKeyMissing', detail: 'the Secret db has no key nope' } },
    ],
    ['a value that is no text', 200, data, 'odd', { fault: { code: 'SecretKeyMissing' } }],
    ['a key of every object', 200, data, 'constructor', { fault: { code: 'SecretKeyMissing' } }],
    [
      'a Secret that is not there',
      404,
      status(404, 'NotFound'),
      'url',
      { fault: { code: 'SecretMissing', detail: 'there is no Secret db in namespace recognize' } },
    ],
    [
      'a Secret that we may not read',
      403,
      status(403, 'Forbidden'),
      'url',
      { fault: { code: 'CheckerNotAuthorized' } },
    ],
    ['a server in trouble', 500, status(500, 'InternalError'), 'url', { fault: { code: 'ClusterUnavailable' } }],
  ])('%s', async (_, code, body, key, expected) => {
    const { api } = await start((__, response) => answer(response, code, body));
    expect(await namespaceSecrets(api, 'recognize').read('db', key, signal)).toMatchObject(expected);
  });

  test.each([
    [undefined, 'CheckerNotAuthorized'],
    [{ 'recognize.health/use': 'false' }, 'CheckerNotAuthorized'],
    [{ 'recognize.health/use': 'TRUE' }, 'CheckerNotAuthorized'],
    [{ 'recognize.health/use': true }, 'CheckerNotAuthorized'],
    ['recognize.health/use', 'CheckerNotAuthorized'],
    [{ 'recognize.health/use': 'true' }, undefined],
  ])('with the labels %j and an operator that asks for one: %s', async (labels, code) => {
    const labelled = { ...data, metadata: { ...data.metadata, labels } };
    const { api } = await start((__, response) => answer(response, 200, labelled));
    const read = await namespaceSecrets(api, 'recognize', { requireLabel: true }).read('db', 'url', signal);
    expect(read.ok ? undefined : read.fault.code).toBe(code);
  });

  test('two keys of a Secret cost one call', async () => {
    const { api, requests } = await start((_, response) => answer(response, 200, data));
    const secrets = namespaceSecrets(api, 'recognize');
    const [value] = await Promise.all([secrets.read('db', 'url', signal), secrets.read('db', 'other', signal)]);
    expect(value.ok && value.value.reveal()).toBe('postgres://x');
    expect(JSON.stringify(value)).not.toContain('postgres');
    expect(requests).toHaveLength(1);
  });
});

describe('writes', () => {
  test('a status is applied whole, forced, under our manager and fenced', async () => {
    const { api, requests } = await start((_, response) =>
      answer(response, 200, { metadata: { ...where, resourceVersion: '9' } }),
    );
    const result = await applyStatus(api, { ...where, resourceVersion: '8' }, healthReportStatus.parse({}), signal);
    expect(result).toMatchObject({ ok: true, value: { resourceVersion: '9' } });
    expect(requests[0]?.line).toBe(
      'PATCH /apis/recognize.health/v1alpha1/namespaces/recognize/healthreports/production/status?fieldManager=recognize-health&force=true',
    );
    expect(requests[0]?.headers['content-type']).toBe('application/apply-patch+yaml');
    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({
      metadata: { resourceVersion: '8' },
      status: { verdict: 'Unknown' },
    });
  });

  const event = {
    identity: ['core-daemon/health', 'fail'],
    type: 'Warning',
    reason: 'HealthDown',
    note: redact('x'.repeat(2000), [], 4096),
    at: systemClock.now(),
  } as const;

  test('an event told twice has one name, and the second time is a success', async () => {
    const { api, requests } = await start((_, response, n) =>
      n === 1 ? answer(response, 201, { metadata: where }) : answer(response, 409, status(409, 'AlreadyExists')),
    );
    const report = { ...where, uid: 'u' };
    expect(await createEvent(api, report, event, 'pod', signal)).toEqual({ ok: true, value: { created: true } });
    expect(await createEvent(api, report, event, 'pod', signal)).toEqual({ ok: true, value: { created: false } });
    const [first, second] = requests.map(
      ({ body }) => JSON.parse(body) as { metadata: { name: string }; note: string },
    );
    expect(second?.metadata.name).toBe(first?.metadata.name);
    expect(Buffer.byteLength(first?.note ?? '')).toBeLessThanOrEqual(1024);
  });
});

describe('the cluster', () => {
  const version = { gitVersion: 'v1.34.1' };
  test.each([
    ['is no OpenShift', 404, {}, { ok: true, value: { kubernetes: 'v1.34.1' } }],
    [
      'is OpenShift',
      200,
      { metadata: { name: 'version' }, status: { desired: { version: '4.14.5' } } },
      { ok: true, value: { kubernetes: 'v1.34.1', openshift: '4.14.5' } },
    ],
    ['does not say', 403, status(403, 'Forbidden'), { ok: false, fault: { code: 'CheckerNotAuthorized' } }],
  ])('%s', async (_, code, body, expected) => {
    const { api } = await start((request, response) =>
      request.url === '/version' ? answer(response, 200, version) : answer(response, code, body),
    );
    expect(await createClusterClient(api, systemClock).version(signal)).toMatchObject(expected);
  });

  const settings = { metadata: { name: 'settings', namespace: 'recognize' } };
  test.each([
    ['is there', 200, { ...settings, data: { KEY: 'value' } }, { ok: true, value: { KEY: 'value' } }],
    ['is empty', 200, settings, { ok: true, value: {} }],
    [
      'holds what is no text',
      200,
      { ...settings, data: { KEY: 'value', ODD: 5 } },
      { ok: true, value: { KEY: 'value' } },
    ],
    ['is not there', 404, status(404, 'NotFound'), { ok: true, value: undefined }],
    ['may not be read', 403, status(403, 'Forbidden'), { ok: false, fault: { code: 'CheckerNotAuthorized' } }],
    ['does not come', 500, status(500, 'InternalError'), { ok: false, fault: { code: 'ClusterUnavailable' } }],
  ])('is asked for a ConfigMap by name: it %s', async (_, code, body, expected) => {
    const { api, requests } = await start((_request, response) => answer(response, code, body));
    expect(await createClusterClient(api, systemClock).readConfigMap('recognize', 'settings', signal)).toMatchObject(
      expected,
    );
    expect(requests.map(({ line }) => line)).toEqual(['GET /api/v1/namespaces/recognize/configmaps/settings']);
  });
});
