// The HealthReport that fits the stack, and the Secrets that it refers to.
import type { AnyObject } from './admin.ts';
import { secretObject } from './secret-object.ts';
import type { StackDatabase } from './switches/database.ts';

/** Where the stack's backends are and who may use them. */
export interface Backends {
  namespace: string;
  databases: readonly StackDatabase[];
  caPem: string;
  aws: {
    url: string;
    region: string;
    bucket: string;
    keyId: string;
    /** Access keys by the name of the Secret that holds them. */
    credentials: Readonly<Record<'circuits-credentials' | 'jwt-signing-credentials', AccessKey>>;
  };
}

interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
}

/** A JDBC URL without userinfo, as the vendor's values hold it. */
const jdbcUrl = ({ server, name }: StackDatabase): string =>
  `jdbc:postgresql://${server.host}:${server.port}/${encodeURIComponent(name)}`;

/**
 * Every Secret that the report refers to: the authority, a URL for each database (the first as JDBC with user and
 * password beside it, the others as libpq with userinfo in it) and the AWS credentials.
 */
export function backendSecrets({ namespace, databases, caPem, aws }: Backends): AnyObject[] {
  return [
    secretObject(namespace, 'stack-ca', { 'ca.crt': caPem }),
    ...databases.map((database, index) =>
      secretObject(
        namespace,
        `database-${database.name}`,
        index === 0
          ? { url: jdbcUrl(database), username: database.monitor.user, password: database.monitor.password }
          : {
              url: database.server.url(database.name, database.monitor),
              username: database.monitor.user,
              password: database.monitor.password,
            },
      ),
    ),
    ...Object.entries(aws.credentials).map(([name, { accessKeyId, secretAccessKey }]) =>
      secretObject(namespace, name, { accessKeyId, secretAccessKey }),
    ),
  ];
}

const CA = { name: 'stack-ca', key: 'ca.crt' };

/** The spec that covers everything the stack has. */
export function fullSpec({ databases, aws }: Backends): Record<string, unknown> {
  return {
    interval: '10s',
    timeout: '10s',
    thresholds: { failure: 1, success: 1 },
    databases: databases.map(({ name, schema }, index) => ({
      name,
      urlSecretRef: { name: `database-${name}`, key: 'url' },
      ...(index === 0 ? { credentialsSecretRef: { name: `database-${name}` } } : {}),
      tls: { mode: 'VerifyFull', caSecretRef: CA },
      schema,
    })),
    buckets: [
      {
        name: 'circuits',
        bucket: aws.bucket,
        region: aws.region,
        endpoint: aws.url,
        caSecretRef: CA,
        credentialsSecretRef: { name: 'circuits-credentials' },
      },
    ],
    keys: [
      {
        name: 'jwt-signing',
        kms: {
          keyId: aws.keyId,
          region: aws.region,
          endpoint: aws.url,
          caSecretRef: CA,
          credentialsSecretRef: { name: 'jwt-signing-credentials' },
        },
      },
    ],
  };
}

/** A HealthReport with this spec. */
export function healthReport(namespace: string, name: string, spec: Record<string, unknown>): AnyObject {
  return { apiVersion: 'recognize.health/v1alpha1', kind: 'HealthReport', metadata: { name, namespace }, spec };
}

const DAY_MS = 86_400_000;

/** For a cluster that is not of the version that the vendor supports: this much is known and no finding of a test. */
export function versionMutes(): Record<string, unknown> {
  const until = new Date(Date.now() + DAY_MS).toISOString();
  const reason = 'The tests run on whatever version there is.';
  return { mutes: [{ check: 'platform/version', until, reason, by: 'stack' }] };
}
