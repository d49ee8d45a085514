// A standby that is connected and applies nothing: speaks just enough of the replication protocol to be one.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { PostgresServer } from './server.ts';
import { writeMuch } from './standby.ts';

export interface IdleStandby {
  end(): Promise<void>;
}

interface Writable {
  write(bytes: Uint8Array): void;
  pause(): void;
}

/** Connects it to the server, and writes until it is far behind. */
export async function connectIdleStandby(server: PostgresServer): Promise<IdleStandby> {
  const client = new pg.Client({
    connectionString: server.url('postgres', server.superuser),
    ssl: { rejectUnauthorized: false },
    replication: 'true',
  } as pg.ClientConfig);
  client.on('error', () => undefined);
  await client.connect();
  const start = await positionOf(server);
  client.query(`START_REPLICATION PHYSICAL ${start}`).catch(() => undefined);
  const { stream } = (client as unknown as { connection: { stream: Writable } }).connection;
  while (!(await isStreaming(server))) await sleep(20);
  // What the server sends stays where it is: nobody wants a quarter of a gigabyte of zeros.
  stream.pause();
  stream.write(appliedUpTo(start));
  await writeMuch(server);
  while (!(await isBehind(server))) await sleep(20);
  return {
    end: async () => {
      await server.query('SELECT pg_terminate_backend(pid) FROM pg_stat_replication');
      await client.end().catch(() => undefined);
      while (await isStreaming(server)) await sleep(20);
    },
  };
}

async function positionOf(server: PostgresServer): Promise<string> {
  const [row] = await server.query<{ at: string }>('SELECT pg_current_wal_flush_lsn()::text AS at');
  return row?.at ?? '0/0';
}

async function isStreaming(server: PostgresServer): Promise<boolean> {
  return (await server.query('SELECT 1 FROM pg_stat_replication')).length > 0;
}

async function isBehind(server: PostgresServer): Promise<boolean> {
  const sql = `SELECT 1 FROM pg_stat_replication
    WHERE pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) >= 256 * 1024 * 1024`;
  return (await server.query(sql)).length > 0;
}

/** CopyData with a standby status update (55.4, Streaming Replication Protocol): written, flushed, applied, time, no reply. */
function appliedUpTo(position: string): Buffer {
  const [high = '0', low = '0'] = position.split('/');
  const at = (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
  const message = Buffer.alloc(39);
  message.write('d', 0, 'latin1');
  message.writeInt32BE(38, 1);
  message.write('r', 5, 'latin1');
  for (const offset of [6, 14, 22]) message.writeBigInt64BE(at, offset);
  return message;
}
