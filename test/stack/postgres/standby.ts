// A standby that streams from its primary, as PostgreSQL itself has it: walreceiver, replay, promotion.
import { setTimeout as sleep } from 'node:timers/promises';
import { STANDBY_SLOT } from './copied-data.ts';
import { startPostgres, type PostgresServer } from './server.ts';

const LOOK_MS = 20;

/** Starts one, and waits until it has applied all that the primary wrote. The primary is away for a moment. */
export async function startStandby(primary: PostgresServer): Promise<PostgresServer> {
  await primary.query('SELECT pg_create_physical_replication_slot($1, true)', [STANDBY_SLOT]);
  const standby = await startPostgres({ follows: primary });
  try {
    await hasApplied(primary);
  } catch (error) {
    await standby.remove();
    throw error;
  }
  return standby;
}

/** Waits until a standby streams from this primary and has applied everything. */
export async function hasApplied(primary: PostgresServer): Promise<void> {
  const sql = "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming' AND replay_lsn >= pg_current_wal_lsn()";
  while ((await primary.query(sql)).length === 0) await sleep(LOOK_MS);
}

/** Writes a little more than 256 MiB, by segments that are all but empty. */
export async function writeMuch(server: PostgresServer): Promise<void> {
  await server.query('CREATE TABLE IF NOT EXISTS written (id int)');
  for (let segment = 0; segment < 17; segment++) {
    await server.query('INSERT INTO written VALUES (1)');
    await server.query('SELECT pg_switch_wal()');
  }
}

/** Makes a standby the primary of a history of its own, as a failover does; resolves once it takes writes. */
export async function promote(standby: PostgresServer): Promise<void> {
  await standby.query('SELECT pg_promote(true)');
}
