// moto: S3 and KMS in Python, with an IAM of its own. It does not honour DryRun: a signature that it is asked to try is made.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from '../../stack/free-port.ts';
import { builtFolder, runBuild, versionOf, type Build } from '../bed/keep.ts';
import { answers, startProgram } from '../bed/process.ts';
import type { ObjectStore } from './object-stores.ts';

const REQUIREMENTS = join(import.meta.dirname, '../moto/requirements.txt');
const requirements = (): string => readFileSync(REQUIREMENTS, 'utf8');
const VERSION = /^moto==(.+)$/m.exec(requirements())?.[1] ?? '';
const HOST = '127.0.0.1';

/** A virtual environment with every package pinned. */
export const MOTO: Build = {
  name: 'moto',
  version: VERSION,
  sources: () => [requirements(), versionOf('python3', '--version')],
  make(folder) {
    const part = `moto ${VERSION}`;
    runBuild(part, 'python3', ['-m', 'venv', folder]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--disable-pip-version-check', '-r', REQUIREMENTS];
    runBuild(part, join(folder, 'bin/python'), pip);
  },
};

/** Its server, which answers for S3 and for KMS alike. */
export async function startMoto(): Promise<ObjectStore> {
  const port = await findFreePort([HOST]);
  const url = `http://${HOST}:${port}`;
  const program = await startProgram({
    part: `moto ${VERSION}`,
    // By the interpreter: the scripts of an environment name the folder that it was made in.
    program: join(builtFolder(MOTO), 'bin/python'),
    args: ['-m', 'moto.server', '-H', HOST, '-p', String(port)],
    isReady: () => answers(`${url}/moto-api/`),
  });
  return {
    version: `moto ${VERSION}`,
    url,
    region: 'us-east-1',
    root: { accessKeyId: 'anybody', secretAccessKey: 'anything' },
    stop: () => program.stop(),
  };
}
