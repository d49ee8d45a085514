// Sessions that a service or a migration would have open, and what they hold.
import pg from 'pg';
import type { Credentials, PostgresServer } from './server.ts';

/** A database with the role that its service connects as. */
export interface Used {
  name: string;
  schema: string;
  server: PostgresServer;
  owner: Credentials;
}

/** A session of the service. It ends without a word when its server does. */
export async function openSession({
  server,
  name,
  owner,
}: Pick<Used, 'server' | 'name' | 'owner'>): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: server.url(name, owner), ssl: { rejectUnauthorized: false } });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** One session holds a table in an open transaction, and another one waits for it. Gives the way to end both. */
export async function holdLock(database: Used): Promise<() => Promise<void>> {
  const [holder, waiter] = await Promise.all([openSession(database), openSession(database)]);
  const table = `"${database.schema}".busy`;
  await holder.query(`CREATE TABLE ${table} (id int)`);
  await holder.query(`BEGIN; LOCK TABLE ${table}`);
  const waiting = waiter.query(`SELECT count(*) FROM ${table}`).catch(() => undefined);
  return async () => {
    await holder.query('ROLLBACK');
    await waiting;
    await holder.query(`DROP TABLE ${table}`);
    await Promise.all([holder.end(), waiter.end()]);
  };
}

/**
 * The number of the advisory lock that Flyway takes for the history of a schema: `Flyway` in ASCII, and Java's hash of
 * the table's quoted name.
 */
export function flywayLock(schema: string): bigint {
  let hash = 0;
  for (const character of `"${schema}"."flyway_schema_history"`)
    hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) | 0;
  return BigInt(`0x${Buffer.from('Flyway').toString('hex')}`) + BigInt(hash);
}
