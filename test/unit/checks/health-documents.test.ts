// Health documents of other versions and makers than the one recorded, and names that people give to their indicators.
import { describe, expect, it } from 'vitest';
import { serviceHealth } from '../../../src/checks/service/health.ts';
import { ok } from '../../../src/facts/outcome.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { isHealthDocument } from '../../../src/probes/health-document.ts';
import { healthSeen, http, service } from './seen.ts';

/** What is said, with what the answer vouches for behind it. */
function said(status: number, document: unknown): string {
  const body = typeof document === 'string' ? document : JSON.stringify(document);
  const answer = serviceHealth.ask(healthSeen(service(), [ok(http(status, body))]));
  if (answer.kind === 'fault') return `${answer.fault.code}: ${answer.fault.detail}`.replace('core-daemon-1 ', '');
  return [answer.note, ...(answer.vouches ?? [])].join(' + ');
}

const with503 = (components: unknown): string => said(503, { status: 'DOWN', components });
const down = { status: 'DOWN' };
const up = { status: 'UP' };

describe('the parts of a document', () => {
  it.each<[string, number, unknown, string]>([
    ['1.x: beside the status', 200, { status: 'UP', db: { status: 'UP', hello: 1 } }, 'says UP + database'],
    ['1.x: one of them down', 503, { status: 'DOWN', diskSpace: up, db: down }, 'HealthDatabaseDown: says DOWN: db'],
    ['1.x: one down under UP', 200, { status: 'UP', db: down }, 'HealthDatabaseDown: says UP, but not of its part db'],
    ['2.0: in details', 503, { status: 'DOWN', details: { db: down } }, 'HealthDatabaseDown: says DOWN: db'],
    [
      '2.0: of several data sources',
      503,
      { status: 'DOWN', details: { db: { ...down, details: { npDataSource: down, csDataSource: up } } } },
      'HealthDatabaseDown: says DOWN: db.npDataSource',
    ],
    [
      '3.x: of several data sources',
      200,
      { status: 'UP', components: { db: { ...up, components: { a: up, b: { status: 'UNKNOWN' } } } } },
      'says UP',
    ],
    [
      'MicroProfile: a list of checks',
      503,
      {
        status: 'DOWN',
        checks: [
          { name: 'a', ...up },
          { name: 'datasource', ...down },
        ],
      },
      'HealthDatabaseDown: says DOWN: datasource',
    ],
    [
      'MicroProfile: one down under UP',
      200,
      { status: 'UP', checks: [{ name: 'x', ...down }] },
      'HealthPartDown: says UP, but not of its part x',
    ],
    [
      'a list in the place of the parts',
      200,
      { status: 'UP', components: [{ name: 'db', ...down }] },
      'HealthDatabaseDown: says UP, but not of its part db',
    ],
    [
      'deep below others',
      200,
      {
        status: 'UP',
        components: {
          a: {
            ...up,
            components: { b: { ...up, details: { c: { ...up, details: { d: { ...up, details: { db: down } } } } } } },
          },
        },
      },
      'HealthDatabaseDown: says UP, but not of its part a.b.c.d.db',
    ],
    [
      'after hundreds of others',
      200,
      {
        status: 'UP',
        components: { ...Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`t${i}`, up])), db: down },
      },
      'HealthDatabaseDown: says UP, but not of its part db',
    ],
    [
      'a backend with a word that Spring Boot leaves out of the sum',
      200,
      { status: 'UP', components: { db: { status: 'FATAL' } } },
      'HealthStatusUnrecognized: says UP, and FATAL of its part db',
    ],
    [
      'another part with such a word',
      200,
      { status: 'UP', components: { mail: { status: 'FATAL' } } },
      'says UP, and FATAL of its part mail',
    ],
    ['a list of names', 200, { status: 'UP', components: ['db'] }, 'says UP'],
    [
      'with a word of its own under UP',
      200,
      { status: 'UP', components: { db: up, ssl: { status: 'WILL_EXPIRE_SOON' } } },
      'says UP, and WILL_EXPIRE_SOON of its part ssl + database',
    ],
    ['one that nobody can tell', 200, { status: 'UP', components: { db: { status: 'UNKNOWN' } } }, 'says UP'],
    [
      'its disk and its database',
      503,
      { status: 'DOWN', components: { diskSpace: down, db: down } },
      'HealthDatabaseDown: says DOWN: diskSpace, db',
    ],
  ])('%s', (_, status, document, expected) => {
    expect(said(status, document)).toBe(expected);
  });
});

describe('the name of a part', () => {
  it.each([
    ['db', 'HealthDatabaseDown'],
    ['r2dbc', 'HealthDatabaseDown'],
    ['dbHealthContributor', 'HealthDatabaseDown'],
    ['db-health-indicator', 'HealthDatabaseDown'],
    ['dataSourceHealthIndicator', 'HealthDatabaseDown'],
    ['keylessDb', 'HealthDatabaseDown'],
    ['primary-db', 'HealthDatabaseDown'],
    ['database', 'HealthDatabaseDown'],
    ['mongoDb', 'HealthDown'],
    ['influxdb', 'HealthDown'],
    ['mongo-db', 'HealthDown'],
    ['s3HealthIndicator', 'HealthStorageDown'],
    ['kmsHealth', 'HealthKeysDown'],
    ['redis', 'HealthDown'],
    ['health', 'HealthDown'],
    ['x'.repeat(60_000), 'HealthDown'],
  ])('%s: %s', (name, fault) => {
    expect(with503({ [name]: down }).split(':')[0]).toBe(fault);
  });

  it('that is not Spring’s own for a data source vouches for none', () => {
    expect(said(200, { status: 'UP', components: { keylessDb: up } })).toBe('says UP');
    expect(said(200, { status: 'UP', components: { db: up, keylessDb: up } })).toBe('says UP + database');
  });
});

describe('a status', () => {
  it.each<[string, number, unknown, string]>([
    ['in small letters is the same word', 200, { status: 'down' }, 'HealthDown: says DOWN'],
    ['between blanks is the same word', 200, { status: ' UP ' }, 'says UP'],
    ['given twice is the last one', 503, '{"status":"UP","status":"DOWN"}', 'HealthDown: says DOWN'],
    [
      'DOWN with a number of the installation’s choosing',
      418,
      { status: 'DOWN', components: { db: down } },
      'HealthDatabaseDown: says DOWN: db',
    ],
    ['UP with an error is none', 404, { status: 'UP' }, 'HealthNotReadable: answers 404 on /actuator/health'],
    [
      'of an error of Spring Boot is none',
      404,
      { status: 404, error: 'Not Found' },
      'HealthNotReadable: answers 404 on /actuator/health',
    ],
    ['of a problem document is none', 503, { title: 'x', status: 503 }, 'HealthDown: answers 503'],
    [
      'of XML is not read',
      200,
      '<Health><status>UP</status></Health>',
      'HealthBodyInvalid: answers /actuator/health with no JSON object',
    ],
    [
      'that was cut off is not read',
      200,
      '{"status":"UP","compo',
      'HealthBodyInvalid: answers /actuator/health with no JSON object',
    ],
  ])('%s', (_, status, document, expected) => {
    expect(said(status, document)).toBe(expected);
  });

  it.each<[number, string, boolean]>([
    [200, '{"status":"UP"}', true],
    [503, '{"status":"DOWN"}', true],
    [418, '{"status":"DOWN"}', true],
    [404, '{"status":"error"}', false],
    [401, '{"status":"DOWN"}', false],
    [302, '{"status":"DOWN"}', false],
    [404, '{"status":404}', false],
    [200, '\uFEFF{"status":"UP"}', true],
    [200, '["status"]', false],
  ])('%i %s is a health document: %s', (status, body, isOne) => {
    expect(isHealthDocument(http(status, body), 'spring')).toBe(isOne);
  });
});

describe('a mesh that does not let the operator in', () => {
  const answers = [ok(http(403, 'RBAC: access denied'))] as const;

  it('is not taken for a service that asks for credentials', () => {
    const answer = serviceHealth.ask(healthSeen(service(), answers));
    const detail = 'core-daemon-1 answers 403 on /actuator/health: a policy of its mesh does not let the operator in';
    expect(answer).toMatchObject({ kind: 'fault', fault: { code: 'HealthNotReadable', detail } });
  });

  it('has not seen the credentials of the report', () => {
    const credentials = { username: 'ops', password: secret('a-secret') };
    const answer = serviceHealth.ask(healthSeen(service({ credentials }), answers));
    expect(answer).toMatchObject({
      kind: 'fault',
      fault: { detail: expect.stringContaining('policy of its mesh') as string },
    });
  });
});
