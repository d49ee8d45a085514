// An operator that dies at any point of a run leads to no pass. The last status is good and fresh, and the signing key
// is disabled since: a pass would be a lie.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyObject } from '../../stack/admin.ts';
import type { FaultRequest } from '../../stack/apiserver/faults.ts';
import { OPERATOR_ACCOUNT, OPERATOR_NAMESPACE } from '../../stack/operator-account.ts';
import { startOperatorProcess } from '../../stack/operator-process.ts';
import { startOperator, type RunningOperator } from '../faults/operator.ts';
import { said, startGateScene, type GateScene } from './scene.ts';

let scene: GateScene;
/** The report after a good run. */
let good: AnyObject;

beforeAll(async () => {
  scene = await startGateScene();
  await scene.create('prod', { interval: '1h' });
  expect((await scene.gate('prod')).code).toBe(0);
  await scene.stopOperator();
  good = await scene.stored('prod');
});
afterAll(() => scene.close());

const ofOperator = ({ user }: FaultRequest): boolean => user.endsWith(`:${OPERATOR_ACCOUNT}`);
const on =
  (verb: string, resource: string, subresource = '') =>
  (request: FaultRequest): boolean =>
    request.verb === verb && request.resource === resource && request.subresource === subresource;

/** From the first such call of the operator on, none of its calls gets through. True once it has happened. */
function dieAt(
  isIt: (request: FaultRequest) => boolean,
  only: (request: FaultRequest) => boolean = () => true,
): () => boolean {
  let dead = false;
  scene.stack.server.faults.inject({
    match: (request) => {
      if (!ofOperator(request)) return false;
      dead ||= isIt(request);
      return dead && only(request);
    },
    reset: true,
  });
  return () => dead;
}

const ELECTION = {
  lease: { namespace: OPERATOR_NAMESPACE, name: OPERATOR_ACCOUNT },
  times: { durationMs: 2_000, renewDeadlineMs: 1_500, retryMs: 250 },
};

/** Good and fresh, and nobody has asked; the key is disabled since. What comes back mends the key. */
async function lie(): Promise<() => Promise<unknown>> {
  await scene.place(good);
  scene.stack.aws.clearCalls();
  return scene.stack.key.disable();
}

interface Gated {
  readonly code: number;
  readonly reason: string | undefined;
}

/**
 * What the gate says of an operator that is to die: in time, or as soon as it is answered. On a busy machine the operator
 * may not have come as far as to die: then it is asked again.
 */
async function gateWith(
  start: () => Promise<RunningOperator>,
  { timeout = '2s', isDead = () => true }: { timeout?: string; isDead?: () => boolean } = {},
): Promise<Gated> {
  const mend = await lie();
  try {
    const dying = await start();
    try {
      for (;;) {
        const gated = await ask(timeout);
        if (gated.code !== 6 || isDead()) return gated;
      }
    } finally {
      await dying.stop();
    }
  } finally {
    scene.stack.server.faults.clear();
    scene.stack.aws.clearFaults();
    await mend();
  }
}

async function ask(timeout: string): Promise<Gated> {
  const result = await scene.gate('prod', '--timeout', timeout, '-o', 'json');
  return { code: result.code, reason: said(result).reports[0]?.reason };
}

const inProcess =
  (more = {}) =>
  (): Promise<RunningOperator> =>
    startOperator(scene.stack.kubeconfig.operatorFile, [], more);

describe('an operator that dies', () => {
  it.each([
    ['as it lists the reports', on('list', 'healthreports')],
    ['as it begins to watch them', on('watch', 'healthreports')],
    ['as it reads the pods of the namespace', on('list', 'pods')],
    ['as it reads a Secret', on('get', 'secrets')],
    ['as it reads a log', on('get', 'pods', 'log')],
    ['as it writes the status', on('patch', 'healthreports', 'status')],
  ])('%s: the run is never answered', async (_, isIt) => {
    const isDead = dieAt(isIt);
    expect(await gateWith(inProcess(), { isDead })).toEqual({ code: 6, reason: 'NotAnswered' });
  });

  it('between its probes and its write: the run is never answered', async () => {
    const asked = (): boolean => scene.stack.aws.calls.some(({ service }) => service === 'kms');
    scene.stack.aws.inject({ service: 'kms', latencyMs: 300 });
    // Whatever it calls after its first question to KMS: the write, or the renewal of a watch.
    const isDead = dieAt(asked);
    expect(await gateWith(inProcess(), { isDead })).toEqual({ code: 6, reason: 'NotAnswered' });
  });

  it('while a probe hangs: the run is never answered', async () => {
    scene.stack.aws.inject({ service: 'kms', hang: true });
    expect(await gateWith(inProcess())).toEqual({ code: 6, reason: 'NotAnswered' });
  });

  it('between its write and the Event: what it wrote is the truth', async () => {
    const hasHappened = dieAt(on('create', 'events'));
    expect(await gateWith(inProcess(), { timeout: '60s' })).toEqual({ code: 3, reason: 'Blocked' });
    await expect.poll(hasHappened).toBe(true);
  });

  it('because it lost its Lease: it ends, and writes nothing', async () => {
    let renewals = 0;
    dieAt(
      ({ resource, verb }) => resource === 'leases' && verb === 'update' && (renewals += 1) > 0,
      ({ resource }) => resource === 'leases',
    );
    // The run is held until the Lease is gone: its write comes too late.
    scene.stack.aws.inject({ service: 'kms', latencyMs: 4_000 });
    const before = scene.stack.server.requests.length;
    const mend = await lie();
    try {
      const dying = await startOperator(scene.stack.kubeconfig.operatorFile, [], { election: ELECTION });
      const result = await scene.gate('prod', '--timeout', '6s', '-o', 'json');
      expect([result.code, said(result).reports[0]?.reason]).toEqual([6, 'NotAnswered']);
      await expect.poll(() => dying.log()).toContain('lease lost');
      await dying.stop();
    } finally {
      scene.stack.server.faults.clear();
      scene.stack.aws.clearFaults();
      await mend();
    }
    const writes = scene.stack.server.requests
      .slice(before)
      .filter(({ user, subresource }) => user !== 'admin' && subresource === 'status');
    expect(writes).toEqual([]);
  });

  it('by SIGKILL, as a process, in the middle of a run', async () => {
    const mend = await lie();
    scene.stack.aws.inject({ service: 'kms', latencyMs: 1_000 });
    const child = await startOperatorProcess(
      scene.stack.kubeconfig.operatorFile,
      {},
      { options: ['--no-leader-elect'] },
    );
    try {
      const gated = scene.gate('prod', '--timeout', '4s', '-o', 'json');
      await expect.poll(() => scene.stack.aws.calls.some(({ service }) => service === 'kms')).toBe(true);
      process.kill(child.pid ?? 0, 'SIGKILL');
      const result = await gated;
      expect([result.code, said(result).reports[0]?.reason]).toEqual([6, 'NotAnswered']);
    } finally {
      await child.stop();
      scene.stack.aws.clearFaults();
      await mend();
    }
  });

  // Whatever else it waits for, by counting: no call may be the one after which a pass is taken for granted.
  it.each([1, 4, 9, 16, 21, 26])('at its call %i to the API', async (nth) => {
    let calls = 0;
    dieAt(() => (calls += 1) >= nth);
    expect([3, 5, 6]).toContain((await gateWith(inProcess())).code);
  });
});

describe('a request at a bad moment', () => {
  it('passes once the operator is there and the key is mended', async () => {
    await scene.place(good);
    const operator = await startOperator(scene.stack.kubeconfig.operatorFile);
    try {
      expect((await scene.gate('prod')).code).toBe(0);
    } finally {
      await operator.stop();
    }
  });
});
