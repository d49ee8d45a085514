// The spec of a HealthReport: what to examine. `spec: {}` works; everything is discovered then.
import * as z from 'zod';
import { SERVICES } from '../components.ts';
import { bucketSpec, keySpec } from './aws.ts';
import { isHost, isNoUrl, isObjectName, isOpenKey, isPath, isSecretKey, isUrl } from './field-rules.ts';
import {
  durationBetween,
  label,
  objectName,
  refusingCredentials,
  secretKey,
  configMapKeyRef,
  secretKeyRef,
  secretName,
  text,
  url,
  withRules,
} from './primitives.ts';
import { usedBy } from './used-by.ts';

export const serviceSpec = refusingCredentials(
  ['password', 'token'],
  {
    name: z.enum(SERVICES).describe('Which Recognize service this is about.'),
    required: z
      .boolean()
      .default(true)
      .describe(
        'Whether the installation counts as unhealthy without it. Say false for a service that you removed on purpose.',
      ),
    url: url
      .optional()
      .describe(
        'Base URL, for a service of another namespace or one that discovery cannot find. Only its health is asked then.',
      ),
    healthPath: z
      .string()
      .max(512)
      .optional()
      .describe(
        'Path of the health endpoint. Default: /actuator/health, for the enrollment agent /health-check, for the dashboard /. On a path named here a 404 is a failure; on a default it is not.',
      ),
    credentialsSecretRef: withRules(z.object({ name: secretName }), [isObjectName('name')])
      .optional()
      .describe(
        'A Secret with the keys username and password (kubernetes.io/basic-auth), where health asks for them. Shown to the own pods of the service; with a url, only where the key url of the Secret names the same server.',
      ),
    workload: z
      .object({
        kind: z
          .enum(['Deployment', 'StatefulSet', 'DaemonSet', 'DeploymentConfig', 'Rollout'])
          .default('Deployment')
          .describe('Kind of the workload.'),
        name: objectName.describe('Name of the workload.'),
      })
      .optional()
      .describe('The workload that runs the service, where discovery does not find it by image, labels or name.'),
    tls: z
      .object({
        caSecretRef: secretKeyRef
          .optional()
          .describe('PEM bundle of the authority that signed the certificate. Default: the system roots.'),
        serverName: text(253)
          .optional()
          .describe('Name to expect in the certificate, where it differs from the host of the URL.'),
        certSecretRef: withRules(z.object({ name: secretName }), [isObjectName('name')])
          .optional()
          .describe(
            'A Secret with the keys tls.crt and tls.key (kubernetes.io/tls): the client certificate, where the port asks for one. Shown where credentialsSecretRef would be.',
          ),
      })
      .optional()
      .describe('How to verify the certificate of an https service, and what to show in turn.'),
  },
  [...isUrl('url'), isPath('healthPath')],
).describe('Overrides or adds to what is discovered about one service.');

export const databaseSpec = refusingCredentials(
  ['password', 'secretAccessKey'],
  {
    name: label.describe('Name of this database in the report: part of its check ids.'),
    urlSecretRef: secretKeyRef
      .optional()
      .describe(
        'A Secret key that holds the connection URL, as JDBC (jdbc:postgresql://…) or libpq (postgres://…) writes it. Either this or host and database.',
      ),
    host: z.string().min(1).max(253).optional().describe('Host name or address of the server.'),
    port: z.int().min(1).max(65535).default(5432).describe('Port of the server.'),
    database: text(63).optional().describe('Name of the database on the server.'),
    credentialsSecretRef: withRules(
      z.object({
        name: secretName,
        usernameKey: secretKey
          .default('username')
          .describe('The key that holds the user name. It is sent as it is, so its name must be a usual one.'),
        passwordKey: secretKey.default('password').describe('The key that holds the password.'),
      }),
      [isObjectName('name'), isOpenKey('usernameKey', 'userName'), isSecretKey('passwordKey')],
    )
      .optional()
      .describe(
        'A Secret with user name and password. Also beside urlSecretRef, when the URL has none. A role with pg_monitor and no other rights is enough.',
      ),
    tls: z
      .object({
        mode: z
          .enum(['Disable', 'Require', 'VerifyCA', 'VerifyFull'])
          .default('VerifyFull')
          .describe(
            'Disable: no TLS. Require: TLS, any certificate. VerifyCA: a certificate of the authority. VerifyFull: and of this host name. A password is sent in the clear or as MD5 only under a verified certificate, to a server that the Secret with the password names.',
          ),
        caSecretRef: secretKeyRef
          .optional()
          .describe('PEM bundle of the authority that signed the certificate. Default: the system roots.'),
        caConfigMapRef: configMapKeyRef.optional().describe('The same in a ConfigMap, where authorities usually are.'),
        clientCertificateSecretRef: z
          .object({
            name: objectName.describe("The Secret's name, in the report's own namespace."),
            certificateKey: secretKey.default('tls.crt').describe('The key that holds the certificate, as PEM.'),
            privateKeyKey: secretKey.default('tls.key').describe('The key that holds its private key, as PEM.'),
          })
          .optional()
          .describe(
            'The certificate with which the report logs in, where the server asks for one. As with a password, the Secret or a workload that uses it must name the server.',
          ),
      })
      .optional()
      .describe(
        "How to protect the connection. What the URL asks is never weakened. Default: what the URL's sslmode says, otherwise VerifyFull when a caSecretRef is given, otherwise TLS if the server offers it.",
      ),
    schema: text(63)
      .optional()
      .describe('Schema that Flyway manages, for example keylessd, circuit-storage or metricscollector.'),
    poolSize: z.int().min(1).max(1000).default(4).describe('Connections in the pool of each pod. The guide says 4.'),
    pooler: z
      .boolean()
      .optional()
      .describe(
        'A connection pooler (PgBouncer, pgcat, RDS Proxy) stands between the services and the server: their pools are not summed up against max_connections. One that we connect through is noticed without it.',
      ),
    poolerClients: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe(
        'Client connections that the pooler takes (max_client_conn of PgBouncer). It tells nobody but its admins, so without this an upgrade behind a pooler cannot be judged.',
      ),
    usedBy,
  },
  [
    isHost('host'),
    isNoUrl('database'),
    isNoUrl('schema'),
    {
      cel: 'has(self.urlSecretRef) != (has(self.host) && has(self.database))',
      message: 'give either urlSecretRef, or host and database',
      holds: (value) =>
        (value.urlSecretRef !== undefined) !== (value.host !== undefined && value.database !== undefined),
    },
  ],
).describe('A PostgreSQL database to examine.');

/** Five fields; whether they are times is read by whoever computes them. */
const CRON_LINE = '^[0-9A-Za-z*/,#-]+( +[0-9A-Za-z*/,#-]+){4}$';

const muteSpec = withRules(
  z.object({
    check: text(128).optional().describe('Id of the check to mute.'),
    fault: text(64).optional().describe('Fault to mute, wherever it is met.'),
    until: z.iso.datetime({ offset: true }).max(64).optional().describe('When the mute ends; at most 30 days ahead.'),
    schedule: text(64)
      .optional()
      .describe(
        'Instead of until, a maintenance window that repeats: when it opens, as a cron line (30 2 * * SUN). Without check and fault it is about everything. It silences alerts and never opens a gate.',
      ),
    timeZone: text(64).optional().describe('Of the schedule, as IANA names it, for example Europe/Berlin.'),
    duration: durationBetween('1m', '24h').optional().describe('How long each window stays open.'),
    reason: text(256).describe('Why, for whoever reads the report.'),
    by: text(128).describe('Who says so.'),
  }),
  [
    {
      cel: 'has(self.schedule) ? !(has(self.check) && has(self.fault)) : has(self.check) != has(self.fault)',
      message: 'give exactly one of check and fault; a schedule may have neither',
      holds: ({ check, fault, schedule }) =>
        schedule === undefined
          ? (check !== undefined) !== (fault !== undefined)
          : check === undefined || fault === undefined,
    },
    {
      cel: 'has(self.until) != has(self.schedule)',
      message: 'give exactly one of until and schedule',
      holds: ({ until, schedule }) => (until !== undefined) !== (schedule !== undefined),
    },
    {
      cel: 'has(self.schedule) == has(self.timeZone) && has(self.schedule) == has(self.duration)',
      message: 'schedule, timeZone and duration go together',
      holds: ({ schedule, timeZone, duration }) =>
        [timeZone, duration].every((one) => (one !== undefined) === (schedule !== undefined)),
    },
    {
      cel: `!has(self.schedule) || self.schedule.matches('${CRON_LINE}')`,
      message: 'schedule is a cron line of five fields: minute, hour, day of month, month, day of week',
      holds: ({ schedule }) => schedule === undefined || new RegExp(CRON_LINE).test(schedule),
    },
  ],
).describe(
  'Silences a known finding for a time, or all of them in a window that repeats. It stays visible. One with an end lifts when it gets worse.',
);

const minorVersion = z
  .string()
  .max(16)
  .regex(/^[0-9]{1,4}\.[0-9]{1,4}$/);

const acceptedPlatform = withRules(
  z.object({
    kubernetes: minorVersion.optional().describe('Minor version of Kubernetes, for example 1.36.'),
    openshift: minorVersion.optional().describe('Minor version of OpenShift, for example 4.21.'),
    architecture: text(32).optional().describe('Architecture of nodes, for example arm64.'),
    reason: text(256).describe('Why, for whoever reads the report.'),
    by: text(128).describe('Who says so.'),
  }),
  [
    {
      cel: '(has(self.kubernetes) ? 1 : 0) + (has(self.openshift) ? 1 : 0) + (has(self.architecture) ? 1 : 0) == 1',
      message: 'give exactly one of kubernetes, openshift and architecture',
      holds: ({ kubernetes, openshift, architecture }) =>
        [kubernetes, openshift, architecture].filter((given) => given !== undefined).length === 1,
    },
  ],
).describe('A platform outside what the vendor tested that somebody answers for.');

const listMap = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] };

const unique = (items: readonly { readonly name: string }[]): boolean =>
  new Set(items.map(({ name }) => name)).size === items.length;
const DUPLICATE = { message: 'names must differ: two entries have the same name' };

export const healthReportSpec = z
  .object({
    interval: durationBetween('10s', '24h')
      .default('1m')
      .describe(
        'Time between two routine runs, 10s to 24h. While a change waits for confirmation the next run comes after at most 20 seconds.',
      ),
    timeout: durationBetween('1s', '2m').default('10s').describe('Deadline of each probe, 1s to 2m.'),
    suspend: z.boolean().default(false).describe('Stop examining. Healthy and Upgradeable become Unknown.'),
    thresholds: z
      .object({
        failure: z.int().min(1).max(20).default(3).describe('Bad runs in a row that make a check bad.'),
        success: z.int().min(1).max(20).default(2).describe('Good runs in a row that clear it.'),
      })
      .default({ failure: 3, success: 2 })
      .describe(
        'How many runs confirm a change. The first observation counts at once; so do a disabled key, a key that waits for deletion, and an invalid signature.',
      ),
    discovery: z
      .enum(['Auto', 'None'])
      .default('Auto')
      .describe(
        "Auto: find the services in the report's namespace, and the databases, buckets and keys that their own configuration names. None: only what the spec lists.",
      ),
    podSecrets: z
      .enum(['Use', 'Never'])
      .default('Use')
      .describe(
        'Whether Secrets that only the pods of the services refer to are used, for what those pods use them for, where the operator may. Never: only those that the spec names.',
      ),
    topology: z
      .enum(['Auto', 'Umbrella', 'Split', 'Consolidated'])
      .default('Auto')
      .describe(
        'Who depends on whom. Umbrella: the keylessd chart (0.1). Split: one service each (1.x). Consolidated: persistence, circuits and keys inside core-daemon. Auto: told by what is found.',
      ),
    services: z
      .array(serviceSpec)
      .max(SERVICES.length)
      .refine(unique, DUPLICATE)
      .optional()
      .meta(listMap)
      .describe('What to change or add about services.'),
    databases: z
      .array(databaseSpec)
      .max(8)
      .refine(unique, DUPLICATE)
      .optional()
      .meta(listMap)
      .describe('The PostgreSQL databases behind the services.'),
    buckets: z
      .array(bucketSpec)
      .max(8)
      .refine(unique, DUPLICATE)
      .optional()
      .meta(listMap)
      .describe('The S3-compatible buckets that hold the circuits.'),
    keys: z
      .array(keySpec)
      .max(8)
      .refine(unique, DUPLICATE)
      .optional()
      .meta(listMap)
      .describe('The keys that sign authentication tokens.'),
    logs: z
      .object({
        enabled: z
          .boolean()
          .default(true)
          .describe(
            "Read pod logs for the evidence that the guide names. If false, errors are counted by the services' own logback.events.",
          ),
        errorThreshold: z
          .int()
          .min(1)
          .max(1_000_000)
          .default(20)
          .describe('More ERROR lines than this within the window raise the alert. The guide says 20.'),
        window: durationBetween('1m', '1h')
          .default('5m')
          .describe('The window of the error rate. The guide says 5 minutes.'),
      })
      .default({ enabled: true, errorThreshold: 20, window: '5m' })
      .describe('What to read from pod logs.'),
    capacity: z
      .object({
        maxPodsPerService: z
          .int()
          .min(1)
          .max(1000)
          .default(3)
          .describe('Most pods a service should run. The vendor tested 3.'),
      })
      .default({ maxPodsPerService: 3 })
      .describe('Sizing to compare with.'),
    upgrade: z
      .object({
        targetVersion: z
          .string()
          .max(32)
          .regex(/^[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.-]+)?$/)
          .optional()
          .describe(
            'Release that you are about to install. From 1.3.0 on, keys that it no longer reads block the upgrade; without it they warn.',
          ),
        waive: z
          .array(z.enum(['Databases', 'Buckets', 'Keys']))
          .max(3)
          .optional()
          .describe(
            'What need not be listed for Upgradeable to be True, because this installation has none or another team answers for it.',
          ),
      })
      .default({})
      .describe('What the upgrade gate should know.'),
    platform: z
      .object({
        accepted: z
          .array(acceptedPlatform)
          .max(8)
          .optional()
          .describe('What you run on although the vendor did not test it, each until the version changes.'),
      })
      .default({})
      .describe('What is said about the platform.'),
    mutes: z.array(muteSpec).max(32).optional().describe('Known findings to silence for a time.'),
  })
  .describe('What to examine.');

export type HealthReportSpec = z.output<typeof healthReportSpec>;
export type ServiceSpec = z.output<typeof serviceSpec>;
export type DatabaseSpec = z.output<typeof databaseSpec>;
export type BucketSpec = z.output<typeof bucketSpec>;
export type KeySpec = z.output<typeof keySpec>;
export type AcceptedPlatform = z.output<typeof acceptedPlatform>;
export type MuteSpec = z.output<typeof muteSpec>;
