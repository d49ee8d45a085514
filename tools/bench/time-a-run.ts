// The CPU that a run of a report in memory takes, in a process of its own and bundled as the product is.
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TopologyName } from '../../test/stack/recognize/topology.ts';

export interface RunSize {
  readonly topology?: TopologyName;
  /** Pods of the installation; at least one for each service. */
  readonly pods?: number;
  /** Lines that each of them logs in a minute. */
  readonly lines?: number;
}

export interface TimedRun {
  /** Milliseconds for each run. */
  readonly cpuMs: number;
  readonly checks: number;
  /** Bytes of log that a run reads. */
  readonly logBytes: number;
}

/** Hands over what times a run of a size, with Node's flags. */
export async function withTimedRuns<T>(
  work: (time: (size: RunSize, flags?: readonly string[]) => Promise<TimedRun>) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'recognize-health-bench-'));
  try {
    const file = join(folder, 'timed-run.mjs');
    await build({
      entryPoints: [join(import.meta.dirname, 'timed-run.ts')],
      outfile: file,
      bundle: true,
      platform: 'node',
      format: 'esm',
      mainFields: ['module', 'main'],
      logLevel: 'error',
      // Some of the bundled CommonJS packages call require() for Node's own modules.
      banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
    });
    return await work(async (size, flags = []) => {
      const { stdout } = await promisify(execFile)(process.execPath, [...flags, file, JSON.stringify(size)]);
      return JSON.parse(stdout) as TimedRun;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
