// The 95th percentile in the samples of `http.server.requests`, as a quantile or from buckets.
import type { LatencySeen } from '../facts/observed.ts';
import type { Sample } from './prometheus-text.ts';

const QUANTILE = 0.95;
export const SUMMARY = 'http_server_requests_seconds';
export const BUCKET = `${SUMMARY}_bucket`;
export const MAXIMUM = `${SUMMARY}_max`;
export const LATENCY_NAMES: ReadonlySet<string> = new Set([SUMMARY, BUCKET, MAXIMUM]);

/**
 * What the samples say. Requests to the actuator are left out: we make most of them. A published quantile is one of a
 * route and cannot be joined with others, so the slowest route counts; buckets can be added up, since the start.
 */
export function latencyOf(samples: readonly Sample[]): LatencySeen {
  const users = samples.filter(({ labels }) => !(labels.get('uri') ?? '').startsWith('/actuator'));
  const maxima = users.filter(({ name, value }) => name === MAXIMUM && Number.isFinite(value));
  const max = maxima.length === 0 ? {} : { maxMs: 1000 * Math.max(...maxima.map(({ value }) => value)) };
  const [slowest] = users
    .filter(({ name, labels, value }) => {
      return name === SUMMARY && Number(labels.get('quantile')) === QUANTILE && Number.isFinite(value) && value > 0;
    })
    .toSorted((a, b) => b.value - a.value || (routeOf(a) < routeOf(b) ? -1 : 1));
  if (slowest !== undefined) return { ...max, p95Ms: slowest.value * 1000, route: routeOf(slowest) };
  return { ...max, ...bucketQuantile(users.filter(({ name }) => name === BUCKET)) };
}

function routeOf({ labels }: Sample): string {
  return `${labels.get('method') ?? ''} ${labels.get('uri') ?? ''}`.trim();
}

/**
 * The quantile of all requests in cumulative buckets, linear within its bucket, as Prometheus' histogram_quantile has
 * it; above the last bound only that is known. Nothing without requests.
 */
function bucketQuantile(buckets: readonly Sample[]): Pick<LatencySeen, 'p95Ms' | 'p95IsMore'> {
  const counts = new Map<number, number>();
  for (const { labels, value } of buckets) {
    const le = labels.get('le') ?? '';
    const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le === '' ? Number.NaN : le);
    if (!Number.isNaN(bound) && Number.isFinite(value)) counts.set(bound, (counts.get(bound) ?? 0) + value);
  }
  const rank = QUANTILE * (counts.get(Number.POSITIVE_INFINITY) ?? 0);
  if (rank <= 0) return {};
  let [lower, below] = [0, 0];
  for (const [bound, count] of [...counts].toSorted(([a], [b]) => a - b)) {
    if (count >= rank) {
      if (!Number.isFinite(bound)) return lower > 0 ? { p95Ms: lower * 1000, p95IsMore: true } : {};
      return { p95Ms: 1000 * (lower + ((bound - lower) * (rank - below)) / (count - below)) };
    }
    [lower, below] = [bound, count];
  }
  return {};
}
