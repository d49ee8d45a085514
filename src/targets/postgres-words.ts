// Words that libpq made and pgjdbc took over: how a URL asks for TLS, and which logins it allows.
import type { DatabaseConnection } from '../facts/target.ts';

/** Values of `sslmode`. */
export const MODES: Readonly<Record<string, DatabaseConnection['tls']['mode']>> = {
  disable: 'Disable',
  allow: 'Allow',
  prefer: 'Prefer',
  require: 'Require',
  'verify-ca': 'VerifyCA',
  'verify-full': 'VerifyFull',
};

/** Values of `require_auth` and `requireAuth`, in libpq's order. */
export const METHODS = ['none', 'password', 'md5', 'gss', 'sspi', 'scram-sha-256'] as const;
export type Method = (typeof METHODS)[number];
