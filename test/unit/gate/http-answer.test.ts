// /gate/{namespace}/{name}: the status code is the answer, and nothing but a good report of now is a 200.
import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { gateAnswer } from '../../../src/gate/http-answer.ts';
import { serveEndpoints, type Endpoints } from '../../../src/operator/endpoints.ts';
import type { ReportObject } from '../../../src/kube/reports.ts';
import { literal, type SafeText } from '../../../src/runtime/safe-text.ts';
import { minutes, report, run, START } from '../judge/fixtures.ts';

const object = (status: unknown, more: object = {}): ReportObject => ({
  metadata: { name: 'prod', namespace: 'recognize', uid: 'u', generation: 1, ...more },
  spec: {},
  status: JSON.parse(JSON.stringify(status)) as unknown,
});
const seen = (found: ReportObject | undefined, why?: SafeText): Parameters<typeof gateAnswer>[1] =>
  why === undefined ? { object: found, confirmed: { by: 'bookmark', ageMs: 1_400 } } : { why };
const NAME = { namespace: 'recognize', name: 'prod' };
const good = object(report(run()).status);

describe('the answer', () => {
  it.each([
    ['a good report', good, undefined, START, 200],
    ['a failure', object(report(run({ 'auth-vault/health': 'HealthDown' })).status), undefined, START, 412],
    ['a stale report', good, undefined, minutes(11), 503],
    ['a report that was never examined', object({}), undefined, START, 503],
    ['an older generation', object(report(run()).status, { generation: 2 }), undefined, START, 503],
    ['a report that is being deleted', object(report(run()).status, { deletionTimestamp: 'x' }), undefined, START, 503],
    ['no such report', undefined, undefined, START, 503],
    ['a watch that has stalled', good, literal('the watch is silent'), START, 503],
  ])('to %s', (_, found, why, now, status) => {
    expect(gateAnswer(NAME, seen(found, why), now).status).toBe(status);
  });

  it('names what blocks', () => {
    const found = object(report(run({ 'auth-vault/health': 'HealthDown' })).status);
    expect(gateAnswer(NAME, seen(found), START).body).toMatchObject({
      ...NAME,
      exitCode: 3,
      blockers: [{ check: 'auth-vault/health', fault: 'HealthDown' }],
    });
  });
});

it('says how, and how long ago, the report was confirmed', () => {
  expect(gateAnswer(NAME, seen(good), START).body).toMatchObject({ confirmed: { by: 'bookmark', secondsAgo: 1 } });
  expect(gateAnswer(NAME, seen(good, literal('silent')), START).body).not.toHaveProperty('confirmed');
});

describe('the endpoint', () => {
  let endpoints: Endpoints | undefined;
  afterEach(() => endpoints?.close());

  const ask = async (
    method: string,
    path: string,
  ): Promise<{ status: number; body: string; allow: string | undefined; asked: string[] }> => {
    const asked: string[] = [];
    endpoints = await serveEndpoints({
      host: '127.0.0.1',
      port: 0,
      notReady: () => undefined,
      gate: (namespace, name) => {
        asked.push(`${namespace}/${name}`);
        return Promise.resolve({ status: 412, body: { name } });
      },
      metrics: { contentType: 'text/plain', text: () => Promise.resolve(Buffer.from('')) },
    });
    const { port } = endpoints;
    return new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, method, path, agent: false }, (response) => {
        let body = '';
        response.on('data', (part: Buffer) => (body += part.toString()));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body, allow: response.headers.allow, asked }),
        );
      })
        .on('error', reject)
        .end();
    });
  };

  it.each([
    ['GET', '/gate/recognize/prod', 412, ['recognize/prod']],
    ['GET', '/gate/recognize/prod?x=1', 412, ['recognize/prod']],
    ['HEAD', '/gate/recognize/prod', 412, ['recognize/prod']],
    ['GET', '/gate/recognize/prod.v1', 412, ['recognize/prod.v1']],
    ['POST', '/gate/recognize/prod', 412, ['recognize/prod']],
    ['PUT', '/gate/recognize/prod', 405, []],
    ['POST', '/gate/recognize/prod/', 405, []],
    ['POST', '/metrics', 405, []],
    ['DELETE', '/gate/recognize/prod', 405, []],
    ['GET', '/gate/recognize/prod/', 404, []],
    ['GET', '/gate/recognize', 404, []],
    ['GET', '/gate//prod', 404, []],
    ['GET', '/gate/recognize/../prod', 404, []],
    ['GET', '/gate/recognize/%2e%2e', 404, []],
    ['GET', '/gate/recognize/Prod', 404, []],
    ['GET', `/gate/recognize/${'a'.repeat(300)}`, 404, []],
  ] as const)('%s %s is answered %i', async (method, path, status, asked) => {
    const answer = await ask(method, path);
    expect([answer.status, answer.asked]).toEqual([status, asked]);
    if (method === 'HEAD') expect(answer.body).toBe('');
    if (status === 405) expect(answer.allow).toMatch(/^GET, HEAD(?:, POST)?$/);
  });
});
