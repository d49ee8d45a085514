// From log text to entries: whose signatures hold, what is captured, who is accused, what is left alone.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SERVICES, type Component, type Service } from '../../../src/api/components.ts';
import { ENTRIES } from '../../../src/guide/index.ts';
import { CAUSE_ANCHORS } from '../../../src/guide/cause-anchors.ts';
import { createMatcher, type Match } from '../../../src/guide/matcher.ts';

const MERGED = ['core-daemon', 'node-persistence', 'circuit-storage', 'auth-vault'] as const;

function match(services: Service | readonly Service[], text: string | Uint8Array, level?: string): readonly Match[] {
  return createMatcher(typeof services === 'string' ? [services] : services).match(text, level);
}

function ids(services: Service | readonly Service[], text: string, level?: string): readonly string[] {
  return match(services, text, level).map(({ entry }) => entry.id);
}

describe('a real line', () => {
  it.each<[Service, string, string, Component | undefined]>([
    [
      'core-daemon',
      'NODE-PERSISTENCE service returned error: 500 INTERNAL_SERVER_ERROR',
      'REC-CD-001',
      'node-persistence',
    ],
    ['core-daemon', 'circuit-storage-2 service returned error: timeout', 'REC-CD-001', 'circuit-storage'],
    ['core-daemon', 'CircuitStorage service returned error: 503', 'REC-CD-001', 'circuit-storage'],
    ['core-daemon', 'AUTH_VAULT service returned error:', 'REC-CD-001', 'auth-vault'],
    ['core-daemon', 'Auth vault service returned error: 400', 'REC-CD-001', 'auth-vault'],
    ['core-daemon', 'BILLING service returned error: 500', 'REC-CD-001', undefined],
    ['core-daemon', 'node-persistence.default.svc.cluster.local', 'REC-CD-002', 'node-persistence'],
    ['core-daemon', 'circuit-storage-2.default.svc.cluster.local', 'REC-CD-002', 'circuit-storage'],
    ['core-daemon', 'connect timed out: auth-vault.recognize-prod.svc.cluster.local:8080', 'REC-CD-002', 'auth-vault'],
    [
      'core-daemon',
      'http://node-persistence-keylessd.id.svc.cluster.local./v1: Connection refused',
      'REC-CD-002',
      'node-persistence',
    ],
    ['core-daemon', 'np-0.node-persistence.id.svc.cluster.local/10.0.0.7:8080', 'REC-CD-002', 'node-persistence'],
    [
      'core-daemon',
      'Cannot deserialize value of type `java.time.LocalDateTime` from String "x"',
      'REC-CD-003',
      undefined,
    ],
    ['core-daemon', 'Cannot deserialize value of type java.time.LocalDateTime from String', 'REC-CD-003', undefined],
    [
      'core-daemon',
      'ServletOutputStream failed to flush: java.nio.channels.ClosedChannelException',
      'REC-CD-004',
      undefined,
    ],
    ['core-daemon', 'Application run failed', 'REC-AL-002', undefined],
    ['node-persistence', 'Application run failed', 'REC-NP-001', undefined],
    ['node-persistence', 'HikariPool-1 - Exception during pool initialization.', 'REC-NP-002', 'database'],
    ['node-persistence', 'HikariPool-2 - Exception during pool initialization.', 'REC-NP-002', 'database'],
    ['node-persistence', 'persistence-pool - Exception during pool initialization.', 'REC-NP-002', 'database'],
    [
      'node-persistence',
      'HikariPool-1 - Connection is not available, request timed out after 30001ms',
      'REC-NP-002',
      'database',
    ],
    ['circuit-storage', 'HikariPool-1 - Exception during pool initialization.', 'REC-NP-002', 'database'],
    ['circuit-storage', 'HHH100501: Exception executing batch [java.sql.BatchUpdateException', 'REC-CS-001', undefined],
    ['circuit-storage', 'Batch entry 0 insert into circuit was aborted', 'REC-CS-001', undefined],
    ['circuit-storage', 'Error: duplicate key value violates unique constraint', 'REC-CS-001', undefined],
    ['circuit-storage', 'ERROR: duplicate key value violates unique constraint', 'REC-CS-001', undefined],
    ['circuit-storage', 'Persisting circuit on S3 failed. [circuitId=8d2b5f2c]', 'REC-CS-002', 'object-storage'],
    ['circuit-storage', 'Persisting circuit on S3 failed. [circuitId=]', 'REC-CS-002', 'object-storage'],
    ['circuit-storage', 'Error while deleting some circuits', 'REC-CS-003', 'database'],
    ['auth-vault', 'Node persistence returned an unexpected status 500', 'REC-AV-001', 'node-persistence'],
    [
      'auth-vault',
      'Node persistence thrown exception: node-persistence.id.svc.cluster.local',
      'REC-AV-002',
      'node-persistence',
    ],
    ['auth-vault', 'Node persistence thrown exception: Connection refused', 'REC-AV-002', 'node-persistence'],
    ['auth-vault', 'Failed JWT token sign', 'REC-AV-003', 'key-management'],
    ['auth-vault', 'isSignatureValid error: no match', 'REC-AL-003', undefined],
    ['auth-vault', 'AuthVault - isSignatureValid error', 'REC-AL-003', undefined],
  ])('of %s: %s', (service, line, id, blames) => {
    const [best] = match(service, line, 'ERROR');
    expect([best?.entry.id, best?.blames]).toEqual([id, blames]);
  });

  it.each<[Service, string]>([
    ['core-daemon', 'I/O error: postgres.database.svc.cluster.local:5432 refused'],
    ['core-daemon', 'svc.cluster.local'],
    ['core-daemon', 'node-persistence.svc.cluster.local'],
    ['core-daemon', 'node-persistence.default.svc.cluster.localhost'],
    ['core-daemon', 'auth-vault default.svc.cluster.local'],
    ['core-daemon', ' service returned error: nameless'],
    ['core-daemon', 'Failed JWT token sign'],
    ['node-persistence', 'HikariPool-1 - Starting...'],
    ['node-persistence', ' - Exception during pool initialization'],
    ['circuit-storage', 'Persisting circuit on S3 failed. [circuitId=8d2b\n]'],
    ['auth-vault', '\tat io.keyless.authvault.SignatureService.isSignatureValid(SignatureService.java:44)'],
    ['auth-vault', '\tat io.keyless.authvault.SignatureService.lambda$isSignatureValid$0(SignatureService.java:45)'],
    ['auth-vault', 'Node persistence returned an unexpected status 404'],
    ['enrollment-agent', 'Application run failed'],
  ])('of %s that is none: %s', (service, line) => {
    expect(ids(service, line, 'ERROR')).toEqual([]);
  });
});

describe('a record', () => {
  it.each(['INFO', 'info', 'DEBUG', 'trace', 'LOG', 'notice'])('at level %s is left alone', (level) => {
    expect(ids('auth-vault', 'Failed JWT token sign', level)).toEqual([]);
  });

  it.each(['WARN', 'warning', 'ERROR', 'Fatal', 'SEVERE', 'unheard-of', undefined])(
    'at level %s is looked at',
    (level) => {
      expect(ids('auth-vault', 'Failed JWT token sign', level)).toEqual(['REC-AV-003']);
    },
  );

  it('shows where the signature stands and what was captured, in characters', () => {
    const text = 'é€😀 → NODE-PERSISTENCE service returned error: 500 ü';
    const [found] = match('core-daemon', text);
    expect(found?.captured).toBe('NODE-PERSISTENCE');
    expect(text.slice(found?.start, found?.end)).toBe('NODE-PERSISTENCE service returned error:');
  });

  it('captures no more than the length of a name', () => {
    const [found] = match('core-daemon', `${'x'.repeat(300)} service returned error: 500`);
    expect(found?.captured).toBe('x'.repeat(63));
  });

  it('of raw bytes is matched as its text is, with places in bytes', () => {
    const bytes = Buffer.from('ü Failed JWT token sign');
    const [found] = match('auth-vault', bytes);
    expect(bytes.subarray(found?.start, found?.end).toString()).toBe('Failed JWT token sign');
  });

  it('gives each entry once, however often it stands there', () => {
    expect(ids('auth-vault', 'Failed JWT token sign\n'.repeat(50))).toEqual(['REC-AV-003']);
  });

  it('gives the most specific entry first, and not the host inside its message', () => {
    const text = 'Node persistence thrown exception: node-persistence.default.svc.cluster.local';
    expect(ids(MERGED, text)).toEqual(['REC-AV-002']);
  });

  it('of two causes gives both, the longer message first', () => {
    const text = 'circuit-storage-2.default.svc.cluster.local: NODE-PERSISTENCE service returned error: 500';
    expect(ids('core-daemon', text)).toEqual(['REC-CD-001', 'REC-CD-002']);
  });

  it('in a cause of a stack trace is found too', () => {
    const trace =
      'Request failed\n\tat a.b.C.d(C.java:1)\nCaused by: x.Y: Persisting circuit on S3 failed. [circuitId=1]\n\tat z';
    expect(ids('circuit-storage', trace, 'WARN')).toEqual(['REC-CS-002']);
  });
});

describe('the log of a merged service', () => {
  it.each([
    ['Failed JWT token sign', 'REC-AV-003', 'auth-vault'],
    ['HikariPool-2 - Exception during pool initialization.', 'REC-NP-002', 'node-persistence'],
    ['Error while deleting some circuits', 'REC-CS-003', 'circuit-storage'],
    ['isSignatureValid error', 'REC-AL-003', 'auth-vault'],
  ])('holds those of the others: %s', (line, id, component) => {
    expect(match(MERGED, line).map((found) => [found.entry.id, found.component])).toEqual([[id, component]]);
  });

  it('gives a shared line to its owner', () => {
    expect(ids(MERGED, 'Application run failed')).toEqual(['REC-AL-002']);
    expect(ids(['node-persistence', 'core-daemon'], 'Application run failed')).toEqual(['REC-NP-001']);
  });
});

describe('the log fixtures', () => {
  const fixture = (path: string): string =>
    readFileSync(new URL(`../../fixtures/logs/${path}.txt`, import.meta.url), 'utf8');

  it.each<[Service, string, readonly string[]]>([
    ['core-daemon', 'core-daemon/internal-service-error', ['REC-CD-001']],
    ['core-daemon', 'core-daemon/circuit-storage-error', ['REC-CD-001']],
    ['core-daemon', 'core-daemon/connection-error', ['REC-CD-002']],
    ['core-daemon', 'core-daemon/unknown-host', ['REC-CD-002']],
    ['core-daemon', 'core-daemon/bad-date', ['REC-CD-003']],
    ['core-daemon', 'core-daemon/client-gone', ['REC-CD-004']],
    ['node-persistence', 'node-persistence/run-failed', ['REC-NP-002', 'REC-NP-001']],
    ['node-persistence', 'node-persistence/pool-initialization', ['REC-NP-002']],
    ['node-persistence', 'node-persistence/connection-not-available', ['REC-NP-002']],
    ['circuit-storage', 'circuit-storage/batch-duplicate-key', ['REC-CS-001']],
    ['circuit-storage', 'circuit-storage/s3-persist-failed', ['REC-CS-002']],
    ['circuit-storage', 'circuit-storage/delete-failed', ['REC-CS-003']],
    ['auth-vault', 'auth-vault/node-persistence-status', ['REC-AV-001']],
    ['auth-vault', 'auth-vault/node-persistence-exception', ['REC-AV-002']],
    ['auth-vault', 'auth-vault/jwt-sign-failed', ['REC-AV-003']],
    ['auth-vault', 'auth-vault/signature-invalid', ['REC-AL-003']],
    ['operations-service', 'service/run-failed', ['REC-AL-002']],
    ['operations-service', 'service/error-burst', []],
    ['node-persistence', 'service/start', []],
  ])('%s: %s', (service, path, expected) => {
    expect(ids(service, fixture(path))).toEqual(expected);
  });
});

describe('hostile input', () => {
  const mebibyte = 1 << 20;
  const fill = (unit: string): Buffer => Buffer.alloc(mebibyte, unit);
  const literals = ENTRIES.flatMap(({ signatures }) => signatures.map(({ template }) => template));
  const units = [
    ...literals.map((template) => template.slice(0, -1)),
    ...literals,
    ...CAUSE_ANCHORS,
    'Persisting circuit on S3 failed. [circuitId=',
    'a service returned error:',
    '.svc.cluster.local',
    'a.svc.cluster.local',
    `${'x'.repeat(63)} - Exception during pool initialization`,
    ` - Exception during pool initialization`,
    `${'n'.repeat(300)}.svc.cluster.local`,
    'Node persistence thrown exception: a.b.c.d.',
    'H',
    ' ',
    '.s',
  ];

  it.each(units)('one line of a megabyte of "%s" costs a constant for each byte', (unit) => {
    const meter = { steps: 0 };
    createMatcher(SERVICES, { shared: true }).match(fill(unit), undefined, meter);
    expect(meter.steps).toBeLessThan(mebibyte * 24);
  });

  it('of twice the length costs twice the work', () => {
    const matcher = createMatcher(SERVICES);
    const work = (length: number): number => {
      const meter = { steps: 0 };
      matcher.match(Buffer.alloc(length, 'Persisting circuit on S3 failed. [circuitId='), undefined, meter);
      return meter.steps;
    };
    expect(work(mebibyte) / work(mebibyte / 2)).toBeLessThan(2.1);
  });
});

describe('the candidates of a stream', () => {
  const matcher = createMatcher(MERGED);

  it('are places before which nothing can match', () => {
    const bytes = Buffer.from(`${'x'.repeat(1000)} Failed JWT token sign`);
    expect(matcher.nextCandidate(bytes, 0)).toBe(1001);
    expect(matcher.nextCandidate(bytes, 1002)).toBe(-1);
  });

  it.each([
    ['a call to a service', 'I/O error on GET request for "http://auth-vault:8080/x": Connection refused', true],
    ['the same within JSON', 'I/O error on POST request for \\"https://circuit-storage-2.id/x\\": null', true],
    ['a call to anybody', 'I/O error on GET request for "http://otel-collector:4318/x": Connection refused', false],
    ['a call to nobody knows whom', 'I/O error on something', true],
    ['a state that the table knows', 'SQL Error: 0, SQLState: 08006', true],
    ['any other state', 'SQL Error: 0, SQLState: 23505', false],
  ])('are places where a cause may stand: %s', (_, line, isOne) => {
    expect(matcher.nextCandidate(Buffer.from(line), 0) >= 0).toBe(isOne);
  });

  it('are not lost between chunks that overlap by the longest anchor', () => {
    const text = Buffer.from(`${'x'.repeat(500)}Persisting circuit on S3 failed. [circuitId=1]${'y'.repeat(500)}`);
    for (let cut = 480; cut < 560; cut += 1) {
      const first = matcher.nextCandidate(text, 0, cut);
      const second = matcher.nextCandidate(text, Math.max(0, cut - matcher.longestAnchor + 1));
      expect(Math.max(first, second)).toBe(500);
    }
  });
});
