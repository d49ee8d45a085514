// Which files of the integration suite run on the real API server when no file is named, and why the others do not. A
// contract test holds this table to the folder and to docs/real-parts.md. `npm run test:real -- FILE` runs any of them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const INTEGRATION = join(import.meta.dirname, '../integration');
const ENDING = '.test.ts';

export interface Part {
  /** As the end of a sentence: these files … */
  readonly fate: string;
  /** Below test/integration, without their ending. */
  readonly files: readonly string[];
}

export const ON_REAL_SERVER: Part = {
  fate: 'run on the real API server',
  files: [
    'cli/act',
    'cli/dashboard',
    'cli/doctor',
    'cli/egress',
    'cli/impersonation',
    'cli/init',
    'cli/plugin',
    'cli/status',
    'faults/bucket',
    'faults/database',
    'faults/discovery',
    'faults/key',
    'faults/logs',
    'faults/meters',
    'faults/operator',
    'faults/service',
    'faults/since-healthy',
    'faults/upgrade',
    'faults/workloads',
    'gate/diff',
    'gate/evidence',
    'gate/exit-codes',
    'gate/gate',
    'gate/operator-death',
    'gitops/gate-jobs',
    'gitops/pipelines',
    'kube/explain',
    'kube/reflector',
    'kube/shared-namespaces',
    'operator/authenticate',
    'operator/backends',
    'operator/calls-of-a-run',
    'operator/chaos',
    'operator/gate',
    'operator/leadership',
    'operator/lifecycle',
    'operator/metrics',
    'operator/mutes',
    'operator/resilience',
    'operator/shards',
    'recipes',
    'security/altered-status',
    'security/attacks',
    'security/attacks-on-identity',
    'security/attacks-on-secrets',
    'security/attacks-on-the-process',
    'security/planted-secrets',
    'security/report-author',
    'soak',
  ],
};

export const LEFT_OUT: readonly Part[] = [
  {
    fate: 'ask no API server',
    files: [
      'aws/error-shapes',
      'aws/faults',
      'aws/kms',
      'aws/s3',
      'chart/chart',
      'chart/image',
      'chart/monitoring',
      'chart/promtool',
      'cli/check-ends',
      'clients/arbitrary-answers',
      'clients/aws-identity',
      'clients/aws-signature',
      'clients/dial',
      'clients/http',
      'clients/kms',
      'clients/postgres',
      'clients/postgres-impostor',
      'clients/postgres-url',
      'clients/resolver',
      'clients/s3',
      'gitops/argocd-health',
      'gitops/flux-health',
      'probes/aws',
      'probes/bucket-depth',
      'probes/database',
      'probes/key-permissions',
      'security/database-login',
      'security/hostile',
      'security/hostile-api-server',
    ],
  },
  {
    fate: 'are about the simulations themselves',
    files: [
      'apiserver/exchanges',
      'apiserver/faults',
      'apiserver/kubectl',
      'stack/kubelet',
      'stack/objects',
      'stack/postgres',
      'stack/recognize',
      'stack/trouble-log',
    ],
  },
  {
    fate: 'are scenarios that test/real runs on control planes of their own',
    files: ['chart/install', 'chart/manifests'],
  },
];

/** The file of a name in the table, from the root of the repository. */
export const pathOf = (file: string): string => `test/integration/${file}${ENDING}`;

/** What the file says. */
export const textOf = (file: string): string => readFileSync(join(INTEGRATION, file + ENDING), 'utf8');

/** Tests as they are written: a table of cases counts once. */
const written = (file: string): number => textOf(file).match(/^ *(?:it|test)(?:\.\w+)?\(/gm)?.length ?? 0;

function counted({ fate, files }: Part): string {
  const tests = files.reduce((sum, file) => sum + written(file), 0);
  return `${files.length}${tests === 0 ? '' : ` (${tests})`} ${fate}`;
}

/** How much of the integration suite runs on the real API server, and how much does not for which reason. */
export const suiteLine = (): string =>
  `files of test/integration (tests as they are written): ${[ON_REAL_SERVER, ...LEFT_OUT].map(counted).join('; ')}`;

/** The same for a page. */
export const suiteTable = (): string =>
  [
    '| files | of `test/integration` |',
    '|---|---|',
    ...[ON_REAL_SERVER, ...LEFT_OUT].map(
      ({ fate, files }) => `| ${files.length} ${fate} | ${files.map((file) => `\`${file}\``).join(', ')} |`,
    ),
  ].join('\n');
