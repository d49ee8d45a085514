// What the stories of upgrades in memory share: an installation of 1.2.5 and of 1.3.0, a run of it, and what gate --after
// says after some.
import { compareReports } from '../../../src/gate/compare.ts';
import { afterStep } from '../../../src/gate/after.ts';
import { snapshotReport, type SnapshotReport } from '../../../src/gate/snapshot.ts';
import { ok } from '../../../src/facts/outcome.ts';
import type { WorkloadOptions } from '../../stack/recognize/workload-options.ts';
import { servicesOf } from '../../stack/recognize/topology.ts';
import { NOW } from '../targets/objects.ts';
import { look, type Examined, type INSTALLED, type Situation } from './world.ts';

const MINUTE = 60_000;
const at = (minutes: number): Date => new Date(NOW.getTime() + minutes * MINUTE);

export type Release = '1.2.5' | '1.3.0';
export type Service = (typeof INSTALLED)[number];

export const row = (key: string): object => ({ key, checksum: Number(key), at: '2026-11-23T10:05' });
/** Flyway's table after the migrations of a release. */
export const history = (keys: readonly string[], bad?: string): NonNullable<Situation['sql']> => ({
  pg_attribute: ok([{ schema: 'app', table: 'flyway_schema_history', usable: true, readable: true, role: 'app' }]),
  last_failed: ok([
    {
      failed: bad === undefined ? 0 : 1,
      last_failed: bad ?? null,
      version: keys.at(-1) ?? null,
      applied: keys.map(row),
    },
  ]),
});
export const OLD_SCHEMA = ['1', '41'];
export const NEW_SCHEMA = ['1', '41', '42'];

/** An installation of a release; a workload may be in trouble. */
export function installed(
  release: Release,
  troubles: Partial<Record<Service, WorkloadOptions>> = {},
  image: (usual: string) => string = (usual) => usual,
): NonNullable<Situation['made']> {
  const workloads = servicesOf('Split').map(({ component, name }): [string, WorkloadOptions] => [
    component,
    { image: image(`registry.example/recognize/${name}:${release}`), replicas: 2, ...troubles[component as Service] },
  ]);
  return { workloads: Object.fromEntries(workloads) };
}

export const SECRETS = { versions: { database: '3', aws: '4' } };
export const WELL: Situation = { made: installed('1.2.5'), sql: history(OLD_SCHEMA), ...SECRETS };
export const FORWARD: Situation = { made: installed('1.3.0'), sql: history(NEW_SCHEMA), ...SECRETS };
export interface Played {
  readonly examined: Examined;
  readonly kept: SnapshotReport;
}

export async function play(situation: Situation, minutes: number, previous?: Played): Promise<Played> {
  const now = at(minutes);
  const before = previous?.examined.status;
  const examined = await look({ ...situation, now, ...(before === undefined ? {} : { previous: before }) });
  const kept = snapshotReport({ namespace: 'recognize', name: 'prod', uid: 'u' }, examined.status, examined.gate, now);
  if (kept === undefined) throw new Error(`Nothing was judged: ${examined.gate.message}`);
  return { examined, kept };
}

/** What `gate --after` says after these runs, ten seconds apart. */
export function afterRuns(before: Played, runs: readonly Played[]): ReturnType<typeof afterStep> {
  const looks = runs.map(({ kept }, index) => ({
    comparison: compareReports(before.kept, kept),
    atMs: index * 10_000,
  }));
  return afterStep(looks, 0, 15 * MINUTE);
}

/** Words in one line, however they are wrapped. */
export const flat = (lines: readonly string[]): string => lines.join(' ').replaceAll(/\s+/g, ' ');
