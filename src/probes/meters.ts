// Asks every address of a Spring Boot service for its Hikari pools, its latency, and its error events where its log
// cannot be read: one meter at a time from the actuator, and Prometheus' text where that does not answer or has no
// percentile. Spring advises against the actuator as a metrics backend, so it is three small requests while all is well,
// one after the other, and more only where needed.
import type { HttpClient, HttpRequest } from '../clients/clients.ts';
import type { HttpAnswer, LatencySeen, PoolFigures, PoolsSeen } from '../facts/observed.ts';
import { failed, ok, type Outcome } from '../facts/outcome.ts';
import { actuatorBase, type ServiceAddress, type ServiceTarget } from '../facts/target.ts';
import { TESTED_P95_MS } from '../product/tested-setup.ts';
import { literal, redact } from '../runtime/safe-text.ts';
import { isMetricIndex, readActuatorMetric, type ActuatorMetric } from './actuator-metric.ts';
import { LATENCY_NAMES, latencyOf } from './latency-samples.ts';
import { eachAddress } from './each-address.ts';
import type { Probe } from './probe.ts';
import { createSampleReader, type Sample } from './prometheus-text.ts';
import { type At, placesOf, requestAt } from './service-request.ts';

/** Bytes of Prometheus text that are read. A service with histograms for a hundred routes sends one or two million. */
const MAX_TEXT_BYTES = 8 * 1024 * 1024;
/** Of one address. No service of the product has more than two. */
const MOST_POOLS = 4;
const DETAIL_BYTES = 120;

const PENDING = 'hikaricp.connections.pending';
const ACTIVE = 'hikaricp.connections.active';
const MAX = 'hikaricp.connections.max';
const MIN = 'hikaricp.connections.min';
const IDLE = 'hikaricp.connections.idle';
const REQUESTS = 'http.server.requests';
const LOG_EVENTS = 'logback.events';
/** As Prometheus names a counter. */
const LOG_EVENTS_TOTAL = 'logback_events_total';
const SAMPLE_NAMES: ReadonlySet<string> = new Set([
  ...[PENDING, ACTIVE, MAX, MIN, IDLE].map(prometheusName),
  ...LATENCY_NAMES,
  LOG_EVENTS_TOTAL,
]);

export const metersProbe: Probe<'meters'> = {
  kind: 'meters',
  async observe(target, { http }, signal) {
    const base = actuatorBase(target);
    if (base === undefined || !target.addresses.ok) return { answers: [] };
    return {
      answers: await eachAddress(target.addresses.value, async (address) => {
        const source = sourceAt(address, base, target, http, signal);
        // One after the other: a service that is short of connections is not asked for two things at once.
        const pools = await poolsAt(source);
        const latency = await latencyAt(source);
        const errors = hasReadableLog(target)
          ? failed('NotAsked', literal('not asked, because its log is read'))
          : await errorsAt(source);
        return { address, pools, latency, errors };
      }),
    };
  },
};

/** A document that is not there or not for us (with why), or a way that is broken: then nothing more is asked. */
interface Unread {
  readonly ok: false;
  readonly why: string;
  readonly broken: boolean;
}
type Read<T> = { readonly ok: true; readonly value: T } | Unread;

interface Source {
  /** A meter, with the values of all its series added up unless a tag (`pool:HikariPool-1`) names some of them. */
  readonly metric: (name: string, tag?: string) => Promise<Read<ActuatorMetric>>;
  /** Whether the actuator shows meters at all. Asked once. */
  readonly index: () => Promise<Read<undefined>>;
  /** The samples that matter of the Prometheus text. Asked once. */
  readonly samples: () => Promise<Read<readonly Sample[]>>;
}

function sourceAt(
  address: ServiceAddress,
  base: string,
  target: ServiceTarget,
  http: HttpClient,
  signal: AbortSignal,
): Source {
  const at: At = { address, target, place: placesOf(target)[0] };
  let broken: Unread | undefined;
  const get = async <T>(
    path: string,
    read: (answer: HttpAnswer) => T | undefined,
    stream?: HttpRequest['stream'],
  ): Promise<Read<T>> => {
    if (broken !== undefined) return broken;
    const result = await requestAt(at, base + path, http, signal, stream === undefined ? {} : { stream });
    if (!result.ok) {
      broken = { ok: false, why: result.fault.detail, broken: true };
      return broken;
    }
    const { status } = result.value;
    if (status !== 200) return { ok: false, why: `${base}${path} answers ${status}`, broken: false };
    const value = read(result.value);
    return value === undefined
      ? { ok: false, why: `${base}${path} answers with something else`, broken: false }
      : { ok: true, value };
  };
  return {
    metric: (name, tag) =>
      get(
        `/metrics/${name}${tag === undefined ? '' : `?tag=${encodeURIComponent(tag).replace('%3A', ':')}`}`,
        ({ body }) => readActuatorMetric(body),
      ),
    index: once(async () => {
      const read = await get('/metrics', ({ body }) => isMetricIndex(body));
      return read.ok && !read.value
        ? { ok: false, why: `${base}/metrics answers with something else`, broken: false }
        : read.ok
          ? { ok: true, value: undefined }
          : read;
    }),
    samples: once(async () => {
      // Histograms make this text long: only the samples of a few families are kept of it, as they come.
      const reader = createSampleReader(SAMPLE_NAMES);
      const stream = { maxBytes: MAX_TEXT_BYTES, onText: reader.push };
      const read = await get('/prometheus', (answer) => answer, stream);
      if (!read.ok) return read;
      // A page of a proxy is no text of meters, and of a text that was cut nobody knows what is missing.
      if (read.value.contentType.includes('html'))
        return { ok: false, why: `${base}/prometheus answers with something else`, broken: false };
      return read.value.truncated
        ? { ok: false, why: `${base}/prometheus sends more than ${MAX_TEXT_BYTES / 1024 / 1024} MiB`, broken: false }
        : { ok: true, value: reader.end() };
    }),
  };
}

/** The sum over the pools first: 0 settles them all in one request. */
async function poolsAt(source: Source): Promise<Outcome<PoolsSeen>> {
  const sum = await source.metric(PENDING);
  if (sum.ok) {
    const pending = sum.value.values.get('VALUE');
    if (pending === undefined) return notReadable(`${PENDING} has no value`);
    if (pending > 0) return poolsByName(source, sum.value, pending);
    // The gauge lags: that nobody waits is known only where connections are free.
    const idle = await source.metric(IDLE);
    const isFree = !idle.ok || (idle.value.values.get('VALUE') ?? 1) > 0;
    return isFree ? ok({ pending: 0, pools: [] }) : poolsByName(source, sum.value, 0);
  }
  if (sum.broken) return notReadable(sum.why);
  // Spring answers 404 for a meter that does not exist as well.
  const index = await source.index();
  if (index.ok) return notReadable('it has no Hikari pool, or does not measure it');
  const samples = await source.samples();
  if (!samples.ok) return notReadable(index.broken ? index.why : samples.broken ? samples.why : index.why);
  return poolsOf(samples.value);
}

async function poolsByName(source: Source, sum: ActuatorMetric, pending: number): Promise<Outcome<PoolsSeen>> {
  const names = (sum.tags.get('pool') ?? []).toSorted().slice(0, MOST_POOLS);
  const pools: PoolFigures[] = [];
  for (const name of names.length === 0 ? [undefined] : names) {
    const waiting = names.length <= 1 ? pending : await value(source, PENDING, name);
    if (waiting === undefined) return notReadable(`${PENDING} of ${name ?? 'the pool'} has no value`);
    if (waiting === 0 && pending > 0) continue;
    const active = await value(source, ACTIVE, name);
    const max = active === undefined ? undefined : await value(source, MAX, name);
    if (active === undefined || max === undefined)
      return notReadable(`${active === undefined ? ACTIVE : MAX} of ${name ?? 'the pool'} has no value`);
    // None idle and none in use: whether it should have any, only its minimum tells.
    const min = active === 0 && waiting === 0 ? await value(source, MIN, name) : undefined;
    pools.push({ pool: name ?? '', active, max, pending: waiting, min });
  }
  return ok({ pending, pools });
}

async function value(source: Source, metric: string, pool: string | undefined): Promise<number | undefined> {
  const read = await source.metric(metric, pool === undefined ? undefined : `pool:${pool}`);
  return read.ok ? read.value.values.get('VALUE') : undefined;
}

function poolsOf(samples: readonly Sample[]): Outcome<PoolsSeen> {
  const figure = (metric: string): ReadonlyMap<string, number> =>
    new Map(
      samples
        .filter(({ name, value }) => name === prometheusName(metric) && Number.isFinite(value))
        .map(({ labels, value }) => [labels.get('pool') ?? '', value]),
    );
  const [pending, active, max, idle] = [figure(PENDING), figure(ACTIVE), figure(MAX), figure(IDLE)];
  const least = figure(MIN);
  if (pending.size === 0) return notReadable('its Prometheus text names no Hikari pool');
  const pools = [...pending]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([pool, waiting]): PoolFigures[] => {
      const [used, most] = [active.get(pool), max.get(pool)];
      if (used === undefined || most === undefined) return [];
      // As above: the minimum matters where there is no connection at all, and nobody waits for one.
      const min = used === 0 && waiting === 0 ? least.get(pool) : undefined;
      return [{ pool, active: used, max: most, pending: waiting, min }];
    })
    .filter((one) => one.pending > 0 || (idle.has(one.pool) && idle.get(one.pool) === 0));
  const sum = [...pending.values()].reduce((total, one) => total + one, 0);
  return sum > 0 && pools.length === 0
    ? notReadable('its Prometheus text does not say how large the pool is')
    : ok({ pending: sum, pools });
}

/** A maximum within the tested figure settles it; a percentile is only in the Prometheus text. */
async function latencyAt(source: Source): Promise<Outcome<LatencySeen>> {
  const metric = await source.metric(REQUESTS);
  if (!metric.ok && metric.broken) return notReadable(metric.why);
  const maxMs = metric.ok ? maximumMs(metric.value) : undefined;
  if (maxMs !== undefined && maxMs <= TESTED_P95_MS) return ok({ maxMs });
  const samples = await source.samples();
  if (samples.ok) {
    const seen = latencyOf(samples.value);
    if (seen.p95Ms !== undefined || maxMs === undefined) return ok(seen);
  }
  if (maxMs !== undefined) return ok({ maxMs });
  const why = metric.ok ? `${REQUESTS} has no maximum in a unit that we know` : metric.why;
  return notReadable(samples.ok || !samples.broken ? why : samples.why);
}

/** Whether the log's probe has something to read: then the counter would say the same once more. */
function hasReadableLog({ logs, workload }: ServiceTarget): boolean {
  return logs !== undefined && workload !== undefined;
}

async function errorsAt(source: Source): Promise<Outcome<number>> {
  const metric = await source.metric(LOG_EVENTS, 'level:error');
  const count = metric.ok ? metric.value.values.get('COUNT') : undefined;
  if (count !== undefined) return ok(count);
  if (!metric.ok && metric.broken) return notReadable(metric.why);
  const samples = await source.samples();
  if (!samples.ok) return notReadable(metric.ok ? `${LOG_EVENTS} has no count` : metric.why);
  const events = samples.value.filter(({ name, labels, value: one }) => {
    return name === LOG_EVENTS_TOTAL && labels.get('level') === 'error' && Number.isFinite(one);
  });
  return events.length === 0
    ? notReadable('its Prometheus text counts no log events')
    : ok(events.reduce((sum, { value: one }) => sum + one, 0));
}

const UNITS: ReadonlyMap<string | undefined, number> = new Map([
  ['seconds', 1000],
  ['milliseconds', 1],
]);

function maximumMs({ baseUnit, values }: ActuatorMetric): number | undefined {
  const factor = UNITS.get(baseUnit);
  const max = values.get('MAX');
  return factor === undefined || max === undefined ? undefined : max * factor;
}

function notReadable(why: string): Outcome<never> {
  return failed('MetricsNotReadable', redact(why, [], DETAIL_BYTES));
}

function prometheusName(metric: string): string {
  return metric.replaceAll('.', '_');
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
}
