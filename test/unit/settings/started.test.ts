// What something puts into a pod as it starts, authorities that are none, and words that say nothing of where a backend is:
// each row is one container, as charts write it.
import { describe, expect, test } from 'vitest';
import { env } from './templates.ts';
import { files, login, type Row, secret, told, URL, variables, WELL } from './told.ts';

describe.each<readonly [string, readonly Row[]]>([
  [
    'what is put in as the pod starts',
    [
      [
        'a URL that a webhook of Vault puts in',
        variables({ SPRING_DATASOURCE_URL: 'vault:secret/data/db#url' }, []),
        ['? SPRING_DATASOURCE_URL is a reference to Vault, and what the pods get for it cannot be seen from here'],
      ],
      [
        'a password that it puts in is none that stands in the open',
        variables({ SPRING_DATASOURCE_URL: URL, SPRING_DATASOURCE_PASSWORD: 'vault:secret/data/db#pw' }, []),
        ['core-daemon: db.example:5432/np no TLS asked, - unknown'],
      ],
      [
        'nor one that is encrypted',
        variables({ SPRING_DATASOURCE_URL: URL, SPRING_DATASOURCE_PASSWORD: 'ENC(q0Y2)' }, []),
        ['core-daemon: db.example:5432/np no TLS asked, - unknown'],
      ],
      [
        'a driver that asks a store of AWS',
        variables({ SPRING_DATASOURCE_URL: 'jdbc-secretsmanager:postgresql://db.example/np' }, []),
        ['? SPRING_DATASOURCE_URL names a driver that wraps another; give the plain jdbc:postgresql:// URL'],
      ],
      [
        'a driver of another kind',
        variables({ SPRING_R2DBC_URL: 'r2dbc:postgresql://db.example/np' }, []),
        ['? SPRING_R2DBC_URL holds no PostgreSQL URL (jdbc:postgresql:… or postgresql://…)'],
      ],
      [
        'files that an init container writes',
        {
          container: { env: [], volumeMounts: [{ name: 'v', mountPath: '/app/config' }] },
          volumes: [{ name: 'v', emptyDir: {} }],
          initContainers: [{ name: 'fetch', volumeMounts: [{ name: 'v', mountPath: '/out' }] }],
        },
        ['~ init container fetch writes files to /app/config, which cannot be seen from here'],
      ],
      [
        'files of a claim',
        {
          container: { env: [], volumeMounts: [{ name: 'v', mountPath: '/config' }] },
          volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'settings' } }],
        },
        ['~ a volume is mounted at /config, and the files on it cannot be seen from here'],
      ],
      [
        'and neither of them where no settings are looked for',
        {
          container: {
            env: [],
            volumeMounts: [
              { name: 'v', mountPath: '/tmp' },
              { name: 'w', mountPath: '/var/log' },
            ],
          },
          volumes: [
            { name: 'v', emptyDir: {} },
            { name: 'w', persistentVolumeClaim: { claimName: 'logs' } },
          ],
          initContainers: [{ name: 'fetch', volumeMounts: [{ name: 'v', mountPath: '/tmp' }] }],
        },
        [],
      ],
      [
        'variables that a script takes out of a file',
        {
          container: { env: [], command: ['/bin/sh', '-c'], args: ['. /vault/secrets/env && exec java -jar app.jar'] },
        },
        ['~ its command takes variables out of /vault/secrets/env, which is not looked at'],
      ],
      [
        'options of the machine from a Secret',
        { container: { env: [secret('JAVA_TOOL_OPTIONS', 'jvm', 'options')] } },
        ['~ JAVA_TOOL_OPTIONS comes from key options of Secret jvm, which is not read'],
      ],
      [
        'a path of each pod',
        {
          container: {
            env: [{ name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
            volumeMounts: [{ name: 'v', mountPath: '/config/a.yml', subPathExpr: '$(POD).yml' }],
          },
          volumes: [{ name: 'v', configMap: { name: 'm' } }],
          maps: { m: {} },
        },
        ['~ what is mounted at /config/a.yml depends on $(POD).yml, which is not known here'],
      ],
    ],
  ],
  [
    'authorities that are none',
    [
      [
        'of a database, in a ConfigMap',
        files('/pg', { 'ca.crt': 'a keystore' }, [
          ...env({ SPRING_DATASOURCE_URL: `${URL}?sslmode=verify-full&sslrootcert=/pg/ca.crt` }),
          ...login,
        ]),
        [
          'core-daemon: db.example:5432/np VerifyFull, db/user db/pw',
          '! /pg/ca.crt should hold an authority and holds no certificate in PEM (ConfigMap m, key ca.crt)',
        ],
      ],
      [
        'of a store, in a ConfigMap',
        files('/etc/ssl/custom-ca', { 'tls.crt': 'a keystore' }, [
          ...env({ BUCKET_NAME: 'circuits', AWS_REGION: 'x-1', AWS_ENDPOINT_URL_S3: 'https://minio:9000' }),
        ]),
        [
          'circuits: x-1 https://minio:9000 - -',
          '! /etc/ssl/custom-ca/tls.crt should hold an authority and holds no certificate in PEM (ConfigMap m, key tls.crt)',
        ],
      ],
      [
        'and one that is',
        files('/pg', { 'ca.crt': '-----BEGIN CERTIFICATE-----' }, [
          ...env({ SPRING_DATASOURCE_URL: `${URL}?sslmode=verify-full&sslrootcert=/pg/ca.crt` }),
          ...login,
        ]),
        ['core-daemon: db.example:5432/np VerifyFull, db/user db/pw'],
      ],
    ],
  ],
  [
    'words that say nothing of the place',
    [
      [
        'the name of a session, which the image knows',
        variables({
          SPRING_DATASOURCE_URL:
            'jdbc:postgresql://db.example/np?ApplicationName=${spring.application.name}&sslmode=require',
        }),
        ['core-daemon: db.example:5432/np Require, db/user db/pw'],
      ],
      [
        'as the last one',
        variables({ SPRING_DATASOURCE_URL: 'jdbc:postgresql://db.example/np?ApplicationName=${HOSTNAME}' }),
        [WELL],
      ],
      [
        'another one each time',
        variables({ SPRING_DATASOURCE_URL: 'jdbc:postgresql://db.example/np?options=-c%20x=${random.int}' }),
        [WELL],
      ],
      [
        'documents of other platforms',
        files('/config', {
          'application.yml': [
            `spring.config.activate.on-cloud-platform: kubernetes\nspring.datasource.url: ${URL}`,
            'spring.config.activate.on-cloud-platform: heroku\nspring.datasource.url: jdbc:postgresql://other/np',
          ].join('\n---\n'),
        }),
        [WELL],
      ],
      [
        'a path that variables make',
        {
          container: {
            env: [...env({ STAGE: 'prod' }), ...login],
            volumeMounts: [{ name: 'v', mountPath: '/config/application.yml', subPathExpr: '$(STAGE).yml' }],
          },
          volumes: [{ name: 'v', configMap: { name: 'm' } }],
          maps: { m: { 'prod.yml': `spring.datasource.url: ${URL}`, 'dev.yml': 'spring.datasource.url: no' } },
        },
        [WELL],
      ],
      [
        'a bucket under a word of its own',
        variables({ APP_STORAGE_BUCKET: 'circuits', AWS_REGION: 'eu-west-1' }, []),
        ['circuits: eu-west-1 - - -'],
      ],
      [
        'with its region and endpoint beside it',
        variables(
          { APP_STORAGE_BUCKET: 'circuits', APP_STORAGE_REGION: 'x-1', APP_STORAGE_ENDPOINT: 'http://minio:9000' },
          [],
        ),
        ['circuits: x-1 http://minio:9000 - -'],
      ],
      [
        'and the endpoint of the service of that name is none of it',
        variables(
          {
            CIRCUIT_STORAGE_BUCKET: 'circuits',
            AWS_REGION: 'eu-west-1',
            CIRCUIT_STORAGE_ENDPOINT: 'http://circuit-storage:8080',
          },
          [],
        ),
        ['circuits: eu-west-1 - - -'],
      ],
      ['a bucket that is none of files', variables({ RATE_LIMIT_BUCKET: 'api' }, []), []],
    ],
  ],
])('%s', (_, rows) => {
  test.each(rows)('%s', (_name, template, expected) => {
    expect(told(template)).toEqual(expected);
  });
});
