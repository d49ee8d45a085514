// What to do about a PostgreSQL database. The server decides who is told to look where: one that answers is not down,
// and one that is read-only has no trouble with passwords.
import type { DATABASE_FAULTS } from '../../api/faults/database.ts';
import { kubectl, shell, sql } from '../command.ts';
import { remedy, type Remedy } from '../remedy.ts';
import { DATABASE_CERTIFICATE, EDIT_REPORT, RESOLVE } from './lines.ts';

const IS_READY = shell`pg_isready -h ${'host'} -p ${'port'} -d ${'database'}`;

/** Who holds the connections, the most first. */
const WHO_CONNECTS = sql`SELECT usename, datname, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC`;

/** Open transactions, the oldest first, and who waits for whom. */
const WHO_BLOCKS = sql`SELECT pid, usename, state, now() - xact_start AS open_for, pg_blocking_pids(pid) AS waits_for, left(query, 80) AS query FROM pg_stat_activity WHERE xact_start IS NOT NULL ORDER BY xact_start`;

const IS_STANDBY = sql`SELECT pg_is_in_recovery() AS standby, current_setting('default_transaction_read_only') AS read_only`;

export const DATABASE_REMEDIES = {
  DatabaseAddressUnresolved: remedy(
    'The host name is not known to DNS here. Compare it with the address of the server; look whether somebody moved or deleted it.',
    RESOLVE,
  ),
  DatabaseUnreachable: remedy(
    'The server does not take connections: it is down, at another port, or a firewall is between. Start it, or mend the way.',
    IS_READY,
    kubectl`get networkpolicies`,
  ),
  DatabaseTimeout: remedy(
    'Nothing answers in time: a firewall that drops packets, a server that hangs, or one with too much work. Ask it from elsewhere.',
    IS_READY,
    kubectl`get networkpolicies`,
  ),
  DatabaseTlsFailed: remedy(
    'Look at the certificate that the server shows. Renew it, or name its authority in tls.caSecretRef. Do not weaken sslmode.',
    DATABASE_CERTIFICATE,
    EDIT_REPORT,
  ),
  DatabaseAuthenticationFailed: remedy(
    'Role and password do not fit. See whether the password was changed at the server, or the Secret; then restart the services that use it.',
    kubectl`get secret ${'secret'} -o jsonpath='{.metadata.managedFields[*].time}'`,
    sql`SELECT rolname, rolcanlogin, rolvaliduntil FROM pg_roles ORDER BY 1`,
  ),
  DatabaseAccessRejected: remedy(
    'Passwords play no part: pg_hba.conf has no line that lets this role in from here, or one that rejects it. Add a line before that one, then reload.',
    sql`SELECT line_number, type, database, user_name, address, auth_method, error FROM pg_hba_file_rules`,
    sql`SELECT pg_reload_conf()`,
  ),
  DatabaseTlsDemanded: remedy(
    'The server wants TLS and the URL does not ask for it. Add sslmode=verify-full (or require) to the URL, or tls.mode to this database in the spec.',
    EDIT_REPORT,
  ),
  DatabaseCertificateDemanded: remedy(
    'Give the report a client certificate (tls.clientCertificateSecretRef), signed by the authority in ssl_ca_file, with the role as its common name.',
    EDIT_REPORT,
  ),
  DatabaseLoginForbidden: remedy(
    'The role is locked (NOLOGIN). Find out why; if it was not on purpose, unlock it.',
    sql`SELECT rolname, rolcanlogin, rolvaliduntil FROM pg_roles ORDER BY 1`,
    sql`ALTER ROLE ${'role'} LOGIN`,
  ),
  DatabaseConnectDenied: remedy(
    'The role lacks the CONNECT privilege. Grant it as the owner of the database.',
    sql`GRANT CONNECT ON DATABASE ${'database'} TO ${'role'}`,
  ),
  DatabaseClosed: remedy(
    'Somebody closed the database (for a restore or a rename). When that is done, open it again, from another database of the server.',
    shell`psql -h ${'host'} -p ${'port'} -d postgres -c 'SELECT datname, datallowconn FROM pg_database'`,
  ),
  DatabaseParameterRefused: remedy(
    'Take the parameter that the message names out of the URL, or add it to ignore_startup_parameters of PgBouncer.',
  ),
  DatabaseRoleSlotsExhausted: remedy(
    'The role has a limit of its own, and the server has slots left. See who holds its connections; then make the pools smaller or raise that limit.',
    WHO_CONNECTS,
    sql`SELECT rolname, rolconnlimit FROM pg_roles WHERE rolconnlimit >= 0`,
  ),
  DatabaseLimitReached: remedy(
    'The database has a limit of its own, and the server has slots left. See who holds its connections; then make the pools smaller or raise that limit.',
    WHO_CONNECTS,
    sql`SELECT datname, datconnlimit FROM pg_database WHERE datconnlimit >= 0`,
  ),
  DatabasePoolerFull: remedy(
    'Look at the pooler, not at the server: who waits, and who holds a connection for long. Then raise default_pool_size or max_client_conn.',
    shell`psql -h ${'host'} -p ${'port'} -d pgbouncer -c 'SHOW POOLS'`,
    shell`psql -h ${'host'} -p ${'port'} -d pgbouncer -c 'SHOW CLIENTS'`,
  ),
  DatabaseStatementsAtRisk: remedy(
    'Let PgBouncer (1.21 or later) take statements along: max_prepared_statements above 0. Or add prepareThreshold=0 to the JDBC URL of the services, or pool by session.',
    shell`psql -h ${'host'} -p ${'port'} -d pgbouncer -c 'SHOW CONFIG'`,
  ),
  DatabasePoolerWithoutServer: remedy(
    'The pooler is well and its server is not, or refuses its password. The log of the pooler names the server and the reason.',
    shell`psql -h ${'host'} -p ${'port'} -d pgbouncer -c 'SHOW DATABASES'`,
  ),
  DatabaseStandbyClosed: remedy(
    'The address leads to a standby that takes no queries (hot_standby is off). Point it at the primary, or promote this server if the primary is lost.',
    IS_READY,
  ),
  DatabaseKindMissing: remedy(
    'No server of the URL is of the kind that it asks for: the primary is down, or nobody was promoted. See which is what.',
    IS_READY,
    IS_STANDBY,
  ),
  DatabaseConnectionRefused: remedy(
    'The server answers and says why it refuses: do what its words ask for. It is neither down nor out of reach.',
    IS_READY,
  ),
  DatabaseUrlRefused: remedy(
    'Write the URL as the driver of the services reads it: jdbc:postgresql://host:5432/database, values percent-encoded. Then restart the services.',
    kubectl`edit secret ${'secret'}`,
  ),
  DatabaseUrlNotHonoured: remedy(
    'Give the report what the message names in its spec (tls.caSecretRef, tls.clientCertificateSecretRef), or a second key of the Secret with a plain URL.',
    EDIT_REPORT,
  ),
  DatabaseMonitorRefused: remedy(
    "Mend the report's own login: the services are connected. If they use the same Secret, their next new connection will fail too.",
    EDIT_REPORT,
  ),
  DatabaseLoginWithheld: remedy(
    'Put host and port of this server into the Secret with the password, or verify the server with an authority from that Secret (tls.caSecretRef).',
    EDIT_REPORT,
  ),
  DatabaseCleartextRefused: remedy(
    'Verify the server (tls.mode: VerifyFull with tls.caSecretRef), or let it use SCRAM: password_encryption = scram-sha-256 and a new password.',
    sql`SHOW password_encryption`,
    EDIT_REPORT,
  ),
  DatabaseMissing: remedy(
    'The server is well and has no database of that name: a wrong name in the URL, another server, or a restore that is not done. Look which there are.',
    shell`psql -h ${'host'} -p ${'port'} -d postgres -c 'SELECT datname FROM pg_database'`,
  ),
  DatabaseSlotsExhausted: remedy(
    'Every slot of the server is taken. End sessions that nobody needs, make the pools smaller, or raise max_connections (needs a restart).',
    WHO_CONNECTS,
    sql`SHOW max_connections`,
  ),
  DatabaseStartingUp: remedy(
    'Wait: the server is on its way. If it stays so, its log says what it recovers from and how far it is.',
    IS_READY,
  ),
  DatabaseReadOnly: remedy(
    'The server answers and takes no writes: it is a standby after a failover, or was set read-only. Point the services at the primary, or take the setting back.',
    IS_STANDBY,
    sql`SELECT setdatabase::regclass, setrole::regrole, setconfig FROM pg_db_role_setting`,
  ),
  DatabaseConnectionsExhausted: remedy(
    'Almost every slot is taken; the next pods will be refused. End sessions that nobody needs, make the pools smaller, or raise max_connections.',
    WHO_CONNECTS,
    sql`SHOW max_connections`,
  ),
  DatabaseConnectionsHigh: remedy('See who holds the connections, before the rest is taken too.', WHO_CONNECTS),
  ConnectionBudgetExceeded: remedy(
    'Make the pools smaller or raise max_connections: the guide counts 4 (connections) * pods * services.',
    WHO_CONNECTS,
    sql`SHOW max_connections`,
  ),
  DatabaseTransactionLong: remedy(
    'Find the session and whose it is. End it only if nobody needs it: SELECT pg_terminate_backend(PID).',
    WHO_BLOCKS,
  ),
  DatabaseIdleInTransaction: remedy(
    'Find the session that keeps its transaction open without working: a leak of the application, or a forgotten terminal. Ending it is safe; idle_in_transaction_session_timeout prevents it.',
    WHO_BLOCKS,
  ),
  DatabaseLocksWaiting: remedy(
    'Find who holds the lock (waits_for names the process), and end that session if it hangs.',
    WHO_BLOCKS,
  ),
  DatabaseReplicationLagging: remedy(
    'Look at load, disk and network of the standby, and at long queries on it. Do not fail over to it now.',
    sql`SELECT application_name, client_addr, state, replay_lag, pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) AS bytes FROM pg_stat_replication`,
  ),
  DatabaseWraparoundNear: remedy(
    'Find what holds vacuum up: an old transaction, a prepared one, a slot nobody reads. Then VACUUM (FREEZE) the database that the message names.',
    sql`SELECT datname, age(datfrozenxid) FROM pg_database ORDER BY 2 DESC`,
    sql`SELECT slot_name, active, age(xmin) FROM pg_replication_slots`,
    sql`SELECT gid, prepared, age(transaction) FROM pg_prepared_xacts`,
  ),
  DatabaseSchemaMissing: remedy(
    'The database is there and the schema is not, or is empty: finish the restore, or correct the name of the schema. Do not let services write into the empty one.',
    sql`SELECT n.nspname, count(c.oid) AS tables FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind = 'r' GROUP BY 1 ORDER BY 1`,
  ),
  DatabaseHostsMixed: remedy(
    'Add targetServerType=primary (JDBC) or target_session_attrs=read-write (libpq) to the URL, so that no connection lands on a standby.',
  ),
  DatabaseMigrationFailed: remedy(
    'Do not change the table by hand. See which migration failed and what it said; restore the backup from before the upgrade, or ask the vendor.',
    sql`SELECT installed_rank, version, description, installed_on FROM ${'schema'}.flyway_schema_history WHERE NOT success`,
  ),
  DatabasePasswordExpiring: remedy(
    'Set a new end for the password, or rotate it together with the Secret, and restart the services that use it.',
    sql`SELECT rolname, rolvaliduntil FROM pg_roles WHERE rolvaliduntil IS NOT NULL`,
  ),
  DatabaseCertificateExpiring: remedy(
    'Renew the certificate of the server and reload it (pg_ctl reload); clients that verify it refuse it from then on.',
    DATABASE_CERTIFICATE,
  ),
  DatabaseVersionUnsupported: remedy(
    'Plan an upgrade of the server, with a backup: the vendor supports PostgreSQL from 14 on.',
    sql`SELECT version()`,
  ),
  DatabaseQueryFailed: remedy(
    'The server is connected and failed one question; its words are in the message. Read its log at that time.',
    IS_READY,
  ),
  DatabasePrivilegeMissing: remedy(
    'Let the role of the report read statistics; nothing else depends on it.',
    sql`GRANT pg_monitor TO ${'role'}`,
  ),
  OracleNotProbed: remedy(
    'Watch the Oracle database with your own means, and say upgrade.waive: [Databases] so that upgrades do not wait for it.',
    EDIT_REPORT,
  ),
} as const satisfies Record<keyof typeof DATABASE_FAULTS, Remedy>;
