// Asks for a run of one report (or reads the last one), waits for the gate's decision about it, and keeps what was judged.
import { randomUUID } from 'node:crypto';
import { awaitReport, type Awaited, type AwaitOptions } from '../gate/await-report.ts';
import { snapshotReport, type SnapshotReport } from '../gate/snapshot.ts';
import { systemClock, type Clock } from '../runtime/clock.ts';
import { timestamp } from '../runtime/timestamp.ts';
import type { ClusterConnection } from './cluster.ts';
import type { Terminal } from './terminal.ts';

export interface RunOptions {
  /** In ms. */
  readonly timeout: number;
  readonly leaseNamespace: string;
  readonly leaseName: string;
  readonly failOn: 'fail' | 'warn';
  /** False: no run is asked for. Absent: one is. */
  readonly refresh?: boolean;
  /** Undefined: until the report's freshUntil. */
  readonly maxAge?: number | undefined;
  readonly skip?: readonly string[];
}

export interface JudgedRun extends Awaited {
  /** Undefined: no run was asked for. */
  readonly token: string | undefined;
  /** Undefined: no run was judged. */
  readonly kept: SnapshotReport | undefined;
}

/** Never rejects but for the terminal's Stop. */
export async function askRun(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  { timeout, leaseNamespace, leaseName, failOn, refresh = true, maxAge, skip = [] }: RunOptions,
  { api }: ClusterConnection,
  { signal }: Terminal,
  onWaiting: NonNullable<AwaitOptions['onWaiting']>,
  clock: Clock = systemClock,
): Promise<JudgedRun> {
  const token = refresh ? `${timestamp(clock.now())}-${randomUUID()}` : undefined;
  const awaited = await awaitReport({
    api,
    namespace,
    name,
    token,
    timeoutMs: timeout,
    maxAgeMs: maxAge,
    failOn,
    skips: skip,
    lease: { namespace: leaseNamespace, name: leaseName },
    clock,
    signal,
    onWaiting,
  });
  const { uid, status, decision, now = clock.now() } = awaited;
  return { ...awaited, token, kept: snapshotReport({ namespace, name, uid }, status, decision, now) };
}
