// Reads a connection URL as JDBC or libpq writes it. Only what a probe needs; hostile text becomes a fault, and no
// message repeats a part of it.
import { failed, ok, type Outcome } from '../facts/outcome.ts';
import type { DatabaseConnection } from '../facts/target.ts';
import { literal } from '../runtime/safe-text.ts';
import { secret, type Secret } from '../runtime/secret.ts';

export interface ConnectionUrl {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
  /** From `sslmode` (or `ssl=true`); undefined when the URL does not say. */
  readonly mode: DatabaseConnection['tls']['mode'] | undefined;
}

export type ParseConnectionUrl = (text: string) => Outcome<ConnectionUrl>;

const MODES: Readonly<Record<string, DatabaseConnection['tls']['mode']>> = {
  disable: 'Disable',
  allow: 'Prefer',
  prefer: 'Prefer',
  require: 'Require',
  'verify-ca': 'VerifyCA',
  'verify-full': 'VerifyFull',
};

/** `jdbc:postgresql://…`, `postgresql://…` or `postgres://…`. Of several hosts the first is taken. */
export const parseConnectionUrl: ParseConnectionUrl = (raw) => {
  const text = raw.trim().replace(/^jdbc:/, '');
  if (/^oracle:/.test(text)) return failed('OracleNotProbed', literal('the database is Oracle, which is not examined'));
  if (text.length > 4096 || !/^postgres(ql)?:\/\//.test(text)) {
    return invalid(literal('the connection URL is neither jdbc:postgresql://… nor postgres://…'));
  }
  // Several hosts are one authority with commas, which no URL parser takes.
  const single = text.replace(/^(postgres(?:ql)?:\/\/(?:[^/?#@]*@)?)([^/?#,]*),[^/?#]*/, '$1$2');
  if (!URL.canParse(single)) return invalid(literal('the connection URL cannot be read'));
  const url = new URL(single);
  const parameter = (name: string): string | undefined => url.searchParams.get(name) ?? undefined;
  const username = decoded(url.username) ?? parameter('user');
  const password = decoded(url.password) ?? parameter('password');
  const database = decoded(url.pathname.slice(1)) ?? username;
  if (url.hostname === '' || database === undefined) {
    return invalid(literal('the connection URL names no host or no database'));
  }
  const sslmode = parameter('sslmode');
  return ok({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 5432 : Number(url.port),
    database,
    username,
    password: password === undefined ? undefined : secret(password),
    mode:
      sslmode === undefined ? (parameter('ssl') === 'true' ? 'VerifyFull' : undefined) : MODES[sslmode.toLowerCase()],
  });
};

function invalid(detail: Parameters<typeof failed>[1]): Outcome<never> {
  return failed('TargetInvalid', detail);
}

function decoded(part: string): string | undefined {
  if (part === '') return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
