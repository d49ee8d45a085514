// Reads a database URL as the driver of its kind does: `jdbc:` as pgjdbc, `postgresql://` and `postgres://` as libpq.
// The URL is a secret: no message repeats any part of it, only the Secret key that holds it.
import type { FaultCode } from '../api/faults.ts';
import { failed, ok, type Failed, type Outcome } from '../facts/outcome.ts';
import type { DatabaseConnection, HostAddress, HostWish } from '../facts/target.ts';
import { redact } from '../runtime/safe-text.ts';
import type { Secret } from '../runtime/secret.ts';
import { jdbcConnection } from './jdbc-connection.ts';
import { jdbcProperties } from './jdbc-url.ts';
import { libpqConnection } from './libpq-connection.ts';

/** What a URL says of the connection. What it leaves open is undefined: the driver's default differs from the spec's. */
export interface DatabaseUrl {
  /** At least one, in the order in which the driver tries them. */
  readonly hosts: readonly HostAddress[];
  readonly wants: HostWish;
  /** The driver tries the hosts in any order. */
  readonly balanced: boolean;
  readonly database: string | undefined;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
  readonly tls: UrlTls;
  /** Further parameters of the startup message: `options`, `search_path`. */
  readonly startup: Readonly<Record<string, string>>;
  readonly authentication: DatabaseConnection['authentication'];
  /** Schemas that unqualified names are looked up in; undefined where the URL does not say. */
  readonly searchPath: readonly string[] | undefined;
  /** The driver prepares statements on the server, which some poolers do not carry from one transaction to the next. */
  readonly prepares: boolean;
  /** Why it cannot be done from here at all: the end of a sentence, with what to write instead. */
  readonly unhonoured: string | undefined;
}

export interface UrlTls {
  /** Undefined where the URL leaves TLS to the driver's default, which is `Prefer`. */
  readonly mode: DatabaseConnection['tls']['mode'] | undefined;
  /** The host's name is compared although no authority is asked for. */
  readonly verifiesName: boolean;
  /** TLS from the first byte, as PostgreSQL 17 takes it. */
  readonly direct: boolean;
  /** The authority is a file in the pod, or Java's own store: only the report can give it to us. */
  readonly authorityElsewhere: boolean;
  /** The client certificate is a file in the pod. */
  readonly certificateElsewhere: boolean;
}

/** A URL that is taken apart, or why its driver refuses it: the end of a sentence that repeats nothing of it. */
export type ReadUrl = DatabaseUrl | { readonly refused: string };

/** Longer than any URL of a driver, short enough to be read at once. */
const LONGEST_URL = 4096;

/**
 * Reads a URL.
 *
 * @param source names the Secret key for people, e.g. `key url of Secret db`
 * @param user whom the spec names beside the URL: a driver's default name of the database
 * @returns `OracleNotProbed` for an Oracle URL, `DatabaseUrlRefused` for one that its driver refuses, `TargetInvalid`
 *   or `DatabaseUrlNotHonoured` for what says nothing about the services
 */
export function readDatabaseUrl(url: Secret, source: string, user?: string): Outcome<DatabaseUrl> {
  const text = url.reveal();
  const because = (code: FaultCode, why: string): Failed => failed(code, redact(`${source} ${why}`, [], 160));
  if (/^jdbc:oracle:/i.test(text))
    return because('OracleNotProbed', 'holds the URL of an Oracle database, which is not probed');
  if (text.trim() === '') return because('TargetInvalid', 'is empty; expected a PostgreSQL URL');
  if (text.length > LONGEST_URL) return because('TargetInvalid', 'is too long for a PostgreSQL URL');
  const kind = kindOf(text);
  switch (kind) {
    case 'wrapped':
      return because(
        'DatabaseUrlNotHonoured',
        'names a driver that wraps another; give the plain jdbc:postgresql:// URL',
      );
    case 'misspelt':
      return because('DatabaseUrlRefused', 'begins with a blank or a capital letter, so that no driver takes the URL');
    case 'unknown':
      return because('TargetInvalid', 'holds no PostgreSQL URL (jdbc:postgresql:… or postgresql://…)');
    case 'jdbc':
    case 'libpq': {
      const read = kind === 'jdbc' ? readJdbc(text, user) : libpqConnection(text);
      if ('refused' in read) return because('DatabaseUrlRefused', `holds a URL that ${read.refused}`);
      return spilt(read) ?? ok(read);
    }
  }
  /** Pieces of a password where no piece of one belongs: they would go to a DNS server. */
  function spilt({ hosts, database }: DatabaseUrl): Failed | undefined {
    const inHost = hosts.some(({ host }) => host.includes('@'));
    if (inHost && kind === 'jdbc')
      return because(
        'DatabaseUrlRefused',
        'has user:password@ before the host, which JDBC does not read; write ?user=…&password=…, percent-encoded',
      );
    if (
      inHost ||
      /^[^@]*@.*[^@]$/.test(rawDatabase(text)) ||
      (database?.includes('@') === true && !text.includes('%40'))
    )
      return because('TargetInvalid', 'has an @ or / that is not percent-encoded in its user or password (%40, %2F)');
    return undefined;
  }
}

/** The part between the slash after the host and the question mark, as it is written. */
function rawDatabase(text: string): string {
  const [before = ''] = text.split('?');
  const slash = before.indexOf('/', before.indexOf('//') + 2);
  return slash === -1 ? '' : before.slice(slash + 1);
}

function readJdbc(text: string, user: string | undefined): ReadUrl {
  const properties = jdbcProperties(text, user);
  return typeof properties === 'string' ? { refused: properties } : jdbcConnection(properties);
}

function kindOf(text: string): 'jdbc' | 'libpq' | 'wrapped' | 'misspelt' | 'unknown' {
  if (text.startsWith('jdbc:postgresql:')) return 'jdbc';
  if (/^postgres(?:ql)?:\/\//.test(text)) return 'libpq';
  if (
    /^jdbc(?:-[a-z0-9]+)?(?::[a-z0-9-]+)+:postgres(?:ql)?:/.test(text) ||
    /^jdbc-[a-z0-9]+:postgres(?:ql)?:/.test(text)
  )
    return 'wrapped';
  return /^\s*(?:jdbc:postgresql:|postgres(?:ql)?:\/\/)/i.test(text) ? 'misspelt' : 'unknown';
}
