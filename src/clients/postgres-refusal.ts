// What a refused connection means. The SQLSTATE decides (appendix A of PostgreSQL's manual); where one state stands for
// several causes, and for poolers, which have one for everything (08P01), the English text tells them apart.
import type { FaultCode } from '../api/faults.ts';
import type { ServerError } from './postgres-fault.ts';

export interface Refusal {
  readonly code: FaultCode;
  /** What the server does, as the middle of a sentence: `db:5432 <means>: <its text>`. */
  readonly means: string;
}

/** The word `credentials` before a colon would mask the first word of the server's text. */
const CREDENTIALS: Refusal = { code: 'DatabaseAuthenticationFailed', means: 'does not accept the login' };
const MISSING: Refusal = { code: 'DatabaseMissing', means: 'has no such database' };
const REJECTED: Refusal = { code: 'DatabaseAccessRejected', means: 'lets the role not in (pg_hba.conf)' };
const TLS_DEMANDED: Refusal = { code: 'DatabaseTlsDemanded', means: 'lets the role not in without TLS' };
const CERTIFICATE: Refusal = { code: 'DatabaseCertificateDemanded', means: 'asks for a client certificate' };
const NO_LOGIN: Refusal = { code: 'DatabaseLoginForbidden', means: 'does not let the role log in' };
const PARAMETER: Refusal = { code: 'DatabaseParameterRefused', means: 'refuses a parameter of the connection' };
const NO_SLOT: Refusal = { code: 'DatabaseSlotsExhausted', means: 'has no free connection slot' };
const ROLE_FULL: Refusal = { code: 'DatabaseRoleSlotsExhausted', means: 'has no connection left for the role' };
const DATABASE_FULL: Refusal = { code: 'DatabaseLimitReached', means: 'has no connection left for the database' };
const POOLER_FULL: Refusal = { code: 'DatabasePoolerFull', means: 'is a pooler with no connection left' };
const POOLER_ALONE: Refusal = { code: 'DatabasePoolerWithoutServer', means: 'is a pooler without its server' };
const DISK_FULL: Refusal = { code: 'DatabaseDiskFull', means: 'has a full disk' };
const STARTING: Refusal = { code: 'DatabaseStartingUp', means: 'is starting up or shutting down' };
const STANDBY_CLOSED: Refusal = { code: 'DatabaseStandbyClosed', means: 'is a standby that takes no queries' };
const CLOSED: Refusal = { code: 'DatabaseClosed', means: 'takes no connections to the database' };
const NO_CONNECT: Refusal = { code: 'DatabaseConnectDenied', means: 'does not let the role into the database' };
const OTHERWISE: Refusal = { code: 'DatabaseConnectionRefused', means: 'refuses the connection' };

/** Texts of PostgreSQL for a state that has several causes, in the order in which they are tried. */
const TEXTS: Readonly<Record<string, readonly (readonly [RegExp, Refusal])[]>> = {
  '28000': [
    [/not permitted to log in/i, NO_LOGIN],
    [/client certificate|certificate authentication failed/i, CERTIFICATE],
    [/pg_hba\.conf.*(?:no encryption|SSL off)/is, TLS_DEMANDED],
    [/requires? (?:TLS|SSL)|(?:TLS|SSL) (?:is )?required/i, TLS_DEMANDED],
    [/pg_hba\.conf/i, REJECTED],
  ],
  '53300': [
    [/too many connections for role/i, ROLE_FULL],
    [/too many connections for database/i, DATABASE_FULL],
    [/max_client_conn|client connections|query_wait_timeout/i, POOLER_FULL],
  ],
  '57P03': [
    // Pgpool-II.
    [/backend nodes? (?:are|is) down/i, POOLER_ALONE],
    [/not accepting connections|hot standby mode is disabled/i, STANDBY_CLOSED],
  ],
};

/** PgBouncer, pgcat, Odyssey and RDS Proxy, whatever state they send along. */
const POOLERS: readonly (readonly [RegExp, Refusal])[] = [
  [/unsupported startup parameter/i, PARAMETER],
  [/doesn't support command-line options/i, PARAMETER],
  [
    /no more connections allowed|max_client_conn|query_wait_timeout|max client connections|max clients reached|client connections exceeded/i,
    POOLER_FULL,
  ],
  [/could not get connection from the pool - (?:all ?servers ?down|.*(?:ban|refused))/i, POOLER_ALONE],
  [/could not get connection from the pool|timed[- ]out waiting to acquire/i, POOLER_FULL],
  [/server login (?:has been )?fail|server_login_retry|cannot connect to server|server conn crashed/i, POOLER_ALONE],
  [
    /connect(?:ion)? (?:to )?remote server|no servers? available|all servers? (?:are )?down|server_connect_timeout|server DNS lookup failed|backend nodes? (?:are|is) down|failed to create a backend connection/i,
    POOLER_ALONE,
  ],
  [
    /no such database|no pool configured for database|database .* does not exist|tenant or user not found|route for .* is not found/i,
    MISSING,
  ],
  [/requires? (?:TLS|SSL) connections|^(?:TLS|SSL) required/i, TLS_DEMANDED],
  [
    /is paused|database .* is disabled|pooler is shut ?ting down|bouncer is shut/i,
    { ...CLOSED, means: 'is a pooler that takes no connections now' },
  ],
  [
    /no such user|password authentication failed|SASL authentication failed|auth(?:entication)? failed|wrong password/i,
    CREDENTIALS,
  ],
  [/password .* is wrong|invalid password|no credentials for the role/i, CREDENTIALS],
  [/login rejected|not allowed for this user/i, REJECTED],
];

/** What the server told a pooler, which hands it on among words of its own (PgBouncer from 1.18 on). */
const HANDED_ON = /(?:cached error|server login failed):\s*(?:FATAL:?\s+)?(\S.*?)\s*(?:\(server_login_retry\)|$)/is;
/** The states of such words, which are not handed on. */
const TOLD: readonly (readonly [RegExp, string])[] = [
  [/^password authentication failed|^role ".*" does not exist/i, '28P01'],
  [/pg_hba\.conf|not permitted to log in|certificate authentication failed|client certificate/i, '28000'],
  [/^database ".*" does not exist/i, '3D000'],
  [/^sorry, too many clients|connection slots are reserved|^too many connections for/i, '53300'],
  [/^the database system is /i, '57P03'],
];

/** States in which poolers speak for themselves: protocol violation, connection exceptions, system error. */
const POOLER_STATES: ReadonlySet<string> = new Set(['08P01', '08000', '08004', '08006', '58000', 'XX000', '0A000']);

const STATES: Readonly<Record<string, Refusal>> = {
  '28P01': CREDENTIALS,
  '28000': CREDENTIALS,
  '3D000': MISSING,
  '42501': NO_CONNECT,
  '53100': DISK_FULL,
  '53300': NO_SLOT,
  '55000': CLOSED,
  '57P01': STARTING,
  '57P02': STARTING,
  '57P03': STARTING,
};

/** Parameters that the server does not take: unknown, with a wrong value, not ours to set. */
const PARAMETER_STATES: ReadonlySet<string> = new Set(['42704', '22023', '42601', '55P02', '0A000']);

/** What a server's error response to a connection means. */
export function refusalOf({ code, message, detail = '' }: ServerError): Refusal {
  const text = `${message}\n${detail}`;
  const [, exact] = (TEXTS[code] ?? []).find(([pattern]) => pattern.test(text)) ?? [];
  if (exact !== undefined) return exact;
  const handedOn = POOLER_STATES.has(code) ? HANDED_ON.exec(text)?.[1] : undefined;
  const [, told] = handedOn === undefined ? [] : (TOLD.find(([pattern]) => pattern.test(handedOn)) ?? []);
  if (handedOn !== undefined && told !== undefined) return refusalOf({ code: told, message: handedOn });
  if (POOLER_STATES.has(code) || code === '28000' || code === '28P01') {
    const [, pooler] = POOLERS.find(([pattern]) => pattern.test(text)) ?? [];
    if (pooler !== undefined) return pooler;
  }
  return STATES[code] ?? (PARAMETER_STATES.has(code) ? PARAMETER : OTHERWISE);
}
