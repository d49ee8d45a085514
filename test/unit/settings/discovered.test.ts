// An empty spec: the targets that the services' own configuration names, what the spec overrides, and what stays closed
// without a Secret.
import { describe, expect, test } from 'vitest';
import { failed, type Outcome } from '../../../src/facts/outcome.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import type { ReadConfigMap } from '../../../src/settings/index.ts';
import type { TargetsRequest } from '../../../src/targets/index.ts';
import { connectionOf, deployment, discover, type Found, fromSecret, type KubeObject } from './discover.ts';
import { env, fixture } from './templates.ts';

const SPLIT = {
  'recognize-db/DB_USER': 'recognize',
  'recognize-db/DB_PASSWORD': 'hunter2',
  's3/accessKeyId': 'AKIAEXAMPLE000000000',
  's3/secretAccessKey': 'hunter3',
};

describe('an empty spec', () => {
  test('finds what the services use: once each, with who uses it and where it was found', async () => {
    const { backends, inventory, uses } = await discover(fixture('split'), { values: SPLIT });
    expect(backends).toMatchObject([
      {
        id: 'database/node-persistence',
        usedBy: ['node-persistence', 'circuit-storage'],
        origin: 'Deployment node-persistence, argument --spring.datasource.url',
        secret: 'recognize-db',
        connection: {
          value: { host: 'db.example', port: 5433, database: 'recognize', username: 'recognize', namedBySecret: true },
        },
      },
      {
        id: 'object-storage/circuits',
        usedBy: ['circuit-storage'],
        access: { value: { endpoint: 'https://s3.example:9000', credentials: { source: 'own' } } },
      },
      { id: 'key-management/signing', usedBy: ['auth-vault'], source: { kind: 'kms' } },
    ]);
    expect(inventory).toMatchObject([
      {
        component: 'database',
        name: 'node-persistence',
        origin: expect.stringContaining('Deployment node-persist') as unknown,
      },
      { component: 'object-storage', name: 'circuits' },
      {
        component: 'key-management',
        name: 'signing',
        origin: expect.stringContaining('ConfigMap auth-vault') as unknown,
      },
    ]);
    expect(uses).toEqual({
      'node-persistence': ['database'],
      'circuit-storage': ['database', 'bucket'],
      'auth-vault': ['kms'],
    });
    expect(JSON.stringify({ inventory, uses })).not.toMatch(/hunter/);
  });

  test('asks for each ConfigMap once', async () => {
    expect([...(await discover(fixture('split'), { values: SPLIT })).asked].sort()).toEqual([
      'auth-vault',
      'circuit-storage',
    ]);
  });

  test('finds nothing with discovery: None, and nothing of what is waived', async () => {
    expect((await discover(fixture('split'), { input: { discovery: 'None' } })).backends).toEqual([]);
    const waived = await discover(fixture('split'), { input: { upgrade: { waive: ['Databases', 'Keys'] } } });
    expect(waived.backends.map(({ id }) => id)).toEqual(['object-storage/circuits']);
  });
});

describe('what the spec lists stands over what is found', () => {
  const other = { host: 'elsewhere', database: 'recognize', credentialsSecretRef: { name: 'mine' } };
  const mine = { 'mine/username': 'monitor', 'mine/password': 'hunter4' };

  test('by its name', async () => {
    const { targets } = await discover(fixture('split'), {
      input: { databases: [{ name: 'node-persistence', ...other }] },
      values: { ...SPLIT, ...mine },
    });
    expect(targets.filter(({ kind }) => kind === 'database')).toMatchObject([
      { id: 'database/node-persistence', connection: { value: { host: 'elsewhere', username: 'monitor' } } },
    ]);
  });

  test('and as the same server and database under another name', async () => {
    const same = { name: 'main', ...other, host: 'DB.example', port: 5433 };
    const { targets } = await discover(fixture('split'), {
      input: { databases: [same] },
      values: { ...SPLIT, ...mine },
    });
    expect(targets.filter(({ kind }) => kind === 'database').map(({ id }) => id)).toEqual(['database/main']);
  });

  test('but another one is examined beside it', async () => {
    const { targets } = await discover(fixture('split'), {
      input: { databases: [{ name: 'main', ...other }] },
      values: { ...SPLIT, ...mine },
    });
    expect(targets.filter(({ kind }) => kind === 'database').map(({ id }) => id)).toEqual([
      'database/main',
      'database/node-persistence',
    ]);
  });
});

describe('a password that a report asks to have used', () => {
  const all = [
    deployment(
      'circuit-storage',
      [
        fromSecret('SPRING_DATASOURCE_USERNAME', 'db', 'username'),
        fromSecret('SPRING_DATASOURCE_PASSWORD', 'db', 'password'),
      ],
      { envFrom: [{ configMapRef: { name: 'settings' } }] },
    ),
    {
      kind: 'ConfigMap',
      metadata: { name: 'settings' },
      data: { SPRING_DATASOURCE_URL: 'jdbc:postgresql://db.example/circuits' },
    },
  ] as unknown as KubeObject[];

  test.each([
    ['the host that a ConfigMap of its workload names', 'db.example', true],
    ['a host that the report alone names', 'evil.example', false],
  ])('belongs to %s: %s, %s', async (_, host, isNamed) => {
    const listed = { name: 'circuit-storage', host, database: 'circuits', credentialsSecretRef: { name: 'db' } };
    const { targets } = await discover(all, {
      input: { databases: [listed] },
      values: { 'db/username': 'u', 'db/password': 'p' },
    });
    expect(targets.filter(({ kind }) => kind === 'database')).toMatchObject([
      { connection: { value: { host, namedBySecret: isNamed } } },
    ]);
  });
});

describe('a Secret that only pods name', () => {
  test.each<[string, object, Partial<TargetsRequest>, RegExp]>([
    ['the report', { podSecrets: 'Never' }, {}, /podSecrets: Never/],
    ['the operator', {}, { podSecretsOff: 'the operator' }, /this operator uses none of pods here/],
    [
      'its rights',
      {},
      {
        secrets: {
          read: () => Promise.resolve(failed('CheckerNotAuthorized', literal('may not get secrets in recognize'))),
        },
      },
      /no right to get it/,
    ],
  ])('is not read for %s; what can be asked without it is a target', async (_, input, request, why) => {
    const { backends } = await discover(fixture('split'), { input, ...request });
    expect(backends).toMatchObject([
      {
        connection: {
          value: {
            host: 'db.example',
            password: undefined,
            namedBySecret: false,
            unread: {
              code: 'SecretNotRead',
              detail: expect.stringMatching(why) as unknown,
              names: { secret: 'recognize-db' },
            },
          },
        },
      },
      { access: { value: { credentials: { source: 'none', unread: { code: 'SecretNotRead' } } } } },
      { source: { access: { value: { credentials: { source: 'ambient' } } } } },
    ]);
  });

  test('that is not there is an answer about the backend', async () => {
    const { backends } = await discover(fixture('split'));
    expect(backends[0]).toMatchObject({ connection: { ok: false, fault: { code: 'SecretKeyMissing' } } });
  });
});

describe('a login as the services have it', () => {
  const URL = env({ SPRING_DATASOURCE_URL: 'jdbc:postgresql://a:5432,b:5433/circuits?targetServerType=primary' });

  test('user name in the open and password in a Secret under any key, every server of the URL', async () => {
    const all = [
      deployment('circuit-storage', [
        ...URL,
        ...env({ SPRING_DATASOURCE_USERNAME: 'circuits' }),
        fromSecret('SPRING_DATASOURCE_PASSWORD', 'db', 'the-key'),
      ]),
    ];
    expect(connectionOf(await discover(all, { values: { 'db/the-key': 'hunter2' } }))).toMatchObject({
      value: {
        host: 'a',
        otherHosts: [{ host: 'b', port: 5433 }],
        wants: 'primary',
        username: 'circuits',
        namedBySecret: true,
      },
    });
  });

  test('a password in the open is used nowhere and repeated nowhere', async () => {
    const all = [deployment('circuit-storage', [...URL, ...env({ SPRING_DATASOURCE_PASSWORD: 'hunter2' })])];
    const found = await discover(all);
    expect(connectionOf(found)).toMatchObject({
      value: { password: undefined, unread: { detail: expect.stringContaining('stands in the open') as unknown } },
    });
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  test('the whole URL in a Secret, of one database with another that stands in the open', async () => {
    const all = [
      deployment('circuit-storage', [fromSecret('SPRING_DATASOURCE_URL', 'cs', 'url')]),
      deployment('node-persistence', [
        ...env({ SPRING_DATASOURCE_URL: 'jdbc:postgresql://db/recognize', SPRING_DATASOURCE_USERNAME: 'u' }),
        fromSecret('SPRING_DATASOURCE_PASSWORD', 'np', 'password'),
      ]),
    ];
    const values = { 'cs/url': 'jdbc:postgresql://db/recognize?user=u&password=p', 'np/password': 'p' };
    expect((await discover(all, { values })).backends).toMatchObject([
      { kind: 'database', usedBy: expect.arrayContaining(['circuit-storage', 'node-persistence']) as unknown },
    ]);
  });

  test('an authority that is in the pods alone: nobody logs in', async () => {
    const all = [
      deployment('circuit-storage', [
        ...env({ SPRING_DATASOURCE_URL: 'jdbc:postgresql://db/x?sslmode=verify-full&sslrootcert=/in/image.pem' }),
        fromSecret('SPRING_DATASOURCE_USERNAME', 'cs', 'username'),
        fromSecret('SPRING_DATASOURCE_PASSWORD', 'cs', 'password'),
      ]),
    ];
    const values = { 'cs/username': 'u', 'cs/password': 'p' };
    expect(connectionOf(await discover(all, { values }))).toMatchObject({
      value: { tls: { mode: 'Require' }, unread: { detail: expect.stringContaining('authority') as unknown } },
    });
  });
});

describe('a Secret that is environment or files as a whole', () => {
  const all = (variables: object[], secretRef: string, prefix?: string): KubeObject[] => [
    deployment('circuit-storage', variables, { envFrom: [{ secretRef: { name: secretRef }, prefix }] }),
  ];
  const URL = env({ SPRING_DATASOURCE_URL: 'jdbc:postgresql://db/circuits' });

  test.each([
    ['upper case', undefined, 'SPRING_DATASOURCE_USERNAME', 'SPRING_DATASOURCE_PASSWORD'],
    ['camel case', undefined, 'springDatasourceUsername', 'springDatasourcePassword'],
    ['a prefix', 'SPRING_', 'DATASOURCE_USERNAME', 'DATASOURCE_PASSWORD'],
    ["the pool's", undefined, 'spring.datasource.username', 'spring.datasource.password'],
    [
      'as the values of the chart call it',
      undefined,
      'configMap.springDatasourceUsername',
      'CONFIGMAP_SPRING_DATASOURCE_PASSWORD',
    ],
  ])('holds user name and password: %s', async (_, prefix, user, password) => {
    const values = { [`all/${user}`]: 'circuits', [`all/${password}`]: 'hunter2', 'all/OTHER': 'x' };
    expect(connectionOf(await discover(all(URL, 'all', prefix), { values }))).toMatchObject({
      value: { host: 'db', username: 'circuits', namedBySecret: true },
    });
  });

  test('holds no password: what can be asked without one is asked', async () => {
    expect(connectionOf(await discover(all(URL, 'all'), { values: { 'all/OTHER': 'x' } }))).toMatchObject({
      value: { password: undefined, unread: { detail: expect.stringMatching(/no key of the Secrets/) as unknown } },
    });
  });

  test('holds the whole URL: it is a target, and the service has told', async () => {
    const values = { 'all/SPRING_DATASOURCE_URL': 'jdbc:postgresql://db/circuits?user=u&password=p' };
    const { backends, inventory } = await discover(all([], 'all'), { values });
    expect(backends).toMatchObject([
      { id: 'database/circuit-storage', secret: 'all', connection: { value: { host: 'db', username: 'u' } } },
    ]);
    expect(inventory).toMatchObject([{ origin: 'Deployment circuit-storage, Secret all (envFrom)' }]);
  });

  test('holds the URL, and user name and password beside it', async () => {
    const values = {
      'all/CS_SPRING_DATASOURCE_URL': 'jdbc:postgresql://db/circuits',
      'all/CS_SPRING_DATASOURCE_USERNAME': 'circuits',
      'all/CS_SPRING_DATASOURCE_PASSWORD': 'hunter2',
    };
    expect(connectionOf(await discover(all([], 'all'), { values }))).toMatchObject({ value: { username: 'circuits' } });
  });

  test.each([
    ['holds no URL', {}, {}],
    ['is not read', { podSecrets: 'Never' }, { 'all/SPRING_DATASOURCE_URL': 'jdbc:postgresql://db/x?user=u' }],
  ])('%s: no target is made of it', async (_, input, values) => {
    expect((await discover(all([], 'all'), { input, values })).backends).toEqual([]);
  });

  test('is mounted as a tree of files', async () => {
    const [tree] = [
      deployment('circuit-storage', [...URL, ...env({ SPRING_CONFIG_IMPORT: 'configtree:/etc/secrets/' })], {
        volumeMounts: [{ name: 's', mountPath: '/etc/secrets' }],
      }),
    ];
    const { spec: template } = tree as unknown as { spec: { template: { spec: object } } };
    Object.assign(template.template.spec, { volumes: [{ name: 's', secret: { secretName: 'tree' } }] });
    const values = { 'tree/spring.datasource.username': 'circuits', 'tree/spring.datasource.password': 'hunter2' };
    expect(connectionOf(await discover([tree], { values }))).toMatchObject({ value: { username: 'circuits' } });
  });
});

describe('keys for AWS', () => {
  const BUCKET = env({ BUCKET_NAME: 'circuits', AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_S3: 'https://s3.example' });
  const accessOf = ({ backends }: Found): unknown => backends.find(({ kind }) => kind === 'bucket');

  test('in two Secrets', async () => {
    const all = [
      deployment('circuit-storage', [
        ...BUCKET,
        fromSecret('AWS_ACCESS_KEY_ID', 'ids', 'id'),
        fromSecret('AWS_SECRET_ACCESS_KEY', 'keys', 'key'),
      ]),
    ];
    const values = { 'ids/id': 'AKIAEXAMPLE000000000', 'keys/key': 'hunter3' };
    expect(accessOf(await discover(all, { values }))).toMatchObject({
      secret: 'keys',
      access: { value: { credentials: { source: 'own', accessKeyId: 'AKIAEXAMPLE000000000' } } },
    });
    const elsewhere = { ...values, 'keys/endpoint': 'https://other.example' };
    expect(accessOf(await discover(all, { values: elsewhere }))).toMatchObject({
      access: { fault: { code: 'TargetInvalid' } },
    });
  });

  test('in a Secret that is environment as a whole', async () => {
    const all = [deployment('circuit-storage', BUCKET, { envFrom: [{ secretRef: { name: 'aws' } }] })];
    const values = { 'aws/AWS_ACCESS_KEY_ID': 'AKIAEXAMPLE000000000', 'aws/AWS_SECRET_ACCESS_KEY': 'hunter3' };
    expect(accessOf(await discover(all, { values }))).toMatchObject({
      access: { value: { credentials: { source: 'own' } } },
    });
    const closed = await discover(all, { values, input: { podSecrets: 'Never' } });
    expect(accessOf(closed)).toMatchObject({
      access: { value: { credentials: { source: 'none', unread: { code: 'SecretNotRead' } } } },
    });
  });

  test('in no Secret of its pods: they have an identity, and the operator asks with its own', async () => {
    const all = [deployment('circuit-storage', BUCKET, { envFrom: [{ secretRef: { name: 'other' } }] })];
    expect(accessOf(await discover(all, { values: { 'other/LOG_LEVEL': 'info' } }))).toMatchObject({
      access: { value: { credentials: { source: 'ambient' } } },
    });
  });
});

describe('an authority in a ConfigMap', () => {
  const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
  const all = (data: Record<string, string>): KubeObject[] => {
    const one = deployment(
      'circuit-storage',
      [
        ...env({
          SPRING_DATASOURCE_URL: 'jdbc:postgresql://db/x?sslmode=verify-full&sslrootcert=/etc/ssl/custom-ca/site.pem',
          BUCKET_NAME: 'circuits',
          AWS_ENDPOINT_URL_S3: 'https://s3.example',
        }),
        fromSecret('SPRING_DATASOURCE_USERNAME', 'cs', 'username'),
        fromSecret('SPRING_DATASOURCE_PASSWORD', 'cs', 'password'),
      ],
      { volumeMounts: [{ name: 'ca', mountPath: '/etc/ssl/custom-ca' }] },
    );
    const { spec: template } = one as unknown as { spec: { template: { spec: object } } };
    Object.assign(template.template.spec, { volumes: [{ name: 'ca', configMap: { name: 'authorities' } }] });
    return [one, { kind: 'ConfigMap', metadata: { name: 'authorities' }, data } as unknown as KubeObject];
  };
  const values = { 'cs/username': 'u', 'cs/password': 'p' };

  test('verifies the database and the endpoint of the bucket', async () => {
    expect((await discover(all({ 'site.pem': PEM }), { values })).backends).toMatchObject([
      { connection: { value: { username: 'u', tls: { mode: 'VerifyFull', ca: PEM } } } },
      { access: { value: { ca: PEM } } },
    ]);
  });

  test('that is none is in the pods alone: nobody logs in', async () => {
    expect(connectionOf(await discover(all({ 'site.pem': 'a keystore' }), { values }))).toMatchObject({
      value: { unread: { detail: expect.stringContaining('authority') as unknown } },
    });
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['is not there', {}, /holds no certificate in PEM/],
    ['holds something else', { 'site.pem': 'x' }, /holds no certificate in PEM/],
    ['holds it', { 'site.pem': PEM }, /^$/],
  ])('that a report names as caConfigMapRef and %s', async (_, data, expected) => {
    const caConfigMapRef = { name: 'authorities', key: 'site.pem' };
    const bucket = { name: 'mine', bucket: 'other', endpoint: 'https://s3.example', caConfigMapRef };
    const kms = { keyId: 'alias/x', endpoint: 'https://kms.example', caConfigMapRef };
    const database = {
      name: 'main',
      host: 'db',
      database: 'y',
      tls: { caConfigMapRef },
      credentialsSecretRef: { name: 'cs' },
    };
    const { targets } = await discover(all(data), {
      input: { discovery: 'None', databases: [database], buckets: [bucket], keys: [{ name: 'k', kms }] },
      values,
    });
    const found = targets.flatMap((one): readonly Outcome<object>[] =>
      one.kind === 'database'
        ? [one.connection]
        : one.kind === 'bucket'
          ? [one.access]
          : one.kind === 'key' && one.source.kind === 'kms'
            ? [one.source.access]
            : [],
    );
    expect(found).toHaveLength(3);
    for (const one of found) expect(one.ok ? '' : one.fault.detail).toMatch(expected);
    if (found[0]?.ok === true) expect(found[0].value).toMatchObject({ tls: { mode: 'VerifyFull', ca: PEM } });
  });
});

describe('what the configuration does not tell', () => {
  const untold = async (...all: KubeObject[]): Promise<unknown> => {
    const { targets } = await discover(all);
    return targets.flatMap((one) =>
      one.kind === 'service'
        ? (one.uses ?? []).flatMap((use) => (use.kind === 'untold' ? [`${one.id}: ${use.why} (${use.origin})`] : []))
        : [],
    );
  };

  test.each<[string, string, RegExp]>([
    ['a circle', '${SPRING_DATASOURCE_URL}', /go round in a circle/],
    ['a placeholder of nothing', 'jdbc:postgresql://${NOWHERE}/x', /nothing that can be read sets NOWHERE/],
    ['an Oracle URL', 'jdbc:oracle:thin:@db:1521/x', /Oracle/],
    ['a URL without a database', 'jdbc:postgresql://db:5432/', /names no database/],
  ])('%s is a sentence of its service', async (_, url, words) => {
    const all = deployment('circuit-storage', env({ SPRING_DATASOURCE_URL: url }));
    expect(await untold(all)).toEqual([expect.stringMatching(words)]);
  });

  const mounted = (data: Record<string, string> | undefined): KubeObject[] => [
    deployment('node-persistence', [], {
      volumeMounts: [{ name: 'settings', mountPath: '/config' }],
    }),
    ...(data === undefined
      ? []
      : [{ kind: 'ConfigMap', metadata: { name: 'settings' }, data } as unknown as KubeObject]),
  ];

  test.each<[string, Record<string, string> | undefined, RegExp]>([
    ['a ConfigMap that is not there', undefined, /there is no ConfigMap settings/],
    [
      '1 MiB of YAML',
      { 'application.yml': 'a: b\n'.repeat(210_000) },
      /has [0-9]+ characters; more than [0-9]+ are not/,
    ],
    ['what is no YAML', { 'application.yml': 'a: [' }, /is no valid YAML/],
  ])('%s is a sentence of its service', async (_, data, words) => {
    const [first, ...rest] = mounted(data);
    const volumes = [{ name: 'settings', configMap: { name: 'settings' } }];
    const { spec: template } = first as unknown as { spec: { template: { spec: object } } };
    Object.assign(template.template.spec, { volumes });
    expect(await untold(...([first, ...rest] as KubeObject[]))).toEqual([expect.stringMatching(words)]);
  });

  test('a service that needs a database beside others that name theirs', async () => {
    const named = deployment('node-persistence', env({ SPRING_DATASOURCE_URL: 'jdbc:postgresql://db/recognize' }));
    const silent = deployment('circuit-storage', [], { envFrom: [{ secretRef: { name: 'all-of-it' } }] });
    expect(await untold(named, silent)).toEqual(
      ['database', 'bucket'].map(
        (of) =>
          `circuit-storage: its settings name no ${of}; it may be in Secret all-of-it (envFrom), which is not read (Deployment circuit-storage)`,
      ),
    );
  });
});

describe('a ConfigMap that cannot be read', () => {
  const all = fixture('split');
  const gone: ReadConfigMap = () => Promise.resolve(failed('ClusterUnavailable', literal('it did not come in time')));

  test('forgets nothing that was found before', async () => {
    const { inventory } = await discover(all, { values: SPLIT });
    const previous = { inventory, checks: [] } as unknown as TargetsRequest['previous'];
    const { backends } = await discover(all, { values: SPLIT, read: gone, previous });
    expect(backends.find(({ id }) => id === 'key-management/signing')).toMatchObject({
      source: { pair: { ok: false, fault: { code: 'ClusterUnavailable' } } },
    });
    const calm = await discover(all.slice(0, 1), { values: SPLIT, previous });
    expect(calm.backends.map(({ id }) => id)).toEqual(['database/node-persistence']);
  });
});
