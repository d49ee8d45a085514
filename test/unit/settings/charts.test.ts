// Configurations as charts in the wild write them: what is found of each, where its credentials stand, and what is said of
// the rest. Each row is one container.
import { describe, expect, test } from 'vitest';
import { env } from './templates.ts';
import { files, login, type Row, secret, told, URL, variables, WELL } from './told.ts';

describe.each<readonly [string, readonly Row[]]>([
  [
    'names in many spellings',
    [
      ['upper case with underscores', variables({ SPRING_DATASOURCE_URL: URL }), [WELL]],
      ['a hyphen that became an underscore', variables({ SPRING_DATASOURCE_JDBC_URL: URL }), [WELL]],
      ['camel case', variables({ springDatasourceUrl: URL }), [WELL]],
      [
        "the pool's own",
        variables({ SPRING_DATASOURCE_HIKARI_JDBC_URL: URL }, [
          secret('SPRING_DATASOURCE_HIKARI_USERNAME', 'pool', 'u'),
          secret('SPRING_DATASOURCE_HIKARI_PASSWORD', 'pool', 'p'),
        ]),
        ['core-daemon: db.example:5432/np no TLS asked, pool/u pool/p'],
      ],
      ['of libpq', { container: { env: [...env({ DATABASE_URL: 'postgres://db.example/np' }), ...login] } }, [WELL]],
      [
        'one by one',
        {
          container: {
            env: [
              ...env({ POSTGRES_HOST: 'db.example', POSTGRES_PORT: '5433', POSTGRES_DB: 'np' }),
              secret('POSTGRES_USER', 'db', 'user'),
              secret('POSTGRES_PASSWORD', 'db', 'pw'),
            ],
          },
        },
        ['core-daemon: db.example:5433/np no TLS asked, db/user db/pw'],
      ],
      [
        "of PostgreSQL's own programs",
        {
          container: {
            env: [...env({ PGHOST: 'db.example', PGDATABASE: 'np', PGUSER: 'app' }), secret('PGPASSWORD', 'db', 'pw')],
          },
        },
        ['core-daemon: db.example:5432/np no TLS asked, app db/pw'],
      ],
    ],
  ],
  [
    'pieces',
    [
      [
        'a URL of pieces, whose pieces are no second database and lose none of what it asks',
        {
          container: {
            env: [
              ...env({
                DB_HOST: 'db.example',
                DB_PORT: '5432',
                DB_NAME: 'np',
                SPRING_DATASOURCE_URL: 'jdbc:postgresql://${DB_HOST}:${DB_PORT}/${DB_NAME}?sslmode=require',
              }),
              secret('SPRING_DATASOURCE_USERNAME', 'db', 'user'),
              secret('SPRING_DATASOURCE_PASSWORD', 'db', 'pw'),
            ],
          },
        },
        ['core-daemon: db.example:5432/np Require, db/user db/pw'],
      ],
      [
        'defaults within defaults',
        variables({
          SPRING_DATASOURCE_URL: 'jdbc:postgresql://${DB_HOST:${PG_HOST:db.example}}:${DB_PORT:5432}/${N:np}',
        }),
        [WELL],
      ],
      [
        'an empty default',
        variables({ SPRING_DATASOURCE_URL: 'jdbc:postgresql://db.example/np${DB_PARAMS:}' }),
        [WELL],
      ],
      [
        'a variable that stands before the one that it needs',
        variables({ SPRING_DATASOURCE_URL: 'jdbc:postgresql://$(DB_HOST)/np', DB_HOST: 'db.example' }),
        [
          '? SPRING_DATASOURCE_URL refers to $(DB_HOST), which is set behind it or nowhere: the pods get it as it is written',
        ],
      ],
      [
        'a placeholder in the settings file for a variable from a Secret',
        files(
          '/config',
          {
            'application.yml':
              'spring.datasource: {url: "jdbc:postgresql://db.example/np", username: "${U}", password: "${P}"}',
          },
          [secret('U', 'db', 'user'), secret('P', 'db', 'pw')],
        ),
        [WELL],
      ],
      [
        'a name of the Service of the database, which Kubernetes sets',
        variables({ SPRING_DATASOURCE_URL: 'jdbc:postgresql://${NP_DB_SERVICE_HOST}:${NP_DB_SERVICE_PORT}/np' }),
        ['? nothing that can be read sets NP_DB_SERVICE_HOST, which it refers to'],
      ],
    ],
  ],
  [
    'files',
    [
      [
        'YAML in levels',
        files('/app/config', { 'application.yaml': `spring:\n  datasource:\n    url: ${URL}\n` }),
        [WELL],
      ],
      [
        'a file of settings alone',
        files('/workspace/config/application.properties', { 'application.properties': '' }),
        [],
      ],
      [
        'subPath: the one file',
        {
          container: {
            env: login,
            volumeMounts: [{ name: 'v', mountPath: '/app/config/application.yml', subPath: 'np.yml' }],
          },
          volumes: [{ name: 'v', configMap: { name: 'm' } }],
          maps: { m: { 'np.yml': `spring.datasource.url: ${URL}`, 'cs.yml': 'spring.datasource.url: no' } },
        },
        [WELL],
      ],
      [
        'projected from two ConfigMaps and a Secret',
        {
          container: {
            env: env({ SPRING_CONFIG_IMPORT: 'optional:configtree:/etc/settings/' }),
            volumeMounts: [{ name: 'v', mountPath: '/etc/settings' }],
          },
          volumes: [
            {
              name: 'v',
              projected: {
                sources: [
                  { configMap: { name: 'm', items: [{ key: 'url', path: 'spring.datasource.url' }] } },
                  {
                    secret: {
                      name: 'db',
                      items: [
                        { key: 'user', path: 'spring/datasource/username' },
                        { key: 'pw', path: 'spring/datasource/password' },
                      ],
                    },
                  },
                ],
              },
            },
          ],
          maps: { m: { url: `${URL}\n` } },
        },
        [WELL],
      ],
      [
        'documents of profiles, the last that is active counts',
        files(
          '/config',
          {
            'application.yml': [
              'spring.datasource.url: jdbc:postgresql://dev/np',
              `---\nspring: {config: {activate: {on-profile: "prod & eu"}}, datasource: {url: "${URL}"}}`,
              '---\nspring: {config: {activate: {on-profile: test}}, datasource: {url: "jdbc:postgresql://test/np"}}',
            ].join('\n'),
          },
          [...env({ SPRING_PROFILES_ACTIVE: 'prod,eu' }), ...login],
        ),
        [`${WELL} over spring.datasource.url in /config/application.yml, ConfigMap m, key application.yml`],
      ],
      [
        'profiles of an option of the machine',
        files('/config', { 'application-prod.yml': `spring.datasource.url: ${URL}` }, [
          ...env({ JAVA_TOOL_OPTIONS: '-Xmx1g -Dspring.profiles.active=prod' }),
          ...login,
        ]),
        [WELL],
      ],
      [
        'a profile that the file itself activates',
        files('/config', {
          'application.yml': 'spring.profiles.active: prod',
          'application-prod.yml': `spring.datasource.url: ${URL}`,
        }),
        [WELL],
      ],
      [
        'a group of profiles',
        files(
          '/config',
          {
            'application.yml': 'spring: {profiles: {group: {production: [db, json]}}}',
            'application-db.yml': `spring.datasource.url: ${URL}`,
          },
          [...env({ SPRING_PROFILES_ACTIVE: 'production' }), ...login],
        ),
        [WELL],
      ],
      [
        'a file that another one imports',
        files('/config', {
          'application.yml': 'spring.config.import: "optional:file:/config/backends.yml"',
          'backends.yml': `spring.datasource.url: ${URL}`,
        }),
        [WELL],
      ],
      [
        'a file of a Secret that nobody reads',
        {
          container: { env: login, volumeMounts: [{ name: 'v', mountPath: '/config' }] },
          volumes: [
            { name: 'v', secret: { secretName: 'all', items: [{ key: 'application.yml', path: 'application.yml' }] } },
          ],
        },
        ['~ /config/application.yml comes from key application.yml of Secret all, which is not read'],
      ],
      [
        'a file of bytes',
        files('/config', { 'binaryData/application.yml': '' }),
        ['~ ConfigMap m, key application.yml holds bytes and no text, and is mounted at /config/application.yml'],
      ],
      [
        'a key that is not there',
        {
          container: { env: login, volumeMounts: [{ name: 'v', mountPath: '/config' }] },
          volumes: [{ name: 'v', configMap: { name: 'm', items: [{ key: 'no', path: 'application.yml' }] } }],
          maps: { m: { yes: `spring.datasource.url: ${URL}` } },
        },
        ['~ ConfigMap m has no key no, which is mounted at /config'],
      ],
      [
        'of two places that disagree, the one that counts with the other one',
        files('/config', { 'application.yml': 'spring.datasource.url: jdbc:postgresql://other/np' }, [
          ...env({ SPRING_DATASOURCE_URL: URL }),
          ...login,
        ]),
        [`${WELL} over spring.datasource.url in /config/application.yml, ConfigMap m, key application.yml`],
      ],
      [
        'immutable, and a key that is none of text',
        {
          container: {
            env: [
              { name: 'SPRING_DATASOURCE_URL', valueFrom: { configMapKeyRef: { name: 'm', key: 'binary' } } },
              ...login,
            ],
          },
          maps: { m: { other: 'x' } },
        },
        ['? ConfigMap m has no key binary with text'],
      ],
    ],
  ],
  [
    'command lines',
    [
      [
        '-D before the jar, in an entry of its own',
        { container: { command: ['java', `-Dspring.datasource.url=${URL}`, '-jar', 'app.jar'], env: login } },
        [WELL],
      ],
      [
        'a shell with exec and quotes',
        {
          container: {
            command: ['/bin/sh', '-c'],
            args: [`exec java $JAVA_OPTS -jar /app.jar --spring.datasource.url="jdbc:postgresql://\${HOST}/np"`],
            env: [...env({ HOST: 'db.example', JAVA_OPTS: '-Xmx1g' }), ...login],
          },
        },
        [WELL],
      ],
      [
        'an option over a variable',
        {
          container: {
            args: [`--spring.datasource.url=${URL}`],
            env: [...env({ SPRING_DATASOURCE_URL: 'jdbc:postgresql://other/np' }), ...login],
          },
        },
        [`${WELL} over env SPRING_DATASOURCE_URL`],
      ],
    ],
  ],
  [
    'several databases',
    [
      [
        'one to write and one to read',
        variables({
          SPRING_DATASOURCE_PRIMARY_URL: 'jdbc:postgresql://primary/np',
          SPRING_DATASOURCE_REPLICA_URL: 'jdbc:postgresql://replica/np',
        }),
        [
          'core-daemon-primary: primary:5432/np no TLS asked, db/user db/pw',
          'core-daemon-replica: replica:5432/np no TLS asked, db/user db/pw',
        ],
      ],
      [
        'one of them wholly in a Secret',
        { container: { env: [secret('APP_DATASOURCE_REPORTING_URL', 'bi', 'url')] } },
        ['core-daemon-app-reporting: in bi/url, - -'],
      ],
      [
        "the vendor's two, in the open and in a Secret",
        {
          container: {
            env: [
              ...env({ npSpringDatasourceUrl: URL }),
              secret('npSpringDatasourceUsername', 'db', 'user'),
              secret('npSpringDatasourcePassword', 'db', 'pw'),
              secret('csSpringDatasourceUrl', 'cs', 'jdbc'),
            ],
          },
        },
        ['circuit-storage: in cs/jdbc, - -', 'node-persistence: db.example:5432/np no TLS asked, db/user db/pw'],
      ],
      [
        'for migrations, the same with another user',
        variables({ SPRING_DATASOURCE_URL: URL, SPRING_FLYWAY_URL: URL, SPRING_FLYWAY_USER: 'owner' }),
        [WELL],
      ],
    ],
  ],
  [
    'buckets and keys',
    [
      [
        'region beside the old and the new name',
        variables(
          { AWS_REGION: 'eu-west-1', CLOUD_AWS_REGION_STATIC: 'eu-central-1', CLOUD_AWS_S3_BUCKET_NAME: 'circuits' },
          [],
        ),
        ['circuits: eu-central-1 - - -'],
      ],
      [
        'endpoint of the SDK for S3 alone',
        variables({ BUCKET_NAME: 'circuits', AWS_ENDPOINT_URL_S3: 'http://minio:9000', AWS_REGION: 'x-1' }, []),
        ['circuits: x-1 http://minio:9000 - -'],
      ],
      [
        "endpoint of S3 is none of KMS'",
        variables({ AWS_ENDPOINT_URL_S3: 'http://minio:9000', KMS_KEY_ID: 'alias/jwt', AWS_REGION: 'eu-west-1' }, []),
        ['alias/jwt: eu-west-1 - - -'],
      ],
      [
        'an ARN says the region',
        variables({ SIGNING_KEY: 'arn:aws:kms:eu-south-1:123456789012:alias/jwt', AWS_REGION: 'eu-west-1' }, []),
        ['arn:aws:kms:eu-south-1:123456789012:alias/jwt: eu-south-1 - - -'],
      ],
      [
        'a key of several regions',
        variables({ AWS_KMS_KEY_ID: 'mrk-1234abcd12ab34cd56ef1234567890ab', AWS_DEFAULT_REGION: 'eu-west-1' }, []),
        ['mrk-1234abcd12ab34cd56ef1234567890ab: eu-west-1 - - -'],
      ],
      [
        'keys of one Secret for everything',
        {
          container: {
            env: [
              ...env({ BUCKET_NAME: 'circuits', AWS_REGION: 'eu-west-1' }),
              secret('AWS_ACCESS_KEY_ID', 'aws', 'id'),
              secret('AWS_SECRET_ACCESS_KEY', 'aws', 'key'),
            ],
          },
        },
        ['circuits: eu-west-1 - aws/id aws/key'],
      ],
      [
        'a bucket that is given as an ARN',
        variables({ CLOUD_AWS_S3_BUCKET_NAME: 'arn:aws:s3:::circuits', AWS_REGION: 'eu-west-1' }, []),
        ['? CLOUD_AWS_S3_BUCKET_NAME is no name of a bucket'],
      ],
      [
        'a key pair in a directory',
        {
          container: {
            env: env({
              KEYS_FILE_SYSTEM_PUBLIC_PATH: 'file:/keys/pub.pem',
              KEYS_FILE_SYSTEM_PRIVATE_PATH: '/keys/key.pem',
            }),
            volumeMounts: [{ name: 'k', mountPath: '/keys/', readOnly: true }],
          },
          volumes: [{ name: 'k', secret: { secretName: 'signing', defaultMode: 256 } }],
        },
        ['pair signing: pub.pem key.pem'],
      ],
    ],
  ],
  [
    'words that hold no backend',
    [
      [
        'a URL of a cache',
        variables({ SPRING_DATA_REDIS_URL: 'redis://cache:6379', DATABASE_URL: 'mongodb://m/x' }, []),
        [],
      ],
      ['a page about databases', variables({ DOCS_DATABASE_URL: 'https://wiki/databases' }, []), []],
      ['an access key called after a key', variables({ KMS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE' }, []), []],
      ['nothing', variables({ SPRING_DATASOURCE_URL: '', BUCKET_NAME: '' }, []), []],
    ],
  ],
])('%s', (_, rows) => {
  test.each(rows)('%s', (_name, template, expected) => {
    expect(told(template)).toEqual(expected);
  });
});
