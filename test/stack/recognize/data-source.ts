// A service's view of its database: a real connection is tried, and the answer kept for a moment.
import pg from 'pg';
import type { DataSourceHealth } from './actuator.ts';

export interface DataSource {
  readonly pool: string;
  health(): Promise<DataSourceHealth>;
}

const KEPT_MS = 100;
/** Far below Hikari's 30 s, and far above what a busy machine needs for a connection that works. */
const CONNECT_MS = 3000;

/** A data source at `url`; without one it stands on nothing and is always UP. */
export function createDataSource(pool: string, url: string | undefined, caPem?: string): DataSource {
  let known: { at: number; health: Promise<DataSourceHealth> } | undefined;
  return {
    pool,
    health() {
      const now = performance.now();
      if (!known || now - known.at > KEPT_MS) known = { at: now, health: ask(pool, url, caPem) };
      return known.health;
    },
  };
}

async function ask(pool: string, url: string | undefined, caPem: string | undefined): Promise<DataSourceHealth> {
  if (url === undefined) return { pool, status: 'UP' };
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: CONNECT_MS,
    ...(caPem === undefined ? {} : { ssl: { ca: caPem } }),
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return { pool, status: 'UP' };
  } catch (error) {
    return { pool, status: 'DOWN', error: `Failed to obtain JDBC Connection: ${(error as Error).message}` };
  } finally {
    // A frozen server never confirms the end; nobody waits for it.
    client.end().catch(() => undefined);
  }
}
