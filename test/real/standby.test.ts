// A primary and its streaming standby: the product's own driver is asked where each URL leads, and we have to see the
// same server; then the standby falls behind, is gone, becomes the primary.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { traits } from '../../src/api/faults.ts';
import type { Clients } from '../../src/clients/clients.ts';
import { createDial } from '../../src/clients/dial.ts';
import { createPostgresClient } from '../../src/clients/postgres.ts';
import { databaseConnect } from '../../src/checks/database/connect.ts';
import { upgradeReplication } from '../../src/checks/database/upgrade-replication.ts';
import type { Answer, Check } from '../../src/facts/answer.ts';
import { failed, ok } from '../../src/facts/outcome.ts';
import type { DatabaseTarget } from '../../src/facts/target.ts';
import { databaseProbe } from '../../src/probes/database/probe.ts';
import { replication } from '../../src/questions/database/replication.ts';
import { writable } from '../../src/questions/database/writable.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { literal } from '../../src/runtime/safe-text.ts';
import { secret } from '../../src/runtime/secret.ts';
import { createAuthority } from '../stack/certificates.ts';
import { startPostgres, type Credentials, type PostgresServer } from '../stack/postgres/server.ts';
import { hasApplied, promote, startStandby, writeMuch } from '../stack/postgres/standby.ts';
import { resolve, spec } from '../unit/targets/objects.ts';
import { connectWithPgjdbc, PGJDBC, type JdbcOutcome } from './parts/pgjdbc.ts';

const NAME = 'keylessd';
const DEAD = '127.0.0.1:1';
const WISHES = ['any', 'primary', 'preferPrimary', 'secondary', 'preferSecondary'] as const;
const authority = createAuthority();
const clients = { postgres: createPostgresClient(createDial(), systemClock) } as unknown as Clients;
let primary: PostgresServer;
let standby: PostgresServer;
let app: Credentials;

beforeAll(async () => {
  const tls = authority.issue({ commonName: 'database', hosts: ['127.0.0.1'] });
  primary = await startPostgres({ tls, databases: [NAME] });
  app = await primary.createRole('app');
  await primary.query('GRANT pg_monitor TO app');
  standby = await startStandby(primary);
});
afterAll(async () => {
  await standby.remove();
  await primary.remove();
});

const at = ({ host, port }: PostgresServer): string => `${host}:${port}`;
const urlOf = (hosts: readonly string[], wish: string): string =>
  `jdbc:postgresql://${hosts.join(',')}/${NAME}?targetServerType=${wish}`;

/** The target as a run makes it of this URL. */
async function targetOf(url: string): Promise<DatabaseTarget> {
  const values: Readonly<Record<string, string>> = { url, username: app.user, password: app.password };
  const database = { name: NAME, urlSecretRef: { name: 's', key: 'url' }, credentialsSecretRef: { name: 's' } };
  const { targets } = await resolve({
    objects: undefined,
    spec: spec({ databases: [{ ...database, tls: { mode: 'Require' } }] }),
    secrets: {
      read: (_, key) => {
        const value = values[key];
        return Promise.resolve(value === undefined ? failed('SecretKeyMissing', literal('no')) : ok(secret(value)));
      },
    },
  });
  return targets[0] as DatabaseTarget;
}

const said = (answer: Answer): string =>
  answer.kind === 'pass' ? `pass: ${answer.note}` : `${answer.fault.code}: ${answer.fault.detail}`;

/** What these checks say of a URL. */
async function asked(url: string, ...checks: readonly Check<'database'>[]): Promise<Answer[]> {
  const target = await targetOf(url);
  // A server that hangs takes its share of this.
  const { signal } = systemClock.deadline(10_000, new AbortController().signal);
  const observed = await databaseProbe.observe(target, clients, signal);
  return checks.map((check) => check.ask({ target, observed, now: new Date(), all: { visits: [] } }));
}

/** Where we think that the driver ends up: 'primary', 'standby', or nowhere. */
async function ours(url: string): Promise<string> {
  const [connect, writes] = (await asked(url, databaseConnect, writable.check)) as [Answer, Answer];
  if (connect.kind === 'fault' && traits(connect.fault.code).result === 'fail') return 'nowhere';
  if (writes.kind === 'pass') return 'primary';
  return writes.fault.code === 'DatabaseReadOnly' ? 'standby' : writes.fault.code;
}

const theirs = ({ connected, standby: isStandby }: JdbcOutcome): string =>
  !connected ? 'nowhere' : isStandby === true ? 'standby' : 'primary';

/** Asks the driver and us for each of the URLs; the driver's answer decides. */
async function bothSayTheSame(hosts: readonly (readonly string[])[]): Promise<void> {
  const urls = hosts.flatMap((some) => WISHES.map((wish) => urlOf(some, wish)));
  const driver = await connectWithPgjdbc(urls.map((url) => ({ url, ...app })));
  // One after the other: all at once would wait for each other until none has time left.
  const seen: [string, string][] = [];
  for (const url of urls) seen.push([url, await ours(url)]);
  expect(seen).toEqual(urls.map((url, index) => [url, theirs(driver[index]!)]));
}

describe(`a streaming standby, as pgjdbc ${PGJDBC.version} and we see it`, () => {
  it('is where the driver lands by the same URLs', async () => {
    const [writer, reader] = [at(primary), at(standby)];
    await bothSayTheSame([[writer], [reader], [writer, reader], [reader, writer], [DEAD, reader], [reader, DEAD]]);
  });

  it('is counted, and is not behind', async () => {
    const answers = await asked(urlOf([at(primary)], 'any'), replication.check, upgradeReplication);
    expect(answers.map(said)[0]).toMatch(/^pass: 1 standbys, at most \S+ and 0 MiB behind$/);
    expect(answers[1]!.kind).toBe('pass');
  });

  it('has no standby of its own to tell of', async () => {
    const [answer] = await asked(urlOf([at(standby)], 'any'), replication.check);
    expect(said(answer!)).toBe('NotAsked: not asked, because the server is a standby itself');
  });

  it('is told when it hangs and falls behind, and no more when it has caught up', async () => {
    const url = urlOf([at(standby), at(primary)], 'primary');
    standby.freeze();
    await writeMuch(primary);
    const behind = await asked(url, databaseConnect, writable.check, replication.check, upgradeReplication);
    standby.thaw();
    expect(behind.map(said)).toEqual([
      expect.stringMatching(/^pass: connects over TLS; of the other servers: /),
      'pass: takes writes',
      expect.stringMatching(/^DatabaseReplicationLagging: of 1 standbys the farthest is \S+ and 2\d\d MiB behind$/),
      expect.stringMatching(/^UpgradeStandbyBehind: /),
    ]);
    await hasApplied(primary);
    expect((await asked(url, replication.check)).map(({ kind }) => kind)).toEqual(['pass']);
  });

  it('is told when it is gone and its slot keeps what it has not read', async () => {
    const url = urlOf([at(primary)], 'any');
    await standby.stop();
    // The primary's end of its connection may outlive it by a moment.
    while ((await primary.query('SELECT 1 FROM pg_stat_replication')).length > 0) await sleep(20);
    const [gone] = await asked(url, replication.check);
    await writeMuch(primary);
    const behind = await asked(url, replication.check, upgradeReplication);
    await standby.start('standby');
    await hasApplied(primary);
    expect(said(gone!)).toMatch(/^pass: 1 standbys, at most 0ms and 0 MiB behind, and 1 is not connected$/);
    expect(behind.map(said)).toEqual([
      expect.stringMatching(/^DatabaseReplicationLagging: .* 2\d\d MiB behind, and 1 is not connected$/),
      expect.stringMatching(/^UpgradeStandbyBehind: /),
    ]);
  });

  it('takes over: its primary is away, then it is the primary', async () => {
    const both = [[at(primary), at(standby)]];
    await primary.stop();
    await bothSayTheSame(both);
    const [, writes] = await asked(urlOf(both[0]!, 'any'), databaseConnect, writable.check);
    expect(said(writes!)).toMatch(/^DatabaseReadOnly: .*; the server that is left is a standby$/);

    await promote(standby);
    await bothSayTheSame(both);
    expect(await ours(urlOf(both[0]!, 'primary'))).toBe('primary');
  });
});
