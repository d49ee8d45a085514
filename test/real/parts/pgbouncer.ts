// PgBouncer, from Debian, in front of a PostgreSQL server: transaction pooling, as most installations have it, unless told.
import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../stack/free-port.ts';
import { unprivileged } from '../../stack/postgres/binaries.ts';
import type { Credentials, PostgresServer } from '../../stack/postgres/server.ts';
import { startProgram } from '../bed/process.ts';

const HOST = '127.0.0.1';

export interface PgBouncer {
  /** `PgBouncer 1.18.0`, as the program says. */
  readonly version: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts it for one database and these users. `poolMode`: transaction unless given. */
export async function startPgBouncer(
  server: PostgresServer,
  database: string,
  users: readonly Credentials[],
  poolMode: 'transaction' | 'session' = 'transaction',
): Promise<PgBouncer> {
  const version = spawnSync('pgbouncer', ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0] ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'pgbouncer-'));
  const { uid, gid } = unprivileged();
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    if (uid !== undefined && gid !== undefined) chownSync(join(folder, name), uid, gid);
    return join(folder, name);
  };
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  const port = await findFreePort([HOST]);
  const settings = {
    listen_addr: HOST,
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: file('users', users.map(({ user, password }) => `"${user}" "${password}"\n`).join('')),
    pool_mode: poolMode,
    max_client_conn: 20,
    // What pgjdbc sends with every start; the documentation of both says so.
    ignore_startup_parameters: 'extra_float_digits',
  };
  const ini = [
    '[databases]',
    `${database} = host=${server.host} port=${server.port} dbname=${database}`,
    '[pgbouncer]',
    ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
  ].join('\n');
  const program = await startProgram({
    part: version,
    program: 'pgbouncer',
    args: [file('pgbouncer.ini', `${ini}\n`)],
    cwd: folder,
    ...(uid === undefined ? {} : { userId: uid }),
    isReady: () => accepts(port),
  });
  return {
    version,
    port,
    async stop() {
      await program.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
