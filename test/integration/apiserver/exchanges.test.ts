// Our API server against the recording of a real one: each of the 113 requests, in order, must be answered alike.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApiServer, type ApiServer } from '../../stack/apiserver/server.ts';
import { isObject, listAt, objectAt, textAt, type JsonObject } from '../../stack/apiserver/json.ts';
import { openStream, send, type Reply } from './request.ts';

interface Exchange {
  seq: number;
  note: string;
  request: { method: string; path: string; headers: Record<string, string>; body: unknown; auth?: string };
  response: {
    status: number;
    contentType: string;
    body?: unknown;
    warning?: string;
    watchEvents?: unknown[];
  };
}

const exchanges = readFileSync(new URL('../../fixtures/apiserver/exchanges.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Exchange);

const WIDGETS = '/apis/demo.example.com/v1/namespaces/recording/widgets';
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** When the recording was made: such times are the server's own, all others came from the client. */
const RECORDED = /^2026-11-22T16:13:/;

/** What the recording calls a thing → what our server calls it. */
const uids = new Map<string, string>();
const versions = new Map<string, string>();

function learn(recorded: unknown, ours: unknown): void {
  if (Array.isArray(recorded) && Array.isArray(ours)) recorded.forEach((item, index) => learn(item, ours[index]));
  if (!isObject(recorded) || !isObject(ours)) return;
  for (const [key, value] of Object.entries(recorded)) {
    const other = ours[key];
    if (typeof value === 'string' && typeof other === 'string') {
      if (key === 'uid' && !uids.has(value) && !value.startsWith('00000000')) uids.set(value, other);
      if (key === 'resourceVersion' && !versions.has(value)) versions.set(value, other);
    } else learn(value, other);
  }
}

/** A value with everything that may differ replaced by its name. `recorded` values are first translated to ours. */
function comparable(value: unknown, side: 'recorded' | 'ours', key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => comparable(item, side, key === 'cells' ? 'cell' : ''));
  if (isObject(value))
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => name !== 'managedFields')
        .map(([name, item]) => [name, comparable(item, side, name)]),
    );
  if (typeof value !== 'string') return value;
  if (key === 'resourceVersion') return side === 'recorded' ? (versions.get(value) ?? value) : value;
  if (key === 'continue') return value === '' ? '' : '<continue>';
  if (key === 'cell' && /^\d+s$/.test(value)) return '<age>';
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value)) {
    if (side === 'recorded' && RECORDED.test(value)) return '<now>';
    if (side === 'ours' && Math.abs(Date.now() - Date.parse(value)) < 3_600_000) return '<now>';
  }
  const text = value.replace(/^(too old resource version: \d+ )\(\d+\)$/, '$1(<oldest>)');
  return side === 'recorded' ? text.replace(UUID, (uid) => uids.get(uid) ?? uid) : text;
}

/** The recorded order of revisions must be ours: what came later there comes no earlier here. */
function versionsInOrder(): string[] {
  const pairs = [...versions].map(([one, other]) => [Number(one), Number(other)] as const).sort(([a], [b]) => a - b);
  return pairs.flatMap(([recorded, ours], index) => {
    const before = pairs[index - 1];
    return before !== undefined && before[1] > ours
      ? [`${String(before[0])} → ${String(before[1])}, ${String(recorded)} → ${String(ours)}`]
      : [];
  });
}

function translated(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => translated(item));
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, translated(item, name)]));
  if (typeof value !== 'string') return value;
  if (key === 'resourceVersion') return versions.get(value) ?? value;
  return value.replace(UUID, (uid) => uids.get(uid) ?? uid);
}

const translatedPath = (path: string): string =>
  path.replace(
    /([?&]resourceVersion=)(\d+)/,
    (_, name: string, version: string) => `${name}${versions.get(version) ?? version}`,
  );

describe('the recorded exchanges', () => {
  let server: ApiServer;
  let bob: string;
  beforeAll(async () => {
    server = await startApiServer();
    bob = server.createUser('bob');
  });
  afterAll(() => server.stop());

  const headersOf = ({ request }: Exchange): Record<string, string> => {
    const tokens: Record<string, string | undefined> = { 'unknown token': 'nobody-has-this', bob, none: undefined };
    const token = request.auth === undefined ? server.adminToken : tokens[request.auth];
    return { ...request.headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  };

  async function replay(exchange: Exchange): Promise<Reply> {
    const { method, path, body } = exchange.request;
    const text = body === null ? undefined : typeof body === 'string' ? body : JSON.stringify(translated(body));
    return send(server, { method, path: translatedPath(path), headers: headersOf(exchange), body: text });
  }

  /** What happened while exchange 60 was watching. */
  async function meanwhile(): Promise<void> {
    const as = (type: string): Record<string, string> => ({
      authorization: `Bearer ${server.adminToken}`,
      'content-type': type,
    });
    const late = { apiVersion: 'demo.example.com/v1', kind: 'Widget', metadata: { name: 'late' }, spec: { size: 1 } };
    const patch = JSON.stringify({ spec: { size: 9 } });
    await send(server, {
      method: 'PATCH',
      path: `${WIDGETS}/a`,
      headers: as('application/merge-patch+json'),
      body: patch,
    });
    await send(server, { method: 'POST', path: WIDGETS, headers: as('application/json'), body: JSON.stringify(late) });
    await send(server, { method: 'DELETE', path: `${WIDGETS}/late`, headers: as('application/json') });
  }

  async function replayWatch(exchange: Exchange): Promise<{ status: number; events: unknown[] }> {
    const recorded = exchange.response.watchEvents ?? [];
    const stream = await openStream(server, {
      path: translatedPath(exchange.request.path),
      headers: headersOf(exchange),
    });
    if (exchange.seq === 60) await meanwhile();
    // A watch with a time limit is read to its end, another one until as much came as was recorded.
    const limited = exchange.request.path.includes('timeoutSeconds') || stream.status !== 200;
    return { status: stream.status, events: await stream.read(limited ? Number.POSITIVE_INFINITY : recorded.length) };
  }

  function expectAlike(recorded: unknown, ours: unknown): void {
    learn(recorded, ours);
    expect(comparable(ours, 'ours')).toEqual(comparable(recorded, 'recorded'));
    expect(versionsInOrder()).toEqual([]);
  }

  /** Every resource that both lists have must be described alike; ours must have those that clients need. */
  function expectSharedAlike(recorded: unknown[], ours: unknown[], key: string, needed: string[]): void {
    const names = ours.map((item) => textAt(item, key));
    expect(names).toEqual(expect.arrayContaining(needed));
    const shared = recorded.filter((item) => names.includes(textAt(item, key)));
    for (const item of shared) expect(ours.find((one) => textAt(one, key) === textAt(item, key))).toEqual(item);
  }

  function expectBody({ seq, response }: Exchange, reply: Reply): void {
    const [recorded, ours] = [response.body, reply.body];
    switch (seq) {
      case 1:
        expect(Object.keys(ours as JsonObject)).toEqual(Object.keys(recorded as JsonObject));
        return;
      case 3:
        expect(listAt(ours, 'versions')).toEqual(listAt(recorded, 'versions'));
        return;
      case 4:
        expect({ ...objectAt(ours), resources: [] }).toEqual({ ...objectAt(recorded), resources: [] });
        expectSharedAlike(listAt(recorded, 'resources'), listAt(ours, 'resources'), 'name', [
          'pods',
          'pods/log',
          'secrets',
          'events',
        ]);
        return;
      case 12: {
        const groups = (list: unknown): unknown[] => listAt(list, 'items');
        const named = (list: unknown, name: string): unknown =>
          groups(list).find((item) => textAt(item, 'metadata', 'name') === name);
        for (const name of [
          'demo.example.com',
          'coordination.k8s.io',
          'rbac.authorization.k8s.io',
          'policy',
          'events.k8s.io',
        ])
          expect(named(ours, name)).toEqual(named(recorded, name));
        const resources = (list: unknown): unknown[] =>
          groups(list).flatMap((group) => listAt(group, 'versions').flatMap((version) => listAt(version, 'resources')));
        expectSharedAlike(resources(recorded), resources(ours), 'resource', ['deployments', 'widgets']);
        return;
      }
      case 91: {
        const widget = (document: unknown): unknown =>
          objectAt(document, 'components', 'schemas')['com.example.demo.v1.Widget'];
        expect(widget(ours)).toEqual(widget(recorded));
        return;
      }
      default:
        expectAlike(recorded, ours);
    }
  }

  for (const exchange of exchanges) {
    const { seq, note, request, response } = exchange;
    it(`${String(seq)} ${request.method}: ${note}`, async () => {
      if (response.watchEvents !== undefined) {
        const { status, events } = await replayWatch(exchange);
        expect(status).toBe(response.status);
        expectAlike(response.watchEvents, events);
        return;
      }
      const reply = await replay(exchange);
      expect({ status: reply.status, type: reply.contentType }).toEqual({
        status: response.status,
        type: response.contentType,
      });
      expect(reply.warnings).toEqual(response.warning === undefined ? [] : [response.warning]);
      expectBody(exchange, reply);
    });
  }

  it('asked for no path that our server should know and does not', () => {
    expect(server.unknownPaths).toEqual([]);
  });
});
