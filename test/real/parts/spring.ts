// A Spring Boot service of ours: real actuator bodies, real Hikari gauges, real log lines, with switches by HTTP.
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtFolder, runBuild, versionOf, type Build } from '../bed/keep.ts';
import { answers, startProgram } from '../bed/process.ts';

const HOME = join(import.meta.dirname, '../spring');
const files = (): string[] =>
  readdirSync(HOME, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
const VERSION =
  /starter-parent<\/artifactId>\s*<version>([^<]+)</.exec(readFileSync(join(HOME, 'pom.xml'), 'utf8'))?.[1] ?? '';

export const SPRING: Build = {
  name: 'spring',
  version: VERSION,
  sources: () => [...files().map((file) => readFileSync(file, 'utf8')), versionOf('java', '--version')],
  make(folder) {
    // Maven builds into the folder of the pom: a copy, so that the sources stay clean.
    const work = join(folder, 'work');
    cpSync(HOME, work, { recursive: true });
    runBuild(`Spring Boot ${VERSION}`, 'mvn', ['-q', '-B', '-DskipTests', '-f', join(work, 'pom.xml'), 'package']);
  },
};

export interface SpringOptions {
  readonly address: string;
  readonly port: number;
  readonly database: { readonly url: string; readonly user: string; readonly password: string };
  /** Of Spring, by their names: `management.endpoint.health.show-details`. */
  readonly properties?: Readonly<Record<string, string>>;
}

export interface SpringService {
  /** `Spring Boot 3.5.6`. */
  readonly version: string;
  readonly url: string;
  /** Everything on its standard output. */
  log(): string;
  /** Flips one of the switches of Service.java. */
  flip(path: 'pool/hold' | 'pool/release' | 'errors'): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it; three to five seconds. */
export async function startSpring({ address, port, database, properties = {} }: SpringOptions): Promise<SpringService> {
  const url = `http://${address}:${port}`;
  const settings = {
    'server.address': address,
    'server.port': String(port),
    'spring.datasource.url': database.url,
    ...properties,
  };
  const program = await startProgram({
    part: `Spring Boot ${VERSION}`,
    program: 'java',
    args: [
      ...['-XX:TieredStopAtLevel=1', '-Xmx160m', '-jar', join(builtFolder(SPRING), 'work/target/service.jar')],
      ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`),
    ],
    env: { SPRING_DATASOURCE_USERNAME: database.user, SPRING_DATASOURCE_PASSWORD: database.password },
    isReady: () => answers(`${url}/actuator/health/liveness`),
    farewellMs: 30_000,
  });
  return {
    version: `Spring Boot ${VERSION}`,
    url,
    log: () => program.said(),
    async flip(path) {
      const answer = await fetch(`${url}/switch/${path}`, { method: 'POST' });
      if (!answer.ok) throw new Error(`The switch ${path} was answered ${answer.status}.`);
    },
    stop: () => program.stop(),
  };
}
