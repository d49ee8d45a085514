// Another name of the same server is no other server.
import { expect, test } from 'vitest';
import { ok } from '../../../src/facts/outcome.ts';
import type { DatabaseUse } from '../../../src/facts/backend-use.ts';
import type { DatabaseTarget, ServiceTarget } from '../../../src/facts/target.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { withAliases } from '../../../src/targets/aliases.ts';
import { database } from '../checks/seen.ts';
import { serviceTarget } from '../checks/targets.ts';

const NAMES: Readonly<Record<string, readonly string[]>> = {
  'db.example': ['10.0.0.9'],
  'primary.example': ['10.0.0.8', '10.0.0.9'],
  'other.example': ['10.0.0.7'],
};

async function hostsAfter(used: string, port = 5432, name = 'recognize'): Promise<readonly string[]> {
  const base = database();
  if (!base.connection.ok) throw new Error('the fixture has a connection');
  const listed: DatabaseTarget = {
    ...base,
    connection: ok({ ...base.connection.value, host: 'db.example', port: 5432, database: 'recognize' }),
  };
  const use: DatabaseUse = {
    kind: 'database',
    hosts: [{ host: used, port }],
    database: name,
    origin: literal('env X'),
  };
  const targets = await withAliases(
    [serviceTarget('core-daemon', { uses: [use] }), listed],
    (host) => (NAMES[host] === undefined ? Promise.reject(new Error('ENOTFOUND')) : Promise.resolve(NAMES[host])),
    'recognize',
    new AbortController().signal,
  );
  const [after] = (targets[0] as ServiceTarget).uses ?? [];
  return after?.kind === 'database' ? after.hosts.map(({ host }) => host) : [];
}

test.each<[string, Parameters<typeof hostsAfter>, boolean]>([
  ['a name of the same address', ['primary.example'], true],
  ['the address itself', ['10.0.0.9'], true],
  ['another address', ['other.example'], false],
  ['a name that nobody knows', ['gone.example'], false],
  ['another port', ['primary.example', 6432], false],
  ['another database', ['primary.example', 5432, 'other'], false],
])('%s', async (_, [host, port, name], isSame) => {
  expect((await hostsAfter(host, port, name)).includes('db.example')).toBe(isSame);
});
