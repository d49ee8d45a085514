// Restarts over several runs of one report: what happened between two runs is told, however long that was, and an old pod
// that begins to loop shows it in what the runs counted themselves.
import { describe, expect, it } from 'vitest';
import type { HealthReportStatus } from '../../../src/api/health-report.ts';
import { NOW } from '../targets/objects.ts';
import { edit, look } from './world.ts';

const MINUTE = 60_000;
const YEAR = 365 * 24 * 60 * MINUTE;

/** The application of auth-vault was restarted so often, the last time at this minute by its liveness probe. */
interface Restarted {
  readonly times: number;
  readonly at: number;
}

interface Moment {
  readonly minute: number;
  /** By the pods of the service, in order; one pod when a single one is given. */
  readonly pods: readonly (Restarted | undefined)[];
}

const time = (minute: number): string => new Date(NOW.getTime() + minute * MINUTE).toISOString();

/** The runs at these minutes, over pods that are a year old; what each says of auth-vault, and the gate's exit code. */
async function over(...moments: readonly Moment[]): Promise<readonly string[]> {
  let previous: HealthReportStatus | undefined;
  const said: string[] = [];
  for (const { minute, pods } of moments) {
    const now = new Date(NOW.getTime() + minute * MINUTE);
    let next = 0;
    const objects = edit('Pod', 'auth-vault', (pod) => {
      const restarted = pods[next++];
      const status = pod['status'] as { containerStatuses: object[] };
      Object.assign(pod['metadata'] as object, { creationTimestamp: new Date(NOW.getTime() - YEAR).toISOString() });
      if (restarted === undefined) return;
      Object.assign(status.containerStatuses[0] ?? {}, {
        restartCount: restarted.times,
        lastState: { terminated: { exitCode: 137, reason: 'Error', finishedAt: time(restarted.at) } },
      });
    });
    const made = { workloads: { 'auth-vault': { replicas: pods.length } } };
    const { status, gate } = await look({ made, objects, now, ...(previous === undefined ? {} : { previous }) });
    const { fault = 'well', message = '' } = status.checks?.find(({ id }) => id === 'auth-vault/workload') ?? {};
    said.push(`${gate.exitCode} ${fault} ${/container .*/.exec(message)?.[0] ?? ''}`.trim());
    previous = status;
  }
  return said;
}

const once = (minute: number, times: number, at: number): Moment => ({ minute, pods: [{ times, at }] });

describe('restarts', () => {
  it('are told once when they fell between two runs that are an hour apart', async () => {
    const said = await over({ minute: 0, pods: [undefined] }, once(60, 1, 20), once(120, 1, 20));
    expect(said).toEqual([
      '0 well',
      expect.stringMatching(/^0 ContainerRestarted container \S+ of pod \S+ was restarted 40m ago \(exit code 137\)/),
      '0 well',
    ]);
  });

  it('of an old pod are a loop when the runs saw three of them, ten minutes apart', async () => {
    const said = await over(once(0, 5, -1), once(10, 6, 9), once(20, 7, 19), once(30, 8, 29), once(37, 8, 29));
    expect(said.map((one) => one.split(' ').slice(0, 2).join(' '))).toEqual([
      '0 ContainerRestarted',
      '0 ContainerRestarted',
      '0 ContainerRestarted',
      '3 ContainerRestarting',
      '3 ContainerRestarting',
    ]);
  });

  it('that are long over are no loop any more', async () => {
    const loop = [once(0, 5, -1), once(10, 6, 9), once(20, 7, 19), once(30, 8, 29)];
    expect((await over(...loop, once(90, 8, 29))).at(-1)).toBe('0 well');
  });

  it('of three pods at once, as when their node starts anew, are no loop', async () => {
    const pods = (times: number, at: number) => [1, 2, 3].map(() => ({ times, at }));
    const said = await over({ minute: 0, pods: pods(1, -60) }, { minute: 1, pods: pods(2, 0.5) });
    expect(said[1]).toMatch(/^0 ContainerRestarted /);
  });
});
