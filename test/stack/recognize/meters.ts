// The meters of a Spring Boot service with a Hikari pool, in the two forms in which Micrometer shows them: the
// actuator's JSON, one meter at a time with values added up over the tags not asked for, and Prometheus text.

/** What a pool looks like now. `max` is the vendor's 4, not Hikari's default of 10. */
export interface PoolFigures {
  active: number;
  idle: number;
  pending: number;
  max: number;
  /** How often a caller waited in vain since the start. */
  timeouts: number;
}

export interface RequestFigures {
  count: number;
  totalSeconds: number;
  maxSeconds: number;
  /** When the service publishes percentiles: the 95th, in seconds. */
  p95Seconds?: number;
}

export interface MeterState {
  pools: ReadonlyMap<string, PoolFigures>;
  /** Log events since the start, by level in lower case. */
  logEvents: Readonly<Record<string, number>>;
  requests: RequestFigures;
}

type Statistic = 'VALUE' | 'COUNT' | 'TOTAL_TIME' | 'MAX';

interface Series {
  tags: Record<string, string>;
  values: Partial<Record<Statistic, number>>;
}

interface Meter {
  description: string;
  unit?: string;
  type: 'gauge' | 'counter' | 'timer';
  series: Series[];
}

/** Every meter by its dotted name. */
export function metersOf(state: MeterState): Map<string, Meter> {
  const pools = [...state.pools];
  const poolGauge = (description: string, value: (pool: PoolFigures) => number): Meter => ({
    description,
    type: 'gauge',
    series: pools.map(([pool, figures]) => ({ tags: { pool }, values: { VALUE: value(figures) } })),
  });
  const meters: [string, Meter][] = [
    ['hikaricp.connections', poolGauge('Total connections', ({ active, idle }) => active + idle)],
    ['hikaricp.connections.active', poolGauge('Active connections', ({ active }) => active)],
    ['hikaricp.connections.idle', poolGauge('Idle connections', ({ idle }) => idle)],
    ['hikaricp.connections.pending', poolGauge('Pending threads', ({ pending }) => pending)],
    ['hikaricp.connections.max', poolGauge('Max connections', ({ max }) => max)],
    ['hikaricp.connections.min', poolGauge('Min connections', ({ max }) => max)],
    [
      'hikaricp.connections.timeout',
      {
        description: 'Connection timeout total count',
        type: 'counter',
        series: pools.map(([pool, { timeouts }]) => ({ tags: { pool }, values: { COUNT: timeouts } })),
      },
    ],
    [
      'logback.events',
      {
        description: 'Number of log events that were enabled by the effective log level',
        unit: 'events',
        type: 'counter',
        series: ['trace', 'debug', 'info', 'warn', 'error'].map((level) => ({
          tags: { level },
          values: { COUNT: state.logEvents[level] ?? 0 },
        })),
      },
    ],
    [
      'http.server.requests',
      {
        description: 'Duration of HTTP server request handling',
        unit: 'seconds',
        type: 'timer',
        series: [
          {
            tags: { method: 'POST', uri: '/v2/operations', status: '200', outcome: 'SUCCESS' },
            values: {
              COUNT: state.requests.count,
              TOTAL_TIME: state.requests.totalSeconds,
              MAX: state.requests.maxSeconds,
            },
          },
        ],
      },
    ],
    [
      'jvm.memory.used',
      {
        description: 'The amount of used memory',
        unit: 'bytes',
        type: 'gauge',
        series: [
          { tags: { area: 'heap', id: 'G1 Old Gen' }, values: { VALUE: 268435456 } },
          { tags: { area: 'nonheap', id: 'Metaspace' }, values: { VALUE: 94371840 } },
        ],
      },
    ],
  ];
  // A service without a pool has no Hikari meters at all.
  return new Map(meters.filter(([, { series }]) => series.length > 0));
}

/** The actuator's answer for one meter; undefined (404) when it or a tag asked for does not exist. */
export function actuatorMetric(state: MeterState, name: string, tags: readonly string[]): object | undefined {
  const meter = metersOf(state).get(name);
  if (!meter) return undefined;
  const wanted = tags.map((tag) => {
    const colon = tag.indexOf(':');
    return [tag.slice(0, colon), tag.slice(colon + 1)] as const;
  });
  const series = meter.series.filter((one) => wanted.every(([tag, value]) => one.tags[tag] === value));
  const [first] = series;
  if (!first) return undefined;
  const measurements = (Object.keys(first.values) as Statistic[]).map((statistic) => {
    const values = series.map((one) => one.values[statistic] ?? 0);
    // Micrometer's endpoint adds up over the tags that were not asked for; only a maximum stays a maximum.
    const value = statistic === 'MAX' ? Math.max(...values) : values.reduce((sum, one) => sum + one, 0);
    return { statistic, value };
  });
  const open = new Set(
    series.flatMap((one) => Object.keys(one.tags)).filter((tag) => !wanted.some(([known]) => known === tag)),
  );
  const availableTags = [...open].map((tag) => ({ tag, values: [...new Set(series.map((one) => one.tags[tag]))] }));
  const unit = meter.unit === undefined ? {} : { baseUnit: meter.unit };
  return { name, description: meter.description, ...unit, measurements, availableTags };
}

/** Prometheus text exposition 0.0.4, as micrometer-registry-prometheus writes it. */
export function prometheusText(state: MeterState): string {
  const lines: string[] = [];
  const labels = (tags: Record<string, string>): string => {
    const pairs = Object.entries(tags).map(
      ([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
    );
    return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
  };
  const family = (name: string, type: string, help: string): void =>
    void lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
  for (const [dotted, meter] of metersOf(state)) {
    const base = dotted.replaceAll('.', '_');
    const united = meter.unit === undefined || base.endsWith(meter.unit) ? base : `${base}_${meter.unit}`;
    switch (meter.type) {
      case 'gauge':
        family(united, 'gauge', meter.description);
        for (const { tags, values } of meter.series) lines.push(`${united}${labels(tags)} ${values.VALUE ?? 0}`);
        break;
      case 'counter':
        family(`${united}_total`, 'counter', meter.description);
        for (const { tags, values } of meter.series) lines.push(`${united}_total${labels(tags)} ${values.COUNT ?? 0}`);
        break;
      case 'timer':
        family(united, 'summary', meter.description);
        for (const { tags, values } of meter.series) {
          const { p95Seconds } = state.requests;
          if (p95Seconds !== undefined) lines.push(`${united}${labels({ ...tags, quantile: '0.95' })} ${p95Seconds}`);
          lines.push(
            `${united}_count${labels(tags)} ${values.COUNT ?? 0}`,
            `${united}_sum${labels(tags)} ${values.TOTAL_TIME ?? 0}`,
          );
        }
        family(`${united}_max`, 'gauge', meter.description);
        for (const { tags, values } of meter.series) lines.push(`${united}_max${labels(tags)} ${values.MAX ?? 0}`);
        break;
    }
  }
  return `${lines.join('\n')}\n`;
}
