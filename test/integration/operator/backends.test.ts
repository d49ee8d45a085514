// Backends that change or fall silent under a live operator, on the full stack: a Secret that is rotated, a database
// that is frozen, S3 that hangs in the body. Nobody asks for a run but where it says so: routine runs must find out.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CheckStatus, HealthReportStatus } from '../../../src/api/health-report.ts';
import { REQUEST_ANNOTATION } from '../../../src/api/names.ts';
import type { RecordedRequest } from '../../stack/apiserver/recorded.ts';
import { startStack, type OwnStack } from '../../stack/stack.ts';
import { startOperator, type RunningOperator } from '../faults/operator.ts';
import { until } from './arena.ts';

const CONNECT = 'database/node-persistence/connect';
const LIST = 'object-storage/circuits/list';
const SECRET = 'database-node-persistence';

let stack: OwnStack;
let operator: RunningOperator;
const rejections: unknown[] = [];
const note = (reason: unknown): void => void rejections.push(reason);

const status = async (name: string): Promise<HealthReportStatus | undefined> =>
  (await stack.admin.get(stack.report(name)))?.['status'] as HealthReportStatus | undefined;
const check = async (name: string, id: string): Promise<CheckStatus | undefined> =>
  (await status(name))?.checks?.find((one) => one.id === id);
const comesTo = (name: string, id: string, state: CheckStatus['state']): Promise<CheckStatus | undefined> =>
  until(
    `${id} of ${name} is ${state}`,
    () => check(name, id),
    (seen) => seen?.state === state,
  );
const request = (name: string, token: string): Promise<unknown> =>
  stack.admin.patch(stack.report(name), { metadata: { annotations: { [REQUEST_ANNOTATION]: token } } });

beforeAll(async () => {
  process.on('unhandledRejection', note);
  stack = await startStack({ cluster: 'switched' });
  Object.assign(process.env, stack.ambient, { AWS_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true' });
  operator = await startOperator(stack.kubeconfig.operatorFile);
});
afterAll(async () => {
  await operator.stop();
  await stack.stop();
  process.off('unhandledRejection', note);
  expect(rejections).toEqual([]);
});

describe('a password that is rotated', () => {
  beforeAll(async () => {
    await stack.admin.create(stack.report('rotated'));
    await comesTo('rotated', CONNECT, 'pass');
  });
  afterAll(() => stack.admin.remove(stack.report('rotated')));

  const setPassword = (password: string): Promise<unknown> =>
    stack.admin.patch(
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: SECRET, namespace: stack.namespace } },
      { data: { password: Buffer.from(password).toString('base64') } },
    );
  const reads = (): number =>
    stack.server.requests.filter(({ resource, name }: RecordedRequest) => resource === 'secrets' && name === SECRET)
      .length;

  test('on the server first: it fails, and the first run after the Secret followed passes', async () => {
    const database = stack.databases.find(({ name }) => name === 'node-persistence')!;
    await database.server.query(`ALTER ROLE "${database.monitor.user}" PASSWORD 'rotated-by-hand'`);
    // The services are connected with passwords of their own: the refused one is ours.
    expect(await comesTo('rotated', CONNECT, 'error')).toMatchObject({ fault: 'DatabaseMonitorRefused' });
    await setPassword('rotated-by-hand');
    const before = reads();
    await comesTo('rotated', CONNECT, 'pass');
    // Each run reads it once. One may have been under way with the old one.
    expect(reads() - before).toBeLessThanOrEqual(2);

    await setPassword('not-this-one');
    await comesTo('rotated', CONNECT, 'error');
    await database.server.query(`ALTER ROLE "${database.monitor.user}" PASSWORD '${database.monitor.password}'`);
    await setPassword(database.monitor.password);
    await comesTo('rotated', CONNECT, 'pass');
    expect(operator.log()).not.toContain('rotated-by-hand');
  });
});

describe('with a neighbour that has no backends', () => {
  beforeEach(async () => {
    await stack.admin.create(stack.report('sick', { timeout: '12s', interval: '1h', discovery: 'None' }));
    const nothing = { databases: [], buckets: [], keys: [], logs: { enabled: false } };
    // Its services wait for the frozen database: however often they are asked, its run is over long before the sick one.
    await stack.admin.create(stack.report('neighbour', { interval: '1h', timeout: '2s', ...nothing }));
    for (const name of ['sick', 'neighbour'])
      await until(
        'examined',
        () => status(name),
        (seen) => seen?.observedGeneration === 1,
      );
  });
  afterEach(async () => {
    await stack.admin.remove(stack.report('sick'));
    await stack.admin.remove(stack.report('neighbour'));
  });
  const answered = (name: string, token: string): Promise<HealthReportStatus | undefined> =>
    until(
      `${name} answered`,
      () => status(name),
      (seen) => seen?.lastHandledRequest === token,
    );

  test('a frozen database ends its run by the deadline, delays nobody, and recovers', async () => {
    const thaw = await stack.database.freeze();
    try {
      await request('sick', 'frozen');
      await request('neighbour', 'meanwhile');
      await answered('neighbour', 'meanwhile');
      expect((await status('sick'))?.lastHandledRequest).toBeUndefined();
      await answered('sick', 'frozen');
      expect(await check('sick', CONNECT)).toMatchObject({ result: 'fail', fault: 'DatabaseTimeout' });
      // What was asked beside it has its answers.
      expect(await check('sick', LIST)).toMatchObject({ result: 'pass' });
    } finally {
      await thaw();
    }
    await request('sick', 'thawed');
    await answered('sick', 'thawed');
    expect(await check('sick', CONNECT)).toMatchObject({ state: 'pass' });
  });

  test('S3 that hangs in the body ends its run by the deadline, delays nobody, and recovers', async () => {
    stack.aws.inject({ service: 's3', hangInBody: true });
    try {
      await request('sick', 'hanging');
      await request('neighbour', 'meanwhile');
      await answered('neighbour', 'meanwhile');
      expect((await status('sick'))?.lastHandledRequest).toBeUndefined();
      await answered('sick', 'hanging');
      expect(await check('sick', LIST)).toMatchObject({ result: 'fail', fault: 'BucketTimeout' });
      expect(await check('sick', CONNECT)).toMatchObject({ result: 'pass' });
    } finally {
      stack.aws.clearFaults();
    }
    await request('sick', 'answering');
    await answered('sick', 'answering');
    expect(await check('sick', LIST)).toMatchObject({ state: 'pass' });
  });
});
