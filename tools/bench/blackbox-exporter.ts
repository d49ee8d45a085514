// The real blackbox_exporter, from Debian's package; downloaded once into .stack and never installed.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../../test/stack/free-port.ts';

const PACKAGE = 'prometheus-blackbox-exporter';
const FOLDER = join(import.meta.dirname, '../../.stack', PACKAGE);
const BINARY = join(FOLDER, 'usr/bin', PACKAGE);

/** A GET over a fresh connection whose body must say that the service is up: what our probe finds out. */
const CONFIG = `modules:
  health:
    prober: http
    timeout: 10s
    http:
      valid_status_codes: [200]
      preferred_ip_protocol: ip4
      fail_if_body_not_matches_regexp: ['"status":"UP"']
`;

export interface BlackboxExporter {
  readonly pid: number;
  readonly port: number;
  readonly version: string;
  stop(): void;
}

/** @throws with what is missing when the package cannot be had */
function download(): void {
  if (existsSync(BINARY)) return;
  mkdirSync(FOLDER, { recursive: true });
  const got = spawnSync('apt-get', ['download', PACKAGE], { cwd: FOLDER, encoding: 'utf8' });
  const [deb] = got.status === 0 ? readdirSync(FOLDER).filter((name) => name.endsWith('.deb')) : [];
  const unpacked = deb === undefined ? got : spawnSync('dpkg', ['-x', deb, '.'], { cwd: FOLDER, encoding: 'utf8' });
  if (!existsSync(BINARY))
    throw new Error(
      `there is no ${PACKAGE} to compare with: apt-get download and dpkg -x are needed. ${unpacked.stderr}`,
    );
}

/** Starts it on loopback. @throws when it cannot be had or does not start */
export async function startBlackboxExporter(): Promise<BlackboxExporter> {
  download();
  const folder = mkdtempSync(join(tmpdir(), 'blackbox-exporter-'));
  const config = join(folder, 'blackbox.yml');
  writeFileSync(config, CONFIG);
  const port = await findFreePort(['127.0.0.1']);
  const child = spawn(
    BINARY,
    [`--config.file=${config}`, `--web.listen-address=127.0.0.1:${port}`, '--log.level=error'],
    {
      stdio: 'ignore',
    },
  );
  const stop = (): void => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; ; tries += 1) {
    if (
      await fetch(`http://127.0.0.1:${port}/-/healthy`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      break;
    if (tries > 100) {
      stop();
      throw new Error(`${PACKAGE} does not start`);
    }
    await sleep(100);
  }
  const said = spawnSync(BINARY, ['--version'], { encoding: 'utf8' });
  const version = /version (\S+)/.exec(said.stdout + said.stderr)?.[1] ?? 'unknown';
  return { pid: child.pid ?? 0, port, version, stop };
}
