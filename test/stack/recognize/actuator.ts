// Spring Boot's actuator as the services expose it: health with its groups, metrics, and 404 for the rest.
import { springError } from './conduct.ts';
import { actuatorMetric, metersOf, type MeterState, prometheusText } from './meters.ts';

export type HealthStatus = 'UP' | 'DOWN' | 'OUT_OF_SERVICE' | 'UNKNOWN';

/** The vendor documents `health,env,metrics` as exposed; the others only where a customer adds them. */
export type Endpoint = 'health' | 'env' | 'metrics' | 'prometheus' | 'info';

/** One data source as the `db` indicator sees it. */
export interface DataSourceHealth {
  pool: string;
  status: 'UP' | 'DOWN';
  error?: string;
}

export interface ActuatorState {
  exposed: ReadonlySet<Endpoint>;
  /** `management.endpoint.health.show-details=always`. Spring's default is never. */
  showDetails: boolean;
  /** Overrules what the indicators say, as an application's own indicator can. */
  forced: HealthStatus | undefined;
  dataSources: readonly DataSourceHealth[];
  meters: MeterState;
}

export interface Answer {
  status: number;
  contentType: string;
  body: string;
}

const ACTUATOR_JSON = 'application/vnd.spring-boot.actuator.v3+json';

/** The answer to a GET below /actuator; `url` is absolute, as Spring puts absolute links in its index. */
export function actuatorAnswer(url: URL, state: ActuatorState): Answer {
  const [, , endpoint, ...rest] = url.pathname.replace(/\/$/, '').split('/');
  if (endpoint === undefined) return json(200, index(url, state.exposed));
  if (!state.exposed.has(endpoint as Endpoint)) return notFound(url);
  switch (endpoint as Endpoint) {
    case 'health':
      return health(rest, state) ?? notFound(url);
    case 'metrics':
      return metrics(rest, url, state.meters);
    case 'prometheus':
      return { status: 200, contentType: 'text/plain;version=0.0.4;charset=utf-8', body: prometheusText(state.meters) };
    case 'info':
      return json(200, {});
    case 'env':
      return json(200, {
        activeProfiles: ['json-logging'],
        propertySources: [
          { name: 'systemEnvironment', properties: { SPRING_DATASOURCE_PASSWORD: { value: '******' } } },
        ],
      });
  }
}

function json(status: number, body: object): Answer {
  return { status, contentType: ACTUATOR_JSON, body: JSON.stringify(body) };
}

function notFound(url: URL): Answer {
  return { status: 404, contentType: 'application/json', body: springError(404, 'Not Found', url.pathname) };
}

function index(url: URL, exposed: ReadonlySet<Endpoint>): object {
  const base = `${url.origin}/actuator`;
  const link = (path: string, templated = false): object => ({ href: `${base}${path}`, templated });
  const links: Record<string, object> = { self: link('') };
  for (const endpoint of exposed) {
    links[endpoint] = link(`/${endpoint}`);
    if (endpoint === 'health') links['health-path'] = link('/health/{*path}', true);
    if (endpoint === 'metrics') links['metrics-requiredMetricName'] = link('/metrics/{requiredMetricName}', true);
  }
  return { _links: links };
}

/** Status codes as Spring maps them: DOWN and OUT_OF_SERVICE are 503 with the body, UNKNOWN is 200. */
function health(path: readonly string[], state: ActuatorState): Answer | undefined {
  const answer = (status: HealthStatus, body: object): Answer =>
    json(status === 'DOWN' || status === 'OUT_OF_SERVICE' ? 503 : 200, { status, ...body });
  const [first, ...more] = path;
  if (more.length > 0) return undefined;
  // The groups leave `db` out by default: a pod can be ready with its database down.
  if (first === 'liveness' || first === 'readiness') {
    return answer('UP', state.showDetails ? { components: { [`${first}State`]: { status: 'UP' } } } : {});
  }
  const db = databaseIndicator(state.dataSources);
  if (first === 'db' && db && state.showDetails) return answer(db.status, db.rest);
  if (first !== undefined) return undefined;

  const status = state.forced ?? db?.status ?? 'UP';
  const groups = { groups: ['liveness', 'readiness'] };
  if (!state.showDetails) return answer(status, groups);
  return answer(status, {
    components: {
      ...(db ? { db: { status: db.status, ...db.rest } } : {}),
      diskSpace: {
        status: 'UP',
        details: { total: 101203873792, free: 71203873792, threshold: 10485760, path: '/app/.', exists: true },
      },
      livenessState: { status: 'UP' },
      ping: { status: 'UP' },
      readinessState: { status: 'UP' },
    },
    ...groups,
  });
}

/** One data source: an indicator. Two: a composite with a child for each. */
function databaseIndicator(sources: readonly DataSourceHealth[]): { status: 'UP' | 'DOWN'; rest: object } | undefined {
  const details = ({ status, error }: DataSourceHealth): object =>
    status === 'UP'
      ? { details: { database: 'PostgreSQL', validationQuery: 'isValid()' } }
      : {
          details: {
            error: `org.springframework.jdbc.CannotGetJdbcConnectionException: ${error ?? 'Failed to obtain JDBC Connection'}`,
          },
        };
  const [only, ...others] = sources;
  if (!only) return undefined;
  if (others.length === 0) return { status: only.status, rest: details(only) };
  const status = sources.some((source) => source.status === 'DOWN') ? 'DOWN' : 'UP';
  const components = Object.fromEntries(
    sources.map((source, at) => [
      at === 0 ? 'dataSource' : `dataSource${at + 1}`,
      { status: source.status, ...details(source) },
    ]),
  );
  return { status, rest: { components } };
}

function metrics(path: readonly string[], url: URL, state: MeterState): Answer {
  const [name] = path;
  if (name === undefined) return json(200, { names: [...metersOf(state).keys()].sort() });
  const found = actuatorMetric(state, name, url.searchParams.getAll('tag'));
  return found ? json(200, found) : { status: 404, contentType: 'application/json', body: '' };
}
