// What servers and poolers say when they refuse a connection, and the fault that each text is.
import { describe, expect, it } from 'vitest';
import { traits, type FaultCode } from '../../../src/api/faults.ts';
import { connectFault, queryFault } from '../../../src/clients/postgres-fault.ts';

const REFUSALS: readonly (readonly [state: string, text: string, fault: FaultCode, detail?: string])[] = [
  ['28P01', 'password authentication failed for user "app"', 'DatabaseAuthenticationFailed'],
  ['28000', 'role "app" does not exist', 'DatabaseAuthenticationFailed'],
  ['28000', 'pg_hba.conf rejects connection for host "10.0.0.1", user "app", SSL encryption', 'DatabaseAccessRejected'],
  ['28000', 'no pg_hba.conf entry for host "10.0.0.1", user "app", SSL on', 'DatabaseAccessRejected'],
  ['28000', 'no pg_hba.conf entry for host "10.0.0.1", user "app", no encryption', 'DatabaseTlsDemanded'],
  ['28000', 'no pg_hba.conf entry for host "10.0.0.1", user "app", SSL off', 'DatabaseTlsDemanded'],
  ['28000', 'role "app" is not permitted to log in', 'DatabaseLoginForbidden'],
  ['28000', 'connection requires a valid client certificate', 'DatabaseCertificateDemanded'],
  ['28000', 'certificate authentication failed for user "app"', 'DatabaseCertificateDemanded'],
  ['28000', 'Cloud SQL IAM user authentication failed for user "app"', 'DatabaseAuthenticationFailed'],
  ['42501', 'permission denied for database "keylessd"', 'DatabaseConnectDenied'],
  ['3D000', 'database "nodb" does not exist', 'DatabaseMissing'],
  ['55000', 'database "keylessd" is not currently accepting connections', 'DatabaseClosed'],
  ['53100', 'could not write init file: No space left on device', 'DatabaseDiskFull'],
  ['53300', 'sorry, too many clients already', 'DatabaseSlotsExhausted'],
  ['53300', 'remaining connection slots are reserved for roles with the SUPERUSER attribute', 'DatabaseSlotsExhausted'],
  ['53300', 'too many connections for role "app"', 'DatabaseRoleSlotsExhausted'],
  ['53300', 'too many connections for database "keylessd"', 'DatabaseLimitReached'],
  ['57P03', 'the database system is starting up', 'DatabaseStartingUp'],
  [
    '57P03',
    'the database system is not accepting connections',
    'DatabaseStandbyClosed',
    'Hot standby mode is disabled.',
  ],
  ['42704', 'unrecognized configuration parameter "nosuch_guc"', 'DatabaseParameterRefused'],
  ['08P01', 'SASL authentication failed', 'DatabaseAuthenticationFailed'],
  ['08P01', 'no such user: ghost', 'DatabaseAuthenticationFailed'],
  ['08P01', 'no such database: nodb', 'DatabaseMissing'],
  ['08P01', 'no more connections allowed (max_client_conn)', 'DatabasePoolerFull'],
  ['08P01', 'query_wait_timeout', 'DatabasePoolerFull'],
  ['08P01', 'unsupported startup parameter: search_path', 'DatabaseParameterRefused'],
  ['08P01', 'server login has been failing, try again later (server_login_retry)', 'DatabasePoolerWithoutServer'],
  ['08P01', 'pgbouncer cannot connect to server', 'DatabasePoolerWithoutServer'],
  // What its server said, in the words of PgBouncer.
  ['08P01', 'server login failed: FATAL password authentication failed for user "app"', 'DatabaseAuthenticationFailed'],
  ['08P01', 'server login has been failing, cached error: database "x" does not exist', 'DatabaseMissing'],
  ['08P01', 'server login has been failing, cached error: sorry, too many clients already', 'DatabaseSlotsExhausted'],
  [
    '08P01',
    'server login has been failing, cached error: no pg_hba.conf entry for host "10.0.0.1", user "app", no encryption',
    'DatabaseTlsDemanded',
  ],
  ['08P01', 'server login has been failing, cached error: the database system is starting up', 'DatabaseStartingUp'],
  ['08P01', 'server login has been failing, cached error: connect failed', 'DatabasePoolerWithoutServer'],
  ['58000', 'could not get connection from the pool - AllServersDown', 'DatabasePoolerWithoutServer'],
  ['58000', 'No pool configured for database: "x", user: "y"', 'DatabaseMissing'],
  ['28000', 'This RDS proxy has no credentials for the role app', 'DatabaseAuthenticationFailed'],
  ['28000', 'This RDS Proxy requires TLS connections', 'DatabaseTlsDemanded'],
  ['08P01', 'SSL required', 'DatabaseTlsDemanded'],
  ['08P01', 'server DNS lookup failed', 'DatabasePoolerWithoutServer'],
  ['08P01', 'client connections exceeded (max_db_client_connections)', 'DatabasePoolerFull'],
  ['XX000', 'MaxClientsInSessionMode: max clients reached - in Session mode', 'DatabasePoolerFull'],
  ['57P03', 'pgpool is not accepting any new connections: all backend nodes are down', 'DatabasePoolerWithoutServer'],
  ['XX000', 'failed to create a backend connection', 'DatabasePoolerWithoutServer'],
  ['08006', 'odyssey: c12ab: failed to connect to remote server s34', 'DatabasePoolerWithoutServer'],
  ['3D000', "odyssey: c12ab: route for 'np.app' is not found", 'DatabaseMissing'],
  ['08P01', 'something that nobody has heard of', 'DatabaseConnectionRefused'],
  ['XX000', 'internal error', 'DatabaseConnectionRefused'],
];

describe('a refusal', () => {
  it.each(REFUSALS)('%s %s is %s', (code, message, fault, detail) => {
    const error = { code: String(code), message: String(message), ...(detail === undefined ? {} : { detail }) };
    expect(connectFault(error, 'db:5432', []).code).toBe(fault);
  });

  it('is an answer, so it never says that the server cannot be reached', () => {
    for (const [code, message] of REFUSALS)
      expect(traits(connectFault({ code, message }, 'db:5432', []).code).vantage).toBeUndefined();
  });

  it('in another language falls back on its state', () => {
    expect(connectFault({ code: '53300', message: 'zu viele Verbindungen' }, 'db', []).code).toBe(
      'DatabaseSlotsExhausted',
    );
    expect(connectFault({ code: '28000', message: 'Rolle darf nicht' }, 'db', []).code).toBe(
      'DatabaseAuthenticationFailed',
    );
  });
});

describe('a question that is not answered', () => {
  it.each<readonly [state: string, text: string, fault: FaultCode]>([
    // Poolers connect to their server with the first question.
    ['08P01', 'server login has been failing, try again later (server_login_retry)', 'DatabasePoolerWithoutServer'],
    ['08006', 'odyssey: c12ab: failed to connect to remote server s34', 'DatabasePoolerWithoutServer'],
    ['08004', 'no more connections allowed (max_client_conn)', 'DatabasePoolerFull'],
    ['58000', 'could not get connection from the pool - AllServersDown', 'DatabasePoolerWithoutServer'],
    ['57P01', 'terminating connection due to administrator command', 'DatabaseStartingUp'],
    [
      '53300',
      'remaining connection slots are reserved for roles with the SUPERUSER attribute',
      'DatabaseSlotsExhausted',
    ],
    ['28P01', 'password authentication failed for user "app"', 'DatabaseAuthenticationFailed'],
    ['3D000', 'database "keylessd" does not exist', 'DatabaseMissing'],
    ['53100', 'could not write to file "base/pgsql_tmp/x": No space left on device', 'DatabaseDiskFull'],
    ['57014', 'canceling statement due to statement timeout', 'DatabaseTimeout'],
    ['42501', 'permission denied for table node', 'DatabasePrivilegeMissing'],
    ['53200', 'out of memory', 'DatabaseQueryFailed'],
    ['XX001', 'invalid page in block 1 of relation base/1/2', 'DatabaseQueryFailed'],
    ['57P05', 'terminating connection due to idle-session timeout', 'DatabaseQueryFailed'],
  ])('%s %s is %s', (code, message, fault) => {
    expect(queryFault({ code, message }, 'db:5432', []).code).toBe(fault);
  });
});
