// Host names to addresses. The system's lookup holds one of libuv's four threads until the system gives up, so two
// silent names would stop every other one, file access and password hashing with them. DNS is asked over sockets
// instead, which a signal can close; hosts file and search domains are honoured as the C library does, because short
// names like `core-daemon` depend on them.
import { lookup, Resolver as DnsResolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { onAbort, orAborted } from '../runtime/abort.ts';
import { semaphore } from '../runtime/semaphore.ts';
import { addressesInHosts, namesToAsk, parseResolvConf, type NameServers } from './name-search.ts';
import { codeOf } from './transport-fault.ts';

/** Addresses of a host name in the order to try them. Rejects with Node's DNS error, or with the signal's reason. */
export type Resolver = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

/** Asks for one name; ends what it began when the signal does. */
export type Lookup = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

/** The files that say how names are resolved here; read for every name, because they change under laptops. */
export interface NameFiles {
  /** Text of the hosts file. */
  hosts(): string;
  /** Text of resolv.conf; undefined where the system resolves in another way. */
  resolvConf(): string | undefined;
}

const systemFiles: NameFiles = {
  hosts: () => textOf('/etc/hosts') ?? '',
  // macOS has the file, but resolves by what is not in it.
  resolvConf: () => (process.platform === 'linux' ? textOf('/etc/resolv.conf') : undefined),
};

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * A resolver. Who asks for a name that is asked for already shares the answer; the question ends when the last of them
 * has left.
 */
export function createResolver(ask: Lookup = createLookup()): Resolver {
  const underWay = new Map<string, { readonly answer: Promise<readonly string[]>; leave(): void; waiting: number }>();
  return async (host, signal) => {
    if (isIP(host) !== 0) return [host];
    signal.throwIfAborted();
    let shared = underWay.get(host);
    if (shared === undefined) {
      const ending = new AbortController();
      const forget = (): void => {
        if (underWay.get(host) === begun) underWay.delete(host);
      };
      const begun = {
        answer: ask(host, ending.signal).finally(forget),
        leave: (): void => {
          forget();
          ending.abort();
        },
        waiting: 0,
      };
      shared = begun;
      underWay.set(host, shared);
    }
    const joined = shared;
    joined.waiting += 1;
    try {
      return await orAborted(joined.answer, signal);
    } finally {
      joined.waiting -= 1;
      if (joined.waiting === 0) joined.leave();
    }
  };
}

/** Hosts file, then DNS by resolv.conf; where the system has none, the system's own lookup. */
export function createLookup(files: NameFiles = systemFiles): Lookup {
  const bySystem = systemLookup();
  return async (host, signal) => {
    const listed = addressesInHosts(host, files.hosts());
    if (listed.length > 0) return listed;
    const text = files.resolvConf();
    return text === undefined ? bySystem(host, signal) : askDns(host, parseResolvConf(text), signal);
  };
}

/** Half of libuv's default threads: names that hang must not stop file access and password hashing. */
const SYSTEM_LOOKUPS_AT_ONCE = 2;

/** The system's lookup cannot be cancelled: it keeps its place until the system answers. */
function systemLookup(): Lookup {
  const places = semaphore(SYSTEM_LOOKUPS_AT_ONCE);
  return async (host, signal) =>
    places.run(signal, async () => (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address));
}

/** Asks name by name until one has addresses, on sockets of its own, so that the signal ends this question alone. */
async function askDns(host: string, servers: NameServers, signal: AbortSignal): Promise<readonly string[]> {
  const dns = new DnsResolver({ timeout: servers.timeoutMs ?? -1, tries: servers.tries ?? 2 });
  dns.setServers(servers.servers);
  const leave = onAbort(signal, () => dns.cancel());
  const errors: unknown[] = [];
  try {
    for (const name of namesToAsk(host, servers)) {
      signal.throwIfAborted();
      const seen = await addressesOf(dns, name);
      if (seen.addresses.length > 0) return seen.addresses;
      errors.push(seen.error);
      // A server that does not know sends us on to the next domain; one that is silent will be silent again.
      if (!['ENOTFOUND', 'ENODATA', 'ESERVFAIL'].includes(codeOf(seen.error))) break;
    }
  } finally {
    leave();
  }
  signal.throwIfAborted();
  throw mostTelling(errors);
}

/** Addresses of both families, IPv4 first; with none the more telling of the two errors. */
async function addressesOf(
  dns: DnsResolver,
  name: string,
): Promise<{ readonly addresses: readonly string[]; readonly error: unknown }> {
  const answers = await Promise.allSettled([dns.resolve4(name), dns.resolve6(name)]);
  return {
    addresses: answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : [])),
    error: mostTelling(answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []))),
  };
}

/** No answer says more than a refusal, and that more than "there is no such name". */
function mostTelling(errors: readonly unknown[]): Error {
  const rank = (error: unknown): number => {
    const at = ['ENOTFOUND', 'ENODATA', 'ESERVFAIL'].indexOf(codeOf(error));
    return at === -1 ? 3 : at;
  };
  const [first] = errors.toSorted((a, b) => rank(b) - rank(a));
  return first instanceof Error ? first : Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
}
