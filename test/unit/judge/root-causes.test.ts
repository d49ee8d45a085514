import { describe, expect, it } from 'vitest';
import { checkIn, CONSOLIDATED_EDGES, finding, judgeOnce, report, run, runs } from './fixtures.ts';

const DB = 'database/node-persistence/connect';
const NP = 'node-persistence/health';
const OUTAGE = {
  [DB]: 'DatabaseUnreachable',
  [NP]: 'HealthDown',
  'core-daemon/health': 'HealthDown',
  'operations-service/health': 'HealthDown',
  'auth-vault/health': 'HealthDown',
} as const;

const causes = (
  findings: Parameters<typeof judgeOnce>[0],
  more = {},
): readonly (readonly [string, readonly string[]])[] =>
  judgeOnce(findings, more).rootCauses.map(({ check, affects }) => [check.id, affects] as const);

describe('root causes', () => {
  it('makes one lost database one root cause, through everything that stands on it', () => {
    expect(causes(run(OUTAGE))).toEqual([
      [DB, ['auth-vault/health', 'core-daemon/health', NP, 'operations-service/health']],
    ]);
  });

  it('keeps the result and the state of what it suppresses', () => {
    const [ran] = runs([run(OUTAGE)]);
    expect(checkIn(ran, NP)).toMatchObject({ result: 'fail', state: 'fail', suppressedBy: DB });
  });

  it('shows two outages at once as two root causes', () => {
    const both = causes(
      run({ ...OUTAGE, 'object-storage/circuits/list': 'BucketMissing', 'circuit-storage/health': 'HealthDown' }),
    );
    expect(both.map(([id]) => id)).toEqual([DB, 'object-storage/circuits/list']);
    expect(both[1]?.[1]).toContain('circuit-storage/health');
  });

  it.each([
    ['an OOM kill', 'OutOfMemory'],
    ['a certificate', 'ServiceTlsFailed'],
    ['a crash loop', 'CrashLooping'],
    ['an image that cannot be pulled', 'ImagePullFailed'],
  ] as const)('never explains away %s', (_, fault) => {
    expect(causes(run({ ...OUTAGE, 'node-persistence/workload': fault })).map(([id]) => id)).toContain(
      'node-persistence/workload',
    );
  });

  it('never suppresses an invalid signature', () => {
    const all = causes([...run(OUTAGE), finding('auth-vault/signature', 'SignatureInvalid')]);
    expect(all.map(([id]) => id)).toContain('auth-vault/signature');
  });

  describe('of targets on one server', () => {
    const CIRCUITS = 'database/circuit-storage/connect';
    const servers = new Map([
      ['database/node-persistence', 'db:5432'],
      ['database/circuit-storage', 'db:5432'],
    ]);
    const down = {
      [DB]: 'DatabaseUnreachable',
      [CIRCUITS]: 'DatabaseUnreachable',
      [NP]: 'HealthDown',
      'circuit-storage/health': 'HealthDown',
    } as const;

    it('are one, and what stands on either is explained by it', () => {
      expect(causes(run(down), { servers })).toEqual([[CIRCUITS, ['circuit-storage/health', DB, NP]]]);
    });

    it('are named together in the table', () => {
      const { status } = report(run(down), undefined, { servers });
      expect(status.rootCause).toBe('DatabaseUnreachable (circuit-storage, node-persistence)');
    });

    it('are two where the servers are two', () => {
      expect(causes(run(down)).map(([id]) => id)).toEqual([CIRCUITS, DB]);
    });

    it('are two where the faults differ', () => {
      const seen = causes(run({ ...down, [CIRCUITS]: 'DatabaseTlsFailed' }), { servers });
      expect(seen.map(([id]) => id).sort()).toEqual([CIRCUITS, DB]);
    });

    it('are two where the fault is of the target, not of the server', () => {
      const missing = { [DB]: 'DatabaseMissing', [CIRCUITS]: 'DatabaseMissing' } as const;
      expect(causes(run(missing), { servers }).map(([id]) => id)).toEqual([CIRCUITS, DB]);
    });
  });

  it('does not let a capacity warning explain anything', () => {
    const seen = causes(run({ [DB]: 'DatabaseConnectionsHigh', [NP]: 'HealthDown' }));
    expect(seen[0]?.[0]).toBe(NP);
  });

  it('names one root cause for two failing checks of one target', () => {
    expect(causes(run({ 'node-persistence/workload': 'ReplicasUnavailable', [NP]: 'HealthDown' }))).toEqual([
      [NP, ['node-persistence/workload']],
    ]);
  });

  it('lets what nothing can explain lead its target', () => {
    expect(causes(run({ 'node-persistence/workload': 'CrashLooping', [NP]: 'HealthDown' }))).toEqual([
      ['node-persistence/workload', [NP]],
    ]);
  });

  it('explains a symptom by a cause that is not confirmed yet', () => {
    const series = runs([run(), run(OUTAGE)], { thresholds: { failure: 3, success: 2 } });
    expect(checkIn(series[1], NP).suppressedBy).toBe(DB);
  });

  it('ends on a circle of dependencies and names one root', () => {
    const edges = [
      { from: 'core-daemon', to: 'auth-vault' },
      { from: 'auth-vault', to: 'core-daemon' },
      { from: 'core-daemon', to: 'core-daemon' },
    ];
    const seen = causes(run({ 'core-daemon/health': 'HealthDown', 'auth-vault/health': 'HealthDown' }), { edges });
    expect(seen).toEqual([['auth-vault/health', ['core-daemon/health']]]);
  });

  it('follows the consolidated topology', () => {
    const findings = [
      finding('database/main/connect', 'DatabaseTimeout'),
      finding('core-daemon/health', 'ServiceTimeout'),
      finding('operations-service/health', 'HealthDown'),
    ];
    expect(causes(findings, { edges: CONSOLIDATED_EDGES })).toEqual([
      ['database/main/connect', ['core-daemon/health', 'operations-service/health']],
    ]);
  });

  it('keeps a symptom suppressed for success + 1 runs after its cause cleared, then speaks', () => {
    const down = run({ [NP]: 'HealthDown' });
    const series = runs([run({ [DB]: 'DatabaseUnreachable', [NP]: 'HealthDown' }), down, down, down, down, down, down]);
    const seen = series.map((ran) => [checkIn(ran, NP).suppressedBy === DB, checkIn(ran, NP).clearing ?? 0]);
    // The database is clear in the third run (two good ones); after three more the symptom is a cause of its own.
    expect(seen).toEqual([
      [true, 0],
      [true, 0],
      [true, 1],
      [true, 2],
      [true, 3],
      [false, 0],
      [false, 0],
    ]);
    expect(series[5]?.judgement.rootCauses.map(({ check }) => check.id)).toEqual([NP]);
  });

  it('speaks at once when two failures of a target change places', () => {
    const workload = 'node-persistence/workload';
    const series = runs([
      run({ [workload]: 'CrashLooping', [NP]: 'HealthDown' }),
      run({ [workload]: 'ReplicasUnavailable', [NP]: 'HealthDown' }),
    ]);
    expect(series[1]?.judgement.rootCauses).toHaveLength(1);
  });

  it('never hides a recovery', () => {
    const series = runs([run(OUTAGE), run({ [DB]: 'DatabaseUnreachable' }), run({ [DB]: 'DatabaseUnreachable' })]);
    expect(checkIn(series[2], 'core-daemon/health')).toMatchObject({ result: 'pass', state: 'pass' });
    expect(checkIn(series[2], 'core-daemon/health').suppressedBy).toBeUndefined();
  });
});
