// What can be seen of a PostgreSQL database.
import type { FaultTraits } from './traits.ts';

export const DATABASE_FAULTS = {
  DatabaseAddressUnresolved: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    serverWide: true,
    vantage: true,
    meaning: "The database's host name does not resolve.",
  },
  DatabaseUnreachable: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    serverWide: true,
    vantage: true,
    meaning: 'The database refuses connections, or the connection breaks.',
  },
  DatabaseTimeout: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    serverWide: true,
    vantage: true,
    meaning: 'The database did not answer before the deadline.',
  },
  DatabaseTlsFailed: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    serverWide: true,
    meaning: 'TLS with the database fails: it does not offer it, or its certificate does not verify.',
  },
  DatabaseAuthenticationFailed: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    confirmAfter: 2,
    meaning: 'The database refuses the credentials.',
  },
  DatabaseCleartextRefused: {
    result: 'error',
    severity: 'high',
    meaning:
      'The server asks for a password that it could read or guess (cleartext, MD5, SCRAM with few rounds), without verified TLS or without being named by the Secret; it was not sent.',
  },
  DatabaseMissing: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    meaning: 'The server has no database of that name.',
  },
  DatabaseSlotsExhausted: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    serverWide: true,
    meaning: 'Every connection slot is taken.',
  },
  DatabaseStartingUp: {
    result: 'fail',
    severity: 'high',
    explainsDependents: true,
    serverWide: true,
    meaning: 'The server is starting up, shutting down, or recovering.',
  },
  DatabaseReadOnly: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    serverWide: true,
    meaning: 'The database accepts no writes.',
  },
  DatabaseConnectionsExhausted: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    serverWide: true,
    meaning: 'At least 95 % of the connection slots are taken.',
  },
  DatabaseConnectionsHigh: {
    result: 'warn',
    severity: 'medium',
    meaning: 'At least 80 % of the connection slots are taken.',
  },
  ConnectionBudgetExceeded: {
    result: 'warn',
    severity: 'medium',
    meaning: "The services' pools may ask for more connections than the server has.",
  },
  DatabaseTransactionLong: {
    result: 'warn',
    severity: 'medium',
    meaning: 'A transaction of the database has been at work for at least 10 minutes.',
  },
  DatabaseIdleInTransaction: {
    result: 'warn',
    severity: 'medium',
    meaning: 'A session has kept a transaction open for at least 5 minutes without doing anything.',
  },
  DatabaseLocksWaiting: {
    result: 'warn',
    severity: 'high',
    meaning: 'A session has waited for a lock for at least 30 seconds.',
  },
  DatabaseReplicationLagging: {
    result: 'warn',
    severity: 'medium',
    meaning: 'A standby is at least 1 minute or 256 MiB behind its primary.',
  },
  DatabaseWraparoundNear: {
    result: 'warn',
    severity: 'high',
    meaning: 'Vacuum does not keep up with the transaction ids of the server, which end at two thousand million.',
  },
  DatabaseMigrationFailed: {
    result: 'fail',
    severity: 'high',
    explainsDependents: true,
    meaning: "Flyway's table says that a migration of the schema failed.",
  },
  DatabasePasswordExpiring: {
    result: 'warn',
    severity: 'high',
    meaning: 'The password of a role that uses the database ends within 30 days, or has ended.',
  },
  DatabaseCertificateExpiring: {
    result: 'warn',
    severity: 'medium',
    meaning: 'The certificate of the database server ends within 30 days.',
  },
  DatabaseVersionUnsupported: {
    result: 'warn',
    severity: 'medium',
    meaning: 'The vendor supports PostgreSQL from 14 on.',
  },
  DatabaseQueryFailed: {
    result: 'error',
    severity: 'medium',
    meaning: 'A question to the database failed for a reason of its own.',
  },
  DatabasePrivilegeMissing: {
    result: 'skip',
    severity: 'info',
    meaning: 'The role may not ask this; the message names the grant that is missing.',
  },
  OracleNotProbed: {
    result: 'skip',
    severity: 'info',
    meaning: 'The URL names an Oracle database, which is not probed.',
  },
} as const satisfies Record<string, FaultTraits>;
