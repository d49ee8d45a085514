// What the machine's own files say about names: the hosts file, and resolv.conf with its servers and search domains
// (resolv.conf(5), hosts(5)). Pure: text in, values out.
import { isIP } from 'node:net';

export interface NameServers {
  /** As `dns.Resolver.setServers` takes them. */
  readonly servers: readonly string[];
  /** Search domains, without a dot at their end. */
  readonly search: readonly string[];
  /** A name with at least so many dots is asked as it is first. Kubernetes writes 5. */
  readonly ndots: number;
  /** For one server's answer, in ms; undefined where the file does not say. */
  readonly timeoutMs?: number;
  /** How often every server is asked. */
  readonly tries?: number;
}

/** The limits of resolv.conf(5), and of Kubernetes for search domains. */
const MOST_SERVERS = 3;
const MOST_SEARCH_DOMAINS = 32;
const MOST_NDOTS = 15;
const LONGEST_TIMEOUT_S = 30;
const MOST_TRIES = 5;

/** Reads resolv.conf. Without a nameserver it is the one on this machine, as the C library has it. */
export function parseResolvConf(text: string): NameServers {
  const servers: string[] = [];
  let search: readonly string[] = [];
  const options = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/);
    if (keyword === 'nameserver' && values[0] !== undefined && isServer(values[0])) servers.push(values[0]);
    // The last of `search` and `domain` counts.
    if (keyword === 'search') search = values;
    if (keyword === 'domain') search = values.slice(0, 1);
    if (keyword === 'options')
      for (const option of values) {
        const [name = '', value = ''] = option.split(':');
        if (/^[0-9]{1,4}$/.test(value)) options.set(name, Number(value));
      }
  }
  const timeout = options.get('timeout');
  const attempts = options.get('attempts');
  return {
    servers: servers.length === 0 ? ['127.0.0.1'] : servers.slice(0, MOST_SERVERS),
    search: search
      .map((domain) => domain.replace(/\.+$/, ''))
      .filter((domain) => domain !== '')
      .slice(0, MOST_SEARCH_DOMAINS),
    ndots: Math.min(options.get('ndots') ?? 1, MOST_NDOTS),
    ...(timeout === undefined ? {} : { timeoutMs: Math.min(Math.max(timeout, 1), LONGEST_TIMEOUT_S) * 1000 }),
    ...(attempts === undefined ? {} : { tries: Math.min(Math.max(attempts, 1), MOST_TRIES) }),
  };
}

/** An address, with a port where one is given: `10.96.0.10`, `127.0.0.1:5353`, `[::1]:5353`. */
function isServer(value: string): boolean {
  if (isIP(value.replace(/%.*$/, '')) !== 0) return true;
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]+)\]|([0-9.]+)):[0-9]{1,5}$/i.exec(value) ?? [];
  return isIP(bracketed ?? plain ?? '') !== 0;
}

/**
 * The names to ask for, in order: with `ndots` dots or more as it is first and then in each search domain, with fewer
 * the other way round, with a dot at its end only as it is. So `core-daemon` and `db.prod.svc` become names of their
 * cluster before anybody outside is asked for them.
 */
export function namesToAsk(host: string, { search, ndots }: Pick<NameServers, 'search' | 'ndots'>): readonly string[] {
  if (host.endsWith('.')) return [host.replace(/\.+$/, '')];
  const inDomains = search.map((domain) => `${host}.${domain}`);
  const dots = host.split('.').length - 1;
  return dots >= ndots ? [host, ...inDomains] : [...inDomains, host];
}

/** Addresses that the hosts file gives a name; IPv4 first. `localhost` has its addresses without it (RFC 6761, 6.3). */
export function addressesInHosts(host: string, text: string): readonly string[] {
  const name = host.toLowerCase().replace(/\.$/, '');
  const found: string[] = [];
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*$/, '').trim().split(/\s+/);
    if (isIP(address) !== 0 && names.some((one) => one.toLowerCase().replace(/\.$/, '') === name)) found.push(address);
  }
  if (found.length === 0 && (name === 'localhost' || name.endsWith('.localhost'))) return ['127.0.0.1', '::1'];
  return [...new Set(found)].toSorted((a, b) => isIP(a) - isIP(b));
}
