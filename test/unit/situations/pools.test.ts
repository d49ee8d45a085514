// A pool of connections that is used up, or can make none: which of the two it is, that health which waits for it is its
// symptom, and that a database which is lost stays the cause of both. Each row is a run through the whole line.
import { expect, it } from 'vitest';
import { failed } from '../../../src/facts/outcome.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { actuatorAnswer } from '../../stack/recognize/actuator.ts';
import type { PoolFigures } from '../../stack/recognize/meters.ts';
import { AT } from './changes.ts';
import { at, look, type Situation } from './world.ts';

type Health = 'UP' | 'DOWN' | 'waits';

const POOL = 'HikariPool-1';
const LOST: Pick<Situation, 'connect'> = { connect: failed('DatabaseUnreachable', literal('db.example:5432 refuses')) };

/** node-persistence with this health of its database, and a pool of four; without figures its metrics are closed. */
function pooled(health: Health, figures?: Pick<PoolFigures, 'active' | 'idle' | 'pending'>): Pick<Situation, 'http'> {
  const pools = new Map(figures === undefined ? [] : [[POOL, { ...figures, max: 4, timeouts: 0 }]]);
  return at('127.0.3', (url) => {
    if (health === 'waits' && url.pathname === '/actuator/health')
      return { ok: false, fault: { kind: 'timeout', detail: `${url.host} did not answer within 10000 ms` } };
    const { status, contentType, body } = actuatorAnswer(url, {
      exposed: new Set(figures === undefined ? ['health'] : ['health', 'metrics']),
      showDetails: true,
      forced: undefined,
      dataSources: [{ pool: POOL, status: health === 'DOWN' ? 'DOWN' : 'UP' }],
      meters: { pools, logEvents: {}, requests: { count: 0, totalSeconds: 0, maxSeconds: 0 } },
    });
    return { ok: true, value: { status, contentType, body, truncated: false } };
  });
}

const says = (state: string): NonNullable<Situation['logs']> => ({
  'node-persistence': [
    `${AT} ERROR 1 --- [main] k.n.P : boom`,
    `java.sql.SQLTransientConnectionException: ${POOL} - Connection is not available, request timed out after 30000ms ${state}`,
  ],
});
const FULL = { active: 4, idle: 0, pending: 3 };
const EMPTY = { active: 0, idle: 0, pending: 3 };

it.each<readonly [string, Situation, number, readonly string[]]>([
  [
    'is used up, and health waits for it until we stop waiting',
    pooled('waits', FULL),
    3,
    ['node-persistence/pool PoolFullyUsed REC-SC-003'],
  ],
  [
    'is used up, and health says DOWN before',
    pooled('DOWN', FULL),
    3,
    ['node-persistence/pool PoolFullyUsed REC-SC-003'],
  ],
  [
    'is used up, and its gauges show nobody else who waits',
    pooled('waits', { active: 4, idle: 0, pending: 0 }),
    3,
    ['node-persistence/pool PoolFullyUsed REC-SC-003'],
  ],
  ['is at its end while health is UP: a warning', pooled('UP', FULL), 0, []],
  [
    'can make none, though the database lets us in',
    pooled('DOWN', EMPTY),
    3,
    ['node-persistence/pool PoolCannotConnect REC-NP-002'],
  ],
  [
    'can make none, because the database is lost',
    { ...pooled('DOWN', EMPTY), ...LOST },
    3,
    ['database/main/connect DatabaseUnreachable REC-NP-002'],
  ],
  [
    'is used up by what waits for a database that is lost',
    { ...pooled('waits', FULL), ...LOST },
    3,
    ['database/main/connect DatabaseUnreachable REC-NP-002'],
  ],
  [
    'shows no gauges, and says itself that it is used up',
    { ...pooled('DOWN'), logs: says('(total=4, active=4, idle=0, waiting=6)') },
    3,
    ['node-persistence/pool PoolFullyUsed REC-SC-003'],
  ],
  [
    'shows no gauges, and says itself that it can make none',
    { ...pooled('DOWN'), logs: says('(total=0, active=0, idle=0, waiting=2)') },
    3,
    ['node-persistence/pool PoolCannotConnect REC-NP-002'],
  ],
])('a pool %s', async (_row, situation, exit, causes) => {
  const { gate, status } = await look(situation);
  const told = (status.rootCauses ?? []).map(({ check, fault }) => {
    const [citation] = status.checks?.find(({ id }) => id === check)?.citations ?? [];
    return `${check} ${fault} ${citation?.id ?? ''}`;
  });
  expect([gate.exitCode, told]).toEqual([exit, causes]);
});
