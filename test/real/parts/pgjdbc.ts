// pgjdbc, the product's own driver, as the oracle: would the product connect with this URL, and to which server?
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtFolder, runBuild, versionOf, type Build } from '../bed/keep.ts';

const HOME = join(import.meta.dirname, '../pgjdbc');
const read = (file: string): string => readFileSync(join(HOME, file), 'utf8');
const VERSION = /<artifactId>postgresql<\/artifactId>\s*<version>([^<]+)</.exec(read('pom.xml'))?.[1] ?? '';

export const PGJDBC: Build = {
  name: 'pgjdbc',
  version: VERSION,
  sources: () => [read('pom.xml'), read('Connect.java'), versionOf('java', '--version')],
  make(folder) {
    const part = `pgjdbc ${VERSION}`;
    const copy = ['dependency:copy-dependencies', `-DoutputDirectory=${folder}`, '-DincludeScope=runtime'];
    runBuild(part, 'mvn', ['-q', '-B', '-f', join(HOME, 'pom.xml'), ...copy]);
    runBuild(part, 'javac', ['-cp', join(folder, '*'), '-d', folder, join(HOME, 'Connect.java')]);
  },
};

/** How the product would be given a database. */
export interface JdbcAttempt {
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
}

/** What the driver made of it. */
export interface JdbcOutcome {
  readonly connected: boolean;
  readonly port?: number;
  readonly standby?: boolean;
  readonly database?: string;
  /** SQLSTATE. */
  readonly state?: string;
  readonly error?: string;
}

/** Tries each of them, in order; one JVM for all. A URL has no tab and no line break. */
export async function connectWithPgjdbc(attempts: readonly JdbcAttempt[]): Promise<JdbcOutcome[]> {
  const folder = builtFolder(PGJDBC);
  const java = spawn('java', ['-XX:TieredStopAtLevel=1', '-Xmx64m', '-cp', `${folder}:${folder}/*`, 'Connect'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const parts: Buffer[] = [];
  java.stdout.on('data', (part: Buffer) => parts.push(part));
  java.stdin.end(attempts.map(({ url, user = '', password = '' }) => `${url}\t${user}\t${password}\n`).join(''));
  const code = await new Promise<number | null>((resolve, reject) => {
    java.once('error', reject);
    java.once('close', resolve);
  });
  const [driver, ...answers] = Buffer.concat(parts)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JdbcOutcome & { driver?: string });
  if (code !== 0 || driver?.driver !== VERSION || answers.length !== attempts.length)
    throw new Error(
      `pgjdbc ${VERSION} ended with ${String(code)} after ${answers.length} answers of ${attempts.length}.`,
    );
  return answers;
}
