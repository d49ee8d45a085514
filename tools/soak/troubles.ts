// Everything that the soak does to an operator: what ails a target, with the check that must say so, and what ails the
// operator's own side, after which everything must be as true as before.
import { setTimeout as sleep } from 'node:timers/promises';
import { crd } from '../../src/api/crd.ts';
import type { AnyObject } from '../../test/stack/admin.ts';
import type { FaultOrder, FaultRequest } from '../../test/stack/apiserver/faults.ts';
import type { OwnStack } from '../../test/stack/stack.ts';
import { undo, type Undo } from '../../test/stack/switches/undo.ts';

/** What the troubles act on. */
export interface Scene {
  readonly stack: OwnStack;
  readonly operatorPid: number;
  /** The reports that are to be true, for whoever removes them. */
  readonly reports: readonly AnyObject[];
}

export interface Trouble {
  readonly name: string;
  readonly begin: (scene: Scene) => Promise<Undo>;
}

export interface TargetTrouble extends Trouble {
  /** Says so while it lasts. */
  readonly check: string;
  /** `fail` unless told: what cannot be made out is no failure. */
  readonly state?: 'error';
}

export const DATABASE = 'database/node-persistence/connect';
export const BUCKET = 'object-storage/circuits/reach';
export const KEY = 'key-management/jwt-signing/state';
export const SERVICE = 'operations-service/health';

/** What must pass again when every trouble is over. */
export const TRUTHS = [DATABASE, BUCKET, KEY, SERVICE] as const;

/** A Secret whose value somebody changed to one that does not fit, and changes back. */
async function wrongSecret({ stack }: Scene, name: string, key: string, wrong: string): Promise<Undo> {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: stack.namespace } };
  const found = (await stack.admin.get(secret)) as { data?: Record<string, string> } | undefined;
  const right = found?.data?.[key] ?? '';
  await stack.admin.patch(secret, { data: { [key]: Buffer.from(wrong).toString('base64') } });
  return undo(() => stack.admin.patch(secret, { data: { [key]: right } }));
}

/** An undo of something that is done at once. */
const atOnce = (mend: () => unknown): Promise<Undo> =>
  Promise.resolve(
    undo(() => {
      mend();
      return Promise.resolve();
    }),
  );

const awsFault = (stack: OwnStack, fault: Parameters<OwnStack['aws']['inject']>[0]): Promise<Undo> => {
  stack.aws.inject(fault);
  return atOnce(() => stack.aws.clearFaults());
};

const service = (kind: 'down' | 'hang' | 'drip' | 'reset' | 'reset-at-once' | 'endless' | 'huge'): TargetTrouble => ({
  name: `service: ${kind}`,
  check: SERVICE,
  begin: ({ stack }) => stack.service('operations-service').answer({ kind }),
});

export const TARGET_TROUBLES: readonly TargetTrouble[] = [
  { name: 'database frozen', check: DATABASE, begin: ({ stack }) => stack.database.freeze() },
  { name: 'database stopped', check: DATABASE, begin: ({ stack }) => stack.database.stop() },
  { name: 'slots used up', check: DATABASE, begin: ({ stack }) => stack.database.fillSlots() },
  {
    // The services have their own and are well: the report's login is refused, and no failure of the database.
    name: 'database password wrong in the Secret',
    check: DATABASE,
    state: 'error',
    begin: (scene) => wrongSecret(scene, 'database-node-persistence', 'password', 'not-this-one'),
  },
  { name: 'bucket gone', check: BUCKET, begin: ({ stack }) => stack.bucket.remove() },
  { name: 'bucket denied', check: BUCKET, begin: ({ stack }) => stack.bucket.deny() },
  { name: 'S3 silent', check: BUCKET, begin: ({ stack }) => awsFault(stack, { service: 's3', hang: true }) },
  { name: 'S3 resets', check: BUCKET, begin: ({ stack }) => awsFault(stack, { service: 's3', reset: true }) },
  { name: 'key disabled', check: KEY, begin: ({ stack }) => stack.key.disable() },
  {
    name: 'KMS hangs in the body',
    check: KEY,
    begin: ({ stack }) => awsFault(stack, { service: 'kms', hangInBody: true }),
  },
  {
    name: 'KMS never ends',
    check: KEY,
    state: 'error',
    begin: ({ stack }) => awsFault(stack, { service: 'kms', endlessBody: true }),
  },
  ...(['down', 'hang', 'drip', 'reset', 'reset-at-once'] as const).map((kind) => service(kind)),
  ...(['endless', 'huge'] as const).map((kind) => ({ ...service(kind), state: 'error' as const })),
];

const ofOperator = ({ user }: FaultRequest): boolean => user.endsWith(':recognize-health');

const ordered =
  (order: Omit<FaultOrder, 'match'>, match: FaultOrder['match'] = () => true) =>
  ({ stack }: Scene): Promise<Undo> => {
    const end = stack.server.faults.inject({ ...order, match: (request) => ofOperator(request) && match(request) });
    return atOnce(end);
  };

const nothing = (): Promise<Undo> => atOnce(() => undefined);

export const OWN_TROUBLES: readonly Trouble[] = [
  { name: 'API: 500', begin: ordered({ status: 500 }) },
  { name: 'API: 503', begin: ordered({ status: 503 }) },
  { name: 'API: 429', begin: ordered({ status: 429, retryAfter: 1 }) },
  { name: 'API: conflicts', begin: ordered({ status: 409 }, ({ method }) => method === 'PATCH') },
  { name: 'API: half-open', begin: ordered({ hang: true }) },
  { name: 'API: resets', begin: ordered({ reset: true }) },
  { name: 'API: slow', begin: ordered({ delayMs: 800 }) },
  { name: 'API: lists hang', begin: ordered({ hang: true }, ({ verb }) => verb === 'list') },
  { name: 'API: Secrets forbidden', begin: ordered({ status: 403 }, ({ resource }) => resource === 'secrets') },
  {
    name: 'API: watches cut',
    begin: ({ stack }) => {
      stack.server.dropWatches();
      return nothing();
    },
  },
  {
    name: 'API: history compacted',
    begin: async ({ stack }) => {
      await stack.server.compact();
      stack.server.dropWatches();
      return nothing();
    },
  },
  {
    name: 'API: restart',
    begin: async ({ stack }) => {
      await stack.server.stop();
      return undo(() => stack.server.restart());
    },
  },
  {
    name: 'operator frozen',
    begin: ({ operatorPid }) => {
      process.kill(operatorPid, 'SIGSTOP');
      return atOnce(() => process.kill(operatorPid, 'SIGCONT'));
    },
  },
  {
    name: 'reports deleted in mid-run',
    begin: async ({ stack, reports }) => {
      for (const report of reports) await stack.admin.remove(report);
      return undo(async () => {
        for (const report of reports) await stack.admin.create(report);
      });
    },
  },
  {
    name: 'definition removed',
    begin: async ({ stack, reports }) => {
      const definition = JSON.parse(JSON.stringify(crd())) as AnyObject;
      await stack.server.writer.remove(definition);
      return undo(async () => {
        // It goes when the last report has gone.
        while ((await stack.admin.get(definition)) !== undefined) await sleep(50);
        await stack.put([definition]);
        for (const report of reports) await stack.admin.create(report);
      });
    },
  },
];
