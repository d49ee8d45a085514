// The PostgreSQL databases of an installation: servers with TLS, a schema each with its history of migrations, the
// role that the service uses and the one that may only look.
import type { CertificatePair } from './certificates.ts';
import { startPostgres, type PostgresServer } from './postgres/server.ts';
import { servicesOf, type TopologyName } from './recognize/topology.ts';
import type { StackDatabase } from './switches/database.ts';

/** Schemas by the vendor's defaults. */
const SCHEMAS: Readonly<Record<string, string>> = {
  'node-persistence': 'keylessd',
  'circuit-storage': 'circuit-storage',
  'metrics-collector': 'metricscollector',
  'admin-dashboard': 'sdkcustomerdashboard',
};

export interface DatabasesOptions {
  topology: TopologyName;
  servers: 'shared' | 'each';
  tls: CertificatePair;
}

/** Starts them. `started` is given the way to end each server as soon as it runs. */
export async function startDatabases(
  { topology, servers, tls }: DatabasesOptions,
  started: (end: () => Promise<void>) => void,
): Promise<StackDatabase[]> {
  const names = [...new Set(servicesOf(topology).flatMap(({ pools }) => pools.map(({ database }) => database)))];
  names.sort((a, b) => Object.keys(SCHEMAS).indexOf(a) - Object.keys(SCHEMAS).indexOf(b));
  const start = async (): Promise<PostgresServer> => {
    const server = await startPostgres({ tls, settings: { max_connections: 60 } });
    started(() => server.remove());
    return server;
  };
  const shared = servers === 'shared' ? await start() : undefined;
  const found: StackDatabase[] = [];
  for (const name of names) found.push(await createDatabase(shared ?? (await start()), name));
  return found;
}

async function createDatabase(server: PostgresServer, name: string): Promise<StackDatabase> {
  const role = name.replaceAll('-', '_');
  const schema = SCHEMAS[name] ?? role;
  const owner = await server.createRole(role);
  const monitor = await server.createRole(`${role}_monitor`);
  await server.createDatabase(name, { owner: owner.user });
  await server.query(
    `GRANT pg_monitor TO "${monitor.user}";
     CREATE SCHEMA "${schema}" AUTHORIZATION "${owner.user}";
     CREATE TABLE "${schema}".flyway_schema_history (
       installed_rank integer PRIMARY KEY, version text, description text, type text, script text, checksum integer,
       installed_by text, installed_on timestamptz DEFAULT now(), execution_time integer, success boolean);
     INSERT INTO "${schema}".flyway_schema_history
       VALUES (1, '1', 'init', 'SQL', 'V1__init.sql', 0, '${owner.user}', now(), 12, true);
     ALTER TABLE "${schema}".flyway_schema_history OWNER TO "${owner.user}";
     GRANT USAGE ON SCHEMA "${schema}" TO "${monitor.user}";
     GRANT SELECT ON "${schema}".flyway_schema_history TO "${monitor.user}"`,
    undefined,
    name,
  );
  return { name, schema, server, owner, monitor };
}
