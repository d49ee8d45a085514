// What Secrets of pods hold a part of, or as a whole: URLs of pieces, hosts, buckets, keys' ids, settings files, service
// bindings. Found where Secrets may be read, and one precise answer where not.
import { describe, expect, test } from 'vitest';
import type { Target } from '../../../src/facts/target.ts';
import {
  connectionOf,
  deployment,
  discover,
  type Found,
  fromSecret,
  type KubeObject,
  withVolumes,
} from './discover.ts';
import { env } from './templates.ts';

/** One line for each backend: where it is and as whom it is asked, or the fault. */
function told(found: Found): readonly string[] {
  return found.backends.map(lineOf);
}

function lineOf(target: Target): string {
  switch (target.kind) {
    case 'database': {
      if (!target.connection.ok) return `${target.name}: ${target.connection.fault.code}`;
      const { host, port, database, username, unread, tls } = target.connection.value;
      const who = unread === undefined ? username : unread.code;
      return `${target.name}: ${host}:${port}/${database} ${who} ${tls.mode}`;
    }
    case 'bucket': {
      if (!target.access.ok) return `${target.name}: ${target.access.fault.code}`;
      const { region, endpoint = '-', credentials } = target.access.value;
      return `${target.bucket}: ${region} ${endpoint} ${credentials.source}`;
    }
    case 'key':
      if (target.source.kind === 'keyPair')
        return `${target.name}: ${target.source.pair.ok ? 'pair' : target.source.pair.fault.code}`;
      return `${target.source.keyId}: ${target.source.access.ok ? target.source.access.value.region : target.source.access.fault.code}`;
    case 'service':
    case 'cluster':
      return target.kind;
  }
}

const URL = 'jdbc:postgresql://db.example:5433/np';
const DB = { 'db/HOST': 'db.example', 'db/PORT': '5433', 'db/NAME': 'np', 'db/USER': 'app', 'db/PASS': 'hunter2' };
const LOGIN = [
  fromSecret('SPRING_DATASOURCE_USERNAME', 'db', 'USER'),
  fromSecret('SPRING_DATASOURCE_PASSWORD', 'db', 'PASS'),
];
const WELL = 'circuit-storage: db.example:5433/np app Prefer';
const storage = (variables: object[], more: object = {}): KubeObject => deployment('circuit-storage', variables, more);
const maybe = (name: string, secretName: string, key: string): object => ({
  name,
  valueFrom: { secretKeyRef: { name: secretName, key, optional: true } },
});
const whole = (name: string, prefix?: string): object => ({ envFrom: [{ secretRef: { name }, prefix }] });
const file = (data: string, more: object = {}): readonly KubeObject[] => [
  withVolumes(storage([], { volumeMounts: [{ name: 'v', mountPath: '/config' }], ...more }), [
    { name: 'v', configMap: { name: 'm' } },
  ]),
  { kind: 'ConfigMap', metadata: { name: 'm' }, data: { 'application.yml': data } } as unknown as KubeObject,
];
const mounted = (path: string, volume: object, variables: object[] = [], more: object = {}): KubeObject =>
  withVolumes(storage(variables, { volumeMounts: [{ name: 'v', mountPath: path, ...more }] }), [
    { name: 'v', ...volume },
  ]);

/** A ConfigMap that says where the database is. */
const place = (data: Record<string, string>): KubeObject =>
  ({ kind: 'ConfigMap', metadata: { name: 'place' }, data }) as unknown as KubeObject;
const pieced = (envFrom: readonly object[]): KubeObject =>
  storage([...env({ SPRING_DATASOURCE_URL: 'jdbc:postgresql://$(DB_HOST):5433/np' }), ...LOGIN], { envFrom });

type Row = readonly [string, readonly KubeObject[], Readonly<Record<string, string>>, readonly string[]];

const rows: readonly Row[] = [
  [
    'a URL of variables from a Secret, as the kubelet expands them',
    [
      storage([
        fromSecret('DB_HOST', 'db', 'HOST'),
        fromSecret('DB_PORT', 'db', 'PORT'),
        fromSecret('DB_NAME', 'db', 'NAME'),
        ...env({ SPRING_DATASOURCE_URL: 'jdbc:postgresql://$(DB_HOST):$(DB_PORT)/$(DB_NAME)' }),
        ...LOGIN,
      ]),
    ],
    DB,
    [WELL],
  ],
  [
    'a settings file with placeholders for variables that a Secret of envFrom sets',
    file(
      'spring.datasource: {url: "jdbc:postgresql://${HOST}:${PORT:5432}/${NAME}?sslmode=require", username: "${USER}", password: "${PASS}"}',
      whole('db'),
    ),
    DB,
    ['circuit-storage: db.example:5433/np app Require'],
  ],
  [
    'a default that a Secret of envFrom overrules',
    file(
      'spring.datasource: {url: "jdbc:postgresql://${HOST:localhost}:${PORT:5432}/${NAME:x}", username: "${USER:u}", password: "${PASS}"}',
      whole('db'),
    ),
    DB,
    [WELL],
  ],
  [
    'a default that no Secret overrules',
    file(
      'spring.datasource: {url: "jdbc:postgresql://${HOST:localhost}:5432/x", username: "${USER}", password: "${PASS}"}',
      whole('db'),
    ),
    { 'db/USER': 'app', 'db/PASS': 'hunter2' },
    ['circuit-storage: localhost:5432/x app Prefer'],
  ],
  [
    'a URL of a settings file that a Secret of envFrom overrules',
    file('spring.datasource.url: jdbc:postgresql://localhost/dev', whole('all')),
    {
      'all/SPRING_DATASOURCE_URL': URL,
      'all/SPRING_DATASOURCE_USERNAME': 'app',
      'all/SPRING_DATASOURCE_PASSWORD': 'p',
    },
    [WELL],
  ],
  [
    'and one that it does not overrule, because a variable of its own stands over it',
    [storage([...env({ SPRING_DATASOURCE_URL: URL }), ...LOGIN], whole('all'))],
    { ...DB, 'all/SPRING_DATASOURCE_URL': 'jdbc:postgresql://other/x' },
    [WELL],
  ],
  [
    'a variable of its own within another one, over a Secret of envFrom that has its name',
    [
      storage(
        [...env({ DB_HOST: 'db.example', SPRING_DATASOURCE_URL: 'jdbc:postgresql://$(DB_HOST):5433/np' }), ...LOGIN],
        whole('all'),
      ),
    ],
    { ...DB, 'all/DB_HOST': 'other.example' },
    [WELL],
  ],
  [
    'a variable of a ConfigMap within another one, under a Secret of envFrom that stands behind it',
    [
      pieced([{ configMapRef: { name: 'place' } }, { secretRef: { name: 'all' } }]),
      place({ DB_HOST: 'other.example' }),
    ],
    { ...DB, 'all/DB_HOST': 'db.example' },
    [WELL],
  ],
  [
    'where that Secret has no such name',
    [pieced([{ configMapRef: { name: 'place' } }, { secretRef: { name: 'all' } }]), place({ DB_HOST: 'db.example' })],
    { ...DB, 'all/OTHER': 'other.example' },
    [WELL],
  ],
  [
    'and over one that stands before it',
    [pieced([{ secretRef: { name: 'all' } }, { configMapRef: { name: 'place' } }]), place({ DB_HOST: 'db.example' })],
    { ...DB, 'all/DB_HOST': 'other.example' },
    [WELL],
  ],
  [
    'a key that pods do without, over the settings file',
    file('spring.datasource.url: jdbc:postgresql://dev/np', {
      env: [maybe('SPRING_DATASOURCE_URL', 'own', 'url'), ...LOGIN],
    }),
    { ...DB, 'own/url': URL },
    [WELL],
  ],
  [
    'and the settings file where it is not there, with its placeholders',
    file('spring.datasource.url: "jdbc:postgresql://${DB_HOST}:5433/np"', {
      env: [maybe('SPRING_DATASOURCE_URL', 'own', 'url'), ...LOGIN, ...env({ DB_HOST: 'db.example' })],
    }),
    { ...DB, 'own/another': 'jdbc:postgresql://other/x' },
    [WELL],
  ],
  [
    'SPRING_APPLICATION_JSON of a Secret, over a variable',
    [
      storage([
        ...env({ SPRING_DATASOURCE_URL: 'jdbc:postgresql://other/x' }),
        fromSecret('SPRING_APPLICATION_JSON', 'json', 'all'),
        ...LOGIN,
      ]),
    ],
    { ...DB, 'json/all': JSON.stringify({ spring: { datasource: { url: URL } } }) },
    [WELL],
  ],
  [
    'and over an option of the machine',
    [
      storage([
        ...env({ JAVA_TOOL_OPTIONS: '-Dspring.datasource.url=jdbc:postgresql://other/x' }),
        fromSecret('SPRING_APPLICATION_JSON', 'json', 'all'),
        ...LOGIN,
      ]),
    ],
    { ...DB, 'json/all': JSON.stringify({ spring: { datasource: { url: URL } } }) },
    [WELL],
  ],
  [
    'SPRING_APPLICATION_JSON of a Secret alone',
    [storage([fromSecret('SPRING_APPLICATION_JSON', 'json', 'all')])],
    { 'json/all': JSON.stringify({ spring: { datasource: { url: URL, username: 'app', password: 'hunter2' } } }) },
    [WELL],
  ],
  [
    'host, port and database in a Secret of envFrom, which no setting names',
    [storage([], whole('db', 'DB_'))],
    { 'db/HOST': 'db.example', 'db/PORT': '5433', 'db/NAME': 'np', 'db/USER': 'app', 'db/PASSWORD': 'p' },
    [WELL],
  ],
  [
    "the dashboard's host and name in keys of a Secret",
    [
      deployment('admin-dashboard', [
        fromSecret('TYPEORM_HOST', 'db', 'HOST'),
        fromSecret('TYPEORM_DATABASE', 'db', 'NAME'),
        ...env({ TYPEORM_PORT: '5433' }),
        fromSecret('TYPEORM_USERNAME', 'db', 'USER'),
        fromSecret('TYPEORM_PASSWORD', 'db', 'PASS'),
      ]),
    ],
    DB,
    ['admin-dashboard: db.example:5433/np app Prefer'],
  ],
  [
    'a bucket with its region and endpoint in keys of a Secret',
    [
      storage([
        fromSecret('CLOUD_AWS_S3_BUCKET_NAME', 's3', 'bucket'),
        fromSecret('CLOUD_AWS_REGION_STATIC', 's3', 'region'),
        fromSecret('CLOUD_AWS_S3_ENDPOINT_URL', 's3', 'url'),
        fromSecret('AWS_ACCESS_KEY_ID', 's3', 'id'),
        fromSecret('AWS_SECRET_ACCESS_KEY', 's3', 'key'),
      ]),
    ],
    {
      's3/bucket': 'circuits-1',
      's3/region': 'eu-west-1',
      's3/url': 'https://s3.example:9000',
      's3/id': 'AKIAEXAMPLE000000000',
      's3/key': 'k',
    },
    ['circuits-1: eu-west-1 https://s3.example:9000 own'],
  ],
  [
    'a bucket in a Secret of envFrom, with all that it needs',
    [storage([], whole('s3'))],
    {
      's3/AWS_S3_BUCKET_NAME': 'circuits-1',
      's3/AWS_REGION': 'eu-west-1',
      's3/AWS_ENDPOINT_URL_S3': 'https://s3.example:9000',
      's3/AWS_ACCESS_KEY_ID': 'AKIAEXAMPLE000000000',
      's3/AWS_SECRET_ACCESS_KEY': 'k',
    },
    ['circuits-1: eu-west-1 https://s3.example:9000 own'],
  ],
  [
    'an endpoint in a Secret of envFrom beside a bucket in the open: AWS is not asked for it',
    [storage(env({ BUCKET_NAME: 'circuits-1', AWS_REGION: 'eu-west-1' }), whole('s3'))],
    { 's3/AWS_ENDPOINT_URL_S3': 'https://s3.example:9000' },
    ['circuits-1: eu-west-1 https://s3.example:9000 ambient'],
  ],
  [
    'an id of a key in a key of a Secret',
    [deployment('auth-vault', [fromSecret('AWS_KMS_KEY_ID', 'kms', 'arn'), ...env({ AWS_REGION: 'eu-west-1' })])],
    { 'kms/arn': 'alias/jwt' },
    ['alias/jwt: eu-west-1'],
  ],
  [
    'an id of a key in a Secret of envFrom',
    [deployment('auth-vault', env({ AWS_REGION: 'eu-west-1' }), whole('kms'))],
    { 'kms/KEYS_KMS_KEY_ID': 'alias/jwt', 'kms/AWS_REGION': 'eu-west-1' },
    ['alias/jwt: eu-west-1'],
  ],
  [
    'a settings file that is a key of a mounted Secret',
    [mounted('/config', { secret: { secretName: 'app' } })],
    { 'app/application.yml': `spring.datasource: {url: "${URL}", username: app, password: hunter2}` },
    [WELL],
  ],
  [
    'one of Spring Cloud in it, under every other whatever its profile',
    [mounted('/config', { secret: { secretName: 'app' } }, env({ SPRING_PROFILES_ACTIVE: 'prod' }))],
    {
      'app/application.yml': `spring.datasource.url: "${URL}"`,
      'app/bootstrap-prod.yml':
        'spring.datasource: {url: "jdbc:postgresql://other/np", username: app, password: hunter2}',
    },
    [WELL],
  ],
  [
    'one of a profile, by subPath, with documents of other profiles',
    [
      mounted(
        '/config/application-prod.yml',
        { secret: { secretName: 'app' } },
        env({ SPRING_PROFILES_ACTIVE: 'prod' }),
        { subPath: 'application-prod.yml' },
      ),
    ],
    {
      'app/application-prod.yml': [
        'spring.datasource: {url: "jdbc:postgresql://dev/np", username: app, password: hunter2}',
        `spring: {config: {activate: {on-profile: prod}}, datasource: {url: "${URL}"}}`,
        'spring: {config: {activate: {on-profile: test}}, datasource: {url: "jdbc:postgresql://test/np"}}',
      ].join('\n---\n'),
    },
    [WELL],
  ],
  [
    'one of a profile that is not active',
    [mounted('/config', { secret: { secretName: 'app' } }, env({ SPRING_PROFILES_ACTIVE: 'prod' }))],
    { 'app/application-test.yml': `spring.datasource: {url: "${URL}", username: app, password: hunter2}` },
    [],
  ],
  [
    'of two active profiles, the last one',
    [mounted('/config', { secret: { secretName: 'app' } }, env({ SPRING_PROFILES_ACTIVE: 'eu,db' }))],
    {
      'app/application.yml': 'spring.datasource.url: jdbc:postgresql://dev/np',
      'app/application-db.yml': `spring.datasource: {url: "${URL}", username: app, password: hunter2}`,
      'app/application-eu.yml': 'spring.datasource.url: jdbc:postgresql://eu/np',
    },
    [WELL],
  ],
  [
    'a bucket in properties of a mounted Secret',
    [mounted('/app/config', { secret: { secretName: 'app' } })],
    { 'app/application.properties': 'cloud.aws.s3.bucket-name=circuits-1\ncloud.aws.region.static=eu-west-1\n' },
    ['circuits-1: eu-west-1 - ambient'],
  ],
  [
    'directories of a tree by a star',
    [
      mounted(
        '/etc/tree/one',
        { secret: { secretName: 'tree' } },
        env({ SPRING_CONFIG_IMPORT: 'optional:configtree:/etc/tree/*/' }),
      ),
    ],
    {
      'tree/spring.datasource.url': URL,
      'tree/spring.datasource.username': 'app',
      'tree/spring.datasource.password': 'p',
    },
    [WELL],
  ],
];

const BINDING = {
  'b/type': 'postgresql',
  'b/host': 'db.example',
  'b/port': '5433',
  'b/database': 'np',
  'b/username': 'app',
  'b/password': 'p',
};
const ROOT = env({ SERVICE_BINDING_ROOT: '/bindings' });
const bound = (variables: object[] = [], volume: object = { secret: { secretName: 'b' } }): readonly KubeObject[] => [
  mounted('/bindings/db', volume, [...ROOT, ...variables]),
];
/** A binding of which a ConfigMap holds the place. */
const boundTo = (data: Record<string, string>, variables: object[] = []): readonly KubeObject[] => [
  ...bound(variables, { projected: { sources: [{ configMap: { name: 'place' } }, { secret: LOGIN_OF_B }] } }),
  place({ type: 'postgresql', ...data }),
];
const LOGIN_OF_B = {
  name: 'b',
  items: [
    { key: 'username', path: 'username' },
    { key: 'password', path: 'password' },
  ],
};
const OTHER = 'jdbc:postgresql://other/x';
const bindings: readonly Row[] = [
  ['a binding of pieces', bound(), BINDING, [WELL]],
  [
    'its mode of TLS',
    bound(),
    { ...BINDING, 'b/sslmode': 'require' },
    ['circuit-storage: db.example:5433/np app Require'],
  ],
  [
    'its URL before its pieces',
    bound(),
    { ...BINDING, 'b/jdbc-url': 'jdbc:postgresql://url.example/x' },
    ['circuit-storage: url.example:5432/x app Prefer'],
  ],
  ['of another type', bound(), { ...BINDING, 'b/type': 'mysql' }, []],
  ['without a type', bound(), { 'b/host': 'db.example', 'b/database': 'np', 'b/username': 'app' }, []],
  [
    'that is switched off',
    bound(env({ JAVA_TOOL_OPTIONS: '-Dorg.springframework.cloud.bindings.boot.enable=false' })),
    BINDING,
    [],
  ],
  [
    'whose type is switched off',
    bound(env({ ORG_SPRINGFRAMEWORK_CLOUD_BINDINGS_BOOT_POSTGRESQL_ENABLE: 'false' })),
    BINDING,
    [],
  ],
  ['that is mounted elsewhere', [mounted('/elsewhere/db', { secret: { secretName: 'b' } }, ROOT)], BINDING, []],
  [
    'over a variable of the same name',
    bound(env({ SPRING_DATASOURCE_URL: 'jdbc:postgresql://other/x' })),
    { ...BINDING, 'b/jdbc-url': URL },
    [WELL],
  ],
  [
    'of which a ConfigMap holds the place, over SPRING_APPLICATION_JSON',
    boundTo({ 'jdbc-url': URL }, env({ SPRING_APPLICATION_JSON: JSON.stringify({ 'spring.datasource.url': OTHER }) })),
    BINDING,
    [WELL],
  ],
  [
    'over an option of the machine',
    boundTo({ 'jdbc-url': URL }, env({ JAVA_TOOL_OPTIONS: `-Dspring.datasource.url=${OTHER}` })),
    BINDING,
    [WELL],
  ],
  [
    'its URL before its pieces, in the same ConfigMap',
    boundTo({ 'jdbc-url': URL, host: 'other', port: '5432', database: 'x' }),
    BINDING,
    [WELL],
  ],
  [
    'projected beside a ConfigMap that holds the place, its type in an annotation',
    [
      withVolumes(
        storage(ROOT, { volumeMounts: [{ name: 'v', mountPath: '/bindings/db' }] }),
        [
          {
            name: 'v',
            projected: {
              sources: [
                { configMap: { name: 'place' } },
                {
                  secret: {
                    name: 'b',
                    items: [
                      { key: 'user', path: 'username' },
                      { key: 'pw', path: 'password' },
                    ],
                  },
                },
                {
                  downwardAPI: {
                    items: [{ path: 'type', fieldRef: { fieldPath: "metadata.annotations['bound/type']" } }],
                  },
                },
              ],
            },
          },
        ],
        { 'bound/type': 'postgresql' },
      ),
      {
        kind: 'ConfigMap',
        metadata: { name: 'place' },
        data: { host: 'db.example', port: '5433', database: 'np' },
      } as unknown as KubeObject,
    ],
    { 'b/user': 'app', 'b/pw': 'p' },
    [WELL],
  ],
  [
    'as a placeholder of the settings',
    bound(env({ SPRING_DATASOURCE_URL: 'jdbc:postgresql://${k8s.bindings.db.host}:5433/${k8s.bindings.db.name}' })),
    { 'b/type': 'other', 'b/host': 'db.example', 'b/name': 'np', 'b/username': 'app' },
    ['circuit-storage: db.example:5433/np SecretNotRead Prefer'],
  ],
];

describe.each([
  ['what Secrets of pods hold', rows],
  ['a service binding', bindings],
])('%s', (_, all) => {
  test.each(all)('%s', async (_name, objects, values, expected) => {
    const found = await discover(objects, { values });
    expect(told(found)).toEqual(expected);
    expect(JSON.stringify([found.inventory, found.uses])).not.toMatch(/hunter2|AKIA/);
  });
});

describe('where Secrets of pods are not read', () => {
  const closed = { input: { podSecrets: 'Never' }, values: { ...DB, 's3/bucket': 'circuits-1' } };

  test.each<[string, readonly KubeObject[], readonly string[]]>([
    [
      'a URL of pieces',
      [
        storage([
          fromSecret('H', 'db', 'HOST'),
          ...env({ SPRING_DATASOURCE_URL: 'jdbc:postgresql://$(H)/np' }),
          ...LOGIN,
        ]),
      ],
      ['circuit-storage: SecretNotRead'],
    ],
    ['a bucket', [storage([fromSecret('BUCKET_NAME', 's3', 'bucket')])], ['circuits: SecretNotRead']],
    [
      'the endpoint of a bucket, so that AWS is not asked for it',
      [storage([...env({ BUCKET_NAME: 'circuits-1' }), fromSecret('AWS_ENDPOINT_URL_S3', 's3', 'url')])],
      ['circuits: SecretNotRead'],
    ],
    [
      'the id of a key',
      [deployment('auth-vault', [fromSecret('KMS_KEY_ID', 'kms', 'id')])],
      ['signing: SecretNotRead'],
    ],
    ['a Secret that nothing refers to', [storage([], whole('s3'))], []],
  ])('%s is one answer', async (_, objects, expected) => {
    const found = await discover(objects, closed);
    expect(told(found)).toEqual(expected);
    for (const target of found.backends)
      expect(target).toMatchObject({ told: expect.stringMatching(/^(?:db|s3|kms)$/) as unknown });
  });

  test('a default is not taken for what a Secret may say', async () => {
    const all = file('spring.datasource.url: "jdbc:postgresql://${HOST:localhost}/np"', whole('db'));
    expect(told(await discover(all, closed))).toEqual(['circuit-storage: SecretNotRead']);
  });
});

describe('what a Secret holds in the place of a name', () => {
  test.each<[string, KubeObject, Record<string, string>, RegExp]>([
    [
      'a host',
      storage([...env({ DB_NAME: 'np' }), fromSecret('DB_HOST', 'db', 'HOST')]),
      { 'db/HOST': 'Tr0ub4dor & 3' },
      /does not look like a host/,
    ],
    ['a bucket', storage([fromSecret('BUCKET_NAME', 's3', 'b')]), { 's3/b': 'Tr0ub4dor & 3' }, /the name of a bucket/],
    [
      'a key',
      deployment('auth-vault', [fromSecret('KMS_KEY_ID', 'kms', 'id')]),
      { 'kms/id': 'Tr0ub4dor & 3' },
      /the id of a key/,
    ],
  ])('is not shown and not sent where it is no %s', async (_, object, values, words) => {
    const found = await discover([object], { values });
    expect(JSON.stringify(found.backends)).toMatch(words);
    expect(JSON.stringify(found)).not.toContain('Tr0ub4dor');
  });

  test('a password in the open within such a URL is used nowhere', async () => {
    const object = storage([
      fromSecret('H', 'db', 'HOST'),
      ...env({ SPRING_DATASOURCE_URL: 'jdbc:postgresql://$(H)/np?user=app&password=hunter3' }),
    ]);
    const found = await discover([object], { values: DB });
    expect(connectionOf(found)).toMatchObject({ value: { host: 'db.example', password: undefined } });
    expect(JSON.stringify(found)).not.toContain('hunter3');
  });
});
