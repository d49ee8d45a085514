// Every signature of the guide, in every layout: found in errors and stack traces, never in lines of a lower level.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ENTRIES } from '../../../src/guide/index.ts';
import { counts, LAYOUTS, scanned } from './log-lines.ts';

/** A real line for each entry that has a signature. */
const LINES: Readonly<Record<string, string>> = {
  'REC-CD-001': 'NODE-PERSISTENCE service returned error: 500 INTERNAL_SERVER_ERROR',
  'REC-CD-002': 'I/O error on GET request for "http://circuit-storage-2.id.svc.cluster.local/v1": Connection refused',
  'REC-CD-003': 'Cannot deserialize value of type `java.time.LocalDateTime` from String "20-11-2026"',
  'REC-CD-004': 'ServletOutputStream failed to flush: java.nio.channels.ClosedChannelException',
  'REC-NP-001': 'Application run failed',
  'REC-NP-002': 'HikariPool-1 - Exception during pool initialization.',
  'REC-CS-001': 'HHH100501: Exception executing batch [java.sql.BatchUpdateException: null], SQL: insert',
  'REC-CS-002': 'Persisting circuit on S3 failed. [circuitId=8d2b5f2c-0b1e-4f0a-9c44-6a8f2d8b7e10]',
  'REC-CS-003': 'Error while deleting some circuits',
  'REC-AV-001': 'Node persistence returned an unexpected status 500',
  'REC-AV-002': 'Node persistence thrown exception: node-persistence.default.svc.cluster.local',
  'REC-AV-003': 'Failed JWT token sign',
  'REC-AL-003': 'isSignatureValid error: the signature has a valid format',
};
/** Of the same line, where nobody knows whose log it is. */
const BESIDE: Readonly<Record<string, readonly string[]>> = { 'REC-NP-001': ['REC-AL-002'] };

const trace = (message: string): readonly string[] => [
  'java.lang.IllegalStateException: could not go on',
  '\tat io.keyless.a.Service.run(Service.java:52)',
  `Caused by: java.lang.RuntimeException: ${message}`,
  '\tat java.base/java.lang.Thread.run(Thread.java:840)',
  '\t... 64 common frames omitted',
];

it('has a line for every entry with a signature', () => {
  const all = ENTRIES.filter(({ signatures }) => signatures.length > 0).map(({ id }) => id);
  expect(new Set([...Object.keys(LINES), ...Object.values(BESIDE).flat()])).toEqual(new Set(all));
});

describe.each(Object.entries(LAYOUTS))('%s', (_layout, write) => {
  const noise = write('INFO', 'Started application in 8.011 seconds (process running for 8.6)');

  it.each(Object.entries(LINES))('%s is found as an error, with its line and its time', (id, message) => {
    const before = noise.repeat(3);
    const found = scanned(before + write('ERROR', message) + noise);
    expect(counts(found)).toEqual(Object.fromEntries([id, ...(BESIDE[id] ?? [])].map((one) => [one, 1]).sort()));
    expect(found.counters).toMatchObject({ matched: 1, brokenJson: 0, linesWithNul: 0, linesNotUtf8: 0 });
    const finding = found.findings.find((one) => one.id === id);
    const head = before.split('\n').length;
    expect([finding?.firstLine, finding?.lastLine]).toEqual(
      _layout.startsWith('java.util.logging') ? [head + 1, head + 1] : [head, head],
    );
  });

  it.each(Object.entries(LINES))('%s is found inside a stack trace', (id, message) => {
    expect(counts(scanned(noise + write('ERROR', 'Request failed', trace(message)) + noise))).toHaveProperty(id, 1);
  });

  it.each(Object.entries(LINES))('%s counts as a warning too', (id, message) => {
    expect(counts(scanned(noise + write('WARN', message)))).toHaveProperty(id, 1);
  });

  it.each(Object.entries(LINES))('%s is none when a line of a lower level mentions it', (_id, message) => {
    expect(counts(scanned(noise + write('INFO', `Retried after: ${message}`) + noise))).toEqual({});
    expect(counts(scanned(noise + write('INFO', 'Retried', trace(message)) + noise))).toEqual({});
  });
});

/** Without a date, or with one of the locale, which nobody can read without knowing it. */
const TIMELESS = ['Logback without', 'java.util.logging', "log4j's TTCC", 'slf4j-simple', 'a date of'];

describe('the times', () => {
  it.each(
    Object.entries(LAYOUTS).filter(
      ([name]) => !TIMELESS.some((one) => name.startsWith(one)) && !name.includes('is long'),
    ),
  )('are read in %s', (name, write) => {
    const time = scanned(write('ERROR', 'Failed JWT token sign')).findings[0]?.firstTime;
    expect(time).toMatch(name.includes('colours') ? /^2026-11-20T08:14:03\./ : /^2026-11-20T09:14:03\./);
  });
});

describe('all fixtures in one stream', () => {
  const root = new URL('../../fixtures/logs/', import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.txt'))
    .sort();
  const log = files.map((name) => readFileSync(new URL(name, root), 'utf8')).join('');

  it('give every entry that has a signature', () => {
    const all = ENTRIES.filter(({ signatures }) => signatures.length > 0).map(({ id }) => id);
    expect(Object.keys(counts(scanned(log)))).toEqual(all.sort());
  });

  it('count each line once', () => {
    expect(scanned(log).counters.lines).toBe(log.split('\n').length - 1);
  });
});
