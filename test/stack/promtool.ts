// promtool, which checks and runs Prometheus rules: from PROMTOOL, from PATH, or out of Debian's package, unpacked into a
// cache of this checkout without being installed. Debian's, because no package of npm carries it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const CACHE = join(import.meta.dirname, '../../node_modules/.cache/recognize-health/promtool');
const UNPACKED = join(CACHE, 'usr/bin/promtool');
const LIMIT_MS = 240_000;

/** The path of a promtool that runs, or the reason why there is none. */
export type Promtool = { readonly path: string } | { readonly missing: string };

export function findPromtool(): Promtool {
  for (const path of [process.env['PROMTOOL'], 'promtool', UNPACKED])
    if (path !== undefined && runs(path)) return { path };
  const missing = unpack();
  if (missing !== undefined) return { missing };
  return runs(UNPACKED) ? { path: UNPACKED } : { missing: 'the promtool of the Debian package does not run here' };
}

function runs(path: string): boolean {
  return spawnSync(path, ['--version'], { stdio: 'ignore', timeout: LIMIT_MS }).status === 0;
}

/** Downloads and unpacks the package; why not, when that cannot be. */
function unpack(): string | undefined {
  const without = 'set PROMTOOL to a promtool';
  if (!runs('apt-get') || !runs('dpkg')) return `there is no apt-get and dpkg to get promtool with; ${without}`;
  mkdirSync(CACHE, { recursive: true });
  const download = (): boolean =>
    spawnSync('apt-get', ['download', 'prometheus'], { cwd: CACHE, stdio: 'ignore', timeout: LIMIT_MS }).status === 0;
  if (!download()) {
    // A fresh machine has no lists of packages yet. Without the right to fetch them it stays as it is.
    spawnSync('apt-get', ['update'], { stdio: 'ignore', timeout: LIMIT_MS });
    if (!download()) return `apt-get cannot download the package prometheus; ${without}`;
  }
  for (const file of readdirSync(CACHE).filter((name) => name.endsWith('.deb'))) {
    const deb = join(CACHE, file);
    spawnSync('dpkg', ['-x', deb, CACHE], { stdio: 'ignore', timeout: LIMIT_MS });
    rmSync(deb);
  }
  // Nothing but promtool is needed of it.
  for (const folder of ['etc', 'lib', 'var', 'usr/share', 'usr/bin/prometheus', 'usr/lib'])
    rmSync(join(CACHE, folder), { recursive: true, force: true });
  return existsSync(UNPACKED) ? undefined : `the package prometheus has no promtool; ${without}`;
}
