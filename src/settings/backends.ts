// The backends of all services together: those that share a server and a database, a bucket or a key are one.
import type { Service } from '../api/components.ts';
import { bucketsIn, keysIn } from './aws.ts';
import type { ConfiguredBackend, Unresolved } from './configured.ts';
import { databasesIn } from './databases.ts';
import type { Settings } from './settings.ts';

/** A backend with everybody who uses it. The rest is what the first of them says. */
export type Configured<B extends ConfiguredBackend = ConfiguredBackend> = B & {
  readonly usedBy: readonly Service[];
  /** Of each who uses it. */
  readonly origins: readonly string[];
};

export interface Backends {
  /** In the order of the services, each under a name of its own within its kind. */
  readonly found: readonly Configured[];
  readonly unresolved: readonly Unresolved[];
  readonly warnings: readonly string[];
}

/** Reads the settings of each service. */
export function backendsOf(services: ReadonlyMap<Service, Settings>): Backends {
  const all = [...services].flatMap(([service, settings]) => [
    databasesIn(service, settings),
    bucketsIn(service, settings),
    keysIn(service, settings),
  ]);
  return {
    found: withOwnNames(merged(all.flatMap(({ found }) => found))),
    unresolved: all.flatMap(({ unresolved }) => unresolved),
    warnings: [...new Set(all.flatMap(({ warnings }) => warnings))],
  };
}

/** What makes two backends one. A host that a Secret holds is told apart by the Secret alone. */
export function identityOf(backend: ConfiguredBackend): string {
  switch (backend.kind) {
    case 'database': {
      const { place } = backend;
      return place.kind === 'secret'
        ? `database secret ${place.ref.name} ${place.ref.key}`
        : `database ${place.hosts.map(({ host, port }) => `${host.toLowerCase()}:${port}`).join(',')} ${place.database}`;
    }
    case 'bucket':
      return `bucket ${backend.access.endpoint ?? backend.access.region ?? ''} ${backend.bucket}`;
    case 'kms':
      return `kms ${backend.keyId}`;
    case 'keyPair':
      return `pair ${backend.secret} ${backend.publicKey} ${backend.privateKey}`;
  }
}

function merged(all: readonly ConfiguredBackend[]): readonly Configured[] {
  const found = new Map<string, Configured>();
  for (const backend of all) {
    const identity = identityOf(backend);
    const first = found.get(identity);
    const usedBy = [...new Set([...(first?.usedBy ?? []), backend.service])];
    const origins = [...new Set([...(first?.origins ?? []), backend.origin])];
    found.set(identity, { ...backend, ...first, usedBy, origins });
  }
  return [...found.values()];
}

const LONGEST_NAME = 40;

/** Names are unique among databases, buckets and keys; the second of a name is `<name>-2`. */
function withOwnNames(all: readonly Configured[]): readonly Configured[] {
  const taken = new Set<string>();
  const group = ({ kind }: Configured): string => (kind === 'kms' || kind === 'keyPair' ? 'key' : kind);
  return all.map((backend) => {
    const alone = all.filter((other) => group(other) === group(backend) && other.name === backend.name).length === 1;
    let name = backend.name;
    for (let index = 2; !alone && taken.has(`${group(backend)} ${name}`); index += 1)
      name = `${backend.name.slice(0, LONGEST_NAME - 3)}-${index}`;
    taken.add(`${group(backend)} ${name}`);
    return { ...backend, name };
  });
}
