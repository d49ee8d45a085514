// What can happen to the PostgreSQL servers of the stack: switches, each with its undo.
import { randomBytes } from 'node:crypto';
import type { CertificatePair } from '../certificates.ts';
import type { Credentials, PostgresServer } from '../postgres/server.ts';
import { connectIdleStandby } from '../postgres/idle-standby.ts';
import { flywayLock, holdLock, openSession } from '../postgres/sessions.ts';
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
  /** Every connection slot for ordinary roles is taken; with a number, all but so many. */
  fillSlots(left?: number): Promise<Undo>;
  /** A session holds a lock in an open transaction, and another one waits for it. */
  holdLock(): Promise<Undo>;
  /** A session holds the lock that Flyway holds while it migrates. */
  migrate(): Promise<Undo>;
  /** Flyway's history has a migration that failed. */
  failMigration(): Promise<Undo>;
  /** The passwords of the services' own roles end then, and they keep a session. */
  endPasswords(at: Date): Promise<Undo>;
  /** The servers' certificates end then. */
  endCertificates(at: Date): Promise<Undo>;
  /** A standby is connected that has not applied the last 256 MiB. */
  lag(): Promise<Undo>;
}

/**
 * The switches of these databases and of the servers that they are on.
 *
 * @param certificateUntil makes a certificate for a server: the usual one, or one that ends then
 */
export function databaseSwitches(
  databases: readonly StackDatabase[],
  certificateUntil: (at?: Date) => CertificatePair,
): DatabaseSwitches {
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
    async fillSlots(left = 0) {
      await onAll((server) => server.fillSlots(left));
      return undo(() => onAll((server) => server.freeSlots()));
    },
    async holdLock() {
      const undos = await Promise.all(databases.map(holdLock));
      return undo(() => Promise.all(undos.map((end) => end())));
    },
    async migrate() {
      const sessions = await Promise.all(databases.map((database) => openSession(database)));
      await Promise.all(
        sessions.map((session, index) =>
          session.query(`SELECT pg_advisory_lock(${flywayLock(databases[index]?.schema ?? '')})`),
        ),
      );
      return undo(() => Promise.all(sessions.map((session) => session.end())));
    },
    async failMigration() {
      const history = (statement: string): Promise<unknown> =>
        Promise.all(
          databases.map(({ server, name, schema }) =>
            server.query(statement.replace('HISTORY', `"${schema}".flyway_schema_history`), undefined, name),
          ),
        );
      await history(`INSERT INTO HISTORY VALUES (99, '99', 'broken', 'SQL', 'V99.sql', 0, 'np', now(), 1, false)`);
      return undo(() => history('DELETE FROM HISTORY WHERE NOT success'));
    },
    async endPasswords(at) {
      const sessions = await Promise.all(databases.map((database) => openSession(database)));
      const setEnd = (end: string): Promise<unknown> =>
        Promise.all(
          databases.map(({ server, owner }) => server.query(`ALTER ROLE "${owner.user}" VALID UNTIL '${end}'`)),
        );
      await setEnd(at.toISOString());
      return undo(async () => {
        await setEnd('infinity');
        await Promise.all(sessions.map((session) => session.end()));
      });
    },
    async endCertificates(at) {
      const ending = certificateUntil(at);
      const usual = certificateUntil();
      await onAll((server) => server.setCertificate(ending));
      return undo(() => onAll((server) => server.setCertificate(usual)));
    },
    async lag() {
      const standbys = await Promise.all(servers.map((server) => connectIdleStandby(server)));
      return undo(() => Promise.all(standbys.map((standby) => standby.end())));
    },
  };
}

async function setReadOnly(server: PostgresServer, database: string, readOnly: boolean): Promise<void> {
  await server.setReadOnly(readOnly, database);
}
