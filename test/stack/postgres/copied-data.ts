// The data of a standby: its primary's, and where to get what is written from now on.
import { spawnSync } from 'node:child_process';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { PostgresServer } from './server.ts';

/** The slot in which the primary keeps what the standby has not read. */
export const STANDBY_SLOT = 'standby';

/** Copies the data of a server at rest (the package from npm has no pg_basebackup), and says whom the copy follows. */
export async function copyData(from: PostgresServer, data: string): Promise<void> {
  await from.stop();
  try {
    // With owners and modes: PostgreSQL refuses a data folder that others may read.
    const copied = spawnSync('cp', ['-pR', from.data, data], { encoding: 'utf8' });
    if (copied.status !== 0) throw new Error(`The data of PostgreSQL cannot be copied: ${copied.stderr}`);
  } finally {
    await from.start();
  }
  const { host, port, superuser } = from;
  const primary = `host=${host} port=${port} user=${superuser.user} password=${superuser.password}`;
  const settings = { primary_conninfo: primary, primary_slot_name: STANDBY_SLOT, wal_retrieve_retry_interval: '100ms' };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'`);
  appendFileSync(join(data, 'postgresql.conf'), `\n${lines.join('\n')}\n`);
  // A copy of a data folder has the slots too, and only the primary is to keep files for the standby.
  rmSync(join(data, 'pg_replslot', STANDBY_SLOT), { recursive: true });
}
