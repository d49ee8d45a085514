// One Recognize service: its replicas, what they say about their health, and what they log.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ContainerLog } from '../pod-logs.ts';
import { actuatorAnswer, type Answer, type Endpoint, type HealthStatus } from './actuator.ts';
import { type Conduct, springError } from './conduct.ts';
import type { DataSource } from './data-source.ts';
import type { PoolFigures, RequestFigures } from './meters.ts';
import type { ReplicaListener } from './replica.ts';
import type { ServiceProfile } from './topology.ts';
import { type Layout, type Trouble, troubleEvents } from './trouble-log.ts';

/** Where a switch applies: one replica (from 1), or all of them when none is named. */
export interface Where {
  replica?: number;
}

export interface RunningService {
  readonly profile: ServiceProfile;
  readonly replicas: readonly ReplicaListener[];
  /** Figures of each Hikari pool, to be changed by hand. */
  readonly pools: Map<string, PoolFigures>;
  readonly requests: RequestFigures;
  /** Misbehaves until `recover`; with `path` only for requests whose path and query match. */
  setConduct(conduct: Conduct, where?: Where & { path?: RegExp }): Promise<void>;
  /** Overrules the health status that the indicators give; undefined ends it. */
  setHealth(status: HealthStatus | undefined, where?: Where): void;
  /** Ends every conduct and forced health. */
  recover(where?: Where): Promise<void>;
  /** Writes what this trouble leaves in a log, into the first replica's unless told otherwise. */
  log(
    trouble: Trouble,
    options?: Where & { times?: number; at?: Date; replace?: Readonly<Record<string, string>> },
  ): void;
  /** Writes lines as they are. */
  writeLog(text: string, where?: Where & { at?: Date }): void;
  /** The container starts again: its log becomes the previous one. `trouble` is what it then fails with. */
  restart(options?: Where & { trouble?: Trouble; at?: Date }): void;
  /** The log of one replica. */
  logOf(replica: number): ContainerLog;
}

export interface ServiceRequest {
  profile: ServiceProfile;
  dataSources: readonly DataSource[];
  exposed: ReadonlySet<Endpoint>;
  showDetails: boolean;
  layout: Layout;
  /** The log of replica r, from 1. */
  logOf: (replica: number) => ContainerLog;
  listen: (
    replica: number,
    handler: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  ) => Promise<ReplicaListener>;
  replicas: number;
}

/** The pods' objects say that they have run for this long. */
export const UP_SINCE_MS = 6 * 60 * 60_000;
const JSON_TYPE = 'application/json';

/** Starts the replicas of a service and writes their first log lines. */
export async function startService(request: ServiceRequest): Promise<RunningService> {
  const { profile, dataSources, exposed, showDetails, layout } = request;
  const pools = new Map(
    profile.pools.map(({ name }): [string, PoolFigures] => [
      name,
      { active: 0, idle: 4, pending: 0, max: 4, timeouts: 0 },
    ]),
  );
  const requests: RequestFigures = { count: 0, totalSeconds: 0, maxSeconds: 0 };
  const forced = new Map<number, HealthStatus>();
  const logEvents = new Map<number, Record<string, number>>();
  const replicas: ReplicaListener[] = [];
  const every = ({ replica }: Where = {}): number[] =>
    replica === undefined ? replicas.map((_, at) => at + 1) : [replica];
  const listener = (replica: number): ReplicaListener => {
    const found = replicas[replica - 1];
    if (!found) throw new Error(`${profile.name} has ${replicas.length} replicas, none is number ${replica}.`);
    return found;
  };

  /** A pool whose database is gone loses its connections while callers wait for one. */
  function figuresNow(unreachable: ReadonlySet<string>): Map<string, PoolFigures> {
    return new Map(
      [...pools].map(([name, figures]) => [
        name,
        unreachable.has(name) ? { ...figures, active: 0, idle: 0, pending: Math.max(figures.pending, 3) } : figures,
      ]),
    );
  }

  async function springBoot(url: URL, replica: number): Promise<Answer> {
    const sources = await Promise.all(dataSources.map((source) => source.health()));
    const lost = sources.filter(({ status }) => status === 'DOWN');
    if (url.pathname === '/actuator' || url.pathname.startsWith('/actuator/')) {
      return actuatorAnswer(url, {
        exposed,
        showDetails,
        forced: forced.get(replica),
        dataSources: sources,
        meters: {
          pools: figuresNow(new Set(lost.map(({ pool }) => pool))),
          logEvents: logEvents.get(replica) ?? {},
          requests,
        },
      });
    }
    if (url.pathname.startsWith('/api/') || url.pathname.startsWith('/v2/')) {
      for (const { pool } of lost) {
        const figures = pools.get(pool);
        if (figures) figures.timeouts += 1;
        service.log('connection-not-available', { replica, replace: { 'HikariPool-1': pool } });
      }
      const failed = lost.length > 0 || forced.get(replica) === 'DOWN';
      const body = failed ? springError(500, 'Internal Server Error', url.pathname) : '{}';
      return { status: failed ? 500 : 200, contentType: JSON_TYPE, body };
    }
    return { status: 404, contentType: JSON_TYPE, body: springError(404, 'Not Found', url.pathname) };
  }

  function agent(url: URL, replica: number): Answer {
    if (url.pathname !== '/health-check')
      return { status: 404, contentType: JSON_TYPE, body: '{"detail":"Not Found"}' };
    const version = profile.image.split(':v').pop() ?? '';
    return forced.get(replica) === 'DOWN'
      ? {
          status: 500,
          contentType: JSON_TYPE,
          body: '{"detail":"KL_BIOM_ERROR_NOT_INITIALIZED: the biometric pipeline is not ready"}',
        }
      : { status: 200, contentType: JSON_TYPE, body: JSON.stringify({ version, status: 'ok' }) };
  }

  function dashboard(url: URL): Answer {
    const page =
      '<!doctype html><html><head><title>Administration dashboard</title></head><body><div id="root"></div></body></html>';
    return url.pathname === '/'
      ? { status: 200, contentType: 'text/html; charset=utf-8', body: page }
      : { status: 404, contentType: JSON_TYPE, body: '{"statusCode":404,"message":"Cannot GET","error":"Not Found"}' };
  }

  const handler =
    (replica: number) =>
    async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
      const url = new URL(message.url ?? '/', `http://${message.headers.host ?? profile.name}`);
      const answer = await answerOf(url, replica);
      response.writeHead(answer.status, { 'content-type': answer.contentType }).end(answer.body);
    };

  function answerOf(url: URL, replica: number): Answer | Promise<Answer> {
    switch (profile.runtime) {
      case 'spring-boot':
        return springBoot(url, replica);
      case 'agent':
        return agent(url, replica);
      case 'dashboard':
        return dashboard(url);
    }
  }

  const first: Trouble =
    profile.runtime === 'agent' ? 'agent-start' : profile.runtime === 'dashboard' ? 'dashboard-start' : 'start';

  const service: RunningService = {
    profile,
    replicas,
    pools,
    requests,
    async setConduct(conduct, where = {}) {
      await Promise.all(every(where).map((replica) => listener(replica).setConduct(conduct, where.path)));
    },
    setHealth(status, where) {
      for (const replica of every(where)) {
        if (status === undefined) forced.delete(replica);
        else forced.set(replica, status);
      }
    },
    async recover(where) {
      service.setHealth(undefined, where);
      await Promise.all(every(where).map((replica) => listener(replica).setConduct(undefined)));
    },
    log(trouble, { replica = 1, times = 1, at, replace = {} } = {}) {
      const counts = logEvents.get(replica) ?? {};
      logEvents.set(replica, counts);
      for (let time = 0; time < times; time++) {
        for (const { level, text } of troubleEvents(trouble, { layout, at: at ?? new Date(), replace })) {
          counts[level] = (counts[level] ?? 0) + 1;
          request.logOf(replica).write(text, at);
        }
      }
    },
    writeLog(text, { replica = 1, at } = {}) {
      request.logOf(replica).write(text, at);
    },
    restart({ replica, trouble = first, at } = {}) {
      for (const one of every(replica === undefined ? {} : { replica })) {
        request.logOf(one).restart();
        logEvents.delete(one);
        service.log(trouble, { replica: one, ...(at === undefined ? {} : { at }) });
      }
    },
    logOf: request.logOf,
  };

  try {
    for (let replica = 1; replica <= request.replicas; replica++) {
      replicas.push(await request.listen(replica, handler(replica)));
    }
  } catch (error) {
    await Promise.all(replicas.map((replica) => replica.close()));
    throw error;
  }
  for (const replica of every()) service.log(first, { replica, at: new Date(Date.now() - UP_SINCE_MS) });
  // The first connection to a new server costs more than those that follow. On a busy machine it must not be a run's.
  await Promise.all(dataSources.map((source) => source.health()));
  return service;
}
