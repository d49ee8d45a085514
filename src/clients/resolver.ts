// Host names to addresses. The system's own lookup (hosts file, search domains, nsswitch), because short names like
// `core-daemon` depend on it; bounded, because each lookup holds one of libuv's few threads until the system gives up.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { semaphore } from '../runtime/semaphore.ts';

/** Addresses of a host name in the order to try them. Rejects with Node's DNS error, or with the signal's reason. */
export type Resolver = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

/** Half of libuv's default threads: names that hang must not stop file access and password hashing. */
const LOOKUPS_AT_ONCE = 2;

type Lookup = (host: string) => Promise<readonly string[]>;

const systemLookup: Lookup = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/**
 * A resolver over the system's lookup. A waiter leaves as soon as its signal ends; the lookup itself cannot be
 * cancelled, so it keeps its place until the system answers, and others who ask for the same name meanwhile share it.
 */
export function createResolver(ask: Lookup = systemLookup, atOnce = LOOKUPS_AT_ONCE): Resolver {
  const places = semaphore(atOnce);
  const never = new AbortController().signal;
  const underWay = new Map<string, Promise<readonly string[]>>();
  return async (host, signal) => {
    if (isIP(host) !== 0) return [host];
    signal.throwIfAborted();
    let answer = underWay.get(host);
    if (answer === undefined) {
      answer = places.run(never, () => ask(host)).finally(() => underWay.delete(host));
      underWay.set(host, answer);
    }
    return orAborted(answer, signal);
  };
}

/** The promise's result, or the signal's reason if that comes first. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    signal.addEventListener('abort', leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
