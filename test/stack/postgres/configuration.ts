// The files that make a fresh data folder the server that a test asked for: postgresql.conf, pg_hba.conf, TLS.

/** PostgreSQL's own words: SCRAM is today's default, the other two exist in old installations. */
export type Authentication = 'scram-sha-256' | 'md5' | 'password';

export type Settings = Readonly<Record<string, string | number>>;

export interface Configured {
  tls?: { certPem: string; keyPem: string };
  tlsRequired?: boolean;
  authentication?: Authentication;
  settings?: Settings;
}

export interface ConfigurationFile {
  name: string;
  text: string;
  mode: number;
}

/** Durability is worth nothing here, speed and a small footprint are. */
const QUICK: Settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '16MB',
  max_wal_size: '64MB',
  min_wal_size: '32MB',
  autovacuum: 'off',
  io_method: 'sync',
  max_connections: 40,
  log_connections: '',
  log_line_prefix: '%m [%p] %q%u@%d ',
  unix_socket_directories: '',
  listen_addresses: '127.0.0.1',
};

/** The files to write into the data folder after initdb (postgresql.conf is appended to). */
export function configuration({
  tls,
  tlsRequired = false,
  authentication = 'scram-sha-256',
  settings = {},
}: Configured): ConfigurationFile[] {
  const secured: Settings = tls ? { ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key' } : {};
  const passwords: Settings = { password_encryption: authentication === 'md5' ? 'md5' : 'scram-sha-256' };
  const all = { ...QUICK, ...secured, ...passwords, ...settings };
  const lines = Object.entries(all).map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'`);
  // The superuser has SCRAM always: its password was set by initdb, before password_encryption could say md5.
  const kind = tls && tlsRequired ? 'hostssl' : 'host';
  const access = [
    `${kind} all postgres 127.0.0.1/32 scram-sha-256`,
    `${kind} all all 127.0.0.1/32 ${authentication}`,
    `${kind} replication postgres 127.0.0.1/32 scram-sha-256`,
  ];
  const files = [
    { name: 'postgresql.conf', text: `\n${lines.join('\n')}\n`, mode: 0o600 },
    { name: 'pg_hba.conf', text: `${access.join('\n')}\n`, mode: 0o600 },
  ];
  if (!tls) return files;
  return [
    ...files,
    { name: 'server.crt', text: tls.certPem, mode: 0o600 },
    { name: 'server.key', text: tls.keyPem, mode: 0o600 },
  ];
}
