// What can happen to the PostgreSQL servers of the stack: switches, each with its undo.
import { randomBytes } from 'node:crypto';
import type { Credentials, PostgresServer } from '../postgres/server.ts';
import { undo, type Undo } from './undo.ts';

/** A database of the stack with the roles that use it. */
export interface StackDatabase {
  name: string;
  schema: string;
  server: PostgresServer;
  /** As whom the service connects. */
  owner: Credentials;
  /** As whom a HealthReport asks: pg_monitor and nothing else. */
  monitor: Credentials;
}

export interface DatabaseSwitches {
  /** Ends the servers; connections are refused. */
  stop(): Promise<Undo>;
  /** Connections are accepted and never answered. */
  freeze(): Promise<Undo>;
  /** Other passwords on the server, so that everybody who holds the old ones is refused. */
  wrongPassword(): Promise<Undo>;
  /** New sessions are read-only, as after a failover or on a full disk of some providers. */
  readOnly(): Promise<Undo>;
  /** Every connection slot for ordinary roles is taken. */
  fillSlots(): Promise<Undo>;
}

/** The switches of these databases and of the servers that they are on. */
export function databaseSwitches(databases: readonly StackDatabase[]): DatabaseSwitches {
  const servers = [...new Set(databases.map(({ server }) => server))];
  const onAll = (act: (server: PostgresServer) => Promise<unknown>): Promise<unknown> => Promise.all(servers.map(act));
  return {
    async stop() {
      await onAll((server) => server.stop());
      return undo(() => onAll((server) => server.start()));
    },
    async freeze() {
      for (const server of servers) server.freeze();
      return Promise.resolve(
        undo(async () => {
          for (const server of servers) server.thaw();
          return Promise.resolve();
        }),
      );
    },
    async wrongPassword() {
      const setAll = async (passwordOf: (role: Credentials) => string): Promise<void> => {
        for (const { server, owner, monitor } of databases)
          for (const role of [owner, monitor])
            await server.query(`ALTER ROLE "${role.user}" PASSWORD '${passwordOf(role)}'`);
      };
      await setAll(() => randomBytes(12).toString('hex'));
      return undo(() => setAll(({ password }) => password));
    },
    async readOnly() {
      await Promise.all(databases.map(({ server, name }) => setReadOnly(server, name, true)));
      return undo(() => Promise.all(databases.map(({ server, name }) => setReadOnly(server, name, false))));
    },
    async fillSlots() {
      await onAll((server) => server.fillSlots());
      return undo(() => onAll((server) => server.freeSlots()));
    },
  };
}

async function setReadOnly(server: PostgresServer, database: string, readOnly: boolean): Promise<void> {
  await server.setReadOnly(readOnly, database);
}
