// What a service needs and its settings do not name, while Secrets are its environment or files as a whole: names of
// settings to look for in them. An entry that is sought so and is nowhere is none.
import type { Service } from '../api/components.ts';
import { validateSpec } from '../api/validate.ts';
import type { TopologyName } from '../product/index.ts';
import { TOPOLOGIES } from '../product/index.ts';
import type {
  ConfiguredBucketEntry,
  ConfiguredDatabaseEntry,
  ConfiguredEntry,
  Template,
  Within,
} from '../targets/configured.ts';
import { BUCKET_NAME, endpointNames, KMS_NAME, regionNames } from './aws-names.ts';
import type { Backends } from './backends.ts';
import { nameOf, urlNames } from './databases.ts';
import { servicesWithout } from './draft.ts';
import { type HiddenSecret, placesOf } from './environment.ts';
import type { Settings } from './settings.ts';
import { originOf } from './uses.ts';

/** Where one is sought. */
interface Sought {
  readonly service: Service;
  readonly secrets: readonly HiddenSecret[];
  /** The entry as far as it is known: its name and where it would be found. */
  readonly origin: ConfiguredEntry['origin'];
}

/** The entries that are sought within Secrets. */
export function soughtEntries(
  settings: ReadonlyMap<Service, Settings>,
  backends: Backends,
  topology: TopologyName,
): readonly ConfiguredEntry[] {
  const without = (list: 'databases' | 'buckets' | 'keys'): readonly Sought[] =>
    servicesWithout(list, { backends, settings, topology: TOPOLOGIES[topology] }).flatMap(({ service, workload }) => {
      const { secrets = [] } = settings.get(service) ?? {};
      const [first] = secrets;
      if (first === undefined) return [];
      return [{ service, secrets, origin: originOf(`${workload}, Secret ${first.name} (${first.how})`) }];
    });
  return [
    ...without('databases').flatMap(soughtDatabases),
    ...without('buckets').flatMap(soughtBucket),
    ...without('keys').flatMap(soughtKey),
  ];
}

/** What stands before `url` in names that hold one: the vendor's two, and those of everybody. */
const BASES = [
  'npspringdatasource',
  'csspringdatasource',
  'springdatasource',
  'datasource',
  'database',
  'typeorm',
  'db',
  'postgres',
  'postgresql',
  'pg',
  'jdbc',
] as const;

const DATABASE_WORDS = ['database', 'databasename', 'dbname', 'name', 'db'] as const;

/** Of each name: its URL, or else its host, port and name. */
function soughtDatabases({ service, secrets, origin }: Sought): readonly ConfiguredDatabaseEntry[] {
  const nameFor = (base: string): string => nameOf(service, base.endsWith('datasource') ? base : 'datasource');
  return [...new Set(BASES.map(nameFor))].flatMap((name) => {
    const bases = BASES.filter((base) => nameFor(base) === name);
    const within = (names: readonly string[]): Within => ({ secrets: placesOf(secrets), names });
    const word = (words: readonly string[]): Template => [
      { within: within(bases.flatMap((base) => words.map((one) => base + one))) },
    ];
    const validated = validateSpec({ databases: [{ name, host: 'unread', database: 'unread', usedBy: [service] }] });
    const [spec] = validated.ok ? (validated.spec.databases ?? []) : [];
    if (spec === undefined) return [];
    return [
      {
        kind: 'database',
        origin,
        sought: true,
        spec,
        within: {
          url: within(bases.flatMap(urlNames)),
          username: within(bases.flatMap((base) => [`${base}username`, `${base}user`])),
          password: within(bases.flatMap((base) => [`${base}password`, `${base}pass`])),
        },
        hidden: {
          host: word(['host', 'hostname', 'server', 'servername', 'address', 'endpoint']),
          database: word(DATABASE_WORDS),
          port: word(['port', 'portnumber']),
          sslmode: word(['sslmode']),
          sslrootcert: word(['sslrootcert']),
        },
      },
    ];
  });
}

function soughtBucket({ service, secrets, origin }: Sought): readonly ConfiguredBucketEntry[] {
  const places = placesOf(secrets);
  const validated = validateSpec({ buckets: [{ name: 'circuits', bucket: 'unread', usedBy: [service] }] });
  const [spec] = validated.ok ? (validated.spec.buckets ?? []) : [];
  if (spec === undefined) return [];
  const hidden = {
    bucket: [{ within: { secrets: places, names: [], ending: BUCKET_NAME } }],
    ...besideOf(places, ['s3', 'bucket']),
  };
  return [{ kind: 'bucket', origin, sought: true, spec, hidden, within: keysOf(places) }];
}

function soughtKey({ service, secrets, origin }: Sought): readonly ConfiguredEntry[] {
  const places = placesOf(secrets);
  const validated = validateSpec({ keys: [{ name: 'signing', kms: { keyId: 'alias/unread' }, usedBy: [service] }] });
  const [spec] = validated.ok ? (validated.spec.keys ?? []) : [];
  if (spec === undefined) return [];
  const hidden = {
    keyId: [{ within: { secrets: places, names: [], ending: KMS_NAME } }],
    ...besideOf(places, ['kms']),
  };
  return [{ kind: 'key', origin, sought: true, spec, hidden, within: keysOf(places) }];
}

/** Region and endpoint beside it. */
function besideOf(
  secrets: Within['secrets'],
  words: readonly string[],
): { readonly region: Template; readonly endpoint: Template } {
  return {
    region: [{ within: { secrets, names: regionNames(words) } }],
    endpoint: [{ within: { secrets, names: words.flatMap(endpointNames) } }],
  };
}

function keysOf(secrets: Within['secrets']): NonNullable<ConfiguredBucketEntry['within']> {
  return {
    accessKeyId: { secrets, names: [], ending: /aws.*accesskey(?:id)?$/ },
    secretAccessKey: { secrets, names: [], ending: /aws.*secret(?:access)?key$/ },
  };
}
