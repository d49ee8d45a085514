// The verbs that change a report: what they write, that they say how kubectl does it, and that they lose nobody's edit.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { API_VERSION, KIND, REQUEST_ANNOTATION } from '../../../src/api/names.ts';
import { command, type CommandResult } from '../gate/command.ts';
import { startBareCluster, type BareCluster } from './bare-cluster.ts';

let cluster: BareCluster;

const until = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z');
const MUTE = { check: 'upgrade/core-daemon/renamed-keys', until, reason: 'values are renamed', by: 'ops' };

const act = (...argv: readonly string[]): Promise<CommandResult> =>
  command(...argv, '-n', 'recognize', '--kubeconfig', cluster.admin);
const stored = async (): Promise<{
  readonly metadata: { annotations?: Record<string, string> };
  readonly spec: Record<string, unknown>;
}> => {
  const { out } = await command('status', 'prod', '-n', 'recognize', '--kubeconfig', cluster.admin, '-o', 'json');
  return JSON.parse(out) as Awaited<ReturnType<typeof stored>>;
};

beforeAll(async () => {
  cluster = await startBareCluster();
});
beforeEach(async () => {
  const prod = { apiVersion: API_VERSION, kind: KIND, metadata: { name: 'prod', namespace: 'recognize' } };
  await cluster.server.writer.remove(prod);
  await cluster.seed([{ ...prod, spec: { interval: '1m', mutes: [MUTE] } }]);
});
afterEach(() => cluster.server.faults.clear());
afterAll(() => cluster.stop());

describe('a verb that acts', () => {
  it('asks for a run with a new token each time', async () => {
    expect(await act('run', 'prod')).toMatchObject({ code: 0, out: 'recognize/prod: asked for a run' });
    const first = (await stored()).metadata.annotations?.[REQUEST_ANNOTATION];
    await act('run', 'prod');
    expect([first, (await stored()).metadata.annotations?.[REQUEST_ANNOTATION] === first]).toEqual([
      expect.any(String),
      false,
    ]);
  });

  it('suspends and resumes, and leaves the rest of the spec alone', async () => {
    expect((await act('suspend', 'prod')).code).toBe(0);
    expect((await stored()).spec).toMatchObject({ suspend: true, interval: '1m', mutes: [MUTE] });
    expect((await act('run', 'prod')).err).toContain('prod is suspended: it is not examined before it is resumed');
    expect((await act('resume', 'prod')).code).toBe(0);
    expect((await stored()).spec).toMatchObject({ suspend: false });
    expect((await act('run', 'prod')).err).not.toContain('suspended');
  });

  it('mutes a check beside others, and the same one again with another end', async () => {
    const check = 'database/node-persistence/certificate';
    expect((await act('mute', 'prod', check, '--until', '2h', '--reason', 'renewed', '--by', 'me')).code).toBe(0);
    expect((await stored()).spec['mutes']).toEqual([
      MUTE,
      { check, until: expect.any(String) as string, reason: 'renewed', by: 'me' },
    ]);
    await act('mute', 'prod', check, '--until', until, '--reason', 'renewed again', '--by', 'me');
    expect((await stored()).spec['mutes']).toEqual([MUTE, { check, until, reason: 'renewed again', by: 'me' }]);
    await act('mute', 'prod', 'KmsThrottled', '--until', '1h', '--reason', 'x', '--by', 'me');
    expect((await stored()).spec['mutes']).toHaveLength(3);
  });

  it('unmutes, and says which mutes there are when it names none of them', async () => {
    const none = await act('unmute', 'prod', 'KmsThrottled');
    expect([none.code, none.err]).toEqual([2, expect.stringContaining(`it mutes ${MUTE.check}`)]);
    expect((await act('unmute', 'prod', MUTE.check)).code).toBe(0);
    expect((await stored()).spec['mutes']).toEqual([]);
  });

  it('says how kubectl does it, in words that a shell takes apart as they are', async () => {
    const { err } = await act(
      'mute',
      'prod',
      'KmsThrottled',
      '--until',
      until,
      '--reason',
      `it's $(reboot)`,
      '--by',
      'me',
    );
    expect(err).toMatch(
      /^kubectl -n recognize patch healthreport prod --type merge -p '\{.*it'\\''s \$\(reboot\).*\}'$/,
    );
  });

  it.each([
    ['an end that is none', ['mute', 'prod', 'a/b', '--until', 'soon', '--reason', 'x'], 'neither a time'],
    ['an end in the past', ['mute', 'prod', 'a/b', '--until', '2020-01-01T00:00:00Z', '--reason', 'x'], 'in the past'],
    ['an end too far', ['mute', 'prod', 'a/b', '--until', '721h', '--reason', 'x'], '30 days'],
    ['no reason', ['mute', 'prod', 'a/b', '--until', '1h', '--reason', ' '], 'needs words'],
    ['no end', ['mute', 'prod', 'a/b', '--reason', 'x'], '--until'],
    [
      'what is neither check nor fault',
      ['mute', 'prod', 'nonsense', '--until', '1h', '--reason', 'x'],
      'neither the id',
    ],
    ['a report that is not there', ['run', 'other'], 'not found'],
  ] as const)('refuses %s and writes nothing', async (_, argv, words) => {
    const before = await stored();
    const { code, out, err } = await act(...argv);
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(words)]);
    expect((await stored()).spec).toEqual(before.spec);
  });

  it('writes nothing when somebody changes the report at the same moment', async () => {
    cluster.server.faults.inject({ match: ({ method }) => method === 'PATCH', status: 409 });
    const { code, err } = await act('mute', 'prod', 'KmsThrottled', '--until', '1h', '--reason', 'x');
    expect([code, err]).toEqual([5, expect.stringContaining('Try again')]);
  });
});
