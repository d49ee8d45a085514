// Advice of ours about logging in to PostgreSQL: each way to be refused has a cause and a next step of its own.
import type { Entry } from '../entry.ts';
import { ours } from './ours.ts';

export const DATABASE_ENTRIES: readonly Entry[] = [
  ours(
    'OPS-101',
    'pg_hba.conf lets the role not in',
    'The first line of pg_hba.conf that fits role, database and address says `reject`, or no line fits. The server is up, and passwords play no part.',
    'Look at the lines as the server reads them: `SELECT line_number, type, database, user_name, address, auth_method, error FROM pg_hba_file_rules`. Add a line for this role and the address that the message names before the one that rejects, then `SELECT pg_reload_conf()`. At a provider this is the list of allowed networks.',
    [['any', 'DatabaseAccessRejected']],
  ),
  ours(
    'OPS-102',
    'Server lets the role in over TLS only',
    'pg_hba.conf has `hostssl` lines for this role and none for plain connections, and this connection had no TLS.',
    'Ask for TLS in the URL (`sslmode=require` or stronger), or with `tls.mode` of this database in the report. If the server offers none, turn it on: `ssl = on`.',
    [['any', 'DatabaseTlsDemanded']],
  ),
  ours(
    'OPS-103',
    'Server asks for a client certificate',
    'pg_hba.conf has `cert` or `clientcert=verify-…` for this role, or the provider asks every client for a certificate, and none that it takes was shown.',
    'Give the report its own in `tls.clientCertificateSecretRef` (a kubernetes.io/tls Secret), signed by the authority in `ssl_ca_file`, with the role as its common name. The services name theirs with `sslcert` and `sslkey`.',
    [['any', 'DatabaseCertificateDemanded']],
  ),
  ours(
    'OPS-104',
    'Role may not log in',
    'The role has NOLOGIN: it was made as a group, or somebody locked it.',
    'Look: `SELECT rolname, rolcanlogin, rolvaliduntil FROM pg_roles`. `ALTER ROLE name LOGIN`, if it was not locked on purpose.',
    [['any', 'DatabaseLoginForbidden']],
  ),
  ours(
    'OPS-105',
    'Role may not connect to the database',
    'The role is known and its password right, but it lacks the CONNECT privilege on this database.',
    '`GRANT CONNECT ON DATABASE name TO role` as the owner of the database.',
    [['any', 'DatabaseConnectDenied']],
  ),
  ours(
    'OPS-106',
    'Server or pooler refuses a parameter of the URL',
    'The driver sends `currentSchema` and `options` in its first message. PgBouncer refuses a parameter that it does not track; the server refuses one that it does not know.',
    'At PgBouncer add the parameter that the message names to `ignore_startup_parameters`, or set it for the role instead: `ALTER ROLE name SET search_path = …`. Otherwise correct `options` or `currentSchema` in the URL.',
    [['any', 'DatabaseParameterRefused']],
  ),
  ours(
    'OPS-107',
    'Limit of connections of a role or database',
    'The role or the database has a CONNECTION LIMIT of its own, and it is reached. The server has slots left.',
    'See who holds them: `SELECT usename, datname, count(*) FROM pg_stat_activity GROUP BY 1, 2`. Raise the limit (`ALTER ROLE name CONNECTION LIMIT n`, `ALTER DATABASE name CONNECTION LIMIT n`) or make the pools smaller: 4 (connections) * pods * services.',
    [
      ['any', 'DatabaseRoleSlotsExhausted'],
      ['any', 'DatabaseLimitReached'],
    ],
  ),
  ours(
    'OPS-108',
    'Connection pooler is full',
    'The pooler has its full number of clients (`max_client_conn`), or no connection of its pool became free in time (`query_wait_timeout`). It says nothing about the server.',
    'Look at its console: `SHOW POOLS` (cl_waiting, maxwait) and `SHOW CLIENTS`. Many waiting clients: raise `default_pool_size`, or find the transaction that holds the connections. Too many clients: raise `max_client_conn`.',
    [['any', 'DatabasePoolerFull']],
  ),
  ours(
    'OPS-109',
    'Connection pooler has no server',
    'The pooler answers, but the server behind it refuses it, is down, or does not take its password.',
    'Read the log of the pooler: it names the server and the reason. Check the server itself from the host of the pooler, and the password that the pooler uses for it (`auth_file`, `auth_query`, the Secret of RDS Proxy).',
    [['any', 'DatabasePoolerWithoutServer']],
  ),
  ours(
    'OPS-110',
    'Driver refuses the URL',
    "The services' driver cannot read the URL, or knows no such value of one of its parameters, so it never asks a server.",
    'Write it as the driver reads it: `jdbc:postgresql://host:5432/database`, user and password as parameters after the question mark, everything percent-encoded (@ %40, / %2F, + %2B), names of parameters in their own case, no blank or line break around it.',
    [['any', 'DatabaseUrlRefused']],
  ),
  ours(
    'OPS-111',
    'URL needs something that only the pod has',
    'A socket factory, an SSL factory, a file with an authority or a client certificate, a Kerberos ticket, a socket: the report does not run in the pod.',
    'Give the report what the message names, in its spec: `tls.caSecretRef`, `tls.clientCertificateSecretRef`, or a second key of the Secret with a plain URL to the same server.',
    [['any', 'DatabaseUrlNotHonoured']],
  ),
  ours(
    'OPS-112',
    'Login not sent to a server that nobody names',
    'A password goes only where its own Secret says, so that whoever writes a report cannot have it sent elsewhere.',
    'Put `host` and `port` (or `url`) of this server into the Secret with the password; or let the workload that uses the Secret name the server in its variables; or verify the server with an authority from that same Secret (`tls.caSecretRef`).',
    [['any', 'DatabaseLoginWithheld']],
  ),
  ours(
    'OPS-113',
    "Trouble of the report's own login",
    'The server refuses the role, password, certificate or URL that the report uses, while the services that use the database report it UP: they are not affected.',
    'Mend the login of the report (`urlSecretRef`, `credentialsSecretRef`, `tls.clientCertificateSecretRef`); the message quotes the server. If the services use the same Secret, their next new connection fails too: treat it as an outage to come.',
    [['any', 'DatabaseMonitorRefused']],
  ),
  ours(
    'OPS-114',
    'Schema missing or empty',
    'The database answers, but the schema that the report or the URL names is not there or holds no table: a restore that is not finished, another database, a wrong name.',
    'List what there is: `SELECT nspname FROM pg_namespace`. Compare with the schema in the URL (`currentSchema`) and in `spec.databases`. After a restore into an empty database, restore the schema; a service creates its tables at its start.',
    [['any', 'DatabaseSchemaMissing']],
  ),
  ours(
    'OPS-115',
    'URL takes servers that do not take writes',
    'With several hosts in any order (`loadBalanceHosts`, `load_balance_hosts`) every new connection may land on a standby, where each write fails.',
    'Add `targetServerType=primary` (JDBC) or `target_session_attrs=read-write` (libpq) to the URL.',
    [['any', 'DatabaseHostsMixed']],
  ),
];
