// What no finding may come of: everyday lines, near misses of the signatures, and INFO lines that speak of errors.
import { describe, expect, it } from 'vitest';
import { SERVICES } from '../../../src/api/components.ts';
import { benignLines, masked, TEMPLATES } from '../../fixtures/logs/benign/generate.ts';
import { counts, LAYOUTS, scanned } from './log-lines.ts';

const LINES = 20_000;

/** Each lacks something that makes a signature, and is logged as an error. */
const NEAR_MISSES: readonly string[] = [
  'service returned error: 500',
  'NODE-PERSISTENCE service returned error 500',
  'NODE-PERSISTENCE service returned an error: 500',
  'NODE-PERSISTENCE Service Returned Errors: 500',
  'isSignatureValid: true',
  'isSignatureValid() returned true',
  'isSignatureValid took 1534 ms, threshold is 500 ms exceeded with no error',
  // Nobody could look at the signature: that is none that failed.
  'isSignatureValid timed out after 30000 ms',
  'isSignatureValid error: java.net.SocketTimeoutException: Read timed out',
  'isSignatureValid failed: node persistence returned status 503',
  'isSignatureValid error: could not fetch the public key',
  'isSignatureValid error: HikariPool-1 - Connection is not valid, request timed out',
  'isSignatureValid error\njava.util.concurrent.TimeoutException: null\n\tat a.b.C.d(C.java:1)',
  'isSignatureValid slow: 1534 ms',
  'isSignatureValid retry 2 of 3',
  'circuit-storage service returned errors: 3',
  'node-persistence.default.svc',
  'node-persistence.svc.cluster.local',
  'node-persistence.default.cluster.local',
  'postgres.database.svc.cluster.local refused the connection',
  'node-persistence.default.svc.cluster.localhost',
  'Cannot deserialize value of type `java.time.LocalDate` from String "20-11-2026"',
  'Cannot deserialize value of type java.time.Instant from String "x"',
  'Cannot deserialize instance of java.time.LocalDateTime',
  'ServletOutputStream failed to flush: java.io.IOException: Broken pipe',
  'ServletOutputStream failed to write: java.nio.channels.ClosedChannelException',
  'java.nio.channels.ClosedChannelException',
  'Application run succeeded',
  'Application failed',
  'application run failed',
  'HikariPool-1 - Exception during pool shutdown',
  'HikariPool-1 - Starting pool initialization',
  'HikariPool-1 - Connection is not valid, request timed out',
  'HikariPool-1 - Connection is not available',
  'HHH100502: Exception executing batch',
  'HHH100501: Executing batch',
  'Batch entries: 12',
  'duplicate key value violates unique constraint "circuit_pkey"',
  'ERROR: duplicate column "id"',
  'Persisting circuit on S3 succeeded. [circuitId=8d2b5f2c]',
  'Persisting circuit on S3 failed. [circuit=8d2b5f2c]',
  'Persisting circuit on disk failed. [circuitId=8d2b5f2c]',
  'Error while deleting some users',
  'Error while reading some circuits',
  'Node persistence returned an unexpected status 503',
  'Node persistence returned a status 500',
  'Node persistence throws exception: timeout',
  'Failed JWT token signature verification is off by one'.replace('sign', 'Sign'),
  'Failed JWT token verification',
  'Failed to sign JWT token',
  'SignatureValid=false',
  'isSignatureValidated error',
  'io.keyless.authvault.SignatureService.isSignatureValid(SignatureService.java:61)',
];

/** What a log says about errors without having one. */
const MENTIONS: readonly string[] = [
  'isSignatureValid: true',
  'Alert rule loaded: "isSignatureValid error"',
  'Retrying after: Failed JWT token sign',
  'Recovered from: HikariPool-1 - Exception during pool initialization.',
  'Feature flag "Application run failed" page is on',
  'Request body: {"query":"Error while deleting some circuits"}',
  'Upstream is http://node-persistence.default.svc.cluster.local:8080',
  'NODE-PERSISTENCE service returned error: 500 was answered from the cache',
];

it(`the corpus has at least 300 templates (${new Set(TEMPLATES.map(({ message }) => masked(message))).size})`, () => {
  const log = benignLines(LINES, { seed: 1, layouts: ['Spring Boot 3'] });
  const heads = log.split('\n').filter((line) => / --- \[/.test(line));
  expect(new Set(heads.map(masked)).size).toBeGreaterThanOrEqual(300);
});

describe(`${LINES} everyday lines`, () => {
  const log = benignLines(LINES, { seed: 7, layouts: ['Spring Boot 2', 'Spring Boot 3', 'logstash', 'ECS, nested'] });

  it('are nothing where nobody knows whose log it is', () => {
    const found = scanned(log);
    expect(found.findings).toEqual([]);
    expect(found.counters).toMatchObject({ lines: log.split('\n').length - 1, matched: 0, brokenJson: 0 });
  });

  it.each(SERVICES)('are nothing in the log of %s', (service) => {
    expect(scanned(log, service).findings).toEqual([]);
  });
});

describe.each(Object.entries(LAYOUTS))('in %s', (_layout, write) => {
  it.each(NEAR_MISSES)('"%s" is near a signature and none', (message) => {
    expect(counts(scanned(write('ERROR', message)))).toEqual({});
  });

  it.each(MENTIONS)('INFO "%s" speaks of an error and is none', (message) => {
    expect(counts(scanned(write('INFO', message)))).toEqual({});
    expect(counts(scanned(write('DEBUG', message)))).toEqual({});
  });
});

describe('an INFO record', () => {
  const head = '2026-11-20T09:14:03.512Z  INFO 1 --- [main] i.k.a.Service : Request body:\n';

  it.each([
    ['pretty-printed JSON', '{\n  "error": "Failed JWT token sign"\n}\n'],
    ['JSON on a line of its own', '{"error":"Failed JWT token sign","status":500}\n'],
    ['an error document of Spring', '{"timestamp":"2026-11-20T09:14:03.498+00:00","error":"Failed JWT token sign"}\n'],
    ['what PostgreSQL says', 'ERROR: duplicate key value violates unique constraint\n'],
    ['an exception', 'java.lang.RuntimeException: Application run failed\n\tat a.B.c(B.java:1)\n'],
    ['an empty line between', '\nFailed JWT token sign\n'],
  ])('may hold %s', (_what, rest) => {
    expect(counts(scanned(head + rest))).toEqual({});
  });
});

describe('access logs', () => {
  it('hold what clients ask for, not errors', () => {
    const line = '10.0.0.7 - - [20/Nov/2026:09:14:03 +0000] "GET /?q=Failed JWT token sign HTTP/1.1" 200 12\n';
    expect(counts(scanned(line))).toEqual({});
  });
});
