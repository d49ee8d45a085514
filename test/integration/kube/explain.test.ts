// `kubectl explain` is where people look a field up: the real kubectl over the real definition.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { crd } from '../../../src/api/crd.ts';
import { startSwitchedServer, type SwitchedServer } from '../../stack/switched-server.ts';
import { kubectl } from '../../stack/kubectl.ts';

let server: SwitchedServer;

beforeAll(async () => {
  server = await startSwitchedServer();
  await server.seed([crd()]);
  // A real server tells of a definition that was there before a little later than it serves it.
  await vi.waitUntil(async () => (await kubectl(['explain', 'hrep'], { kubeconfig: server.kubeconfig() })).code === 0, {
    timeout: 60_000,
    interval: 300,
  });
});
afterAll(() => server.close());

async function explain(path: string): Promise<string> {
  const { stdout, stderr, code } = await kubectl(['explain', path], { kubeconfig: server.kubeconfig() });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
}

describe('kubectl explain', () => {
  it.each([
    ['healthreport', 'What to examine'],
    ['hrep.spec.interval', '10s to 24h'],
    ['healthreport.spec.databases', 'PostgreSQL'],
    ['healthreport.spec.databases.tls.mode', 'VerifyFull: and of this host name'],
    ['healthreport.spec.keys.kms.signTest', 'makes none'],
    ['healthreport.spec.mutes.until', '30 days'],
    ['healthreport.status.freshUntil', 'must not be believed'],
    ['healthreport.status.checks.suppressedBy', 'explains this one'],
  ])('%s says what it is for', async (path, words) => {
    expect((await explain(path)).replace(/\s+/g, ' ')).toContain(words);
  });

  it('leaves no field of a database without a sentence', async () => {
    const [, fields = ''] = (await explain('healthreport.spec.databases')).split('FIELDS:\n');
    const described = fields.split(/\n(?= {2}\S)/).filter((field) => field.trim() !== '');
    expect(described.length).toBeGreaterThan(8);
    expect(described.filter((field) => !/\n {4}\S/.test(field))).toEqual([]);
  });

  it('says of a credential field that it is refused', async () => {
    expect(await explain('healthreport.spec.databases.password')).toContain('Refused');
  });
});
