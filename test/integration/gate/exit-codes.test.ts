// The exit code in every situation, through the real command line, with the real operator and its API server. Only a
// pass is 0, and a pass in spite of a warning, of a mute of the spec, or of a --skip that was recorded.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AnyObject } from '../../stack/admin.ts';
import { laterDefinition } from '../../stack/later-definition.ts';
import { startSwitchedServer } from '../../stack/switched-server.ts';
import { command, type CommandResult } from './command.ts';
import { fileOf, said, startGateScene, type GateScene } from './scene.ts';

let scene: GateScene;
beforeAll(async () => {
  scene = await startGateScene();
});
afterAll(() => scene.close());

type Undo = () => Promise<unknown>;

interface Situation {
  /** Makes it so. What comes back undoes it, last first. */
  readonly given?: () => Promise<readonly Undo[]>;
  /** Default: `gate prod`. */
  readonly argv?: readonly string[];
  readonly ask?: () => Promise<CommandResult>;
  readonly code: number;
  /** The reason that the JSON object gives for the first report. */
  readonly reason: string;
}

const prod = async (changes?: Record<string, unknown>, ...more: readonly Promise<Undo>[]): Promise<readonly Undo[]> => [
  await scene.create('prod', changes),
  ...(await Promise.all(more)),
];

/** One run of the operator, whatever it says. */
const runOnce = async (): Promise<void> => {
  await scene.gate('prod', '-o', 'json');
};

const BLOCKER = 'key-management/jwt-signing/state';
const BLOCKERS = [BLOCKER, 'key-management/jwt-signing/sign'];
const mute = (check: string): object => ({
  check,
  until: new Date(Date.now() + 3_600_000).toISOString(),
  reason: 'known',
  by: 'ops',
});
/** A service that nobody has to have, at an address where nothing listens. */
const OPTIONAL = [{ name: 'metrics-collector', required: false, url: 'http://127.0.0.1:1' }];
/** A warning and nothing worse. */
const unversioned = (): Promise<Undo> => {
  const { s3 } = scene.stack.aws;
  s3.setVersioning('recognize-circuits', 'Suspended');
  return Promise.resolve(() => Promise.resolve().then(() => s3.setVersioning('recognize-circuits', 'Enabled')));
};

const WITH_OPERATOR: readonly (readonly [string, Situation])[] = [
  ['pass', { given: () => prod(), code: 0, reason: 'Upgradeable' }],
  ['pass, where warnings count', { given: () => prod(), argv: ['--fail-on', 'warn'], code: 0, reason: 'Upgradeable' }],
  ['warn', { given: () => prod({}, unversioned()), code: 0, reason: 'PassingWithWarnings' }],
  [
    'warn, where warnings count',
    { given: () => prod({}, unversioned()), argv: ['--fail-on', 'warn'], code: 4, reason: 'Warnings' },
  ],
  ['fail', { given: () => prod({}, scene.stack.key.disable()), code: 3, reason: 'Blocked' }],
  ['a failure of what is not required', { given: () => prod({ services: OPTIONAL }), code: 3, reason: 'Blocked' }],
  ['suspended', { given: () => prod({ suspend: true }), code: 5, reason: 'Suspended' }],
  ['no databases in the spec', { given: () => prod({ databases: [] }), code: 5, reason: 'NotExamined' }],
  [
    'no databases in the spec, and that is waived',
    { given: () => prod({ databases: [], upgrade: { waive: ['Databases'] } }), code: 0, reason: 'Upgradeable' },
  ],
  ['an empty spec', { given: () => prod({ databases: [], buckets: [], keys: [] }), code: 5, reason: 'NotExamined' }],
  [
    'a question without an answer',
    { given: () => prod({}, scene.stack.bucket.throttle()), code: 5, reason: 'NotEvaluated' },
  ],
  [
    'a muted blocker',
    {
      given: () => prod({ mutes: BLOCKERS.map(mute) }, scene.stack.key.disable()),
      code: 0,
      reason: 'Upgradeable',
    },
  ],
  [
    'one of two blockers muted',
    {
      given: () => prod({ mutes: BLOCKERS.map(mute) }, scene.stack.key.disable(), scene.stack.bucket.remove()),
      code: 3,
      reason: 'Blocked',
    },
  ],
  [
    '--skip of the only blocker, without the right to record it',
    {
      given: () => prod({}, scene.stack.key.disable()),
      argv: BLOCKERS.flatMap((check) => ['--skip', check]),
      code: 2,
      reason: 'NotRecorded',
    },
  ],
  [
    '--override without the right to record it',
    { given: () => prod({}, scene.stack.key.disable()), argv: ['--override', 'x'], code: 2, reason: 'NotRecorded' },
  ],
  [
    '--skip of a check that is not there',
    {
      given: () => prod({}, scene.stack.key.disable()),
      argv: ['--skip', 'no/such'],
      code: 3,
      reason: 'Blocked',
    },
  ],
  [
    'the first failing run under failure: 3',
    {
      given: async () => {
        const undo = await prod({ interval: '1h', thresholds: { failure: 3, success: 2 } });
        await runOnce();
        return [...undo, await scene.stack.bucket.remove()];
      },
      code: 3,
      reason: 'Blocked',
    },
  ],
  [
    'a list of two where one fails',
    {
      given: async () => [...(await prod()), await scene.create('other', { services: OPTIONAL })],
      argv: ['other'],
      code: 3,
      reason: 'Upgradeable',
    },
  ],
  ['a list of two where one is not there', { given: () => prod(), argv: ['nowhere'], code: 2, reason: 'Upgradeable' }],
];

describe('while the operator runs', () => {
  it.each(WITH_OPERATOR)('%s', async (_, { given, argv = [], code, reason }) => {
    const undo = (await given?.()) ?? [];
    try {
      const result = await scene.gate('prod', ...argv, '-o', 'json');
      expect([result.code, said(result).reports[0]?.reason], result.out + result.err).toEqual([code, reason]);
      expect(said(result).exitCode).toBe(code);
    } finally {
      for (const end of [...undo].reverse()) await end();
    }
  });

  it('fail and error alternating, under failure: 3', async () => {
    const end = await scene.create('prod', { interval: '1h', thresholds: { failure: 3, success: 2 } });
    try {
      await runOnce();
      const codes: number[] = [];
      const states = new Set<unknown>();
      for (let round = 0; round < 2; round += 1) {
        for (const breakIt of [() => scene.stack.bucket.remove(), () => scene.stack.bucket.throttle()]) {
          const mend = await breakIt();
          codes.push((await scene.gate('prod')).code);
          const { checks } = (await scene.stored('prod'))['status'] as { checks: { id: string; state: string }[] };
          states.add(checks.find(({ id }) => id === 'object-storage/circuits/reach')?.state);
          await mend();
        }
      }
      // The thresholds say "pass" all the time, which is their purpose; the gate does not listen to them.
      expect([codes, [...states]]).toEqual([[3, 5, 3, 5], ['pass']]);
    } finally {
      await end();
    }
  });

  it('--skip of the only blocker, and --override, where both can be recorded', async () => {
    await scene.allowOverride();
    const undo = await prod({}, scene.stack.key.disable());
    try {
      const skipped = await scene.gate('prod', ...BLOCKERS.flatMap((check) => ['--skip', check]), '-o', 'json');
      expect([skipped.code, said(skipped).reports[0]?.skipped.map(({ check }) => check)]).toEqual([
        0,
        expect.arrayContaining([BLOCKER]),
      ]);
      const overridden = await scene.gate('prod', '--override', 'the vendor said so');
      expect([overridden.code, overridden.out]).toEqual([
        0,
        expect.stringContaining('OVERRIDDEN (exit code 3): the vendor said so'),
      ]);
      const { namespace } = scene.stack;
      const events = await scene.stack.admin.list({ apiVersion: 'events.k8s.io/v1', kind: 'Event', namespace });
      expect(events.map(({ reason }) => reason)).toEqual(expect.arrayContaining(['GateSkipped', 'GateOverridden']));
    } finally {
      for (const end of [...undo].reverse()) await end();
    }
  });

  it.each(
    WITH_OPERATOR.filter(([, { given, argv = [], reason }]) => {
      // What is about requests, rights and several runs is no question to a single run.
      const ofOneRun = ['Upgradeable', 'PassingWithWarnings', 'Warnings', 'Blocked', 'NotExamined', 'NotEvaluated'];
      return (
        given !== undefined && ofOneRun.includes(reason) && argv.every((one) => ['--fail-on', 'warn'].includes(one))
      );
    }),
  )('check says the same of the same spec: %s', async (_, { given, argv = [], code }) => {
    const undo = (await given?.()) ?? [];
    try {
      const { spec } = await scene.stored('prod');
      const report = { ...scene.stack.report('prod'), spec };
      const result = await scene.check(fileOf(report), ...argv);
      expect(result.code, result.out + result.err).toBe(code);
    } finally {
      for (const end of [...undo].reverse()) await end();
    }
  });
});

describe('check -f', () => {
  const file = (text: string) => (): Promise<CommandResult> => scene.check(text);
  it.each([
    ['an unparsable file', file('kind: [HealthReport'), 2],
    ['a file that is no text', file('kind: \u0000'), 2],
    ['an empty file', file(''), 2],
    ['a file of nothing but comments', file('# nothing\n---\n'), 2],
    ['a file without a report', file('apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n'), 2],
    ['a file of another kind', file('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n'), 2],
    ['a spec with a field that does not exist', file(fileOf({ ...scenelessReport, spec: { intervall: '1m' } })), 2],
    ['a file that is not there', () => command('check', '-f', '/nonexistent/report.yaml'), 2],
    ['a folder', () => command('check', '-f', '/tmp'), 2],
    [
      'two reports where one fails',
      () => scene.check(fileOf(scene.stack.report('prod'), scene.stack.report('other', { services: OPTIONAL }))),
      3,
    ],
    ['two reports where one cannot be read', () => scene.check(`${fileOf(scene.stack.report('prod'))}---\nkind: [`), 2],
    ['nothing but --offline', () => scene.check(fileOf({ ...scenelessReport, spec: {} }), '--offline'), 5],
  ] as const)('%s', async (_, ask, code) => {
    const result = await ask();
    expect([result.code, result.err], result.out).toEqual([code, expect.not.stringContaining('internal error')]);
  });

  it('says why its exit code is not what the verdict suggests', async () => {
    const result = await scene.check(fileOf(scene.stack.report('prod', { services: OPTIONAL })));
    expect([result.code, result.err]).toEqual([
      3,
      expect.stringMatching(
        /recognize\/prod: the verdict is Warning, but the exit code is 3, Blocked.*metrics-collector/,
      ),
    ]);
    const bare = await scene.check(fileOf(scene.stack.report('prod', { databases: [], buckets: [], keys: [] })));
    expect([bare.code, bare.err]).toEqual([5, expect.stringMatching(/verdict is Healthy, but .* 5, NotExamined/)]);
    expect((await scene.check(fileOf(scene.stack.report('prod')))).err).not.toContain('exit code');
  });
});

const scenelessReport = {
  apiVersion: 'recognize.health/v1alpha1',
  kind: 'HealthReport',
  metadata: { name: 'prod', namespace: 'recognize' },
};

describe('without an operator', () => {
  /** The report that covers everything, after a good run. */
  let good: AnyObject;
  const put = async (status: unknown): Promise<readonly Undo[]> => {
    await scene.place({ ...good, status });
    return [];
  };
  const edited = async (): Promise<readonly Undo[]> => {
    await scene.stack.admin.patch(good, { spec: { interval: '7m' } });
    return [];
  };
  const changed = (changes: object): Promise<readonly Undo[]> => put({ ...(good['status'] as object), ...changes });
  const secondsAgo = (seconds: number): string =>
    `${new Date(Date.now() - seconds * 1_000).toISOString().slice(0, 19)}Z`;
  const LONG_AGO = { lastRunTime: '2020-01-01T00:00:00Z', freshUntil: '2020-01-01T00:10:00Z' };

  beforeAll(async () => {
    // Fresh for hours, however long the tests take.
    await scene.create('prod', { interval: '1h' });
    expect((await scene.gate('prod')).code).toBe(0);
    await scene.stopOperator();
    good = await scene.stored('prod');
    await scene.stack.put([laterDefinition('Great')]);
  });

  const WITHOUT_OPERATOR: readonly (readonly [string, Situation])[] = [
    ['operator stopped', { code: 6, reason: 'NotAnswered' }],
    ['timeout', { code: 6, reason: 'NotAnswered' }],
    [
      'the last run, where it is young enough',
      { argv: ['--no-refresh', '--max-age', '1h'], code: 0, reason: 'Upgradeable' },
    ],
    [
      'a run between two heartbeats, without --max-age',
      {
        given: () => changed({ lastRunTime: secondsAgo(280) }),
        argv: ['--no-refresh'],
        code: 0,
        reason: 'Upgradeable',
      },
    ],
    [
      'the last run, older than --max-age',
      {
        given: () => changed({ lastRunTime: secondsAgo(10) }),
        argv: ['--no-refresh', '--max-age', '1s'],
        code: 5,
        reason: 'TooOld',
      },
    ],
    ['stale report', { given: () => changed(LONG_AGO), code: 5, reason: 'Stale' }],
    [
      'stale report, that nobody asks anew',
      { given: () => changed(LONG_AGO), argv: ['--no-refresh', '--max-age', '24h'], code: 5, reason: 'Stale' },
    ],
    ['empty status', { given: () => put({}), code: 5, reason: 'Pending' }],
    ['no status', { given: () => put(undefined), argv: ['--no-refresh'], code: 5, reason: 'Pending' }],
    [
      'a status of some other make',
      {
        given: () => vi.waitFor(() => put({ verdict: 'Great' }), { timeout: 60_000 }),
        argv: ['--no-refresh'],
        code: 5,
        reason: 'Pending',
      },
    ],
    ['old generation', { given: edited, argv: ['--no-refresh'], code: 5, reason: 'OldGeneration' }],
    ['old generation, asked anew', { given: edited, code: 6, reason: 'NotAnswered' }],
    [
      'a run in the future',
      {
        given: () => changed({ lastRunTime: '2099-01-01T00:00:00Z', freshUntil: '2099-01-01T00:10:00Z' }),
        argv: ['--no-refresh'],
        code: 5,
        reason: 'ClockAhead',
      },
    ],
    ['an API server that answers 503', { given: () => faulty({ status: 503 }), code: 5, reason: 'Unreachable' }],
    ['an API server that cuts', { given: () => faulty({ reset: true }), code: 5, reason: 'Unreachable' }],
    ['an API server that hangs', { given: () => faulty({ hang: true }), code: 5, reason: 'Unreachable' }],
    ['an API server that throttles', { given: () => faulty({ status: 429 }), code: 5, reason: 'Unreachable' }],
    ['an API server that denies', { given: () => faulty({ status: 403 }), code: 2, reason: 'Forbidden' }],
    [
      'an API server that goes away while it waits',
      {
        given: () => {
          let calls = 0;
          return faulty({ reset: true }, () => (calls += 1) > 3);
        },
        code: 5,
        reason: 'Unreachable',
      },
    ],
    ['CR absent', { given: () => scene.remove('prod').then(() => []), code: 2, reason: 'NotFound' }],
    [
      'namespace absent',
      { ask: () => asAdmin('gate', 'prod', '-n', 'nowhere', '-o', 'json'), code: 2, reason: 'NotFound' },
    ],
    [
      'RBAC 403',
      {
        ask: async () =>
          command(
            'gate',
            'prod',
            '-n',
            scene.stack.namespace,
            '-o',
            'json',
            '--kubeconfig',
            await scene.kubeconfigOf('nobody'),
          ),
        code: 2,
        reason: 'Forbidden',
      },
    ],
    [
      'the right to read, but not to ask for a run',
      { given: () => faulty({ status: 403 }, ({ verb }) => verb === 'patch'), code: 2, reason: 'Forbidden' },
    ],
  ];
  const faulty = (
    fault: object,
    when: (request: { verb: string }) => boolean = () => true,
  ): Promise<readonly Undo[]> => {
    const end = scene.stack.server.faults.inject({
      match: (request) => request.user === 'pipeline' && when(request),
      ...fault,
    });
    return Promise.resolve([() => Promise.resolve().then(end)]);
  };
  const asAdmin = (...argv: readonly string[]): Promise<CommandResult> =>
    command(...argv, '--kubeconfig', scene.stack.kubeconfig.adminFile);

  it.each(WITHOUT_OPERATOR)('%s', async (_, { given, argv = [], ask, code, reason }) => {
    await scene.place(good);
    const undo = (await given?.()) ?? [];
    try {
      const result = await (ask?.() ?? scene.gate('prod', '--timeout', '1s', '-o', 'json', ...argv));
      expect([result.code, said(result).reports[0]?.reason], result.out + result.err).toEqual([code, reason]);
    } finally {
      for (const end of [...undo].reverse()) await end();
    }
  });

  it.each([
    ['deleted', () => scene.remove('prod')],
    [
      'deleted and made anew',
      async () => {
        await scene.remove('prod');
        await scene.create('prod');
      },
    ],
  ])('report %s while waiting', async (_, change) => {
    await scene.place(good);
    const waiting = scene.gate('prod', '--timeout', '20s', '-o', 'json');
    await expect.poll(async () => (await scene.stored('prod')).metadata['annotations'] ?? {}).not.toEqual({});
    await change();
    const result = await waiting;
    expect([result.code, said(result).reports[0]?.reason]).toEqual([2, 'Deleted']);
  });
});

describe('without a cluster to speak of', () => {
  it('CRD absent', async () => {
    const server = await startSwitchedServer();
    const folder = await mkdtemp(join(tmpdir(), 'recognize-health-gate-'));
    try {
      const path = join(folder, 'config');
      await writeFile(path, server.kubeconfig(), { mode: 0o600 });
      const result = await command('gate', 'prod', '-n', 'default', '--kubeconfig', path, '-o', 'json');
      expect([result.code, said(result).reports[0]?.reason]).toEqual([2, 'NotFound']);
      expect(result.out).toContain('The cluster does not know HealthReports');
      for (const verb of ['gate', 'status']) {
        const all = await command(verb, '-A', '--kubeconfig', path);
        expect([all.code, all.err]).toEqual([2, expect.stringContaining('recognize-health crd | kubectl apply')]);
      }

      await server.stop();
      const gone = await command(
        'gate',
        'prod',
        '-n',
        'default',
        '--kubeconfig',
        path,
        '-o',
        'json',
        '--timeout',
        '1s',
      );
      expect([gone.code, said(gone).reports[0]?.reason]).toEqual([5, 'Unreachable']);
      expect((await command('gate', '-A', '--kubeconfig', path)).code).toBe(5);
    } finally {
      await server.close();
      await rm(folder, { recursive: true });
    }
  });

  it('credentials that cannot be made', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'recognize-health-gate-'));
    const path = join(folder, 'config');
    const plugin = { apiVersion: 'client.authentication.k8s.io/v1', command: 'false', interactiveMode: 'Never' };
    await writeFile(
      path,
      JSON.stringify({
        'current-context': 'c',
        contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
        clusters: [{ name: 'k', cluster: { server: 'https://127.0.0.1:1' } }],
        users: [{ name: 'u', user: { exec: plugin } }],
      }),
    );
    try {
      const { code, out } = await command('gate', 'prod', '--kubeconfig', path);
      expect(code).toBe(2);
      expect(out).toMatch(/NotPossible[^]*the credential plugin false failed/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    ['a kubeconfig that is not there', ['gate', 'prod', '--kubeconfig', '/nonexistent']],
    ['no name', ['gate']],
    ['-A and a name', ['gate', 'prod', '-A']],
    ['a duration that is none', ['gate', 'prod', '--timeout', 'soon']],
    ['a format that is none', ['gate', 'prod', '-o', 'pdf']],
    ['an option that is none', ['gate', 'prod', '--froce']],
    ['an override without a reason', ['gate', 'prod', '--override', ' ']],
    ['check without a file', ['check']],
  ])('%s', async (_, argv) => {
    const { code, err } = await command(...argv);
    expect([code, err]).toEqual([2, expect.not.stringContaining('internal error')]);
  });
});
