// `status`: what a person reads of reports as they are stored, and that the exit code speaks of the reading alone.
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openApiSchema } from '../../../src/api/crd.ts';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { API_VERSION, KIND } from '../../../src/api/names.ts';
import { run } from '../../../src/cli/program.ts';
import { plain } from '../../../src/output/columns.ts';
import { Stop } from '../../../src/runtime/clock.ts';
import { viewerRole } from '../../../tools/packaging/roles.ts';
import { closed } from '../../support/closed-schema.ts';
import type { JsonObject } from '../../stack/apiserver/json.ts';
import { laterDefinition } from '../../stack/later-definition.ts';
import { report, run as judged } from '../../unit/judge/fixtures.ts';
import { command, type CommandResult } from '../gate/command.ts';
import { startBareCluster, type BareCluster } from './bare-cluster.ts';

let cluster: BareCluster;

const now = new Date();
const good = report(judged(), undefined, { now }).status;
const HOUR_MS = 3_600_000;
/** Of a run five and a half hours ago, and still fresh: its age is the same to the end of the tests. */
const failing = report(
  judged({ 'database/node-persistence/connect': 'DatabaseMissing', 'node-persistence/health': 'HealthDown' }),
  undefined,
  { now: new Date(now.getTime() - 5.5 * HOUR_MS), report: { intervalMs: 12 * HOUR_MS } },
).status;
const STALE = { lastRunTime: '2020-01-01T00:00:00Z', freshUntil: '2020-01-01T00:10:00Z' };

const seed = (name: string, status: unknown, namespace = 'recognize'): Promise<void> =>
  cluster.seed([{ apiVersion: API_VERSION, kind: KIND, metadata: { name, namespace }, spec: {}, status }]);
const status = (...argv: readonly string[]): Promise<CommandResult> =>
  command('status', '--kubeconfig', cluster.admin, ...argv);
const inRecognize = (...argv: readonly string[]): Promise<CommandResult> => status('-n', 'recognize', ...argv);

beforeAll(async () => {
  cluster = await startBareCluster(['recognize', 'test', 'empty'], laterDefinition('Splendid'));
  await seed('good', good);
  await seed('failing', failing);
  await seed('stale', { ...failing, ...STALE });
  await seed('edited', good);
  const mute = ['mute', 'edited', 'KmsThrottled', '--until', '1h', '--reason', 'x', '-n', 'recognize'];
  expect((await command(...mute, '--kubeconfig', cluster.admin)).code).toBe(0);
  await seed('new', undefined);
  await seed('elsewhere', good, 'test');
});
afterEach(() => cluster.server.faults.clear());
afterAll(() => cluster.stop());

describe('of one report, status', () => {
  it('tells the root cause first, with what the guide says to do, then every finding', async () => {
    const { code, out } = await inRecognize('failing');
    expect(code).toBe(0);
    expect(out).toMatch(
      /^recognize\/failing {2}Failing[^]*Root cause\n {2}DatabaseMissing {2}database\/node-persistence\/connect[^]*Seen [^]*Do [^]*Explains +node-persistence\/health[^]*Services[^]*fresh until/,
    );
    expect(out).toContain('HealthDown');
  });

  it('leaves good questions out, unless they are asked for', async () => {
    expect((await inRecognize('good')).out).not.toContain('core-daemon/health');
    expect((await inRecognize('good', '--all')).out).toContain('core-daemon/health');
  });

  it('says that a report is stale before anything else', async () => {
    const { code, out } = await inRecognize('stale');
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^STALE: the last run started \d+d[^\n]*operator running\?\n\nrecognize\/stale/),
    ]);
  });

  it.each([
    ['whose spec was edited since', 'edited', 'The spec was edited since.'],
    ['of which no run has finished', 'new', 'No run has finished yet: is the operator running?'],
    ['that is current', 'good', 'Last run started'],
  ])('says so of a report %s', async (_, name, sentence) => {
    expect((await inRecognize(name)).out).toContain(sentence);
  });

  it('shows no status at all where a newer operator wrote one that it cannot read', async () => {
    await seed('newer', { ...good, verdict: 'Splendid' });
    const { code, out } = await inRecognize('newer');
    expect([code, out]).toEqual([0, expect.stringMatching(/recognize\/newer {2}Unknown/)]);
    expect(out).not.toContain('Splendid');
  });

  it('lets no text of a report speak to the terminal', async () => {
    const checks = (failing.checks ?? []).map((check) => ({
      ...check,
      message: '\u001b[2J\u001b]0;owned\u0007 a\nb \u202e',
    }));
    await seed('hostile', { ...failing, checks, rootCause: '\u001b[31m' } satisfies HealthReportStatus);
    for (const { out } of [await inRecognize('hostile'), await inRecognize()]) {
      expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  });

  it.each(['json', 'yaml'])('prints the object as the CRD has it, as %s', async (format) => {
    const isReport = new Ajv({ strict: false, validateFormats: false }).compile(
      closed({ ...openApiSchema(), properties: { ...openApiSchema().properties, metadata: {} } }),
    );
    const { out } = await inRecognize('failing', '-o', format);
    expect([isReport(parse(out)), isReport.errors]).toEqual([true, null]);
    expect(parse(out)).toMatchObject({ metadata: { name: 'failing' }, status: { verdict: 'Failing' } });
  });
});

describe('of all reports, status', () => {
  it('shows a line for each of the namespace, and which are stale', async () => {
    const { code, out } = await inRecognize();
    expect(code).toBe(0);
    const lines = out.split('\n');
    expect(lines[0]).toMatch(/^NAMESPACE +NAME +VERDICT +HEALTHY +UPGRADEABLE +LAST-RUN +AGE +ROOT-CAUSE/);
    expect(lines.find((line) => line.includes(' failing '))).toMatch(/Failing +\S+ +False +5h +\S+ +DatabaseMissing/);
    expect(out).toContain('recognize/stale: STALE');
    expect(out).not.toContain('elsewhere');
  });

  it('shows those of every namespace with -A', async () => {
    expect((await status('-A')).out).toMatch(/test +elsewhere/);
  });

  it('prints a List as JSON', async () => {
    const list = JSON.parse((await status('-A', '-o', 'json')).out) as { kind: string; items: unknown[] };
    expect([list.kind, list.items.length]).toEqual(['List', expect.any(Number)]);
    expect(list.items.length).toBeGreaterThanOrEqual(6);
  });

  it('says so when there is none, which is no failure', async () => {
    expect(await status('-n', 'empty')).toEqual({
      code: 0,
      out: '',
      err: 'recognize-health: no HealthReport in namespace empty',
    });
  });
});

describe('with --watch, status', () => {
  /** Waits for what it must have said so far. */
  const until = async (said: () => string, wanted: RegExp): Promise<void> => {
    await vi.waitFor(() => expect(said()).toMatch(wanted), { timeout: 60_000, interval: 100 });
  };
  const watching = (
    screen: boolean,
    ...argv: readonly string[]
  ): {
    readonly ended: Promise<number>;
    readonly shown: string[];
    readonly said: () => string;
    readonly stop: () => void;
  } => {
    const shown: string[] = [];
    const err: string[] = [];
    const stopping = new AbortController();
    const ended = run(['status', '--kubeconfig', cluster.admin, '-n', 'recognize', '--watch', ...argv], {
      out: (text) => void shown.push(text),
      err: (text) => void err.push(text),
      ...(screen ? { redraw: (text: string) => void shown.push(text) } : {}),
      paint: plain,
      signal: stopping.signal,
    });
    return {
      ended,
      shown,
      said: () => [...shown, ...err].join('\n'),
      stop: () => stopping.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' })),
    };
  };

  it('prints a report again when it was written, and only then, until it is interrupted', async () => {
    await seed('watched', good);
    const { ended, shown, said, stop } = watching(false, 'watched');
    await until(said, /watched {2}Healthy/);
    await seed('watched', failing);
    await until(said, /watched {2}Failing/);
    expect(shown.length).toBe(2);
    stop();
    expect(await ended).toBe(130);
  });

  it('draws in place on a screen, and goes on when the server is in trouble for a while', async () => {
    const { ended, said, stop } = watching(true, 'good');
    await until(said, /Watching; Ctrl-C ends it\./);
    cluster.server.faults.inject({ match: () => true, status: 503, times: 2 });
    await until(said, /recognize-health: /);
    await seed('good', failing);
    await until(said, /good {2}Failing/);
    await seed('good', good);
    stop();
    expect(await ended).toBe(130);
  });

  it('of what is not there ends at once', async () => {
    expect((await inRecognize('nothing', '--watch')).code).toBe(2);
  });
});

describe('check of a report in the cluster', () => {
  it('examines what its spec says, and tells that it does', async () => {
    await seed('empty', undefined, 'test');
    const { code, out, err } = await command('check', 'empty', '-n', 'test', '--kubeconfig', cluster.admin);
    expect(code).toBe(5);
    expect(out).toContain('test/empty');
    expect(err).toMatch(/test\/empty: examining[^]*test\/empty: examined in/);
  });

  it('says which there are when it is misspelt', async () => {
    const { code, err } = await command('check', 'elsewere', '-n', 'test', '--kubeconfig', cluster.admin);
    expect([code, err]).toEqual([2, expect.stringContaining('In namespace test there are: elsewhere')]);
  });
});

describe('where nothing can be read, status', () => {
  it('says which reports there are when a name is misspelt', async () => {
    const { code, out, err } = await inRecognize('god');
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/"god" not found\. In namespace recognize there are: edited, failing, good,/);
    expect((await status('-n', 'empty', 'good')).err).toContain('There is no HealthReport in namespace empty.');
  });

  it.each([
    ['-A and a name', ['good', '-A'], 2, 'give no NAME'],
    ['-A and a namespace', ['-A', '-n', 'recognize'], 2, 'no --namespace'],
    ['a format that is none', ['-o', 'wide'], 2, 'table, json, yaml'],
    ['an option that is none', ['--wach'], 2, 'unknown option'],
  ] as const)('ends with its code: %s', async (_, argv, code, sentence) => {
    const result = await status(...argv);
    expect([result.code, result.out, result.err]).toEqual([code, '', expect.stringContaining(sentence)]);
  });

  it.each([
    ['refuses', { status: 403 }, 2],
    ['is in trouble', { status: 503 }, 5],
    ['cuts', { reset: true }, 5],
  ] as const)('ends with its code when the API server %s', async (_, fault, code) => {
    cluster.server.faults.inject({ match: () => true, ...fault });
    const result = await inRecognize('good');
    expect([result.code, result.out]).toEqual([code, '']);
  });

  it('needs no more than the right to read', async () => {
    const role = JSON.parse(JSON.stringify(viewerRole())) as JsonObject & { metadata: { name: string } };
    await cluster.seed([
      role,
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'reader', namespace: 'recognize' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role.metadata.name },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'reader' }],
      },
    ]);
    const reader = await cluster.kubeconfigOf('reader');
    const ask = (...argv: readonly string[]): Promise<CommandResult> =>
      command('status', '--kubeconfig', reader, ...argv);
    expect((await ask('good', '-n', 'recognize')).code).toBe(0);
    expect((await ask('-n', 'recognize')).code).toBe(0);
    expect((await ask('elsewhere', '-n', 'test')).code).toBe(2);
  });
});
