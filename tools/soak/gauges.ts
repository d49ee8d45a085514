// What an operator holds, read from its own /metrics. Only to have its garbage collected does the soak go through
// Node's inspector: a heap that nobody swept says nothing.
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'undici';

export interface Gauges {
  /** Open file descriptors: sockets and files. */
  readonly descriptors: number;
  readonly timers: number;
  readonly heapMb: number;
  readonly residentMb: number;
}

const MEBIBYTE = 1024 * 1024;

/** The sum of a metric's samples, of one type where it is given. */
function read(text: string, name: string, type = ''): number {
  const wanted = type === '' ? name : `${name}{type="${type}"}`;
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${wanted} `) || (type === '' && line.startsWith(`${wanted}{`)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

export async function gauges(port: number): Promise<Gauges> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return {
    descriptors: read(text, 'process_open_fds'),
    timers: read(text, 'nodejs_active_resources', 'Timeout'),
    heapMb: read(text, 'nodejs_heap_size_used_bytes') / MEBIBYTE,
    residentMb: read(text, 'process_resident_memory_bytes') / MEBIBYTE,
  };
}

/** Has the garbage of a process collected that was started with --inspect. `log`: what it wrote to stderr. */
export async function collectGarbage(log: string): Promise<void> {
  const address = /Debugger listening on (ws:\/\/\S+)/.exec(log)?.[1];
  if (address === undefined) throw new Error('The process does not listen for an inspector.');
  const socket = new WebSocket(address);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('error', () => reject(new Error(`${address} does not answer.`)));
    socket.addEventListener('open', () => socket.send('{"id":1,"method":"HeapProfiler.collectGarbage"}'));
    socket.addEventListener('message', () => resolve());
  });
  socket.close();
}

/** The least of each over a quiet while: what runs under way and garbage add comes and goes, what leaks stays. */
export async function floor(port: number, ms: number): Promise<Gauges> {
  let least = await gauges(port);
  for (const end = performance.now() + ms; performance.now() < end;) {
    await sleep(250);
    const now = await gauges(port);
    least = {
      descriptors: Math.min(least.descriptors, now.descriptors),
      timers: Math.min(least.timers, now.timers),
      heapMb: Math.min(least.heapMb, now.heapMb),
      residentMb: Math.min(least.residentMb, now.residentMb),
    };
  }
  return least;
}

/** What may differ between two quiet whiles without anything leaking. */
const SLACK: Gauges = { descriptors: 4, timers: 6, heapMb: 4, residentMb: 24 };

/** What grew, in sentences; empty when nothing did. */
export function growth(before: Gauges, after: Gauges): readonly string[] {
  return (Object.keys(SLACK) as (keyof Gauges)[])
    .filter((name) => after[name] > before[name] + SLACK[name])
    .map((name) => `${name} grew from ${before[name].toFixed(1)} to ${after[name].toFixed(1)}`);
}

export function tell({ descriptors, timers, heapMb, residentMb }: Gauges): string {
  return `${descriptors} descriptors, ${timers} timers, heap ${heapMb.toFixed(1)} MB, resident ${residentMb.toFixed(1)} MB`;
}
