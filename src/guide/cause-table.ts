// What libraries say of a failure → what was observed: one table from exception class, SQLSTATE and AWS code to fault.
// The guide has no such table: it is ours, and what it says is inferred. Texts are those of pgjdbc and PostgreSQL,
// PgBouncer, HikariCP, Flyway, the AWS SDKs 1 and 2 for Java, Spring's HTTP clients, Feign, Netty, and the JVM.
//
// Patterns run over lines that are bounded in length and number, and none of them can look for long.
import type { Backend, Service } from '../api/components.ts';
import type { FaultCode } from '../api/faults.ts';

/** Whom a failure is about. `service`: another service of Recognize. `itself`: the JVM that logs it. */
export type About = Backend | 'service' | 'itself';

/** What a network says whoever is at its other end. */
export type Trouble = 'refused' | 'timeout' | 'unresolved' | 'tls';

export interface CauseRule {
  readonly says: RegExp;
  /** Undefined for what says nothing of the other end: it only makes another rule's finding more exact. */
  readonly about?: About;
  /** What was observed, in the words of the probes; undefined where only the other end is known. */
  readonly fault?: FaultCode | undefined;
  readonly trouble?: Trouble;
  /** What else stands in the record is more exact: a code for all that can go wrong with a connection, a status. */
  readonly vague?: true;
  /** The other end answered, with an error. */
  readonly answered?: true;
}

/** Whose logs can speak of a database, of storage, of keys. Another's exception in a log is a quotation. */
export const CAN_SPEAK_OF: Readonly<Record<Backend, readonly Service[]>> = {
  database: ['node-persistence', 'circuit-storage', 'metrics-collector', 'admin-dashboard'],
  'object-storage': ['circuit-storage'],
  'key-management': ['auth-vault'],
};

/** Of what a connection was to be made, from SQLSTATE (PostgreSQL, appendix A). 08P01 is PgBouncer's for everything. */
export const SQLSTATES: Readonly<Record<string, FaultCode>> = {
  '08000': 'DatabaseUnreachable',
  '08001': 'DatabaseUnreachable',
  '08003': 'DatabaseUnreachable',
  '08004': 'DatabaseUnreachable',
  '08006': 'DatabaseUnreachable',
  '28000': 'DatabaseAuthenticationFailed',
  '28P01': 'DatabaseAuthenticationFailed',
  '3D000': 'DatabaseMissing',
  '53100': 'DatabaseDiskFull',
  '53300': 'DatabaseSlotsExhausted',
  '57P01': 'DatabaseUnreachable',
  '57P02': 'DatabaseUnreachable',
  '57P03': 'DatabaseStartingUp',
  '25006': 'DatabaseReadOnly',
  '42P01': 'DatabaseSchemaMissing',
  '3F000': 'DatabaseSchemaMissing',
  '42703': 'DatabaseSchemaMissing',
  '42501': 'DatabasePrivilegeMissing',
  XX001: 'DatabaseQueryFailed',
};

const database = (says: RegExp, fault?: FaultCode): CauseRule => ({
  says,
  about: 'database',
  fault,
});
const storage = (says: RegExp, fault: FaultCode): CauseRule => ({ says, about: 'object-storage', fault });
const keys = (says: RegExp, fault: FaultCode): CauseRule => ({ says, about: 'key-management', fault });

const SQLSTATE_RULES: readonly CauseRule[] = [
  ...Object.entries(SQLSTATES).map(([state, fault]) => ({
    ...database(
      new RegExp(`(?:SQL ?State {0,3}[:[(] ?|because of SQLSTATE\\(|Postgresql\\w{1,60}: \\[)${state}\\b`, 'gi'),
      fault,
    ),
    ...(state.startsWith('08') ? { vague: true as const } : {}),
  })),
];

const DATABASE_RULES: readonly CauseRule[] = [
  // Who says only that it is about the database.
  database(
    /Failed to obtain (?:JDBC|R2DBC) Connection|io\.r2dbc\.postgresql|Unable to acquire JDBC Connection|Could not open JDBC Connection|JDBCConnectionException|CannotGetJdbcConnectionException|SQLTransientConnectionException|Unable to obtain connection from database|DataSource health check failed|PSQLException: FATAL|FlywaySqlException|because of SQLSTATE\(|Failed to validate connection|\(db\) took \d{1,9}ms to respond|server with specified targetServerType/gi,
  ),
  database(
    /password authentication failed for user|authentication failed for user "|SASL authentication failed|\bauth failed\b|no pg_hba\.conf entry for|pg_hba\.conf rejects connection|is not permitted to log in|FATAL: role "[^"\n]{1,63}" does not exist|permission denied for database|no such user\b|requested (?:password|SCRAM)-based authentication|authentication type \d{1,3} is not supported|(?:PAM|LDAP|IAM \w{1,20}(?: account)?|certificate|GSSAPI) authentication failed/gi,
    'DatabaseAuthenticationFailed',
  ),
  database(/FATAL: database "[^"\n]{1,63}" does not exist|no such database\b/gi, 'DatabaseMissing'),
  database(
    /sorry, too many clients already|remaining connection slots are reserved|too many connections for (?:role|database)|no more connections allowed|max client connections|waiting to acquire database connection|max clients reached|client connections exceeded/gi,
    'DatabaseSlotsExhausted',
  ),
  database(
    /the database system is (?:starting up|shutting down|in recovery mode|not yet accepting connections|not accepting connections)/gi,
    'DatabaseStartingUp',
  ),
  database(
    /PSQLException: Connection attempt timed out|query_wait_timeout|server login has been failing|could not get connection from the pool|server DNS lookup failed|all backend nodes are down|failed to create a backend connection|failed to connect to remote server/gi,
    'DatabaseTimeout',
  ),
  database(
    /terminating connection (?:due to (?!idle|transaction)|because of)|Connection to [\w.:[\]-]{1,253} refused/gi,
    'DatabaseUnreachable',
  ),
  {
    ...database(
      /This connection has been closed|I\/O error occurred while sending to the backend|The connection attempt failed/gi,
      'DatabaseUnreachable',
    ),
    vague: true,
  },
  database(
    /The server does not support SSL|could not be verified by hostnameverifier|Could not open SSL root certificate|PSQLException: SSL error|FATAL: (?:SSL|TLS) required|requires? (?:SSL|TLS) connections/gi,
    'DatabaseTlsFailed',
  ),
  database(
    /cannot execute [A-Z ()]{1,40} in a read-only transaction|cannot assign TransactionIds during recovery|is not accepting commands [a-z ]{0,60}to avoid wraparound/gi,
    'DatabaseReadOnly',
  ),
  database(
    /could not (?:extend|write|create|access|fsync)\b[^\n]{0,240}(?:No space left|Disk quota exceeded)/gi,
    'DatabaseDiskFull',
  ),
  // A session that looks in another schema, or before the migrations: it connects, and health asks no table.
  database(
    /ERROR: (?:relation|schema|column|function) [^\n]{1,200} does not exist|no schema has been selected to create in/gi,
    'DatabaseSchemaMissing',
  ),
  database(
    /ERROR: permission denied for (?:table|schema|sequence|relation|view|function)\b|ERROR: must be owner of/gi,
    'DatabasePrivilegeMissing',
  ),
  database(/prepared statement "[^"\n]{1,63}" (?:does not exist|already exists)/gi, 'DatabaseStatementsAtRisk'),
  database(
    /ERROR: (?:could not (?:read blocks? |open file |access status of transaction)|invalid page in block|missing chunk number|out of (?:shared )?memory)/gi,
    'DatabaseQueryFailed',
  ),
];

/** `(Service: S3, Status Code: 403` of SDK 2, `(Service: Amazon S3; Status Code: 403; Error Code: AccessDenied` of SDK 1. */
const AWS_RULES: readonly CauseRule[] = [
  {
    says: /Service: (?:Amazon )?S3[,;] Status Code: (?!404\b)\d{3}|NoSuchBucket/gi,
    about: 'object-storage',
    answered: true,
  },
  { says: /Service: (?:AWS)?Kms[,;] Status Code: \d{3}/gi, about: 'key-management', answered: true },
  { ...storage(/Service: (?:Amazon )?S3[,;] Status Code: 5\d\d/gi, 'BucketServerError'), vague: true },
  storage(
    /Service: (?:Amazon )?S3[,;] Status Code: 30[17]|region (?:'[\w-]{1,32}' )?is wrong; expecting '/gi,
    'BucketWrongRegion',
  ),
  storage(
    /(?:is not authorized to perform: s3:|Access ?Denied|does not have storage\.[\w.]{1,60} access)[^\n]{0,500}\(Service: (?:Amazon )?S3/gi,
    'BucketAccessDenied',
  ),
  // Ceph and others say nothing beside the status; what else stands there is more exact.
  { ...storage(/Service: (?:Amazon )?S3[,;] Status Code: 403/gi, 'BucketAccessDenied'), vague: true },
  storage(
    /(?:is not authorized to perform: kms:|key\/[\w-]{1,64} is (?:disabled|pending)|KMS key)[^\n]{0,500}\(Service: (?:Amazon )?S3|Error Code: KMS\./gi,
    'BucketKeyUnusable',
  ),
  storage(
    /(?:quota (?:is )?(?:exceeded|reached)|QuotaExceeded|minimum free drive|storage cap exceeded)[^\n]{0,300}\(Service: (?:Amazon )?S3|Service: (?:Amazon )?S3[,;] Status Code: 507/gi,
    'BucketFull',
  ),
  storage(/(?:\bWORM\b|object lock|retention)[^\n]{0,300}\(Service: (?:Amazon )?S3/gi, 'BucketObjectLocked'),
  storage(
    /(?:Access Key Id you provided does not exist|signature we calculated does not match|provided token (?:has expired|is malformed)|security token|between the request time and|account is disabled|Credential access key)[^\n]{0,200}\(Service: (?:Amazon )?S3|InvalidAccessKeyId|SignatureDoesNotMatch|Service: (?:Amazon )?S3[,;] Status Code: 401/gi,
    'BucketCredentialsInvalid',
  ),
  storage(/NoSuchBucket|specified bucket does not exist/gi, 'BucketMissing'),
  // MinIO without its quorum asks to slow down, in the same words.
  storage(/Resource requested is un(?:read|writ)able/gi, 'BucketServerError'),
  storage(
    /(?<!un(?:read|writ)able, please )reduce your (?:concurrent )?request rate|Service: (?:Amazon )?S3[,;] Status Code: 429/gi,
    'BucketThrottled',
  ),
  { ...keys(/Service: (?:AWS)?Kms[,;] Status Code: 5\d\d/gi, 'KmsServerError'), vague: true },
  keys(/(?:is not authorized to perform: kms:|Access ?Denied)[^\n]{0,500}\(Service: (?:AWS)?Kms/gi, 'KmsAccessDenied'),
  keys(
    /(?:security token|Signature (?:expired|not yet current)|signature we calculated)[^\n]{0,300}\(Service: (?:AWS)?Kms/gi,
    'KmsCredentialsInvalid',
  ),
  keys(/kms\.model\.NotFoundException|is not found\.? \(Service: (?:AWS)?Kms/gi, 'KmsKeyMissing'),
  keys(/kms\.model\.DisabledException|is disabled\.? \(Service: (?:AWS)?Kms/gi, 'KmsKeyDisabled'),
  keys(/kms\.model\.KeyUnavailableException/gi, 'KmsKeyUnusable'),
  keys(/kms\.model\.KmsInvalidStateException|kms\.model\.KMSInvalidStateException/gi, 'KmsKeyUnusable'),
  keys(/is pending deletion[^\n]{0,40}\(Service: (?:AWS)?Kms/gi, 'KmsKeyPendingDeletion'),
  keys(/kms\.model\.InvalidKeyUsageException|key usage is \w{1,40} which is not valid for Sign/gi, 'KmsKeyUsageWrong'),
  keys(/(?:ThrottlingException|Rate exceeded|exceeded the rate)[^\n]{0,200}\(Service: (?:AWS)?Kms/gi, 'KmsThrottled'),
];

const HOST = String.raw`(?:https?://)?([A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}))`;

/** The first group is the host. */
const SERVICE_RULES: readonly CauseRule[] = [
  {
    says: new RegExp(
      String.raw`(?:I/O error on [A-Z]{3,7} request for "|on [A-Z]{3,7} request for "|Connect to |Failed to connect to |executing [A-Z]{3,7} |Request to [A-Z]{3,7} |Connection refused: (?:no further information: )?|UnknownHostException: (?!Failed to resolve)|Failed to resolve '|Unable to resolve host |NoHttpResponseException: |ENOTFOUND |EAI_AGAIN |connection timed out(?: after \d+ ms)?: )${HOST}`,
      'gi',
    ),
    about: 'service',
  },
  {
    says: new RegExp(String.raw`\[5\d\d(?: [A-Za-z ]{1,40})?\] during \[[A-Z]{3,7}\] to \[${HOST}`, 'gi'),
    about: 'service',
    answered: true,
  },
  {
    says: new RegExp(
      String.raw`WebClientResponseException[$.:\w]{0,60} 5\d\d [A-Za-z ]{1,40} from [A-Z]{3,7} ${HOST}`,
      'gi',
    ),
    about: 'service',
    answered: true,
  },
  { says: /CircuitBreaker '([A-Za-z0-9-]{1,63})' is OPEN/gi, about: 'service' },
  { says: /HttpServerErrorException(?:\$\w{1,60})?: 5\d\d/gi, about: 'service', answered: true },
];

const ITSELF_RULES: readonly CauseRule[] = [
  {
    says: /java\.lang\.OutOfMemoryError|\bOutOfDirectMemoryError/gi,
    about: 'itself',
    fault: 'JvmOutOfMemory',
  },
];

const NETWORK_RULES: readonly CauseRule[] = [
  {
    says: /Connection refused|NoRouteToHostException|Network is unreachable|Connection reset|ECONNREFUSED|ECONNRESET|PrematureCloseException|NoHttpResponseException/gi,
    trouble: 'refused',
  },
  {
    says: /SocketTimeoutException|socket operation timed out|took longer than the configured maximum time|ApiCall(?:Attempt)?TimeoutException|(?:connect|read|connection) timed out|ReadTimeoutException|Http(?:Connect)?TimeoutException|ConnectTimeoutException/gi,
    trouble: 'timeout',
  },
  {
    says: /UnknownHostException|invalid for dns resolution|Name or service not known|Unable to resolve host|Failed to resolve '|ENOTFOUND|EAI_AGAIN/gi,
    trouble: 'unresolved',
  },
  {
    says: /SSLHandshakeException|PKIX path|SSLPeerUnverifiedException|No subject alternative|unrecognized SSL message/gi,
    trouble: 'tls',
  },
];

/** What the SDKs say without naming their service: whose log it is, or a frame of the trace, tells which. */
export const AWS_CLIENT =
  /SdkClientException|AmazonClientException|StsException|services\.sts\.model\.\w{1,60}Exception|ApiCall(?:Attempt)?TimeoutException/i;
export const AWS_NO_CREDENTIALS =
  /(?:Unable|Failed) to load (?:AWS )?credentials|contained no credentials|credentials from any|\(Service: (?:AWSSecurityTokenService|Sts)[,;]/i;

interface CauseGroup {
  /** All rules of the group are about it: they are passed over in a log that cannot speak of it. */
  readonly about?: Backend;
  readonly gate: RegExp;
  readonly rules: readonly CauseRule[];
}

/** The rules, each group behind a look that says whether any of it can hold: most lines are about one thing. */
export const CAUSE_GROUPS: readonly CauseGroup[] = [
  {
    about: 'database',
    gate: /SQL|JDBC|database|FATAL|connection|auth|_timeout|server login|pg_hba|no such|clients already|SSL|could not |read-only|permi|\(db\)/i,
    rules: DATABASE_RULES,
  },
  { about: 'database', gate: /SQL ?State|Postgresql/i, rules: SQLSTATE_RULES },
  {
    about: 'object-storage',
    gate: /S3|NoSuchBucket|AccessKeyId|SignatureDoes|bucket|request rate|SlowDown|Code: KMS/i,
    rules: AWS_RULES.filter(({ about }) => about === 'object-storage'),
  },
  {
    about: 'key-management',
    gate: /kms|key usage/i,
    rules: AWS_RULES.filter(({ about }) => about === 'key-management'),
  },
  {
    gate: /http|refused|UnknownHost|resolve|connect|CircuitBreaker|ENOTFOUND|EAI_AGAIN|timed out|\[5\d\d/i,
    rules: SERVICE_RULES,
  },
  { gate: /OutOf(?:Direct)?Memory/i, rules: ITSELF_RULES },
  {
    gate: /refused|unreachable|NoRoute|reset|time|UnknownHost|not known|resolv|resolution|SSL|PKIX|alternative|ECONN|ENOTFOUND|EAI_AGAIN|Premature|NoHttp/i,
    rules: NETWORK_RULES,
  },
];

/** What a trouble of the network is called at each other end. */
export const TROUBLE_AT: Readonly<Record<Exclude<About, 'itself'>, Readonly<Record<Trouble, FaultCode>>>> = {
  database: {
    refused: 'DatabaseUnreachable',
    timeout: 'DatabaseTimeout',
    unresolved: 'DatabaseAddressUnresolved',
    tls: 'DatabaseTlsFailed',
  },
  'object-storage': {
    refused: 'BucketUnreachable',
    timeout: 'BucketTimeout',
    unresolved: 'BucketAddressUnresolved',
    tls: 'BucketTlsFailed',
  },
  'key-management': {
    refused: 'KmsUnreachable',
    timeout: 'KmsTimeout',
    unresolved: 'KmsAddressUnresolved',
    tls: 'KmsTlsFailed',
  },
  service: {
    refused: 'ServiceRefused',
    timeout: 'ServiceTimeout',
    unresolved: 'ServiceAddressUnresolved',
    tls: 'ServiceTlsFailed',
  },
};
