// What a run of a large report computes: counted, which is the same everywhere, and in CPU time. HTTP, TLS and the
// API server are not in it; `run-cost` and `large-fleet` have them.
import { countARun } from './count-a-run.ts';
import { imageFlags } from './image-flags.ts';
import { load } from './process-use.ts';
import { withTimedRuns } from './time-a-run.ts';

const MOST_CPU_MS = 20;

export const title = 'what a run of sixty checks over ten pods computes';
export const budget = `at most ${MOST_CPU_MS} ms of CPU`;

export async function measure(print: (line: string) => void): Promise<boolean> {
  const { calls, byRoom, json, allocated, keptReport, keptPod, keptLog, written } = await countARun();
  const rooms = byRoom.slice(0, 8).map(([room, of]) => `${room} ${Math.round(of)}`);
  print(`${figure(calls)} calls of functions (${rooms.join(', ')}), ${figure(json)} characters of JSON`);
  print(
    `${figure(allocated)} bytes of objects made, ${figure(keptReport)} kept of a report, ${figure(keptPod)} of a pod, ` +
      `${figure(keptLog)} of its log`,
  );
  print(`${figure(written)} bytes of a status that is written`);
  return withTimedRuns(async (time) => {
    const { cpuMs, checks } = await time({});
    const image = await time({}, imageFlags());
    print(
      `${cpuMs.toFixed(1)} ms of CPU a run of ${checks} checks, ${image.cpuMs.toFixed(1)} with the image's flags; ${load()}`,
    );
    return cpuMs <= MOST_CPU_MS;
  });
}

function figure(of: number): string {
  return Math.round(of).toLocaleString('en');
}
