// Settings that a service asks somebody else for: stores that are imported, and servers of Spring Cloud. They are not asked
// here, and that is said.
import { canonical } from '../product/setting-name.ts';
import { type Entry, textOf } from './value.ts';

/** What an import may begin with whose settings are read, or lie in the image. */
const READ = /^(?:file|classpath\*?|configtree|env)$/;

/** What a place of `spring.config.import` leads to, where that is not read. */
export function storeOf(place: string): string | undefined {
  const scheme = /^([a-z][a-z0-9+-]*\*?)[:@]/i.exec(place.replace(/^optional:/, ''))?.[1];
  if (scheme === undefined || READ.test(scheme)) return undefined;
  return /^https?$/.test(scheme) ? 'a file at an address' : `a ${scheme} store`;
}

/** By the beginning of canonical names, with the switch of each. */
const SERVERS: readonly (readonly [RegExp, string, string])[] = [
  [/^springcloudconfig(?:uri|discovery)/, 'springcloudconfigenabled', 'a configuration server'],
  [/^springcloudvault(?:uri|host)/, 'springcloudvaultenabled', 'Vault'],
  [/^springcloudconsul(?:host|config)/, 'springcloudconsulconfigenabled', 'Consul'],
  [/^springcloudzookeeperconnectstring/, 'springcloudzookeeperconfigenabled', 'ZooKeeper'],
  [/^springcloudkubernetes(?:config|secrets)(?:name|sources)/, 'springcloudkubernetesenabled', 'objects of Kubernetes'],
];

/** What is said of servers that settings name. The first of a name counts. */
export function storesIn(entries: readonly Entry[]): readonly string[] {
  const named = entries.map((entry) => ({ entry, name: canonical(entry.name) }));
  return SERVERS.flatMap(([pattern, enabled, what]) => {
    const found = named.find(({ name }) => pattern.test(name));
    const flag = named.find(({ name }) => name === enabled);
    if (found === undefined || (flag !== undefined && textOf(flag.entry.value)?.toLowerCase() === 'false')) return [];
    return [`${found.entry.name} leads to ${what}, whose settings cannot be seen from here`];
  });
}
