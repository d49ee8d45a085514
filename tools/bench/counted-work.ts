// What a piece of work takes, counted and not timed: the calls of functions of ours and the bytes of JSON that it reads and
// makes. The same on every machine, whatever else it does.
import { Session, type Profiler } from 'node:inspector';
import { promisify } from 'node:util';

export interface CountedWork {
  /** Calls of functions whose file is in `src`. */
  readonly calls: number;
  /** Those of each folder or file of `src`, the most first. */
  readonly byRoom: readonly (readonly [room: string, calls: number])[];
  /** Characters that JSON.parse read and JSON.stringify made. */
  readonly json: number;
}

export interface WorkCounter {
  /** What `work` takes from its start to its end; nothing else may run meanwhile. */
  during(work: () => Promise<void>): Promise<CountedWork>;
  end(): void;
}

/**
 * Begins to count. Begin before the code to be counted has run: V8 optimises nothing from now on, and what it has
 * optimised before is counted in part.
 */
export async function workCounter(): Promise<WorkCounter> {
  const session = new Session();
  session.connect();
  const post = promisify(session.post.bind(session)) as (method: string, params?: object) => Promise<unknown>;
  const take = (): Promise<Profiler.TakePreciseCoverageReturnType> =>
    post('Profiler.takePreciseCoverage') as Promise<Profiler.TakePreciseCoverageReturnType>;
  await post('Profiler.enable');
  await post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  return {
    during: async (work) => {
      const { parse, stringify } = JSON;
      let json = 0;
      // What was called before.
      await take();
      JSON.parse = counting(parse, ([text]) => void (json += String(text).length));
      JSON.stringify = counting(stringify, (_given, text) => void (json += typeof text === 'string' ? text.length : 0));
      try {
        await work();
      } finally {
        JSON.parse = parse;
        JSON.stringify = stringify;
      }
      return { ...callsOf(await take()), json };
    },
    end: () => session.disconnect(),
  };
}

/** The function, and whoever counts told of each call of it. */
function counting<F extends (...given: never[]) => unknown>(
  of: F,
  count: (given: readonly unknown[], answer: unknown) => void,
): F {
  return new Proxy(of, {
    apply: (target, self, given: Parameters<F>) => {
      const answer: unknown = Reflect.apply(target, self, given);
      count(given, answer);
      return answer;
    },
  });
}

function callsOf({ result }: Profiler.TakePreciseCoverageReturnType): Omit<CountedWork, 'json'> {
  const rooms = new Map<string, number>();
  for (const { url, functions } of result) {
    const room = /\/src\/([^/?]+)/.exec(url)?.[1];
    if (room === undefined || url.includes('/node_modules/')) continue;
    const calls = functions.reduce((all, { ranges }) => all + (ranges[0]?.count ?? 0), 0);
    rooms.set(room, (rooms.get(room) ?? 0) + calls);
  }
  const byRoom = [...rooms].filter(([, calls]) => calls > 0).sort(([, a], [, b]) => b - a);
  return { calls: byRoom.reduce((all, [, calls]) => all + calls, 0), byRoom };
}
