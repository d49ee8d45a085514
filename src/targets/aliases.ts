// Other names of the same server: before a service is said to have moved, names are looked up. Whatever leads to an address
// of a database that the report lists, at the same port and under the same database name, is that one.
import { isIP } from 'node:net';
import { type BackendTarget, covers } from '../facts/same-backend.ts';
import type { DatabaseUse } from '../facts/backend-use.ts';
import { hostsOf, type HostAddress, type Target } from '../facts/target.ts';
import { oncePerKey } from '../runtime/once-per-key.ts';

/** Addresses of a host name; rejects where nobody can say. */
export type Resolve = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

/** The targets, with the hosts of each use followed by the listed names that lead to the same address. */
export async function withAliases(
  targets: readonly Target[],
  resolve: Resolve | undefined,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly Target[]> {
  if (resolve === undefined) return targets;
  const addresses = oncePerKey((host: string) =>
    // A name that nobody knows is nobody's other name.
    (isIP(host) !== 0 ? Promise.resolve([host]) : resolve(host, signal)).catch((): readonly string[] => []),
  );
  const listed = targets.filter(
    (one): one is Extract<BackendTarget, { kind: 'database' }> => one.kind === 'database' && one.origin === undefined,
  );
  const withThose = async (use: DatabaseUse): Promise<DatabaseUse> => {
    if (listed.some((one) => covers(one, use, namespace) === 'yes')) return use;
    const servers = listed.flatMap(({ connection }): readonly HostAddress[] =>
      connection.ok && connection.value.database === use.database ? hostsOf(connection.value) : [],
    );
    const same = await Promise.all(
      servers.map(async ({ host, port }) => {
        const [theirs, ours] = await Promise.all([
          addresses(host),
          Promise.all(use.hosts.filter((one) => one.port === port).map((one) => addresses(one.host))),
        ]);
        return ours.flat().some((address) => theirs.includes(address)) ? [{ host, port }] : [];
      }),
    );
    return { ...use, hosts: [...use.hosts, ...same.flat()] };
  };
  return Promise.all(
    targets.map(async (target) =>
      target.kind === 'service' && target.uses !== undefined
        ? {
            ...target,
            uses: await Promise.all(
              target.uses.map((use) => (use.kind === 'database' ? withThose(use) : Promise.resolve(use))),
            ),
          }
        : target,
    ),
  );
}
