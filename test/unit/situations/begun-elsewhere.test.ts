// Failures that show in one place and begin in another: what is told, and which check is the root cause. Each row is a run
// through the whole line.
import { expect, it } from 'vitest';
import { failed, ok } from '../../../src/facts/outcome.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { AT, down, health, log, node, refused } from './changes.ts';
import { json, look, type Situation } from './world.ts';

/** Name, situation, exit code of the gate, what is told beside what is skipped, and the checks that are root causes. */
type Begun = readonly [string, Situation, number, readonly string[], readonly string[]];

const DB_DOWN = { status: 'DOWN', components: { db: { status: 'DOWN', details: { error: 'x' } } } };
const lost: Pick<Situation, 'connect'> = { connect: failed('DatabaseUnreachable', literal('db.example:5432 refuses')) };

it.each<Begun>([
  [
    'a database that refuses, and the services say DOWN',
    { ...lost, ...health(json(503, DB_DOWN), '127.0.') },
    3,
    [
      'core-daemon/health HealthDatabaseDown',
      'operations-service/health HealthDatabaseDown',
      'node-persistence/health HealthDatabaseDown',
      'circuit-storage/health HealthDatabaseDown',
      'auth-vault/health HealthDatabaseDown',
      'database/main/connect DatabaseUnreachable',
    ],
    ['database/main/connect'],
  ],
  [
    'a service says that its database is DOWN, ours is well',
    health(json(503, DB_DOWN), '127.0.3'),
    3,
    ['node-persistence/health HealthDatabaseDown'],
    ['node-persistence/health'],
  ],
  [
    'a bucket is gone, and its service says so',
    {
      s3: {
        head: () => Promise.resolve(refused('BucketMissing')),
        list: () => Promise.resolve(refused('BucketMissing')),
      },
      ...health(json(503, { status: 'DOWN', components: { s3: { status: 'DOWN' } } }), '127.0.4'),
    },
    3,
    ['circuit-storage/health HealthStorageDown', 'object-storage/circuits/reach BucketMissing'],
    ['object-storage/circuits/reach'],
  ],
  [
    'a key may not sign, though it is enabled',
    { kms: { dryRunSign: () => Promise.resolve(refused('KmsAccessDenied')) } },
    3,
    ['key-management/jwt/sign KmsAccessDenied'],
    ['key-management/jwt/sign'],
  ],
  [
    'a key that is for encryption',
    {
      kms: {
        describe: () =>
          Promise.resolve(
            ok({ state: 'Enabled', usage: 'ENCRYPT_DECRYPT', spec: 'SYMMETRIC_DEFAULT', signingAlgorithms: [] }),
          ),
      },
    },
    3,
    ['key-management/jwt/usage KmsKeyUsageWrong'],
    ['key-management/jwt/usage'],
  ],
  [
    'one service does not answer, and those that call it say so',
    {
      ...down('refused', '127.0.3'),
      ...log('core-daemon', `${AT} ERROR 1 --- [main] k.c.R : [NODE-PERSISTENCE] service returned error: 503`),
    },
    3,
    ['core-daemon/logs InternalServiceError', 'node-persistence/health ServiceRefused'],
    ['node-persistence/health'],
  ],
  [
    'a call is refused by a service that is well',
    log(
      'core-daemon',
      `${AT} ERROR 1 --- [main] k.c.R : boom`,
      'org.springframework.web.client.ResourceAccessException: I/O error on GET request for "http://auth-vault:8080/v1": Connection refused',
    ),
    0,
    ['core-daemon/logs InternalConnectionError'],
    [],
  ],
  ['a node without memory', { lists: node('MemoryPressure', 'True') }, 0, [], []],
])('%s', async (_row, situation, exit, faults, causes) => {
  const { gate, told, status } = await look(situation);
  const said = told.filter((one) => !one.startsWith('capacity/'));
  expect([gate.exitCode, said.toSorted()]).toEqual([exit, faults.toSorted()]);
  expect((status.rootCauses ?? []).map(({ check }) => check)).toEqual(causes);
});
