// Settings of all kinds that lead nowhere, side by side in one namespace: one sentence for each service, no value of a
// Secret, and everything else is examined as if they were not there.
import { beforeAll, describe, expect, it } from 'vitest';
import { BINARY } from '../../../src/facts/binary-keys.ts';
import type { KubernetesObject } from '../../../src/facts/namespace-objects.ts';
import { failed, ok } from '../../../src/facts/outcome.ts';
import type { SecretReader } from '../../../src/kube/secrets.ts';
import { redact } from '../../../src/runtime/safe-text.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { env } from '../settings/templates.ts';
import { all, type Change } from './changes.ts';
import { edit, look, type Examined } from './world.ts';

const HELD: Readonly<Record<string, string>> = {
  'app/AWS_ACCESS_KEY_ID': 'AKIAEXAMPLE000000000',
  'app/AWS_SECRET_ACCESS_KEY': 'hunter2-key',
  'app/PW': 'hunter2',
};
const reader: SecretReader = {
  keys: (name) => Promise.resolve(ok(Object.keys(HELD).flatMap((one) => one.split(`${name}/`)[1] ?? []))),
  read: (name, key) => {
    const value = HELD[`${name}/${key}`];
    const missing = failed('SecretKeyMissing', redact(`the Secret ${name} has no key ${key}`));
    return Promise.resolve(value === undefined ? missing : ok(secret(value)));
  },
};
const held = (name: string, key: string): object => ({ name, valueFrom: { secretKeyRef: { name: 'app', key } } });

type Pod = { containers: Record<string, unknown>[]; volumes?: object[] };
const templateOf = (service: string, change: (container: Record<string, unknown>, pod: Pod) => void): Change =>
  edit('Deployment', service, (one) => {
    const { template } = one['spec'] as { template: { spec: Pod } };
    const [container] = template.spec.containers;
    if (container !== undefined) change(container, template.spec);
  });
const withEnv = (service: string, variables: readonly object[]): Change =>
  templateOf(service, (container) => Object.assign(container, { env: variables }));
/** A ConfigMap as /config. */
const withFiles = (service: string, name: string, more: object = {}): Change =>
  templateOf(service, (container, pod) => {
    Object.assign(container, { ...more, volumeMounts: [{ name: 'settings', mountPath: '/config' }] });
    pod.volumes = [{ name: 'settings', configMap: { name } }];
  });

const NOTHING = { databases: undefined, buckets: undefined, keys: undefined };
const untold = ({ status }: Examined): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (status.checks ?? []).flatMap(({ id, fault, message }) =>
      fault === 'BackendUntold' ? [[id.replace('/backends', ''), message ?? '']] : [],
    ),
  );
const resultOf = ({ status }: Examined, id: string): string | undefined =>
  (status.checks ?? []).find((one) => one.id === id)?.result;

/** What is the matter with node-persistence, while the others are well. */
type Row = readonly [string, Change, Readonly<Record<string, Readonly<Record<string, string>>>>, RegExp];

const url = (value: string): Change =>
  withEnv('node-persistence', [...env({ SPRING_DATASOURCE_URL: value }), held('SPRING_DATASOURCE_PASSWORD', 'PW')]);

const rows: readonly Row[] = [
  ['circular placeholders', url('${SPRING_DATASOURCE_URL}'), {}, /go round in a circle/],
  ['placeholders that double', url('${A}${A}'), {}, /nothing that can be read sets A/],
  ['an Oracle URL', url('jdbc:oracle:thin:app/hunter2@db:1521/x'), {}, /Oracle/],
  ['a URL without a database', url('jdbc:postgresql://db:5432/'), {}, /names no database/],
  ['a ConfigMap that is not there', withFiles('node-persistence', 'gone'), {}, /there is no ConfigMap gone/],
  [
    '1 MiB of YAML',
    withFiles('node-persistence', 'large'),
    { large: { 'application.yml': 'a: b\n'.repeat(210_000) } },
    /has 1050000 characters; more than [0-9]+ are not read/,
  ],
  ['bytes', withFiles('node-persistence', 'bytes'), { bytes: { [`${BINARY}application.yml`]: '' } }, /holds bytes/],
  ['no YAML', withFiles('node-persistence', 'bad'), { bad: { 'application.yml': 'hunter2: [' } }, /is no valid YAML/],
  [
    'YAML that multiplies',
    withFiles('node-persistence', 'bomb'),
    {
      bomb: {
        'application.yml':
          'a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]',
      },
    },
    /aliases that multiply/,
  ],
  [
    'a Vault agent',
    edit('Deployment', 'node-persistence', (one) => {
      const { template } = one['spec'] as { template: { metadata: object } };
      Object.assign(template.metadata, { annotations: { 'vault.hashicorp.com/agent-inject': 'true' } });
    }),
    {},
    /Vault agent puts files into its pods/,
  ],
  [
    'a store of secrets as a volume',
    templateOf('node-persistence', (container, pod) => {
      Object.assign(container, { volumeMounts: [{ name: 's', mountPath: '/mnt/secrets' }] });
      pod.volumes = [{ name: 's', csi: { driver: 'secrets-store.csi.k8s.io' } }];
    }),
    {},
    /CSI volume is mounted at \/mnt\/secrets/,
  ],
];

const well: Change = all(
  withEnv('circuit-storage', [
    ...env({
      SPRING_DATASOURCE_URL: 'jdbc:postgresql://cs.example/main?sslmode=disable',
      SPRING_DATASOURCE_USERNAME: 'app',
      CLOUD_AWS_S3_BUCKET_NAME: 'circuits-1',
      AWS_REGION: 'eu-west-1',
    }),
    held('SPRING_DATASOURCE_PASSWORD', 'PW'),
    held('AWS_ACCESS_KEY_ID', 'AWS_ACCESS_KEY_ID'),
    held('AWS_SECRET_ACCESS_KEY', 'AWS_SECRET_ACCESS_KEY'),
  ]),
  withEnv('auth-vault', env({ AWS_KMS_KEY_ID: 'alias/jwt', AWS_REGION: 'eu-west-1' })),
);
const asked = (change: Change, configMaps: Row[2]): Promise<Examined> =>
  look({ spec: NOTHING, objects: (objects: KubernetesObject[]) => all(well, change)(objects), reader, configMaps });
const OTHERS = ['database/circuit-storage/connect', 'object-storage/circuits/list', 'key-management/signing/state'];

describe.each(rows)('%s', (_name, change, configMaps, words) => {
  let examined: Examined;
  beforeAll(async () => {
    examined = await asked(change, configMaps);
  });

  it('is one sentence of its service', () => {
    expect(untold(examined)).toEqual({ 'node-persistence': expect.stringMatching(words) as unknown });
  });

  it('keeps no other target from its answers', () => {
    expect(OTHERS.map((id) => [id, resultOf(examined, id)])).toEqual(OTHERS.map((id) => [id, 'pass']));
  });

  it('opens no gate and shows no value of a Secret', () => {
    expect(examined.gate.exitCode).not.toBe(0);
    expect(JSON.stringify([examined.status, examined.gate])).not.toContain('hunter2');
  });
});

it('all of them side by side cost the others nothing', async () => {
  const maps = Object.assign({}, ...rows.map(([, , held]) => held)) as Row[2];
  const change = all(
    withEnv('node-persistence', env({ SPRING_DATASOURCE_URL: '${SPRING_DATASOURCE_URL}' })),
    withFiles('core-daemon', 'large'),
    withFiles('operations-service', 'bomb'),
  );
  const examined = await asked(change, maps);
  expect(OTHERS.map((id) => resultOf(examined, id))).toEqual(['pass', 'pass', 'pass']);
  expect(untold(examined)['node-persistence']).toMatch(/circle/);
  expect(examined.gate.exitCode).not.toBe(0);
});
