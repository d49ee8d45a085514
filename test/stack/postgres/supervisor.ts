// Ends the PostgreSQL server and removes its files when this process is gone, however it went. A postmaster outlives
// a Node process that dies, and no handler of ours runs on SIGKILL: so a small shell holds one end of a pipe, and
// the end of that pipe is the news of our death.
import { spawn } from 'node:child_process';

/** The watcher of one data folder. */
export interface Supervisor {
  /** Names the process to end; undefined when none is running. */
  watch(pid: number | undefined): void;
  /** Ends what is watched, removes the folder, and resolves when both are done. */
  finish(): Promise<void>;
}

// SIGCONT first: a frozen postmaster keeps SIGQUIT pending. SIGKILL last, for one that does not listen.
const SCRIPT = `
pid=
while read -r next; do pid=$next; done
if [ -n "$pid" ]; then
  kill -CONT "$pid" 2>/dev/null
  for child in $(cat "/proc/$pid/task/$pid/children" 2>/dev/null); do kill -CONT "$child" 2>/dev/null; done
  kill -QUIT "$pid" 2>/dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null
fi
rm -rf -- "$1"
`;

/** Starts the watcher of `folder`. It leaves our process group, so that Ctrl-C in a terminal does not reach it. */
export function superviseFolder(folder: string): Supervisor {
  const shell = spawn('sh', ['-c', SCRIPT, 'postgres-supervisor', folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => {
    shell.once('exit', () => resolve());
    shell.once('error', () => resolve());
  });
  // Neither the watcher nor its pipe is a reason for our process to stay.
  shell.unref();
  const pipe = shell.stdin as typeof shell.stdin & { unref?(): void };
  pipe.unref?.();
  pipe.on('error', () => undefined);
  return {
    watch: (pid) => void pipe.write(`${pid ?? ''}\n`),
    async finish() {
      shell.ref();
      pipe.end();
      await ended;
    },
  };
}
