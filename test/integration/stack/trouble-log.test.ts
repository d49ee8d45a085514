// The log fixtures hold real values for what the guide writes with wildcards: one at least for each of its rows.
import { expect, it } from 'vitest';
import { type Trouble, troubleEvents, troubleText } from '../../stack/recognize/trouble-log.ts';

const at = new Date('2026-11-23T10:00:00.250Z');

/** The guide's row, our fixture for it, and what the row looks like when it really happens. */
const rows: [row: string, trouble: Trouble, real: RegExp][] = [
  [
    '[SERVICE-NAME] service returned error: *',
    'internal-service-error',
    /\bNODE-PERSISTENCE service returned error: 500/,
  ],
  [
    'node-persistence.default.svc.cluster.local/…',
    'connection-error',
    /http:\/\/node-persistence\.default\.svc\.cluster\.local\//,
  ],
  [
    'circuit-storage-2.default.svc.cluster.local/…',
    'unknown-host',
    /: circuit-storage-2\.default\.svc\.cluster\.local$/m,
  ],
  [
    'Cannot deserialize value of type java.time.LocalDateTime…',
    'bad-date',
    /Cannot deserialize value of type `java\.time\.LocalDateTime`/,
  ],
  [
    'ServletOutputStream failed to flush: …',
    'client-gone',
    /ServletOutputStream failed to flush: java\.nio\.channels\.ClosedChannelException/,
  ],
  ['Application run failed', 'run-failed', /: Application run failed$/m],
  [
    'HikariPool-1 - Exception during pool initialization',
    'pool-initialization',
    /HikariPool-1 - Exception during pool initialization/,
  ],
  ['HHH100501: Exception executing batch', 'batch-duplicate-key', /HHH100501: Exception executing batch/],
  ['Batch entry', 'batch-duplicate-key', /: Batch entry 0 insert into/],
  ['Error: duplicate key…', 'batch-duplicate-key', /ERROR: duplicate key value violates unique constraint/],
  [
    'Persisting circuit on S3 failed. [circuitId=*]',
    's3-persist-failed',
    /Persisting circuit on S3 failed\. \[circuitId=[0-9a-f-]{36}\]/,
  ],
  ['Error while deleting some circuits', 'delete-failed', /: Error while deleting some circuits$/m],
  [
    'Node persistence returned an unexpected status 500',
    'node-persistence-status',
    /Node persistence returned an unexpected status 500/,
  ],
  [
    'Node persistence thrown exception: …',
    'node-persistence-exception',
    /Node persistence thrown exception: node-persistence\.default\.svc\.cluster\.local/,
  ],
  ['Failed JWT token sign', 'jwt-sign-failed', /: Failed JWT token sign$/m],
  ['400', 'invalid-image', /status=400/],
  ['422', 'image-rejected', /status=422 detail=/],
  ['500', 'agent-internal-error', /status=500/],
  ['AuthVault - isSignatureValid error', 'signature-invalid', /isSignatureValid error/],
];

it.each(rows)('%s is in the fixture %s', (_row, trouble, real) => {
  expect(troubleText(trouble)).toMatch(real);
});

it('a stack trace goes with its event, after a blank line', () => {
  const [event, ...others] = troubleEvents('jwt-sign-failed', { layout: 'plain', at });
  const [head, blank, exception] = event!.text.split('\n');
  expect(others).toEqual([]);
  expect(head).toMatch(/^2026-11-23T10:00:00\.250Z ERROR 1 --- \[.*\] \S+ +: Failed JWT token sign$/);
  expect([blank, exception]).toEqual(['', expect.stringMatching(/^software\.amazon\.awssdk\.services\.kms/)]);
});

it('a stack trace is a field of its own in JSON, on one line', () => {
  const [event] = troubleEvents('jwt-sign-failed', { layout: 'json', at });
  expect(JSON.parse(event!.text)).toMatchObject({
    '@timestamp': '2026-11-23T10:00:00.250Z',
    level: 'ERROR',
    message: 'Failed JWT token sign',
    stack_trace: expect.stringContaining('\tat io.keyless.authvault.kms.KmsSigner.sign(KmsSigner.java:52)\n') as string,
  });
});

it('a message of several lines stays one message in JSON', () => {
  const [event] = troubleEvents('batch-duplicate-key', { layout: 'json', at });
  const { message } = JSON.parse(event!.text) as { message: string };
  expect(message.split('\n')).toHaveLength(2);
});

it('names the service that is to be accused', () => {
  const [event] = troubleEvents('internal-service-error', {
    layout: 'plain',
    at,
    replace: { 'NODE-PERSISTENCE': 'AUTH-VAULT' },
  });
  expect(event!.text).toContain('AUTH-VAULT service returned error');
});
