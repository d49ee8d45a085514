// Who may import whom. Data, because a test holds the code to it and the docs print it.
// A room may import itself and what its row names. `packages` are the npm packages and Node modules with I/O it may use.

export interface Row {
  readonly room: string;
  readonly purpose: string;
  readonly imports: readonly string[];
  readonly packages: readonly string[];
}

const PLAIN = ['runtime', 'api', 'facts', 'product', 'guide'] as const;

export const IMPORT_TABLE: readonly Row[] = [
  {
    room: 'runtime',
    purpose: 'time, secrets, safe text, concurrency: no domain word',
    imports: [],
    packages: ['node:util', 'node:events', 'node:zlib', 'croner'],
  },
  {
    room: 'api',
    purpose: 'the HealthReport resource: schema, faults, conditions, exit codes',
    imports: ['runtime'],
    packages: ['zod'],
  },
  { room: 'facts', purpose: 'the plain values that rooms hand each other', imports: ['runtime', 'api'], packages: [] },
  {
    room: 'product',
    purpose: 'components and topologies of PingOne Recognize',
    imports: ['runtime', 'api', 'facts'],
    packages: [],
  },
  { room: 'guide', purpose: "the vendor's guide as data, and its matcher", imports: ['runtime', 'api'], packages: [] },
  {
    room: 'remedies',
    purpose: 'what to do about each fault, with the names of the report in it',
    imports: ['runtime', 'api'],
    packages: [],
  },
  { room: 'logs', purpose: 'bytes to records, windows, rates', imports: [...PLAIN], packages: ['node:buffer'] },
  {
    room: 'clients',
    purpose: 'HTTP, PostgreSQL, S3, KMS: every failure becomes an Outcome',
    imports: ['runtime', 'api', 'facts'],
    packages: [
      'undici',
      'zod',
      'pg',
      '@aws-sdk/client-s3',
      '@aws-sdk/client-kms',
      '@smithy/node-http-handler',
      'node:net',
      'node:tls',
      'node:dns',
      'node:dns/promises',
      'node:fs',
      'node:http',
      'node:https',
      'node:crypto',
      'node:stream',
      'node:zlib',
    ],
  },
  {
    room: 'kube',
    purpose: 'the Kubernetes API: rules, reflector, apply, events',
    imports: ['runtime', 'api', 'facts', 'clients'],
    packages: [
      '@kubernetes/client-node',
      'undici',
      'yaml',
      'zod',
      'node:crypto',
      'node:fs',
      'node:fs/promises',
      'node:path',
      'node:os',
      'node:tls',
    ],
  },
  {
    room: 'targets',
    purpose: 'spec, cluster objects and Secrets to targets',
    imports: [...PLAIN, 'kube'],
    packages: ['node:net'],
  },
  {
    room: 'settings',
    purpose: "what the services' own configuration says, and the backends in it",
    imports: [...PLAIN, 'targets'],
    packages: ['yaml'],
  },
  {
    room: 'questions',
    purpose: 'what a database is asked: the SQL, how its answer is read, how it is judged',
    imports: [...PLAIN],
    packages: ['zod'],
  },
  {
    room: 'probes',
    purpose: 'visit a target once',
    imports: [...PLAIN, 'clients', 'kube', 'logs', 'settings', 'questions'],
    packages: ['node:crypto', 'yaml', 'zod'],
  },
  { room: 'checks', purpose: 'ask one question of what was seen', imports: [...PLAIN, 'questions'], packages: [] },
  { room: 'judge', purpose: 'hysteresis, root causes, mutes, roll-up', imports: [...PLAIN], packages: [] },
  {
    room: 'report',
    purpose: 'say it: conditions, messages, size',
    imports: [...PLAIN, 'judge', 'remedies'],
    packages: [],
  },
  {
    room: 'gate',
    purpose: 'may an upgrade go on: ask for a run, wait, decide, record exceptions',
    imports: [...PLAIN, 'kube', 'judge', 'remedies'],
    packages: ['zod', 'node:crypto', 'node:os'],
  },
  {
    room: 'doctor',
    purpose: 'is the operator itself installed as it must be: look, and conclude',
    imports: [...PLAIN, 'kube', 'gate', 'remedies'],
    packages: ['zod'],
  },
  {
    room: 'output',
    purpose: 'show it: table, tree, JSON, YAML',
    imports: [...PLAIN, 'gate', 'doctor', 'remedies'],
    packages: ['yaml', 'node:util'],
  },
  {
    room: 'examine.ts',
    purpose: 'the line from a spec to a status',
    imports: [...PLAIN, 'clients', 'kube', 'targets', 'settings', 'probes', 'checks', 'judge', 'report'],
    packages: [],
  },
  {
    room: 'operator',
    purpose: 'keep every report current',
    imports: [...PLAIN, 'clients', 'kube', 'targets', 'probes', 'checks', 'judge', 'report', 'gate', 'examine.ts'],
    packages: ['pino', 'prom-client', 'node:crypto', 'node:events', 'node:http', 'node:net', 'node:os'],
  },
  {
    room: 'cli',
    purpose: 'one file per verb',
    imports: [
      ...PLAIN,
      'logs',
      'clients',
      'kube',
      'targets',
      'settings',
      'probes',
      'checks',
      'judge',
      'report',
      'gate',
      'doctor',
      'remedies',
      'output',
      'examine.ts',
      'operator',
    ],
    packages: [
      'commander',
      'yaml',
      'pino',
      'node:http',
      'node:fs',
      'node:fs/promises',
      'node:stream',
      'node:process',
      'node:path',
      'node:crypto',
      'node:os',
      'node:util',
      'node:events',
    ],
  },
  { room: 'main.ts', purpose: 'the entry point', imports: ['cli', 'api', 'runtime'], packages: [] },
];

/** Rooms that decide: no `async`, no clock, no Node I/O. ESLint holds the first two. */
export const DECIDING_ROOMS = [
  'api',
  'facts',
  'product',
  'guide',
  'remedies',
  'checks',
  'judge',
  'report',
  'output',
] as const;

/** Packages that exactly one room may import, whatever the table says later. */
export const ONE_ROOM_EACH: Readonly<Record<string, string>> = {
  '@kubernetes/client-node': 'kube',
  pg: 'clients',
  '@aws-sdk/client-s3': 'clients',
  '@aws-sdk/client-kms': 'clients',
  commander: 'cli',
};
