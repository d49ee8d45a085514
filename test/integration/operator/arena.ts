// An API server with a definition, the operator's account and one service of Recognize that can be switched; and
// operators on it, in this process on a clock that runs faster, or as processes of their own that can be frozen.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crd } from '../../../src/api/crd.ts';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { API_VERSION, KIND, REQUEST_ANNOTATION } from '../../../src/api/names.ts';
import { loadAccess } from '../../../src/kube/access.ts';
import { createKubeApi } from '../../../src/kube/call.ts';
import { createTransport } from '../../../src/kube/transport.ts';
import { runOperator, type OperatorEnd, type OperatorOptions } from '../../../src/operator/operator.ts';
import { type Clock, Stop, systemClock } from '../../../src/runtime/clock.ts';
import { createAdmin, type Admin, type AnyObject } from '../../stack/admin.ts';
import type { JsonObject } from '../../stack/apiserver/json.ts';
import { kubeconfigText } from '../../stack/apiserver/kubeconfig.ts';
import { BUNDLE } from '../../stack/operator-process.ts';
import { OPERATOR_ACCOUNT, OPERATOR_NAMESPACE, operatorAccountObjects } from '../../stack/operator-account.ts';
import { startSwitchedServer, type SwitchedServer } from '../../stack/switched-server.ts';

export const NAMESPACE = 'recognize';

/** A clock whose time runs `factor` times as fast: order and number of attempts stay what they are. */
export function fastClock(factor: number): Clock {
  const started = { wall: Date.now(), monotonic: performance.now() };
  return {
    now: () => new Date(started.wall + (Date.now() - started.wall) * factor),
    monotonicMs: () => (performance.now() - started.monotonic) * factor,
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
    deadline: (ms, parent) => systemClock.deadline(ms / factor, parent),
  };
}

/** What the service answers. `hang`: nothing, ever. */
export type Mood = 'up' | 'down' | 'hang';

export interface Service {
  readonly url: string;
  mood: Mood;
  /** Waits this long before it answers. */
  delayMs: number;
  asked: number;
  close(): Promise<void>;
}

export async function startService(): Promise<Service> {
  const open = new Set<ServerResponse>();
  const self = { mood: 'up' as Mood, asked: 0, delayMs: 0 };
  const server = createServer((_request, response) => {
    self.asked += 1;
    open.add(response);
    response.on('close', () => open.delete(response));
    if (self.mood === 'hang') return;
    setTimeout(() => {
      const up = self.mood === 'up';
      response.writeHead(up ? 200 : 503, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ status: up ? 'UP' : 'DOWN' }));
    }, self.delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(self, {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  });
}

/** One log line of an operator. */
export interface Line {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface RunningOperator {
  readonly lines: Line[];
  /** SIGTERM, or its like. Resolves when it has ended. */
  stop(): Promise<void>;
  readonly ended: Promise<OperatorEnd>;
  /** Where its endpoints are. */
  port(): number;
}

export interface OperatorProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly lines: Line[];
  /** The name under which the API server knows it. */
  readonly user: string;
  readonly exit: Promise<number | NodeJS.Signals>;
}

export interface Arena {
  readonly server: SwitchedServer;
  readonly admin: Admin;
  readonly service: Service;
  /** A report on the arena's service (or another), with the shortest interval. */
  report(name: string, spec?: Record<string, unknown>, url?: string): AnyObject;
  status(name: string): Promise<HealthReportStatus | undefined>;
  /** The status once the report, as it was made, has been examined. */
  examined(name: string): Promise<HealthReportStatus>;
  condition(name: string, type: string): Promise<string>;
  /** Asks for a run of the report. */
  request(name: string, token: string): Promise<void>;
  /** Every Event's note. */
  events(): Promise<string[]>;
  /** An operator in this process, with a connection of its own, once it listens. `url`: another way to the same server. */
  start(options?: Partial<OperatorOptions> & { user?: string; url?: string }): Promise<RunningOperator>;
  /** An operator as a process. Its user is its own, with the rights of the operator's ServiceAccount. */
  spawn(user: string, ...flags: readonly string[]): Promise<OperatorProcess>;
  /** Ends everything that was started. */
  close(): Promise<void>;
}

export interface ArenaOptions {
  /** False: leaves the definition out. */
  readonly definition?: boolean | object;
  /** For operators in this process. */
  readonly clock?: Clock;
  /** Namespaces are deleted with what is in them, whatever the API server is. */
  readonly namespaces?: boolean;
}

const OPERATOR_USERS = 'system:serviceaccounts';

/** The bindings of the generated Roles, for users that are told apart by name: faults are ordered by user. */
function bindings(user: string): JsonObject[] {
  const subjects = [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }];
  const binding = (kind: string, name: string, role: string, roleName: string, metadata: object): JsonObject => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: { name: `${name}-${user}`, ...metadata },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: role, name: roleName },
    subjects,
  });
  return [
    binding('ClusterRoleBinding', 'reports', 'ClusterRole', OPERATOR_ACCOUNT, {}),
    binding('ClusterRoleBinding', 'cluster', 'ClusterRole', `${OPERATOR_ACCOUNT}-cluster`, {}),
    binding('RoleBinding', 'leader', 'Role', `${OPERATOR_ACCOUNT}-leader`, { namespace: OPERATOR_NAMESPACE }),
  ];
}

/** Starts an arena. */
export async function startArena(options: ArenaOptions = {}): Promise<Arena> {
  const server = await startSwitchedServer({ bookmarkMs: 500, namespaces: options.namespaces === true });
  const service = await startService();
  const folder = await mkdtemp(join(tmpdir(), 'recognize-health-operator-'));
  const { definition = true } = options;
  const installed = definition === true ? crd() : definition;
  await server.seed([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    ...operatorAccountObjects(),
    ...(installed === false ? [] : [installed]),
  ]);
  const admin = createAdmin({ url: server.url, caPem: server.caPem, token: server.adminToken });
  const running: RunningOperator[] = [];
  const children: OperatorProcess[] = [];

  const kubeconfig = async (user: string, url = server.url): Promise<string> => {
    await server.seed(bindings(user));
    const path = join(folder, user);
    const token = server.createUser(user, [OPERATOR_USERS]);
    await writeFile(path, kubeconfigText({ url, caPem: server.caPem, user, token, namespace: OPERATOR_NAMESPACE }));
    return path;
  };
  const named = (
    name: string,
  ): { apiVersion: string; kind: string; metadata: { name: string; namespace: string } } => ({
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name, namespace: NAMESPACE },
  });
  const status = async (name: string): Promise<HealthReportStatus | undefined> =>
    (await admin.get(named(name)))?.['status'] as HealthReportStatus | undefined;

  return {
    server,
    admin,
    service,
    report: (name, spec = {}, url = service.url) => ({
      ...named(name),
      spec: {
        interval: '10s',
        timeout: '1s',
        discovery: 'None',
        thresholds: { failure: 1, success: 1 },
        services: [{ name: 'core-daemon', url }],
        ...spec,
      },
    }),
    status,
    examined: async (name) => {
      const seen = await until(
        `${name} is examined`,
        () => status(name),
        (one) => (one?.observedGeneration ?? -1) >= 1,
      );
      if (seen === undefined) throw new Error('no status');
      return seen;
    },
    condition: async (name, type) => {
      const found = (await status(name))?.conditions.find((one) => one.type === type);
      return found === undefined ? 'absent' : `${found.status}/${found.reason}`;
    },
    request: async (name, token) => {
      await admin.patch(named(name), { metadata: { annotations: { [REQUEST_ANNOTATION]: token } } });
    },
    events: async () =>
      (await admin.list({ apiVersion: 'events.k8s.io/v1', kind: 'Event', namespace: NAMESPACE })).map(
        (event) => `${String(event['reason'])}: ${String(event['note'])}`,
      ),
    start: async ({ user = 'operator', url, ...changes } = {}) => {
      const clock = changes.clock ?? options.clock ?? systemClock;
      const access = await loadAccess({ kubeconfig: await kubeconfig(user, url), clock });
      const api = createKubeApi(createTransport(access), clock);
      const stop = new AbortController();
      const lines: Line[] = [];
      let port = 0;
      let listens = (): void => undefined;
      const listening = new Promise<void>((resolve) => (listens = resolve));
      const ended = runOperator({
        api,
        namespaces: [],
        workers: 16,
        listen: { host: '127.0.0.1', port: 0 },
        logLevel: 'debug',
        clock,
        logTo: { write: (text) => void lines.push(lineOf(text)) },
        signal: stop.signal,
        onReady: (ready) => {
          port = ready.port;
          listens();
        },
        ...changes,
      }).finally(() => api.close());
      const operator: RunningOperator = {
        lines,
        ended,
        port: () => port,
        stop: async () => {
          stop.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
          await ended;
        },
      };
      running.push(operator);
      await Promise.race([listening, ended]);
      return operator;
    },
    spawn: async (user, ...flags) => {
      const args = [BUNDLE, 'operator', '--listen', '127.0.0.1:0', ...flags];
      const child = spawn(process.execPath, [...args, '--kubeconfig', await kubeconfig(user)], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const lines: Line[] = [];
      let rest = '';
      child.stderr.on('data', (chunk: Buffer) => {
        const parts = (rest + chunk.toString('utf8')).split('\n');
        rest = parts.pop() ?? '';
        for (const part of parts) lines.push(lineOf(part));
      });
      const exit = new Promise<number | NodeJS.Signals>((resolve) => {
        // Not `exit`: what it wrote last would still be on its way.
        child.once('close', (code, signal) => {
          resolve(code ?? signal ?? -1);
        });
      });
      const operator = { child, pid: child.pid ?? 0, lines, user, exit };
      children.push(operator);
      return operator;
    },
    close: async () => {
      server.faults.clear();
      for (const { child } of children) {
        child.kill('SIGCONT');
        child.kill('SIGKILL');
      }
      await Promise.all(children.map(({ exit }) => exit));
      await Promise.all(running.map((operator) => operator.stop()));
      await admin.close();
      await service.close();
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}

function lineOf(text: string): Line {
  try {
    const { level, msg, ...fields } = JSON.parse(text) as { level: string; msg: string };
    return { level, message: msg, ...fields };
  } catch {
    return { level: 'text', message: text };
  }
}

/** An answer that hangs for 30 s and a wait of 30 s before the next try (src/kube): that long on an idle machine. */
const LONGEST_WAIT_MS = 90_000;

/** Waits until it holds. The failure says what was last seen. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  holds: (seen: T) => boolean,
  withinMs = LONGEST_WAIT_MS,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > end)
      throw new Error(
        `${what}: not within ${String(withinMs)} ms; last seen ${JSON.stringify(seen ?? 'nothing').slice(0, 600)}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** True when the operator has said this. */
export const said = (lines: readonly Line[], message: string): boolean =>
  lines.some((line) => line.message === message);
