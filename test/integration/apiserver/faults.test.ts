// What a real server cannot be made to do on demand: faults, restarts, lost history; and what it says of itself.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectAt, textAt, valueAt } from '../../stack/apiserver/json.ts';
import { startApiServer, type ApiServer } from '../../stack/apiserver/server.ts';
import { openStream, send, type Reply } from './request.ts';

const PATH = '/api/v1/namespaces/default/configmaps';

describe('the API server on demand', () => {
  let server: ApiServer;
  const authorized = (): Record<string, string> => ({ authorization: `Bearer ${server.adminToken}` });
  const get = (path: string): Promise<Reply> => send(server, { path, headers: authorized() });
  const create = (name: string): Promise<Reply> =>
    send(server, {
      method: 'POST',
      path: PATH,
      headers: { ...authorized(), 'content-type': 'application/json' },
      body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }),
    });
  const revision = async (): Promise<string> => textAt((await get(PATH)).body, 'metadata', 'resourceVersion');
  beforeAll(async () => {
    server = await startApiServer();
  });
  afterAll(() => server.stop());

  it('answers with an ordered status as often as ordered, then serves again', async () => {
    server.faults.inject({ match: ({ resource }) => resource === 'configmaps', status: 429, retryAfter: 7, times: 1 });
    const refused = await get(PATH);
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '7']);
    expect((await get(PATH)).status).toBe(200);
  });

  it('cuts a connection', async () => {
    server.faults.inject({ match: ({ verb }) => verb === 'list', reset: true, times: 1 });
    await expect(get(PATH)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('does not answer until it stops, and serves the same data on the same port after a restart', async () => {
    await create('kept');
    const before = await revision();
    server.faults.inject({ match: ({ name }) => name === 'kept', hang: true, times: 1 });
    const hanging = get(`${PATH}/kept`);
    const lost = expect(hanging).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect.poll(() => server.requests.at(-1)?.name).toBe('kept');
    await server.restart();
    await lost;
    expect((await get(`${PATH}/kept`)).status).toBe(200);
    await create('after');
    expect(Number(await revision())).toBeGreaterThan(Number(before));
  });

  it('cuts open watches', async () => {
    const stream = await openStream(server, {
      path: `${PATH}?watch=true&resourceVersion=${await revision()}`,
      headers: authorized(),
    });
    const reading = expect(stream.read(1)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(server.dropWatches()).toBe(1);
    await reading;
  });

  it('lets a watch go on from an earlier revision until the history is compacted', async () => {
    const from = await revision();
    await create('later');
    const path = `${PATH}?watch=true&resourceVersion=${from}&timeoutSeconds=1`;
    const first = await (await openStream(server, { path, headers: authorized() })).read(1);
    expect(valueAt(first[0], 'type')).toBe('ADDED');
    server.compact();
    const second = await (await openStream(server, { path, headers: authorized() })).read(1);
    expect(objectAt(second[0], 'object')).toMatchObject({ code: 410, reason: 'Expired' });
  });

  it('continues a list where its page ended, and refuses to after compaction', async () => {
    await create('page-1');
    const page = await get(`${PATH}?limit=1`);
    const token = textAt(page.body, 'metadata', 'continue');
    expect((await get(`${PATH}?limit=1&continue=${token}`)).status).toBe(200);
    await create('page-2');
    server.compact();
    expect((await get(`${PATH}?limit=1&continue=${token}`)).status).toBe(410);
  });

  it('sends bookmarks to a watch that allows them', async () => {
    const quick = await startApiServer({ bookmarkMs: 5 });
    try {
      const headers = { authorization: `Bearer ${quick.adminToken}` };
      const stream = await openStream(quick, { path: `${PATH}?watch=true&allowWatchBookmarks=true`, headers });
      expect(valueAt((await stream.read(1))[0], 'type')).toBe('BOOKMARK');
    } finally {
      await quick.stop();
    }
  });

  it('records who asked for what', async () => {
    const token = server.createUser('dora');
    await send(server, { path: `${PATH}/kept`, headers: { authorization: `Bearer ${token}` } });
    expect(server.requests.at(-1)).toMatchObject({
      user: 'dora',
      verb: 'get',
      group: '',
      resource: 'configmaps',
      status: 403,
    });
  });

  it('remembers a path that it should know, not one of a group that nobody installed', async () => {
    expect((await get('/apis/apps.openshift.io/v1')).status).toBe(404);
    expect((await get('/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations')).status).toBe(404);
    expect(server.unknownPaths).toEqual(['GET /apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations']);
  });

  it('serves OpenShift kinds when asked to', async () => {
    const openshift = await startApiServer({ openshift: true });
    try {
      const headers = { authorization: `Bearer ${openshift.adminToken}` };
      const list = await send(openshift, { path: '/apis/apps.openshift.io/v1/deploymentconfigs', headers });
      expect(list.body).toMatchObject({ kind: 'DeploymentConfigList', items: [] });
    } finally {
      await openshift.stop();
    }
  });

  it('refuses an event whose time has milliseconds, as Go does', async () => {
    const event = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'e' },
      eventTime: '2026-01-01T00:00:00.123Z',
    };
    const reply = await send(server, {
      method: 'POST',
      path: '/apis/events.k8s.io/v1/namespaces/default/events',
      headers: { ...authorized(), 'content-type': 'application/json' },
      body: JSON.stringify(event),
    });
    expect(reply.status).toBe(400);
  });
});
