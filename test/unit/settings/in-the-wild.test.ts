// Further configurations of platform teams: buckets by an address, properties of the driver, options files, scripts that
// set variables, and names of other charts. Each row is one container.
import { describe, expect, test } from 'vitest';
import { env } from './templates.ts';
import { files, login, type Row, secret, told, URL, variables, WELL } from './told.ts';

const REGION = { AWS_REGION: 'eu-west-1' };
const CIRCUITS = 'circuits: eu-west-1 - - -';
/** A container with a file of options. */
const withOptions = (text: string, more: object): Row[1] => ({
  container: { env: login, volumeMounts: [{ name: 'v', mountPath: '/opt/app' }], ...more },
  volumes: [{ name: 'v', configMap: { name: 'm' } }],
  maps: { m: { options: text } },
});
const script = (text: string, more: Record<string, string> = {}): Row[1] => ({
  container: { command: ['sh', '-c', text], env: [...env(more), ...login] },
});

describe.each<readonly [string, readonly Row[]]>([
  [
    'buckets',
    [
      ['by an address', variables({ ...REGION, BUCKET_NAME: 's3://circuits' }, []), [CIRCUITS]],
      ['with a place in it', variables({ ...REGION, BUCKET_NAME: 's3a://circuits/prefix/' }, []), [CIRCUITS]],
      ['under another name', variables({ ...REGION, CIRCUIT_LOCATION: 's3://circuits/prefix' }, []), [CIRCUITS]],
      [
        'under another name beside one that is named: nobody probes what may be for something else',
        variables({ ...REGION, BUCKET_NAME: 'circuits', AUDIT_EXPORT: 's3://audit' }, []),
        [
          CIRCUITS,
          '! AUDIT_EXPORT leads to a further bucket, which is examined only where a report lists it (Deployment core-daemon, env AUDIT_EXPORT)',
        ],
      ],
      [
        'the same one twice',
        variables({ ...REGION, BUCKET_NAME: 'circuits', CIRCUIT_LOCATION: 's3://circuits/a' }, []),
        [CIRCUITS],
      ],
      ['of AWS', variables({ ...REGION, AWS_BUCKET: 'circuits' }, []), [CIRCUITS]],
      [
        'of MinIO',
        variables({ ...REGION, MINIO_BUCKET: 'circuits', MINIO_ENDPOINT: 'http://minio:9000' }, []),
        ['circuits: eu-west-1 http://minio:9000 - -'],
      ],
      [
        'an access point',
        variables({ BUCKET_NAME: 'arn:aws:s3:eu-west-1:123456789012:accesspoint/circuits' }, []),
        ['? BUCKET_NAME holds the ARN of an access point, which is not asked; list the bucket behind it'],
      ],
    ],
  ],
  [
    'keys',
    [
      [
        'a name that is no alias',
        variables({ KMS_KEY_ALIAS: 'jwt' }, []),
        ['? KMS_KEY_ALIAS is no id, alias (alias/…) or ARN of a KMS key'],
      ],
      [
        'one that a webhook puts in',
        variables({ KMS_KEY_ID: 'vault:secret/data/kms#id' }, []),
        ['? KMS_KEY_ID is a reference to Vault, and what the pods get for it cannot be seen from here'],
      ],
      [
        'that encrypts a bucket is not the one that signs',
        variables({ ...REGION, BUCKET_NAME: 'circuits', S3_SSE_KMS_KEY_ID: 'alias/sse' }, []),
        [CIRCUITS],
      ],
    ],
  ],
  [
    'what the driver is given beside the URL',
    [
      [
        'the mode of TLS and the authority',
        files('/config', {
          'application.yml': `spring.datasource: {url: "${URL}", hikari: {data-source-properties: {sslmode: verify-full, sslrootcert: /pg/ca.crt}}}`,
        }),
        ['core-daemon: db.example:5432/np VerifyFull, db/user db/pw'],
      ],
      [
        'as a variable',
        variables({ SPRING_DATASOURCE_URL: URL, SPRING_DATASOURCE_HIKARI_DATASOURCEPROPERTIES_SSLMODE: 'require' }),
        ['core-daemon: db.example:5432/np Require, db/user db/pw'],
      ],
      [
        'and what the URL says itself',
        variables({
          SPRING_DATASOURCE_URL: `${URL}?sslmode=require`,
          SPRING_DATASOURCE_HIKARI_DATASOURCEPROPERTIES_SSLMODE: 'disable',
        }),
        ['core-daemon: db.example:5432/np Require, db/user db/pw'],
      ],
      [
        'a user that the URL names stands over the one beside it',
        variables({ SPRING_DATASOURCE_URL: `${URL}?user=url` }),
        ['core-daemon: db.example:5432/np no TLS asked, url db/pw'],
      ],
      [
        'a data source of the driver, without a URL',
        files(
          '/config',
          {
            'application.yml':
              'spring.datasource.hikari: {data-source-class-name: org.postgresql.ds.PGSimpleDataSource, data-source-properties: {serverName: db.example, portNumber: 5433, databaseName: np, user: app, password: "${PW}", sslmode: require}}',
          },
          [secret('PW', 'db', 'pw')],
        ),
        ['core-daemon: db.example:5433/np Require, app db/pw'],
      ],
      [
        'with its URL',
        files('/config', { 'application.yml': `spring.datasource.hikari.data-source-properties.url: ${URL}` }),
        [WELL],
      ],
    ],
  ],
  [
    'names of other charts',
    [
      [
        'a port number',
        variables({ POSTGRESQL_HOST: 'db.example', POSTGRESQL_PORT_NUMBER: '5433', POSTGRESQL_DATABASE: 'np' }, []),
        ['core-daemon: db.example:5433/np no TLS asked, - -'],
      ],
      [
        'a server',
        variables({ POSTGRES_SERVER: 'db.example', POSTGRES_DB: 'np' }, []),
        ['core-daemon: db.example:5432/np no TLS asked, - -'],
      ],
      [
        'a host with its port',
        variables({ DB_HOST: 'db.example:5433', DB_NAME: 'np' }, []),
        ['core-daemon: db.example:5433/np no TLS asked, - -'],
      ],
      ['a store of another maker', variables({ MONGODB_HOST: 'm.example', MONGODB_DATABASE: 'np' }, []), []],
    ],
  ],
  [
    'files of options',
    [
      [
        'on the command line',
        withOptions(`# of the machine\n-Xmx1g\n-Dspring.datasource.url=${URL}\n`, {
          command: ['java', '@/opt/app/options', '-jar', 'app.jar'],
        }),
        [WELL],
      ],
      [
        'in a variable',
        withOptions(`-Dspring.datasource.url=${URL}`, {
          env: [...env({ JDK_JAVA_OPTIONS: '@/opt/app/options' }), ...login],
        }),
        [WELL],
      ],
      [
        'that is in the image',
        { container: { command: ['java', '@/app/options', '-jar', 'app.jar'], env: login } },
        ['~ its command takes options out of /app/options, which is not looked at'],
      ],
      [
        'the variable that the machine takes last',
        {
          container: {
            command: ['java', '-Dspring.datasource.url=jdbc:postgresql://other/np', '-jar', 'app.jar'],
            env: [...env({ _JAVA_OPTIONS: `-Dspring.datasource.url=${URL}` }), ...login],
          },
        },
        [`${WELL} over argument -Dspring.datasource.url`],
      ],
      ['a variable of a start script', variables({ JAVA_OPTS_APPEND: `-Dspring.datasource.url=${URL}` }), [WELL]],
    ],
  ],
  [
    'scripts',
    [
      [
        'that set a variable',
        script('export SPRING_DATASOURCE_URL="jdbc:postgresql://$DB/np"; exec java -jar app.jar', { DB: 'db.example' }),
        [WELL],
      ],
      ['for one program', script(`SPRING_DATASOURCE_URL=${URL} java -jar app.jar`), [WELL]],
      [
        'that use what they set',
        script('A=db; B=$A.example; java -Dspring.datasource.url=jdbc:postgresql://$B/np -jar app.jar'),
        [WELL],
      ],
      [
        'with what counts where nothing is set',
        script('java -jar app.jar --spring.datasource.url=jdbc:postgresql://${DB_HOST:-db.example}/np'),
        [WELL],
      ],
      [
        'and what is',
        script('java -jar app.jar --spring.datasource.url=jdbc:postgresql://${DB_HOST:-no}/np', {
          DB_HOST: 'db.example',
        }),
        [WELL],
      ],
      [
        'that ask a command',
        script('java -jar app.jar --spring.datasource.url=$(cat /run/secrets/url)'),
        ['? a command of its script says it, which is not run here'],
      ],
      [
        'that work it out',
        script('java -jar app.jar --spring.datasource.url=jdbc:postgresql://db.example/${NAME%x}', { NAME: 'npx' }),
        ['? its script works NAME out, which is not done here'],
      ],
    ],
  ],
])('%s', (_, rows) => {
  test.each(rows)('%s', (_name, template, expected) => {
    expect(told(template)).toEqual(expected);
  });
});
