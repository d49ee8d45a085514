// What earlier runs have read of logs, remembered so that a run reads what came since and not its whole window again.
// Bounded: what finds no room is not kept, and its log is read whole.
import type { LogFile, LogSoFar, LogsSoFar } from '../clients/clients.ts';
import type { Clock } from '../runtime/clock.ts';
import { keyOf as keyOfFile } from './log-starts.ts';

const MOST_LOGS = 20_000;
const MOST_BYTES = 8 * 1024 * 1024;
/** What nobody has read for so long is of a pod, a run of its container or a report that is gone. */
const FORGOTTEN_MS = 60 * 60_000;

interface Known extends LogSoFar {
  readonly keptAt: number;
}

/** An empty memory. */
export function logsSoFar(clock: Pick<Clock, 'monotonicMs'>): LogsSoFar {
  // The one that was kept longest ago is the first.
  const logs = new Map<string, Known>();
  let bytes = 0;
  const forget = (key: string): void => {
    bytes -= logs.get(key)?.text?.length ?? 0;
    logs.delete(key);
  };
  const forgetOld = (now: number): void => {
    for (const [key, { keptAt }] of logs) {
      if (now - keptAt < FORGOTTEN_MS) return;
      forget(key);
    }
  };
  return {
    recall: (file, readers) => logs.get(keyOf(file, readers)),
    keep: (file, readers, soFar) => {
      const key = keyOf(file, readers);
      const now = clock.monotonicMs();
      forget(key);
      forgetOld(now);
      const size = soFar?.text?.length ?? 0;
      if (soFar === undefined || logs.size >= MOST_LOGS || bytes + size > MOST_BYTES) return;
      logs.set(key, { ...soFar, keptAt: now });
      bytes += size;
    },
  };
}

function keyOf(file: LogFile, readers: readonly string[]): string {
  return [keyOfFile(file), ...readers].join('/');
}
