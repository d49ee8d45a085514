import { isRecord } from '../runtime/is-record.ts';
// One meter as Spring Boot's actuator shows it: `/actuator/metrics/NAME`. The other side's text: nothing is believed.
// https://docs.spring.io/spring-boot/api/rest/actuator/metrics.html

export interface ActuatorMetric {
  /** `seconds` from most registries, `milliseconds` from Datadog's. */
  readonly baseUnit: string | undefined;
  /** By statistic: `VALUE`, `COUNT`, `TOTAL_TIME`, `MAX`. Finite numbers only. */
  readonly values: ReadonlyMap<string, number>;
  /** Values of each tag that was not asked for. */
  readonly tags: ReadonlyMap<string, readonly string[]>;
}

/** The meter of a body; undefined when it is none. */
export function readActuatorMetric(body: string): ActuatorMetric | undefined {
  const document = parse(body);
  if (!isRecord(document)) return undefined;
  const { measurements, availableTags, baseUnit } = document;
  if (!Array.isArray(measurements)) return undefined;
  const values = new Map<string, number>();
  for (const one of measurements as readonly unknown[]) {
    if (!isRecord(one)) continue;
    const { statistic, value } = one;
    if (typeof statistic === 'string' && typeof value === 'number' && Number.isFinite(value))
      values.set(statistic, value);
  }
  const tags = new Map<string, readonly string[]>();
  for (const one of Array.isArray(availableTags) ? (availableTags as readonly unknown[]) : []) {
    if (!isRecord(one) || typeof one['tag'] !== 'string' || !Array.isArray(one['values'])) continue;
    const texts = (one['values'] as readonly unknown[]).filter((value) => typeof value === 'string');
    tags.set(one['tag'], texts);
  }
  return { baseUnit: typeof baseUnit === 'string' ? baseUnit : undefined, values, tags };
}

/** Whether a body is the actuator's list of meters. */
export function isMetricIndex(body: string): boolean {
  const document = parse(body);
  return isRecord(document) && Array.isArray(document['names']);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
