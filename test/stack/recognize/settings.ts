// How the services of each topology are told where their backends are: the ways that Kubernetes and Spring have for it, a
// different one for each service. Written by hand, as somebody would write it; Secrets are those of the stack.
import type { Service } from '../../../src/api/components.ts';
import type { TopologyName } from './topology.ts';

/** What a workload gets for it. */
export interface Configuration {
  /** Fields of its container. */
  readonly container: Readonly<Record<string, unknown>>;
  readonly volumes?: readonly object[];
  /** ConfigMaps by name. */
  readonly configMaps?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface ConfiguredPlaces {
  /** By the name of the database. */
  readonly databases: Readonly<Record<string, { readonly host: string; readonly port: number }>>;
  readonly aws: { readonly url: string; readonly region: string; readonly bucket: string; readonly keyId: string };
}

const CA_MOUNT = { name: 'authorities', mountPath: '/etc/ssl/custom-ca' };
const CA_VOLUME = {
  name: 'authorities',
  secret: { secretName: 'stack-ca', items: [{ key: 'ca.crt', path: 'stack.pem' }] },
};
const TLS = 'sslmode=verify-full&sslrootcert=/etc/ssl/custom-ca/stack.pem';

const secret = (variable: string, name: string, key: string): object => ({
  name: variable,
  valueFrom: { secretKeyRef: { name, key } },
});
const value = (name: string, text: string | number): object => ({ name, value: String(text) });
const login = (database: string, prefix = ''): readonly object[] => [
  secret(`${prefix}SPRING_DATASOURCE_USERNAME`, `database-${database}`, 'username'),
  secret(`${prefix}SPRING_DATASOURCE_PASSWORD`, `database-${database}`, 'password'),
];
const keys = (prefix: string, name: string): readonly object[] => [
  secret(`${prefix}_ACCESS_KEY_ID`, name, 'accessKeyId'),
  secret(`${prefix}_SECRET_ACCESS_KEY`, name, 'secretAccessKey'),
];

/** What each service of the topology is configured with; those without backends of their own have nothing. */
export function configurationsOf(
  topology: TopologyName,
  { databases, aws }: ConfiguredPlaces,
): Readonly<Partial<Record<Service, Configuration>>> {
  const at = (name: string): { readonly host: string; readonly port: number } => {
    const found = databases[name];
    if (found === undefined) throw new Error(`There is no database ${name}.`);
    return found;
  };
  const jdbc = (name: string): string => `jdbc:postgresql://${at(name).host}:${at(name).port}/${name}?${TLS}`;
  switch (topology) {
    case 'Umbrella':
      return {
        // A file of settings with placeholders, one with a default that does not count.
        'node-persistence': {
          container: {
            env: [value('DB_HOST', at('node-persistence').host), ...login('node-persistence')],
            volumeMounts: [CA_MOUNT, { name: 'settings', mountPath: '/config' }],
          },
          volumes: [CA_VOLUME, { name: 'settings', configMap: { name: 'node-persistence' } }],
          configMaps: {
            'node-persistence': {
              'application.yml': [
                `db.port: ${at('node-persistence').port}`,
                `springDatasource.url: "jdbc:postgresql://\${DB_HOST:localhost}:\${db.port}/node-persistence?${TLS}"`,
                'spring.flyway.default-schema: keylessd',
              ].join('\n'),
            },
          },
        },
        // Variables of a ConfigMap, under a prefix that belongs to their names.
        'circuit-storage': {
          container: {
            envFrom: [{ configMapRef: { name: 'circuit-storage' }, prefix: 'SPRING_' }],
            env: [
              ...login('circuit-storage'),
              value('BUCKET_NAME', aws.bucket),
              value('BUCKET_REGION', aws.region),
              value('BUCKET_ENDPOINT_URL', aws.url),
              ...keys('AWS', 'circuits-credentials'),
            ],
            volumeMounts: [CA_MOUNT],
          },
          volumes: [CA_VOLUME],
          configMaps: {
            'circuit-storage': {
              DATASOURCE_URL: jdbc('circuit-storage'),
              FLYWAY_DEFAULT_SCHEMA: 'circuit-storage',
            },
          },
        },
      };
    case 'Split':
      return {
        // Arguments with variables of the pod, over a variable that says something else.
        'node-persistence': {
          container: {
            command: ['java', '-jar', '/app.jar'],
            args: [
              `--spring.datasource.url=jdbc:postgresql://$(DB_HOST):$(DB_PORT)/node-persistence?${TLS}`,
              '--spring.flyway.default-schema=keylessd',
            ],
            env: [
              value('DB_HOST', at('node-persistence').host),
              value('DB_PORT', at('node-persistence').port),
              value('SPRING_DATASOURCE_URL', 'jdbc:postgresql://overruled.example/none'),
              ...login('node-persistence'),
            ],
            volumeMounts: [CA_MOUNT],
          },
          volumes: [CA_VOLUME],
        },
        // The whole of it as JSON, in a key of a ConfigMap; the keys for the bucket as options of the machine.
        'circuit-storage': {
          container: {
            env: [
              {
                name: 'SPRING_APPLICATION_JSON',
                valueFrom: { configMapKeyRef: { name: 'circuits', key: 'all.json' } },
              },
              ...login('circuit-storage'),
              ...keys('STORE', 'circuits-credentials'),
              value(
                'JAVA_TOOL_OPTIONS',
                '-Dcloud.aws.credentials.access-key=$(STORE_ACCESS_KEY_ID) -Dcloud.aws.credentials.secret-key=$(STORE_SECRET_ACCESS_KEY)',
              ),
            ],
            volumeMounts: [CA_MOUNT],
          },
          volumes: [CA_VOLUME],
          configMaps: {
            circuits: {
              'all.json': JSON.stringify({
                springDatasourceUrl: jdbc('circuit-storage'),
                spring: { flyway: { 'default-schema': 'circuit-storage' } },
                cloudAwsS3BucketName: aws.bucket,
                cloudAwsRegionStatic: aws.region,
                cloudAwsS3EndpointUrl: aws.url,
              }),
            },
          },
        },
        'auth-vault': {
          container: {
            envFrom: [{ configMapRef: { name: 'auth-vault' }, prefix: 'AV_' }],
            env: [...keys('AWS', 'jwt-signing-credentials')],
            volumeMounts: [CA_MOUNT],
          },
          volumes: [CA_VOLUME],
          configMaps: { 'auth-vault': { KMS_KEY_ID: aws.keyId, KMS_REGION: aws.region, KMS_ENDPOINT: aws.url } },
        },
      };
    case 'Consolidated':
      return {
        // The vendor's names for two data sources in one service; a profile's file over the common one.
        'core-daemon': {
          container: {
            env: [
              value('SPRING_PROFILES_ACTIVE', 'json-logging,site'),
              { name: 'NP_SPRING_DATASOURCE_URL', valueFrom: { configMapKeyRef: { name: 'core-daemon', key: 'np' } } },
              ...login('node-persistence', 'NP_'),
              ...login('circuit-storage', 'CS_'),
              ...keys('S3', 'circuits-credentials'),
              ...keys('KMS', 'jwt-signing-credentials'),
            ],
            volumeMounts: [CA_MOUNT, { name: 'settings', mountPath: '/config' }],
          },
          volumes: [CA_VOLUME, { name: 'settings', configMap: { name: 'core-daemon-files' } }],
          configMaps: {
            'core-daemon': { np: jdbc('node-persistence') },
            'core-daemon-files': {
              'application.properties': [
                'csSpringDatasourceUrl=jdbc:postgresql://overruled.example/none',
                `cloud.aws.s3.bucket-name=${aws.bucket}`,
                `cloud.aws.region.static=${aws.region}`,
                `cloud.aws.s3.endpoint-url=${aws.url}`,
              ].join('\n'),
              'application-site.yaml': [
                `csSpringDatasourceUrl: "${jdbc('circuit-storage')}"`,
                `signing: { kms: { key-id: "${aws.keyId}", endpoint: "${aws.url}" } }`,
              ].join('\n'),
            },
          },
        },
        // The whole URL in a Secret.
        'metrics-collector': {
          container: { env: [secret('SPRING_DATASOURCE_URL', 'database-metrics-collector', 'url')] },
        },
        // No Spring: host, port and name one by one.
        'admin-dashboard': {
          container: {
            env: [
              value('TYPEORM_HOST', at('admin-dashboard').host),
              value('TYPEORM_PORT', at('admin-dashboard').port),
              value('TYPEORM_DATABASE', 'admin-dashboard'),
              secret('TYPEORM_USERNAME', 'database-admin-dashboard', 'username'),
              secret('TYPEORM_PASSWORD', 'database-admin-dashboard', 'password'),
            ],
          },
        },
      };
  }
}
