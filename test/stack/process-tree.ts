// The processes that a process started. PostgreSQL's backends leave their parent's process group, so a signal to
// the group does not reach them.
import { spawnSync } from 'node:child_process';

/** The ids of the children of `pid` and of theirs; empty when it has none or is gone. */
export function descendants(pid: number): number[] {
  const listed = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  if (listed.status !== 0) throw new Error('The list of processes could not be read with ps.');
  const pairs = listed.stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = [pid];
  for (const parent of found)
    for (const [child, of] of pairs) if (of === parent && child !== undefined) found.push(child);
  return found.slice(1);
}

/** Whether a process with this id exists and is not a zombie. */
export function isRunning(pid: number): boolean {
  const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return state !== '' && !state.startsWith('Z');
}
