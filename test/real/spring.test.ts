// A real Spring Boot service on a real PostgreSQL, examined by the command that users run: its health bodies, its gauges
// and its log lines are Spring's own.
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckStatus, HealthReportStatus } from '../../src/api/health-report.ts';
import { findFreePort } from '../stack/free-port.ts';
import { BUNDLE, buildWhenNeeded } from '../stack/operator-process.ts';
import { startPostgres, type Credentials, type PostgresServer } from '../stack/postgres/server.ts';
import { SPRING, startSpring, type SpringService } from './parts/spring.ts';

const ADDRESS = '10.244.9.1';
const NAME = 'node-persistence';

interface Diagnosed {
  readonly findings: readonly {
    readonly id: string;
    readonly fault: string;
    readonly basis: string;
    readonly deepest?: { readonly fault?: string };
  }[];
}

let server: PostgresServer;
let owner: Credentials;
let service: SpringService;

/** What a command of ours prints when this is its standard input. */
async function print(args: readonly string[], input: string): Promise<string> {
  const child = spawn(process.execPath, [BUNDLE, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  child.stdin.end(input);
  await new Promise((resolve) => child.once('close', resolve));
  return Buffer.concat(parts).toString('utf8');
}

/** Examines the service and its database once. */
async function examine(): Promise<HealthReportStatus> {
  const { user, password } = owner;
  const url = `jdbc:postgresql://127.0.0.1:${server.port}/${NAME}`;
  const documents = [
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' }, stringData: { url, username: user, password } },
    {
      apiVersion: 'recognize.health/v1alpha1',
      kind: 'HealthReport',
      metadata: { name: 'spring', namespace: 'default' },
      spec: {
        services: [{ name: NAME, url: service.url }],
        databases: [
          {
            name: NAME,
            urlSecretRef: { name: 'db', key: 'url' },
            credentialsSecretRef: { name: 'db' },
            tls: { mode: 'Disable' },
            usedBy: [NAME],
          },
        ],
      },
    },
  ];
  const args = ['check', '--offline', '--all', '-o', 'json', '-f', '-'];
  const text = await print(args, documents.map((one) => JSON.stringify(one)).join('\n---\n'));
  return (JSON.parse(text) as { status: HealthReportStatus }).status;
}

const checkIn = ({ checks = [] }: HealthReportStatus, id: string): CheckStatus | undefined =>
  checks.find((check) => check.id === id);

describe(`Spring Boot ${SPRING.version}`, () => {
  beforeAll(async () => {
    buildWhenNeeded();
    server = await startPostgres({ databases: [NAME] });
    owner = { ...server.superuser };
    service = await startSpring({
      address: ADDRESS,
      port: await findFreePort([ADDRESS]),
      database: { url: `jdbc:postgresql://127.0.0.1:${server.port}/${NAME}`, ...owner },
    });
  });
  afterAll(async () => {
    await service.stop();
    await server.remove();
  });

  it('is healthy, and its pool is read from its own gauges', async () => {
    const status = await examine();
    expect(checkIn(status, `${NAME}/health`), JSON.stringify(status, null, 1)).toMatchObject({ result: 'pass' });
    expect(checkIn(status, `${NAME}/pool`), JSON.stringify(status, null, 1)).toMatchObject({ result: 'pass' });
    expect(checkIn(status, `database/${NAME}/connect`)).toMatchObject({ result: 'pass' });
  });

  it('is not healthy while every connection of its pool is held, and is again afterwards', async () => {
    await service.flip('pool/hold');
    const status = await examine();
    expect(checkIn(status, `${NAME}/health`)).toMatchObject({ result: 'fail' });
    expect(checkIn(status, `database/${NAME}/connect`)).toMatchObject({ result: 'pass' });
    await service.flip('pool/release');
    expect(checkIn(await examine(), `${NAME}/health`)).toMatchObject({ result: 'pass' });
  });

  it('has its database as the one root cause when that is down, and says so in its log', async () => {
    await server.stop();
    await fetch(`${service.url}/work`);
    const status = await examine();
    await server.start();
    expect(
      status.rootCauses?.map(({ check }) => check),
      JSON.stringify(status, null, 1),
    ).toEqual([`database/${NAME}/connect`]);
    expect(checkIn(status, `${NAME}/health`)).toMatchObject({ result: 'fail' });
    const diagnosed = await print(['diagnose', '-o', 'json', '--service', NAME, '-'], service.log());
    const { findings } = JSON.parse(diagnosed) as Diagnosed;
    // The pool that was held, and the database that went away: the pool's line says the first, the deepest cause the second.
    expect(findings.map(({ id, fault, basis, deepest }) => [id, fault, basis, deepest?.fault])).toEqual([
      ['REC-NP-002', 'DatabaseErrorLogged', 'Inferred', 'DatabaseUnreachable'],
      ['REC-NP-002', 'PoolUsedUp', 'Log', undefined],
    ]);
  });
});
