// A service's view of its database: a real connection is tried, and the answer kept for a moment.
import pg from 'pg';
import type { DataSourceHealth } from './actuator.ts';

export interface DataSource {
  readonly pool: string;
  health(): Promise<DataSourceHealth>;
}

const KEPT_MS = 100;
/** Hikari's own: also a machine that is very busy needs less for a connection that works. */
const CONNECT_MS = 30_000;
/** For a server of which a test says that it never answers: nobody needs to wait as long as Hikari. */
const FROZEN_CONNECT_MS = 3000;

export interface DataSourceOptions {
  readonly caPem?: string | undefined;
  /** Whether the server was made to answer nothing. */
  readonly isFrozen?: (() => boolean) | undefined;
}

/** A data source at `url`; without one it stands on nothing and is always UP. */
export function createDataSource(
  pool: string,
  url: string | undefined,
  { caPem, isFrozen }: DataSourceOptions = {},
): DataSource {
  let known: { at: number; health: Promise<DataSourceHealth> } | undefined;
  return {
    pool,
    health() {
      const now = performance.now();
      if (!known || now - known.at > KEPT_MS)
        known = { at: now, health: ask(pool, url, caPem, isFrozen?.() === true ? FROZEN_CONNECT_MS : CONNECT_MS) };
      return known.health;
    },
  };
}

async function ask(
  pool: string,
  url: string | undefined,
  caPem: string | undefined,
  timeoutMs: number,
): Promise<DataSourceHealth> {
  if (url === undefined) return { pool, status: 'UP' };
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
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
