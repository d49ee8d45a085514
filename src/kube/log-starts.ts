// Where the file of a container's log begins, remembered while it is the same file, so that it is asked for once and not
// by every run. The kubelet reads the newest file alone; a line that was seen in it before proves that it is still that.
import type { LogFile, LogStarts } from '../clients/clients.ts';

interface Known {
  /** Kubelet's times, which compare as texts. */
  readonly start: string;
  readonly lastSeen: string;
}

/** Of more files the one that was seen longest ago is forgotten. */
const MOST_FILES = 20_000;

/** An empty memory. */
export function logStarts(): LogStarts {
  const files = new Map<string, Known>();
  const put = (key: string, known: Known): void => {
    files.delete(key);
    files.set(key, known);
    if (files.size <= MOST_FILES) return;
    for (const oldest of files.keys()) {
      files.delete(oldest);
      break;
    }
  };
  return {
    know: (file, { first, oldBy, last }) => {
      const key = keyOf(file);
      const known = files.get(key);
      if (known === undefined || (first !== known.start && oldBy > known.lastSeen)) return undefined;
      put(key, { start: known.start, lastSeen: last > known.lastSeen ? last : known.lastSeen });
      return known.start;
    },
    learn: (file, start, last) => put(keyOf(file), { start, lastSeen: last }),
  };
}

/** Which run of which container's log it is. */
export function keyOf({ namespace, pod, container, previous, since }: LogFile): string {
  return [namespace, pod, container, previous ? 'previous' : '', since].join('/');
}
