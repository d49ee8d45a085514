// What a service says of itself, in every way in which it can say it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serviceHealth } from '../../../src/checks/service/health.ts';
import { failed, ok, type Outcome } from '../../../src/facts/outcome.ts';
import type { HttpAnswer } from '../../../src/facts/observed.ts';
import type { ServiceTarget } from '../../../src/facts/target.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { healthSeen, http, service, workload } from './seen.ts';

function say(target: ServiceTarget, ...answers: readonly Outcome<HttpAnswer>[]): string {
  const answer = serviceHealth.ask(healthSeen(target, answers));
  return answer.kind === 'pass' ? `pass: ${answer.note}` : `${answer.fault.code}: ${answer.fault.detail}`;
}

const format = (of: ServiceTarget['health']['format'], path = '/health', named = false): ServiceTarget =>
  service({ health: { path, named, format: of } });

const parts = (status: string, of: Readonly<Record<string, string>>): HttpAnswer =>
  http(
    503,
    JSON.stringify({
      status,
      components: Object.fromEntries(Object.entries(of).map(([name, said]) => [name, { status: said }])),
    }),
  );
const html = (status: number): HttpAnswer => http(status, '<!DOCTYPE html><html></html>', { contentType: 'text/html' });
const up = ok(http(200, '{"status":"UP"}'));
const down = ok(http(503, '{"status":"DOWN"}'));

describe('a Spring Boot service', () => {
  it.each<[string, HttpAnswer, string]>([
    ['UP', http(200, '{"status":"UP","groups":["liveness"]}'), 'pass: says UP'],
    ['UP after a byte order mark', http(200, '\uFEFF{"status":"UP"}'), 'pass: says UP'],
    ['DOWN with 503', http(503, '{"status":"DOWN"}'), 'HealthDown: core-daemon-1 says DOWN'],
    ['DOWN with 200', http(200, '{"status":"DOWN"}'), 'HealthDown: core-daemon-1 says DOWN'],
    ['OUT_OF_SERVICE', http(503, '{"status":"OUT_OF_SERVICE"}'), 'HealthDown: core-daemon-1 says OUT_OF_SERVICE'],
    [
      'DOWN with components',
      http(503, '{"status":"DOWN","components":{"db":{"status":"DOWN"},"ping":{"status":"UP"}}}'),
      'HealthDatabaseDown: core-daemon-1 says DOWN: db',
    ],
    [
      'DOWN with a component of components',
      http(
        503,
        '{"status":"DOWN","components":{"db":{"status":"DOWN","components":{"np":{"status":"DOWN"},"cs":{"status":"UP"}}}}}',
      ),
      'HealthDatabaseDown: core-daemon-1 says DOWN: db.np',
    ],
    [
      'DOWN with the details of old',
      http(503, '{"status":"DOWN","details":{"db":{"status":"DOWN","details":{"error":"x"}}}}'),
      'HealthDatabaseDown: core-daemon-1 says DOWN: db',
    ],
    [
      'DOWN for its disk',
      parts('DOWN', { db: 'UP', diskSpace: 'DOWN' }),
      'HealthDiskFull: core-daemon-1 says DOWN: diskSpace',
    ],
    ['DOWN for its bucket', parts('DOWN', { s3: 'DOWN' }), 'HealthStorageDown: core-daemon-1 says DOWN: s3'],
    ['DOWN for its key', parts('DOWN', { kms: 'DOWN' }), 'HealthKeysDown: core-daemon-1 says DOWN: kms'],
    [
      'OUT_OF_SERVICE for a certificate',
      parts('OUT_OF_SERVICE', { db: 'UP', ssl: 'OUT_OF_SERVICE' }),
      'HealthCertificateInvalid: core-daemon-1 says OUT_OF_SERVICE: ssl',
    ],
    [
      'a word of its own with 503',
      parts('DEGRADED', { db: 'UP', queue: 'DEGRADED' }),
      'HealthDown: core-daemon-1 answers 503 with status DEGRADED: queue',
    ],
    [
      'UP while a part is down',
      { ...parts('UP', { mail: 'DOWN', ping: 'UP' }), status: 200 },
      'HealthPartDown: core-daemon-1 says UP, but not of its part mail',
    ],
    [
      'UP while its database is down',
      { ...parts('UP', { mail: 'DOWN', db: 'DOWN', ping: 'UP' }), status: 200 },
      'HealthDatabaseDown: core-daemon-1 says UP, but not of its part db',
    ],
    ['UP with 503', http(503, '{"status":"UP"}'), 'HealthDown: core-daemon-1 answers 503 with status UP'],
    ['no JSON with 502', html(502), 'HealthDown: core-daemon-1 answers 502'],
    ['too much with 500', http(500, 'x', { truncated: true }), 'HealthDown: core-daemon-1 answers 500'],
    ['UNKNOWN', http(200, '{"status":"UNKNOWN"}'), 'HealthStatusUnrecognized: core-daemon-1 says UNKNOWN'],
    ['a word of its own', http(200, '{"status":"DEGRADED"}'), 'HealthStatusUnrecognized: core-daemon-1 says DEGRADED'],
    ['no JSON', http(200, 'OK'), 'HealthBodyInvalid: core-daemon-1 answers /actuator/health with no JSON object'],
    ['nothing', http(204), 'HealthBodyInvalid: core-daemon-1 answers /actuator/health with no JSON object'],
    ['a list', http(200, '[]'), 'HealthBodyInvalid: core-daemon-1 answers /actuator/health with no JSON object'],
    [
      'no status',
      http(200, '{"up":true}'),
      'HealthBodyInvalid: core-daemon-1 answers /actuator/health without a status',
    ],
    [
      'a status that is no word',
      http(200, '{"status":{"UP":1}}'),
      'HealthBodyInvalid: core-daemon-1 answers /actuator/health without a status',
    ],
    [
      'a status by inheritance only',
      http(200, '{"__proto__":{"status":"UP"}}'),
      'HealthBodyInvalid: core-daemon-1 answers /actuator/health without a status',
    ],
    [
      '200 MB',
      http(200, '{"status":"UP",', { truncated: true }),
      'HealthBodyTooLarge: core-daemon-1 sends more than 64 KiB on /actuator/health',
    ],
    ['404 on a guess', http(404), 'HealthNotReadable: core-daemon-1 answers 404 on /actuator/health'],
    [
      '401 on a guess',
      http(401),
      'HealthNotReadable: core-daemon-1 answers 401 on /actuator/health: it asks for credentials',
    ],
    ['a redirect on a guess', http(302), 'HealthNotReadable: core-daemon-1 answers 302 on /actuator/health'],
    ['a page on a guess', html(200), 'HealthNotReadable: core-daemon-1 answers /actuator/health with a web page'],
  ])('that answers %s', (_, answer, expected) => {
    expect(say(service(), ok(answer))).toBe(expected);
  });

  it.each([
    ['404', http(404)],
    ['a redirect', http(307)],
    ['a page', html(200)],
  ])('that answers %s on the path that the spec names fails', (_, answer) => {
    expect(say(format('spring', '/health', true), ok(answer))).toMatch(/^HealthPathMissing: /);
  });

  it('that asks for credentials on the path that the spec names is not blamed for it', () => {
    for (const status of [401, 403])
      expect(say(format('spring', '/health', true), ok(http(status)))).toMatch(/^HealthCredentialsRequired: /);
  });

  it('that redirects to a login page is said to', () => {
    const answer = http(302, '', { location: 'https://sso.example.org/login?from=/actuator/health' });
    expect(say(service(), ok(answer))).toContain('redirects to https://sso.example.org/login');
  });

  it.each<[string, readonly HttpAnswer[], readonly string[]]>([
    ['every pod shows it UP', [parts('UP', { db: 'UP' }), parts('UP', { db: 'UP' })], ['database']],
    ['one pod hides it', [parts('UP', { db: 'UP' }), http(200, '{"status":"UP"}')], []],
    ['one of two data sources is UNKNOWN', [parts('UP', { db: 'UP', otherDataSource: 'UNKNOWN' })], []],
    ['nobody shows it', [parts('UP', { ping: 'UP' })], []],
  ])('vouches for the database only where it is visible and UP: %s', (_, answers, expected) => {
    const seen = healthSeen(
      service(),
      answers.map((answer) => ok({ ...answer, status: 200 })),
    );
    const answer = serviceHealth.ask(seen);
    expect(answer.kind === 'pass' ? (answer.vouches ?? []) : 'not well').toEqual(expected);
  });

  it('is read without harm whatever JSON it sends', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(200, 503), (body, status) => {
        expect(say(service(), ok(http(status, body)))).not.toBe('');
      }),
    );
  });

  it('is read without harm when its components nest without end', () => {
    const deep = '{"status":"DOWN","components":{"a":'.repeat(1500) + '{}' + '}}'.repeat(1500);
    expect(say(service(), ok(http(503, deep)))).toBe('HealthDown: core-daemon-1 says DOWN: a.a.a.a.a.a.a.a');
  });
});

describe('the enrollment agent', () => {
  it.each<[string, HttpAnswer, string]>([
    ['ok', http(200, '{"version":"1.2.3","status":"ok"}'), 'pass: says ok, version 1.2.3'],
    ['ok without a version', http(200, '{"status":"OK"}'), 'pass: says ok'],
    ['500', http(500, 'Internal Server Error'), 'AgentServerError: core-daemon-1 answers 500'],
    ['500 in JSON', http(500, '{"status":"error"}'), 'AgentServerError: core-daemon-1 answers 500'],
    ['503 of a proxy', html(503), 'HealthDown: core-daemon-1 answers 503'],
    ['another word', http(200, '{"status":"warming"}'), 'HealthStatusUnrecognized: core-daemon-1 says warming'],
  ])('that answers %s', (_, answer, expected) => {
    expect(say(format('agent', '/health-check'), ok(answer))).toBe(expected);
  });
});

describe('the dashboard', () => {
  it.each<[HttpAnswer, string]>([
    [html(200), 'pass: answers 200'],
    [html(302), 'pass: answers 302'],
    [http(200, 'x', { truncated: true }), 'pass: answers 200'],
    [html(403), 'HealthNotReadable: core-daemon-1 answers 403'],
    [html(500), 'HealthDown: core-daemon-1 answers 500'],
  ])('answers %o', (answer, expected) => {
    expect(say(format('page', '/'), ok(answer))).toBe(expected);
  });
});

describe('several pods', () => {
  const refused = failed('ServiceRefused', literal('10.0.0.3:8080 refuses connections'));
  it.each<[string, readonly Outcome<HttpAnswer>[], string]>([
    ['all well', [up, up, up], 'pass: 3 of 3 pods: says UP'],
    ['one down', [up, down, up], 'HealthDown: 1 of 3 pods: core-daemon-2 says DOWN'],
    ['two down', [down, down, up], 'HealthDown: 2 of 3 pods: core-daemon-1 says DOWN'],
    [
      'one refusing',
      [up, up, refused],
      'ServiceRefused: 1 of 3 pods: core-daemon-3: 10.0.0.3:8080 refuses connections',
    ],
    ['one down before one unreadable', [ok(http(200, '?')), down], 'HealthDown: 1 of 2 pods: core-daemon-2 says DOWN'],
    [
      'one closed to us',
      [up, ok(http(403)), up],
      'HealthNotReadable: 1 of 3 pods: core-daemon-2 answers 403 on /actuator/health: it asks for credentials',
    ],
    [
      'one without the path',
      [up, ok(http(404)), up],
      'HealthNotReadable: 1 of 3 pods: core-daemon-2 answers 404 on /actuator/health',
    ],
  ])('%s', (_, answers, expected) => {
    expect(say(service(), ...answers)).toBe(expected);
  });

  it('give the same answer in every order', () => {
    const all = [up, down, refused, ok(http(404)), ok(http(200, 'x'))];
    const pairs = healthSeen(service(), all).observed.answers;
    fc.assert(
      fc.property(fc.shuffledSubarray([...pairs], { minLength: pairs.length }), (answers) => {
        const seen = { ...healthSeen(service(), all), observed: { answers } };
        expect(serviceHealth.ask(seen)).toEqual(serviceHealth.ask(healthSeen(service(), all)));
      }),
    );
  });
});

describe('no address to ask', () => {
  const none = failed('NoReadyEndpoints', literal('Service core-daemon has no ready endpoint'));
  it.each<[string, Partial<ServiceTarget>, string]>([
    ['and a workload that is well', { addresses: none }, 'NoReadyEndpoints: Service core-daemon has no ready endpoint'],
    ['in an empty list', { addresses: ok([]) }, 'NoReadyEndpoints: core-daemon has no ready endpoint to ask'],
    [
      'because the workload is scaled to zero',
      { addresses: none, workload: workload({ desired: 0 }) },
      'NotAsked: there is no address to ask: Deployment core-daemon asks for 0 replicas',
    ],
    ['because it is gone', { addresses: none, presence: 'gone' }, 'NotAsked: there is no address to ask: it is gone'],
    [
      'because it was never found',
      { addresses: none, presence: 'listed', workload: undefined },
      'NotAsked: there is no address to ask: it was not found',
    ],
    [
      'because we may not look',
      { addresses: failed('CheckerNotAuthorized', literal('may not list endpointslices')) },
      'CheckerNotAuthorized: may not list endpointslices',
    ],
  ])('%s', (_, changes, expected) => {
    expect(say(service(changes))).toBe(expected);
  });
});

describe('a message', () => {
  it('has at most 160 bytes and no secret', () => {
    const body = JSON.stringify({ status: `password=hunter2${'é'.repeat(500)}` });
    const text = say(service(), ok(http(200, body)));
    expect(text).not.toContain('hunter2');
    expect(Buffer.byteLength(text) - 'HealthStatusUnrecognized: '.length).toBeLessThanOrEqual(160);
  });

  it('comes with what was said as evidence, redacted', () => {
    const answer = serviceHealth.ask(healthSeen(service(), [ok(http(503, '{"status":"DOWN","token":"abcdefgh"}'))]));
    expect(answer).toMatchObject({ evidence: 'HTTP 503 {"status":"DOWN","token":"[redacted]"}' });
  });
});
