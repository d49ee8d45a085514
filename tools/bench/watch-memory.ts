// Follows the memory of a running operator and says how it went: what both measurements of memory print and judge.
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './measure.ts';
import { cpuSeconds, load, memory } from './process-use.ts';

const EVERY_MS = 1_000;
/** A longer one says how it goes as often as this. */
const TELL_SAMPLES = 600;
/** A heap that is collected now and then breathes by this much. MiB. */
const BREATH = 6;

export interface MemoryCourse {
  /** The median of the second half, MiB. */
  readonly resident: number;
  /** The highest of all samples. */
  readonly most: number;
  /** The highest since the process began, by the kernel. */
  readonly peak: number;
  /** Seconds of CPU in this time. */
  readonly cpu: number;
  /** How much the last third is above the second one, medians. */
  readonly growth: number;
  readonly isFlat: boolean;
}

/** Samples for so long and prints one line about it. */
export async function watchMemory(pid: number, minutes: number, print: (line: string) => void): Promise<MemoryCourse> {
  const samples: number[] = [];
  const cpuBefore = cpuSeconds(pid);
  const started = performance.now();
  const end = started + minutes * 60_000;
  while (performance.now() < end) {
    samples.push(memory(pid).resident);
    if (samples.length % TELL_SAMPLES === 0)
      print(
        `  ${((performance.now() - started) / 60_000).toFixed(0)} min: ${median(samples.slice(-TELL_SAMPLES)).toFixed(1)} MiB, at ` +
          `most ${Math.max(...samples.slice(-TELL_SAMPLES)).toFixed(1)} since the last; ${load()}`,
      );
    await sleep(EVERY_MS);
  }
  const seconds = (performance.now() - started) / 1_000;
  const third = Math.floor(samples.length / 3);
  const resident = median(samples.slice(Math.floor(samples.length / 2)));
  const most = Math.max(...samples);
  const growth = median(samples.slice(-third)) - median(samples.slice(third, 2 * third));
  const { own, peak } = memory(pid);
  print(
    `${resident.toFixed(1)} MiB resident (${own.toFixed(1)} its own, the rest is Node's program file), at most ` +
      `${most.toFixed(1)} then and ${peak.toFixed(1)} since its start; ${growth >= 0 ? '+' : ''}${growth.toFixed(1)} in the ` +
      `last third of ${minutes} min; ${((100 * (cpuSeconds(pid) - cpuBefore)) / seconds).toFixed(1)} % of one CPU; ${load()}`,
  );
  return { resident, most, peak, cpu: cpuSeconds(pid) - cpuBefore, growth, isFlat: growth <= BREATH };
}
