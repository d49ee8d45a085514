// Prometheus' text format: the samples of a few names, whatever else stands in it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latencyOf, LATENCY_NAMES } from '../../../src/probes/latency-samples.ts';
import { createSampleReader, type Sample } from '../../../src/probes/prometheus-text.ts';

/** In pieces of every size, as a socket brings them. */
function readSamples(text: string, names: ReadonlySet<string>, piece = 7): readonly Sample[] {
  const reader = createSampleReader(names);
  for (let at = 0; at < text.length; at += piece) reader.push(text.slice(at, at + piece));
  return reader.end();
}

const read = (text: string) =>
  readSamples(text, new Set(['up'])).map(({ labels, value }) => [Object.fromEntries(labels), value]);

describe('a sample', () => {
  it.each<[string, Record<string, string>, number]>([
    ['up 1', {}, 1],
    ['up{} 1', {}, 1],
    ['up{pool="a"} 4.0', { pool: 'a' }, 4],
    ['up{pool="a",} 4', { pool: 'a' }, 4],
    ['up{a="1", b="2"} 4', { a: '1', b: '2' }, 4],
    ['up{a="1"} 1.5E-3 1700000000000', { a: '1' }, 0.0015],
    ['up{a="}, b=\\"\\\\\\n"} 1', { a: '}, b="\\\n' }, 1],
    ['up NaN', {}, Number.NaN],
    ['up +Inf', {}, Number.POSITIVE_INFINITY],
    ['up -Inf', {}, Number.NEGATIVE_INFINITY],
    ['up 1\r', {}, 1],
    ['  up {a="1"} 1', { a: '1' }, 1],
    ['up{ a = "1" , b="2" } 1', { a: '1', b: '2' }, 1],
    ['up{a="1"}\t1 # {trace_id="b"} 0.4', { a: '1' }, 1],
  ])('%j is read', (line, labels, value) => expect(read(`# TYPE up gauge\n${line}\n`)).toEqual([[labels, value]]));

  it.each([
    'up',
    'up{',
    'up{a}',
    'up{a="1" 4',
    'up{a="1',
    'up{a="1\\',
    'up one',
    'up 1..2',
    'upper 1',
    '# up 1',
    '',
    '{} 1',
  ])('%j is none', (line) => expect(read(line)).toEqual([]));

  it('is found in pieces of every size, and behind a line that is too long to keep', () => {
    const text = `up{a="é"} 1\n${'x'.repeat(200_000)}\nup 2`;
    for (const piece of [1, 3, 1000, 65_536, 1_000_000])
      expect(readSamples(text, new Set(['up']), piece).map(({ value }) => value)).toEqual([1, 2]);
  });

  it('with any label value comes back as it was written', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const written = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
        expect(read(`up{a="${written}"} 7`)).toEqual([[{ a: value }, 7]]);
      }),
    ));
});

const latency = (text: string) => latencyOf(readSamples(text, LATENCY_NAMES));
const buckets = (...pairs: readonly (readonly [string, number])[]): string =>
  pairs.map(([le, count]) => `http_server_requests_seconds_bucket{uri="/v2",le="${le}"} ${count}`).join('\n');

describe('the 95th percentile', () => {
  it('is that of the slowest route where quantiles are published, without our own requests', () => {
    const text = [
      'http_server_requests_seconds{method="GET",uri="/a",quantile="0.95"} 0.2',
      'http_server_requests_seconds{method="POST",uri="/b",quantile="0.95"} 0.6',
      'http_server_requests_seconds{method="POST",uri="/b",quantile="0.99"} 3',
      'http_server_requests_seconds{method="GET",uri="/c",quantile="0.95"} NaN',
      'http_server_requests_seconds{method="GET",uri="/actuator/health",quantile="0.95"} 9',
      'http_server_requests_seconds_max{method="POST",uri="/b"} 2',
      'http_server_requests_seconds_max{method="GET",uri="/actuator/health"} 9',
    ].join('\n');
    expect(latency(text)).toEqual({ maxMs: 2000, p95Ms: 600, route: 'POST /b' });
  });

  it.each([
    ['within a bucket, by its share', buckets(['0.25', 90], ['0.75', 100], ['+Inf', 100]), { p95Ms: 500 }],
    ['at a bound', buckets(['0.1', 95], ['+Inf', 100]), { p95Ms: 100 }],
    ['above the last bound', buckets(['0.5', 94], ['+Inf', 100]), { p95Ms: 500, p95IsMore: true }],
    ['without requests', buckets(['0.5', 0], ['+Inf', 0]), {}],
    ['of no bound at all', buckets(['+Inf', 100]), {}],
    ['of bounds that are no numbers', buckets(['x', 1], ['', 2]), {}],
  ])('from buckets, %s', (_where, text, seen) => expect(latency(text)).toEqual(seen));

  it('from buckets is that of all routes together', () => {
    const other = 'http_server_requests_seconds_bucket{uri="/other",le="0.1"} 900\n';
    const whole = 'http_server_requests_seconds_bucket{uri="/other",le="+Inf"} 900\n';
    // 990 of 1000 requests took at most 0.1 s.
    expect(latency(other + whole + buckets(['0.1', 90], ['+Inf', 100]))).toEqual({
      p95Ms: expect.closeTo(95.96, 1) as number,
    });
  });

  it('is not made up', () => expect(latency('http_server_requests_seconds_count{uri="/a"} 12')).toEqual({}));
});
