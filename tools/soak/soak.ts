// A full stack, an operator as a process, and troubles at random, one after the other and two at a time. While a target
// ails, its check must say so; when it is mended, every report must be true again; and nothing may grow.
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import type { HealthReportStatus } from '../../src/api/health-report.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { listenAnywhere } from '../../test/stack/free-port.ts';
import { buildWhenNeeded, startOperatorProcess, type OperatorProcess } from '../../test/stack/operator-process.ts';
import { startStack, type OwnStack } from '../../test/stack/stack.ts';
import { imageFlags } from '../bench/image-flags.ts';
import { collectGarbage, floor, growth, tell, type Gauges } from './gauges.ts';
import { chance } from './random.ts';
import { OWN_TROUBLES, TARGET_TROUBLES, TRUTHS, type Scene } from './troubles.ts';

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  /** How long a report may take to be true. */
  readonly truthWithinMs: number;
  readonly say: (line: string) => void;
}

export interface Soak {
  readonly rounds: number;
  /** What was wrong, in sentences; empty is success. */
  readonly problems: readonly string[];
  readonly before: Gauges;
  readonly after: Gauges;
  /** The longest way from a trouble, or from its end, to a report that says so. */
  readonly slowestMs: number;
}

export const INTERVAL_S = 10;
const TIMEOUT_S = 3;
const REPORTS = ['one', 'two', 'three', 'four'] as const;
/** Everything is loaded and warm by then. */
const WARM_ROUNDS = 2;
const QUIET_MS = 2 * INTERVAL_S * 1_000;
/** So many times it is looked whether what grew goes away. */
const MOST_QUIET = 5;
/** Shorter than what costs a leader its Lease: that is another test. */
const HOLD_S = { shortest: 1, longest: 6 } as const;
/** Long, because the troubles last for seconds and there is no other replica. */
const LEASE = ['--lease-duration', '60s', '--lease-renew-deadline', '45s'];

/** Log lines of a defect. What is said about troubles is none. */
const DEFECT = /broke|defect|did not end|nhandled|not watched any more/;

/** Runs a soak. Rejects only when the stack or the operator cannot be started. */
export async function soak({ minutes, seed, truthWithinMs, say }: SoakOptions): Promise<Soak> {
  buildWhenNeeded();
  const stack = await startStack({ cluster: 'switched' });
  const silent = await startSilent();
  const operator = await startOperatorProcess(
    stack.kubeconfig.operatorFile,
    { ...stack.ambient, AWS_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true' },
    { node: ['--inspect=127.0.0.1:0', ...imageFlags()], options: LEASE },
  );
  try {
    return await play({ minutes, seed, truthWithinMs, say }, stack, operator, silent.url);
  } finally {
    stack.server.faults.clear();
    await operator.stop();
    await silent.close();
    await stack.stop();
  }
}

async function play(
  { minutes, seed, truthWithinMs, say }: SoakOptions,
  stack: OwnStack,
  operator: OperatorProcess,
  silentUrl: string,
): Promise<Soak> {
  const dice = chance(seed);
  const problems: string[] = [];
  const end = performance.now() + minutes * 60_000;
  let slowestMs = 0;

  const spec = { interval: `${INTERVAL_S}s`, timeout: `${TIMEOUT_S}s` };
  const reports = REPORTS.map((name) => stack.report(name, spec));
  for (const report of reports) await stack.admin.create(report);
  // One that never gets an answer, all the time.
  const services = [{ name: 'core-daemon', url: silentUrl }];
  await stack.admin.create(stack.report('poisoned', { ...spec, timeout: '9s', discovery: 'None', services }));

  const alive = (): boolean => {
    if (operator.pid === undefined) return false;
    try {
      return process.kill(operator.pid, 0);
    } catch {
      return false;
    }
  };
  /** Waits until every report says it; how long that took, or undefined. */
  const truth = async (what: string, holds: (status: HealthReportStatus) => boolean): Promise<number | undefined> => {
    const from = performance.now();
    for (;;) {
      const statuses = await Promise.all(
        reports.map((report) => stack.admin.get(report).then((found) => found?.['status'] as HealthReportStatus)),
      ).catch(() => []);
      const took = performance.now() - from;
      if (statuses.length > 0 && statuses.every((status) => holds(status))) {
        slowestMs = Math.max(slowestMs, took);
        return took;
      }
      if (took > truthWithinMs || !alive()) {
        problems.push(`${what}: not true within ${truthWithinMs} ms: ${statuses.map(brief).join(' | ')}`);
        return undefined;
      }
      await sleep(100);
    }
  };
  const allPass = (status: HealthReportStatus): boolean => TRUTHS.every((check) => stateOf(status, check) === 'pass');
  const quiet = async (): Promise<Gauges> => {
    await collectGarbage(operator.log());
    const held = await floor(portOf(operator), QUIET_MS);
    say(`quiet: ${tell(held)}`);
    return held;
  };

  /** What leaks stays. On a busy machine a run follows the other for a while: what they hold is no leak. */
  const quietAgain = async (before: Gauges): Promise<Gauges> => {
    for (let tries = 1; ; tries += 1) {
      const held = await quiet();
      if (growth(before, held).length === 0 || tries === MOST_QUIET) return held;
    }
  };

  await truth('at the start', allPass);
  let before: Gauges | undefined;
  let rounds = 0;
  const scene: Scene = { stack, operatorPid: operator.pid ?? 0, reports };
  while (alive() && (performance.now() < end || before === undefined)) {
    if (rounds === WARM_ROUNDS) before = await quiet();
    rounds += 1;
    const ailing = dice.pick(TARGET_TROUBLES);
    const own = dice.pick(OWN_TROUBLES);
    const name = `${ailing.name}, ${own.name}`;
    const mendTarget = await ailing.begin(scene);
    const mendOwn = await own.begin(scene);
    await sleep(dice.between(HOLD_S.shortest, HOLD_S.longest) * 1_000);
    await mendOwn();
    const seen = await truth(`${name}: seen`, (status) => stateOf(status, ailing.check) === (ailing.state ?? 'fail'));
    await mendTarget();
    const over = await truth(`${name}: over`, allPass);
    say(`${rounds}. ${name}: seen after ${seconds(seen)}, over after ${seconds(over)}`);
  }
  if (!alive()) problems.push(`the operator ended: ${operator.log().slice(-2_000)}`);
  const after = alive() ? await quietAgain(before ?? NOTHING) : NOTHING;
  problems.push(...growth(before ?? NOTHING, after));
  problems.push(
    ...operator
      .log()
      .split('\n')
      .filter((line) => DEFECT.test(line)),
  );
  problems.push(...stack.server.unknownPaths.map((path) => `the API server does not know ${path}`));
  return { rounds, problems, before: before ?? NOTHING, after, slowestMs };
}

const NOTHING: Gauges = { descriptors: 0, timers: 0, heapMb: 0, residentMb: 0 };

const stateOf = (status: HealthReportStatus | undefined, id: string): string | undefined =>
  status?.checks?.find((check) => check.id === id)?.state;

const seconds = (ms: number | undefined): string => (ms === undefined ? 'never' : `${(ms / 1_000).toFixed(1)} s`);

function brief(status: HealthReportStatus | undefined): string {
  if (status === undefined) return 'no status';
  const checks = TRUTHS.map((id) => `${id} ${stateOf(status, id) ?? 'absent'}`);
  return `${status.verdict} of ${status.lastRunTime ?? 'never'} (${checks.join(', ')})`;
}

function portOf(operator: OperatorProcess): number {
  const line =
    operator
      .log()
      .split('\n')
      .find((text) => text.includes('operator started')) ?? '{}';
  return (JSON.parse(line) as { port?: number }).port ?? 0;
}

/** Takes connections and says nothing. */
async function startSilent(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  const port = await listenAnywhere(server);
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
