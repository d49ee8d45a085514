// What the kernel says that a process has used. Other people's load makes wall times long and CPU times hardly at all.
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { loadavg } from 'node:os';

/** Linux counts CPU time in these, on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

export interface Memory {
  /** Megabytes (MiB) that are in memory now. */
  readonly resident: number;
  /** Of these, what is the process's own; the rest is the program file, which the kernel can drop and share. */
  readonly own: number;
  /** The most that was ever resident. */
  readonly peak: number;
}

/** Seconds of CPU that the process has used, all threads together. */
export function cpuSeconds(pid: number): number {
  // The second field is the program's name in brackets and may hold anything.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

export function memory(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) / 1024;
  return { resident: field('VmRSS'), own: field('RssAnon'), peak: field('VmHWM') };
}

/** TCP connections that the process has open to this port of this machine. */
export function connectionsTo(pid: number, port: number): number {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = new Set(
    ['tcp', 'tcp6'].flatMap((table) =>
      readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(/\s+/))
        .filter(([, , remote = '', state]) => remote.endsWith(`:${hex}`) && state === '01')
        .map((fields) => `socket:[${fields[9] ?? ''}]`),
    ),
  );
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((name) => {
    try {
      return inodes.has(readlinkSync(`${folder}/${name}`));
    } catch {
      return false;
    }
  }).length;
}

/** `load 2.1`: how much else the machine had to do in the last minute. */
export function load(): string {
  return `load ${(loadavg()[0] ?? 0).toFixed(1)}`;
}
