// A large report whose whole world answers from memory: what a run of it takes is what the operator computes, and the same
// every time. Ten pods of the split topology write twenty lines each between two runs.
import type { ReportMetadata } from '../../src/api/health-report.ts';
import type { Clients, ClusterClient, HttpClient } from '../../src/clients/clients.ts';
import { examine } from '../../src/examine.ts';
import type { KubernetesObject } from '../../src/facts/namespace-objects.ts';
import { ok } from '../../src/facts/outcome.ts';
import { logStarts } from '../../src/kube/log-starts.ts';
import { logsSoFar } from '../../src/kube/logs-so-far.ts';
import { memoryOf, type Memory } from '../../src/operator/memory.ts';
import type { ReportApi } from '../../src/operator/ports.ts';
import { reconcile } from '../../src/operator/reconcile.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { namespaceObjects } from '../../test/stack/recognize/namespace-objects.ts';
import { installationObjects } from '../../test/stack/recognize/objects.ts';
import type { RunSize } from './time-a-run.ts';
import { servicesOf, type TopologyName } from '../../test/stack/recognize/topology.ts';

const TOPOLOGY = 'Split';
const NAMESPACE = 'recognize';
const PODS = 10;
const LINES = 20;
const BEGIN = Date.parse('2026-11-23T10:00:00Z');
const INTERVAL_MS = 60_000;

/** What has come of the runs so far. */
export interface RunInMemory {
  /** One run, a minute after the last one. */
  run(): Promise<void>;
  readonly checks: number;
  /** JSON of the statuses that were written, in bytes. */
  readonly writtenBytes: number;
  readonly writes: number;
  /** Bytes of log that the last run has read. */
  readonly logBytes: number;
  /** What the last run has left for the next, as one more report would keep it. */
  keep(): Memory;
  /** The report as the API server would send it. */
  object(): object;
  /** Another pod of its namespace, as the API server would send it. */
  pod(number: number): object;
}

/** A report of an installation of this size: by default the ten pods of the split topology. */
export function runInMemory({ topology = TOPOLOGY, pods = PODS, lines = LINES }: RunSize = {}): RunInMemory {
  let at = BEGIN;
  let runs = 0;
  let kept: Memory | undefined;
  const last = (): Memory => {
    if (kept === undefined) throw new Error('nothing has run');
    return kept;
  };
  const written = { writes: 0, writtenBytes: 0 };
  const clock = { ...systemClock, now: () => new Date(at), monotonicMs: () => at };
  const all = installed(topology, pods, new Date(BEGIN));
  const objects = namespaceObjects(all);
  const pod = JSON.stringify(all.find(({ kind }) => kind === 'Pod'));
  const read = { bytes: 0 };
  const clients = clientsOf(() => at, INTERVAL_MS / lines, read);
  const metadata: ReportMetadata = {
    name: 'prod',
    namespace: NAMESPACE,
    uid: 'prod',
    generation: 1,
    resourceVersion: '1',
    annotations: {},
  };
  const spec = {
    interval: '1m',
    services: servicesOf(topology).map(({ component }) => ({ name: component, url: 'http://services.example' })),
  };
  const api: ReportApi = {
    get: () => Promise.resolve('Unreachable'),
    applyStatus: (_metadata, status) => {
      written.writes += 1;
      written.writtenBytes += JSON.stringify(status).length;
      return Promise.resolve({ kind: 'Written', resourceVersion: '1' });
    },
    markOutdated: () => Promise.resolve(undefined),
    recordEvent: () => Promise.resolve(),
  };
  const silent = (): void => undefined;
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  return {
    run: async () => {
      at = BEGIN + runs * INTERVAL_MS;
      read.bytes = 0;
      runs += 1;
      const outcome = await reconcile({
        report: { metadata, spec, status: undefined },
        remembered: kept?.recall(),
        api,
        examine: (of) =>
          examine({
            ...of,
            namespace: NAMESPACE,
            generation: of.metadata.generation,
            objects,
            secrets: { read: () => Promise.reject(new Error('no Secret is named')) },
            clients,
            clock,
            onDefect: (where, error) => {
              throw new Error(`${where} broke`, { cause: error });
            },
          }),
        mayWrite: () => true,
        clock,
        log,
        random: () => 0,
        signal: new AbortController().signal,
      });
      if (outcome.remembered === undefined) throw new Error('a run came to nothing');
      kept = memoryOf(outcome.remembered);
    },
    get checks() {
      return last().recall().computed.checks?.length ?? 0;
    },
    // Copies: what was unpacked and has not changed shares what it is packed into.
    keep: () => memoryOf(structuredClone(last().recall())),
    object: () => ({ metadata, spec, status: structuredClone(last().recall().computed) }),
    pod: (number) =>
      JSON.parse(pod, (key, value: unknown) =>
        key === 'name' || key === 'uid' || key === 'podIP' ? `${String(value)}-${number}` : value,
      ) as object,
    get logBytes() {
      return read.bytes;
    },
    get writes() {
      return written.writes;
    },
    get writtenBytes() {
      return written.writtenBytes;
    },
  };
}

function installed(topology: TopologyName, pods: number, now: Date): readonly KubernetesObject[] {
  const components = servicesOf(topology).map(({ component }) => component);
  const replicas = (index: number): number =>
    Math.floor(pods / components.length) + (index < pods % components.length ? 1 : 0);
  return installationObjects({
    namespace: NAMESPACE,
    topology,
    port: 8080,
    workloads: Object.fromEntries(components.map((component, index) => [component, { replicas: replicas(index) }])),
    now,
  });
}

function clientsOf(now: () => number, stepMs: number, read: { bytes: number }): Clients {
  const unasked = (): Promise<never> => Promise.reject(new Error('no backend is named'));
  return {
    http: httpAnswers(),
    postgres: { connect: unasked },
    s3: {
      head: unasked,
      list: unasked,
      encryption: unasked,
      versioning: unasked,
      remove: unasked,
      roundTrip: unasked,
    },
    kms: { describe: unasked, publicKey: unasked, dryRunSign: unasked },
    cluster: clusterAnswers(now, stepMs, read),
  };
}

function httpAnswers(): HttpClient {
  const json = (body: object): ReturnType<HttpClient['get']> =>
    Promise.resolve({
      ok: true,
      value: { status: 200, contentType: 'application/json', body: JSON.stringify(body), truncated: false },
    });
  return {
    get: ({ url }) =>
      url.endsWith('/health-check') ? json({ status: 'ok', version: '3.4.0' }) : json({ status: 'UP' }),
  };
}

/** Pods that all say a line in each step. */
function clusterAnswers(now: () => number, stepMs: number, read: { bytes: number }): ClusterClient {
  // Every pod says the same: what the bench itself takes is made once a run.
  let [made, text] = ['', new Uint8Array()];
  const textOf = (since: number, many: number): Uint8Array => {
    const key = `${since} ${many}`;
    if (key === made) return text;
    const lines = Array.from({ length: many }, (_, line) => {
      const at = new Date(since + line * stepMs).toISOString().replace('Z', '000000Z');
      return `${at} INFO request ${line} was answered in 12 ms\n`;
    });
    [made, text] = [key, new TextEncoder().encode(lines.join(''))];
    return text;
  };
  return {
    version: () => Promise.resolve(ok({ kubernetes: '1.34.2' })),
    architectures: () => Promise.resolve(ok(['amd64'])),
    readConfigMap: () => Promise.resolve(ok(undefined)),
    logStarts: logStarts(),
    logsSoFar: logsSoFar({ monotonicMs: now }),
    readLog: ({ previous, sinceTime, limitBytes }, onChunk) => {
      // The file is an hour old, and is asked for from its beginning where it begins.
      const since = sinceTime === undefined ? BEGIN - 3_600_000 : Date.parse(sinceTime);
      const isHead = limitBytes !== undefined && sinceTime === undefined;
      const many = isHead ? 1 : Math.ceil((now() - since) / stepMs);
      const first = Math.ceil(since / stepMs) * stepMs;
      if (!previous) {
        const text = textOf(first, many);
        read.bytes += text.length;
        onChunk(text);
      }
      return Promise.resolve({ ok: true, value: undefined });
    },
  };
}
