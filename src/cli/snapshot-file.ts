// The files of `gate --save`, `gate --after` and `diff`: read whole or refused with one sentence, written whole or not.
import { open } from 'node:fs/promises';
import { EXIT } from '../api/exit-codes.ts';
import {
  MAX_SNAPSHOT_BYTES,
  openSnapshot,
  sealSnapshot,
  snapshotOf,
  type Snapshot,
  type SnapshotReport,
} from '../gate/snapshot.ts';
import { systemClock } from '../runtime/clock.ts';
import { ownVersion } from '../runtime/own-version.ts';
import { CommandError } from './exit.ts';
import { fileReason } from './file-reason.ts';
import { writeWhole } from './write-whole.ts';

/** Reads a snapshot. What is none, or not one of ours, ends the command with exit code 2. */
export async function readSnapshot(path: string): Promise<Snapshot> {
  const opened = openSnapshot(await readWhole(path), path, ownVersion());
  if (!opened.ok) throw new CommandError(opened.why, EXIT.usage);
  return opened.snapshot;
}

/**
 * The reports of a snapshot with these names, in this namespace; none named: all of it. One that is not there ends the
 * command with exit code 2.
 *
 * @param file what the snapshot is called in that sentence
 */
export function chosenReports(
  { reports }: Snapshot,
  file: string,
  names: readonly string[],
  namespace: string | undefined,
): readonly SnapshotReport[] {
  const ofPlace = reports.filter((report) => namespace === undefined || report.namespace === namespace);
  const missing = names.find((name) => !ofPlace.some((report) => report.name === name));
  if (missing !== undefined || ofPlace.length === 0) {
    const there = reports.slice(0, 10).map((report) => `${report.namespace}/${report.name}`);
    const wanted = [namespace, missing].filter((part) => part !== undefined).join('/');
    throw new CommandError(`${file} holds no report ${wanted}; it holds ${there.join(', ')}`, EXIT.usage);
  }
  return names.length === 0 ? ofPlace : ofPlace.filter(({ name }) => names.includes(name));
}

/** Writes reports as a snapshot of now. */
export async function writeSnapshot(path: string, reports: readonly SnapshotReport[]): Promise<void> {
  await writeWhole(path, sealSnapshot(snapshotOf(reports, ownVersion(), systemClock.now())));
}

async function readWhole(path: string): Promise<string> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new CommandError(`${path} cannot be read: ${fileReason(error)}`, EXIT.usage);
  });
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new CommandError(`${path} cannot be read: it is no file`, EXIT.usage);
    if (found.size > MAX_SNAPSHOT_BYTES)
      throw new CommandError(
        `${path} has ${Math.ceil(found.size / 1024 / 1024)} MiB; a snapshot has at most ${MAX_SNAPSHOT_BYTES / 1024 / 1024}`,
        EXIT.usage,
      );
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
