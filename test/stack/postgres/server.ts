// A real PostgreSQL server on a free port of 127.0.0.1, with switches for the troubles that a database has:
// stopped, frozen, read-only, a standby, still recovering, out of connection slots.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes, X509Certificate } from 'node:crypto';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TLSSocket } from 'node:tls';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { type PostgresBinaries, prepareBinaries, unprivileged } from './binaries.ts';
import { configuration, type Authentication, type Settings } from './configuration.ts';
import { copyData } from './copied-data.ts';
import { occupySlots, type OccupiedSlots } from './slots.ts';
import { type Supervisor, superviseFolder } from './supervisor.ts';
import { findFreePort } from '../free-port.ts';
import { descendants } from '../process-tree.ts';

export interface PostgresOptions {
  /** Certificate and key of the server, PEM. Without it the server speaks plain text only. */
  tls?: { certPem: string; keyPem: string };
  /** With `tls`: refuse connections without TLS. Default false. */
  tlsRequired?: boolean;
  /** How passwords are asked for; `md5` and `password` (cleartext) exist in old installations. */
  authentication?: Authentication;
  /** Lines of postgresql.conf, e.g. `{ max_connections: 12 }`. */
  settings?: Settings;
  /** Databases to create, owned by the superuser. */
  databases?: readonly string[];
  /** Where the npm package's `native` folder is; found by itself when not given. */
  nativeFolder?: string;
  /** A streaming standby of this server, with its roles, certificates and settings: a copy of its data at rest. */
  follows?: PostgresServer;
}

export interface Credentials {
  user: string;
  password: string;
}

/** `primary` takes writes; `standby` is in recovery and read-only; `recovering` answers 57P03 to everybody. */
export type ServerRole = 'primary' | 'standby' | 'recovering';

export interface PostgresServer {
  readonly host: string;
  readonly port: number;
  readonly superuser: Credentials;
  /** The data folder. */
  readonly data: string;
  /** The postmaster's process id; undefined while stopped. */
  pid(): number | undefined;
  createRole(
    name: string,
    options?: { password?: string; connectionLimit?: number; validUntil?: Date },
  ): Promise<Credentials>;
  createDatabase(name: string, options?: { owner?: string }): Promise<void>;
  /** `postgresql://user:password@127.0.0.1:port/database`, the superuser's unless told otherwise. */
  url(database: string, as?: Credentials): string;
  /** Runs one statement as the superuser, also on a read-only server. Throws pg's error. */
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    sql: string,
    values?: unknown[],
    database?: string,
  ): Promise<Row[]>;
  /** Ends the server as `pg_ctl stop -m fast` does; the data and the port are kept for `start`. */
  stop(): Promise<void>;
  /** Starts it again on the same port with the same data. */
  start(as?: ServerRole): Promise<void>;
  /** Stops every process of the server with SIGSTOP: connections are accepted by the kernel and never answered. */
  freeze(): void;
  thaw(): void;
  isFrozen(): boolean;
  /** Makes new sessions read-only by default: those of one database, or of the whole server when none is named. */
  setReadOnly(readOnly: boolean, database?: string): Promise<void>;
  /** Shows another certificate to new connections. */
  setCertificate(pair: { certPem: string; keyPem: string }): Promise<void>;
  /** Takes every connection slot that ordinary roles may have, or all but `left`: then the next is refused with 53300. */
  fillSlots(left?: number): Promise<number>;
  freeSlots(): Promise<void>;
  /** What the server wrote so far, one line each. */
  logs(): readonly string[];
  /** Ends the server and removes its files. Nothing can be called afterwards. */
  remove(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Starts a server: about half a second, most of it initdb. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'recognize-health-postgres-'));
  const supervisor = superviseFolder(folder);
  try {
    return await startIn(folder, supervisor, options);
  } catch (error) {
    await supervisor.finish();
    throw error;
  }
}

async function startIn(folder: string, supervisor: Supervisor, options: PostgresOptions): Promise<PostgresServer> {
  giveAway(folder);
  const binaries = prepareBinaries(folder, options.nativeFolder);
  const data = join(folder, 'data');
  const { follows } = options;
  const superuser = follows?.superuser ?? { user: 'postgres', password: randomBytes(12).toString('hex') };
  if (follows === undefined) initialize(folder, data, binaries, superuser, options);
  else await copyData(follows, data);

  const lines: string[] = [];
  const port = await findFreePort([HOST]);
  let postmaster: ChildProcess | undefined;
  let slots: OccupiedSlots | undefined;
  let isFrozen = false;

  const query: PostgresServer['query'] = async (sql, values, database = 'postgres') => {
    const client = new pg.Client({
      ...connection(superuser, database),
      options: '-c default_transaction_read_only=off',
    });
    await client.connect();
    try {
      return (await client.query(sql, values)).rows as never[];
    } finally {
      await client.end();
    }
  };

  function connection(as: Credentials, database: string): pg.ClientConfig {
    const ssl = options.tls && options.tlsRequired ? { rejectUnauthorized: false } : false;
    return { host: HOST, port, user: as.user, password: as.password, database, ssl };
  }

  /** Fingerprint of the certificate that a new connection is shown. */
  async function certificateShown(): Promise<string> {
    const client = new pg.Client({ ...connection(superuser, 'postgres'), ssl: { rejectUnauthorized: false } });
    await client.connect();
    const { stream } = (client as unknown as { connection: { stream: TLSSocket } }).connection;
    const shown = stream.getPeerCertificate().fingerprint256;
    await client.end();
    return shown;
  }

  async function newConnectionIsReadOnly(): Promise<boolean> {
    const client = new pg.Client(connection(superuser, 'postgres'));
    await client.connect();
    const { rows } = await client.query<{ value: string }>(
      "SELECT current_setting('default_transaction_read_only') AS value",
    );
    await client.end();
    return rows[0]?.value === 'on';
  }

  async function start(as: ServerRole = 'primary'): Promise<void> {
    if (postmaster) throw new Error('The PostgreSQL server is already running.');
    const standby = join(data, 'standby.signal');
    if (as === 'primary') rmSync(standby, { force: true });
    else writeFileSync(standby, '', { mode: 0o644 });
    const hotStandby = as === 'recovering' ? 'off' : 'on';
    const ready = as === 'recovering' ? /entering standby mode/ : /database system is ready to accept/;
    const started = await launchPatiently(() =>
      launch(binaries, data, port, hotStandby, ready, lines, (child) => supervisor.watch(child.pid)),
    );
    postmaster = started;
    started.once('exit', () => {
      if (postmaster === started) postmaster = undefined;
      supervisor.watch(undefined);
    });
  }

  function processes(): number[] {
    return postmaster?.pid === undefined ? [] : [postmaster.pid, ...descendants(postmaster.pid)];
  }

  const server: PostgresServer = {
    host: HOST,
    port,
    superuser,
    data,
    pid: () => postmaster?.pid,
    async createRole(name, { password = randomBytes(12).toString('hex'), connectionLimit = -1, validUntil } = {}) {
      const until = validUntil ? ` VALID UNTIL '${validUntil.toISOString()}'` : '';
      const limit = `CONNECTION LIMIT ${connectionLimit}`;
      await query(
        `CREATE ROLE ${pg.escapeIdentifier(name)} LOGIN ${limit} PASSWORD ${pg.escapeLiteral(password)}${until}`,
      );
      return { user: name, password };
    },
    async createDatabase(name, { owner = superuser.user } = {}) {
      // FILE_COPY from template0 would need a checkpoint; the default strategy does not.
      await query(`CREATE DATABASE ${pg.escapeIdentifier(name)} OWNER ${pg.escapeIdentifier(owner)}`);
    },
    url(database, as = superuser) {
      const userinfo = `${encodeURIComponent(as.user)}:${encodeURIComponent(as.password)}`;
      return `postgresql://${userinfo}@${HOST}:${port}/${encodeURIComponent(database)}`;
    },
    query,
    async stop() {
      const running = postmaster;
      if (!running) return;
      server.thaw();
      const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()));
      running.kill('SIGINT');
      await ended;
      // Nothing of an earlier life must hold the slots of the next one.
      await slots?.release();
      slots = undefined;
    },
    start,
    freeze() {
      isFrozen = true;
      for (const pid of processes()) signal(pid, 'SIGSTOP');
    },
    thaw() {
      isFrozen = false;
      for (const pid of processes()) signal(pid, 'SIGCONT');
    },
    isFrozen: () => isFrozen,
    async setReadOnly(readOnly, database) {
      const change = readOnly ? 'SET default_transaction_read_only = on' : 'RESET default_transaction_read_only';
      if (database !== undefined) {
        await query(`ALTER DATABASE ${pg.escapeIdentifier(database)} ${change}`);
        return;
      }
      await query(`ALTER SYSTEM ${change}`);
      await query('SELECT pg_reload_conf()');
      // The postmaster reads its configuration when it comes to it: wait until a new connection shows it.
      while ((await newConnectionIsReadOnly()) !== readOnly) await setTimeout(5);
    },
    async setCertificate({ certPem, keyPem }) {
      for (const [name, text] of [
        ['server.crt', certPem],
        ['server.key', keyPem],
      ] as const)
        writeFileSync(join(data, name), text);
      await query('SELECT pg_reload_conf()');
      const wanted = new X509Certificate(certPem).fingerprint256;
      while ((await certificateShown()) !== wanted) await setTimeout(5);
    },
    async fillSlots(left = 0) {
      if (!slots) {
        const filler = await server.createRole(`slot_filler_${randomBytes(4).toString('hex')}`);
        slots = await occupySlots(() => connection(filler, 'postgres'), left);
      }
      return slots.count;
    },
    async freeSlots() {
      await slots?.release();
      slots = undefined;
    },
    logs: () => lines,
    async remove() {
      await server.stop();
      await supervisor.finish();
    },
  };

  await start(follows === undefined ? 'primary' : 'standby');
  for (const database of options.databases ?? []) await server.createDatabase(database);
  return server;
}

function initialize(
  folder: string,
  data: string,
  binaries: PostgresBinaries,
  superuser: Credentials,
  options: PostgresOptions,
): void {
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, superuser.password, { mode: 0o600 });
  giveAway(passwordFile);
  const wanted = ['--pgdata', data, '--username', superuser.user, '--pwfile', passwordFile];
  // --no-sync: nobody will miss this data after a power cut.
  const quick = ['--no-sync', '--no-instructions', '--encoding', 'UTF8', '--locale', 'C', '--auth', 'scram-sha-256'];
  const made = spawnSync(binaries.initdb, [...wanted, ...quick], {
    ...binaries.spawnAs,
    cwd: folder,
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr}`);
  rmSync(passwordFile);
  for (const { name, text, mode } of configuration(options)) {
    const path = join(data, name);
    writeFileSync(path, text, { flag: name === 'postgresql.conf' ? 'a' : 'w', mode });
    giveAway(path);
  }
}

/** Signals a process that may have ended since it was listed: a backend goes with its connection. */
function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Makes the server's user the owner of a file that we made. */
function giveAway(path: string): void {
  const { uid, gid } = unprivileged();
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}

/**
 * Launches again for a few seconds while the port is taken. The port is in the range from which the system serves
 * outgoing connections too, so one of those may hold it for a moment between two lives of the server.
 */
async function launchPatiently(launchOnce: () => Promise<ChildProcess>): Promise<ChildProcess> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await launchOnce();
    } catch (error) {
      if (attempt === 50 || !/Address already in use/.test((error as Error).message)) throw error;
      await setTimeout(100);
    }
  }
}

/** Spawns the postmaster and waits for the line that says it is ready; throws with its log when it ends before. */
async function launch(
  binaries: PostgresBinaries,
  data: string,
  port: number,
  hotStandby: 'on' | 'off',
  ready: RegExp,
  lines: string[],
  spawned: (child: ChildProcess) => void,
): Promise<ChildProcess> {
  const args = ['-D', data, '-c', `port=${port}`, '-c', `hot_standby=${hotStandby}`];
  const child = spawn(binaries.postgres, args, { ...binaries.spawnAs, cwd: data, stdio: ['ignore', 'ignore', 'pipe'] });
  spawned(child);
  const first = lines.length;
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new Error(`The PostgreSQL server ended with code ${code ?? 'none'}:\n${lines.slice(first).join('\n')}`));
    });
    const output = createInterface({ input: child.stderr });
    output.on('line', (line) => {
      lines.push(line);
      if (ready.test(line)) resolve();
    });
  });
  return child;
}
