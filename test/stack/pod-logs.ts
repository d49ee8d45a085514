// What the containers of the stack's pods wrote, with the time of each line: the node's log files, in memory.

/** One line without its newline, and when it was written, in nanoseconds since 1970 (UTC). */
export interface LogLine {
  timeNs: bigint;
  text: string;
}

/** One container's log: the run that is on and, after a restart, the one before. */
export interface ContainerLog {
  /** Appends text, one entry a line; a trailing newline is not a line of its own. */
  write(text: string, at?: Date): void;
  /** The container ends and starts again: what it wrote becomes the previous log. */
  restart(): void;
  current(): readonly LogLine[];
  /** The log before the last restart; undefined when there was none. */
  previous(): readonly LogLine[] | undefined;
  /** Tells of every line written from now on, and of the end of the run; returns how to stop that. */
  follow(onLine: (line: LogLine) => void, onEnd: () => void): () => void;
}

export interface ContainerAddress {
  namespace: string;
  pod: string;
  container: string;
}

export interface PodLogs {
  /** The log of a container; begun when there is none yet. */
  of(address: ContainerAddress): ContainerLog;
  find(address: ContainerAddress): ContainerLog | undefined;
  hasPod(namespace: string, pod: string): boolean;
  /** The pod is deleted: its logs are gone and their followers see the end. */
  removePod(namespace: string, pod: string): void;
}

const NS_PER_MS = 1_000_000n;

/** An empty set of logs. `now` gives the time of lines that are written without one. */
export function createPodLogs(now: () => Date = () => new Date()): PodLogs {
  const pods = new Map<string, Map<string, ContainerLog>>();
  const key = (namespace: string, pod: string): string => `${namespace}/${pod}`;
  return {
    of({ namespace, pod, container }) {
      const containers = pods.get(key(namespace, pod)) ?? new Map<string, ContainerLog>();
      pods.set(key(namespace, pod), containers);
      const log = containers.get(container) ?? createContainerLog(now);
      containers.set(container, log);
      return log;
    },
    find: ({ namespace, pod, container }) => pods.get(key(namespace, pod))?.get(container),
    hasPod: (namespace, pod) => pods.has(key(namespace, pod)),
    removePod(namespace, pod) {
      const containers = pods.get(key(namespace, pod));
      pods.delete(key(namespace, pod));
      for (const log of containers?.values() ?? []) log.restart();
    },
  };
}

function createContainerLog(now: () => Date): ContainerLog {
  let lines: LogLine[] = [];
  let before: LogLine[] | undefined;
  let last = 0n;
  const followers = new Set<{ onLine: (line: LogLine) => void; onEnd: () => void }>();

  /** Lines of one millisecond follow each other by a nanosecond: a container runtime has a finer clock than Node. */
  function timeOf(at: Date): bigint {
    const wanted = BigInt(at.getTime()) * NS_PER_MS;
    const tied = last >= wanted && last < wanted + NS_PER_MS;
    last = tied ? last + 1n : wanted;
    return last;
  }

  return {
    write(text, at = now()) {
      for (const part of text.replace(/\n$/, '').split('\n')) {
        const line = { timeNs: timeOf(at), text: part };
        lines.push(line);
        for (const { onLine } of [...followers]) onLine(line);
      }
    },
    restart() {
      before = lines;
      lines = [];
      for (const { onEnd } of [...followers]) onEnd();
      followers.clear();
    },
    current: () => lines,
    previous: () => before,
    follow(onLine, onEnd) {
      const follower = { onLine, onEnd };
      followers.add(follower);
      return () => void followers.delete(follower);
    },
  };
}
