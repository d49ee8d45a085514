// Object stores that others wrote: versitygw, which holds to signatures, policies, regions and Object Lock, and
// gofakes3, which holds to nothing and answers oddly.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../stack/free-port.ts';
import { goBuild } from '../bed/go.ts';
import { builtFolder } from '../bed/keep.ts';
import { answers, startProgram, type RunningProgram } from '../bed/process.ts';

const VERSITYGW = '1.8.0';
const GOFAKES3 = '1.2.0';

export const OBJECT_STORES = goBuild({
  name: 'object-stores',
  version: `versitygw ${VERSITYGW}, gofakes3 ${GOFAKES3}`,
  module: join(import.meta.dirname, '../s3'),
  programs: {
    versitygw: 'github.com/versity/versitygw/cmd/versitygw',
    gofakes3: 'github.com/johannesboyne/gofakes3/cmd/gofakes3',
  },
});

export interface ObjectStore {
  /** Name and version, for the names of tests. */
  readonly version: string;
  readonly url: string;
  readonly region: string;
  /** Who may do everything. */
  readonly root: { readonly accessKeyId: string; readonly secretAccessKey: string };
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';

/** versitygw on folders of its own. */
export async function startVersitygw(region = 'eu-west-1'): Promise<ObjectStore> {
  const folder = mkdtempSync(join(tmpdir(), 'versitygw-'));
  // No folder's name may begin with that of another: it would be taken for a bucket.
  const [accounts, data, versions] = ['accounts', 'data', 'versions'].map((name) => {
    mkdirSync(join(folder, name));
    return join(folder, name);
  }) as [string, string, string];
  const port = await findFreePort([HOST]);
  const url = `http://${HOST}:${port}`;
  const root = { accessKeyId: 'root-of-versitygw', secretAccessKey: 'secret-of-versitygw' };
  const program = await startProgram({
    part: `versitygw ${VERSITYGW}`,
    program: join(builtFolder(OBJECT_STORES), 'versitygw'),
    args: [
      ...['--port', `${HOST}:${port}`, '--region', region, '--iam-dir', accounts],
      ...['--access', root.accessKeyId, '--secret', root.secretAccessKey],
      ...['posix', '--versioning-dir', versions, data],
    ],
    isReady: () => answers(url),
  });
  return { version: `versitygw ${VERSITYGW}`, url, region, root, stop: () => endWith(folder, program) };
}

/** gofakes3 in memory. */
export async function startGofakes3(): Promise<ObjectStore> {
  const folder = mkdtempSync(join(tmpdir(), 'gofakes3-'));
  const port = await findFreePort([HOST]);
  const url = `http://${HOST}:${port}`;
  const program = await startProgram({
    part: `gofakes3 ${GOFAKES3}`,
    program: join(builtFolder(OBJECT_STORES), 'gofakes3'),
    args: ['-backend', 'memory', '-host', `${HOST}:${port}`],
    cwd: folder,
    isReady: () => answers(url),
  });
  return {
    version: `gofakes3 ${GOFAKES3}`,
    url,
    region: 'us-east-1',
    root: { accessKeyId: 'anybody', secretAccessKey: 'anything' },
    stop: () => endWith(folder, program),
  };
}

async function endWith(folder: string, program: RunningProgram): Promise<void> {
  try {
    await program.stop();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
