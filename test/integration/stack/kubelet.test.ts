// The kubelet of the stack: every option of a log request means what it means to a real one.
import { get, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../stack/certificates.ts';
import { type Kubelet, startKubelet } from '../../stack/kubelet.ts';
import { createPodLogs, type PodLogs } from '../../stack/pod-logs.ts';

const authority = createAuthority();
const address = { namespace: 'recognize', pod: 'core-daemon-1', container: 'core-daemon' };
const path = '/containerLogs/recognize/core-daemon-1/core-daemon';
let kubelet: Kubelet;
let logs: PodLogs;

beforeAll(async () => {
  const holder: PodLogs = {
    of: (at) => logs.of(at),
    find: (at) => logs.find(at),
    hasPod: (namespace, pod) => logs.hasPod(namespace, pod),
    removePod: (namespace, pod) => logs.removePod(namespace, pod),
  };
  kubelet = await startKubelet(holder, authority);
});
afterAll(() => kubelet.close());
beforeEach(() => {
  logs = createPodLogs();
  const log = logs.of(address);
  log.write('first', new Date('2026-11-20T09:00:00.000Z'));
  log.write('second\nthird', new Date('2026-11-20T09:00:01.500Z'));
});

function request(target: string, options: RequestOptions = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get({ host: kubelet.host, port: kubelet.port, path: target, ca: authority.caPem, ...options }, resolve).on(
      'error',
      reject,
    );
  });
}

async function read(query: string): Promise<string> {
  return text(await request(`${path}?${query}`));
}

async function text(response: IncomingMessage): Promise<string> {
  let all = '';
  for await (const chunk of response.setEncoding('utf8')) all += chunk as string;
  return all;
}

describe('a log that is there', () => {
  it.each([
    ['', 'first\nsecond\nthird\n'],
    ['tailLines=1', 'third\n'],
    ['tailLines=0', ''],
    ['limitBytes=8', 'first\nse'],
    ['sinceTime=2026-11-20T09:00:01Z', 'second\nthird\n'],
    ['sinceTime=2026-11-20T09:00:01.500000001Z', 'third\n'],
    ['sinceTime=2026-11-20T10:00:01%2B01:00', 'second\nthird\n'],
    ['sinceTime=2026-11-20T09:00:00Z&tailLines=2', 'second\nthird\n'],
    ['timestamps=true&tailLines=2', '2026-11-20T09:00:01.500000000Z second\n2026-11-20T09:00:01.500000001Z third\n'],
    ['timestamps=true&limitBytes=31&tailLines=1', '2026-11-20T09:00:01.500000001Z '],
  ])('with %j gives %j', async (query, expected) => {
    expect(await read(query)).toBe(expected);
  });

  it('with sinceSeconds gives what was written since', async () => {
    logs.of(address).write('now');
    expect(await read('sinceSeconds=3600')).toBe('now\n');
  });

  it('with previous gives the run before the restart', async () => {
    logs.of(address).restart();
    logs.of(address).write('after');
    expect([await read('previous=true'), await read('')]).toEqual(['first\nsecond\nthird\n', 'after\n']);
  });

  it('with follow goes on until the container ends', async () => {
    const response = await request(`${path}?follow=true&tailLines=1`);
    const first = new Promise((resolve) => response.once('readable', resolve));
    await first;
    logs.of(address).write('fourth');
    logs.of(address).restart();
    expect(await text(response)).toBe('third\nfourth\n');
  });

  it('with follow and a limit ends at the limit', async () => {
    const response = await request(`${path}?follow=true&tailLines=0&limitBytes=4`);
    logs.of(address).write('fourth');
    expect(await text(response)).toBe('four');
  });
});

describe('a request that is refused', () => {
  it.each([
    [
      `${path}?previous=true`,
      400,
      'previous terminated container "core-daemon" in pod "core-daemon-1_recognize" not found',
    ],
    ['/containerLogs/recognize/absent/core-daemon', 404, 'pod does not exist'],
    ['/containerLogs/recognize/core-daemon-1/absent', 404, 'container "absent" not found in pod "core-daemon-1"'],
    [`${path}?tailLines=-1`, 422, 'must be greater than or equal to 0'],
    [`${path}?sinceSeconds=5&sinceTime=2026-11-20T09:00:01Z`, 422, 'at most one of'],
    [`${path}?sinceTime=yesterday`, 422, 'must be RFC 3339'],
    ['/exec/recognize/core-daemon-1/core-daemon', 404, '404 page not found'],
  ])('%s: %i', async (target, status, message) => {
    const response = await request(target);
    expect(response.statusCode).toBe(status);
    expect(await text(response)).toContain(message);
  });

  it('comes from a client that trusts another authority', async () => {
    await expect(request(path, { ca: createAuthority('another').caPem })).rejects.toThrow();
  });
});
