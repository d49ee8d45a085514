// Observations to start from: everything is well, and a test changes the one thing that it is about.
import type { Seen } from '../../../src/facts/answer.ts';
import { ok, type Outcome } from '../../../src/facts/outcome.ts';
import type { DatabaseObserved, HttpAnswer, Visit } from '../../../src/facts/observed.ts';
import type { DatabaseTarget, ServiceAddress, ServiceTarget } from '../../../src/facts/target.ts';
import type { Container, Pod, Workload } from '../../../src/facts/workload.ts';
import { healthyAnswers, NOW } from './database-answers.ts';

export { NOW };

export function container(changes: Partial<Container> = {}): Container {
  return { name: 'app', image: 'core-daemon:2.30.0', ready: true, restarts: 0, ...changes };
}

export function pod(name: string, changes: Partial<Pod> = {}): Pod {
  return { name, phase: 'Running', ready: true, terminating: false, containers: [container()], ...changes };
}

export function workload(changes: Partial<Workload> = {}): Workload {
  const desired = changes.desired ?? 3;
  return {
    kind: 'Deployment',
    name: 'core-daemon',
    image: 'core-daemon:2.30.0',
    desired,
    updated: desired,
    ready: changes.available ?? desired,
    available: desired,
    lagging: false,
    rollingOut: false,
    paused: false,
    maxUnavailable: 1,
    maxSurge: 1,
    stuck: false,
    limits: {},
    disruptionBudgets: ok([]),
    pods: Array.from({ length: desired }, (_, index) => pod(`core-daemon-${index}`)),
    ...changes,
  };
}

export function address(number = 1): ServiceAddress {
  return { name: `10.0.0.${number}:8080`, origin: `http://10.0.0.${number}:8080`, pod: `core-daemon-${number}` };
}

export function service(changes: Partial<ServiceTarget> = {}): ServiceTarget {
  return {
    kind: 'service',
    id: 'core-daemon',
    component: 'core-daemon',
    required: true,
    presence: 'found',
    addresses: ok([address()]),
    health: { path: '/actuator/health', named: false, format: 'spring' },
    tls: {},
    workload: workload(),
    maxPods: 3,
    ...changes,
  };
}

export function http(status: number, body = '', changes: Partial<HttpAnswer> = {}): HttpAnswer {
  return { status, contentType: 'application/json', body, truncated: false, ...changes };
}

export function healthSeen(
  target: ServiceTarget,
  answers: readonly Outcome<HttpAnswer>[],
  addresses: readonly ServiceAddress[] = answers.map((_, index) => address(index + 1)),
): Seen<'service'> {
  const pairs = answers.map((answer, index) => ({ address: addresses[index]!, answer }));
  return { target, observed: { answers: pairs }, all: { visits: [] }, now: NOW };
}

export function podsSeen(target: ServiceTarget, observed: Outcome<Workload>): Seen<'pods'> {
  return { target, observed: { workload: observed }, all: { visits: [] }, now: NOW };
}

export function database(changes: Partial<DatabaseTarget> = {}): DatabaseTarget {
  return {
    kind: 'database',
    id: 'database/keylessd',
    component: 'database',
    name: 'keylessd',
    required: true,
    connection: ok({
      host: 'db',
      port: 5432,
      database: 'keylessd',
      username: 'np',
      password: undefined,
      namedBySecret: true,
      tls: { mode: 'VerifyFull' },
    }),
    poolSize: 4,
    usedBy: ['node-persistence', 'operations-service'],
    ...changes,
  };
}

export function healthyDatabase(changes: Partial<DatabaseObserved> = {}): DatabaseObserved {
  return {
    connect: ok({ encrypted: true }),
    ...healthyAnswers(),
    ...changes,
  };
}

export function databaseSeen(
  observed: DatabaseObserved,
  visits: readonly Visit[] = [],
  target = database(),
): Seen<'database'> {
  return { target, observed, all: { visits }, now: NOW };
}
