// What a probe needs of a database URL: the shape in which `database` takes it from `database-url`.
import { failed, ok, type Outcome } from '../facts/outcome.ts';
import type { DatabaseConnection } from '../facts/target.ts';
import { redact } from '../runtime/safe-text.ts';
import { secret, type Secret } from '../runtime/secret.ts';
import { parseDatabaseUrl } from './database-url.ts';

export interface ConnectionUrl extends Pick<DatabaseConnection, 'host' | 'port' | 'otherHosts' | 'primaryOnly'> {
  readonly database: string;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
  /** From `sslmode` (or `ssl=true`); undefined when the URL does not say. */
  readonly mode: DatabaseConnection['tls']['mode'] | undefined;
}

/** `source` names the Secret key for people; the text itself is never repeated. */
export type ParseConnectionUrl = (text: string, source: string) => Outcome<ConnectionUrl>;

export const parseConnectionUrl: ParseConnectionUrl = (text, source) => {
  const parsed = parseDatabaseUrl(secret(text), source);
  if (!parsed.ok) return parsed;
  const { hosts, primaryOnly, username, password, tlsMode } = parsed.value;
  const [first, ...otherHosts] = hosts;
  // Without a database's name both drivers take the user's.
  const database = parsed.value.database ?? username;
  if (first === undefined || database === undefined)
    return failed('TargetInvalid', redact(`${source} holds a URL that names no database`, [], 160));
  return ok({
    ...first,
    ...(otherHosts.length === 0 ? {} : { otherHosts, primaryOnly }),
    database,
    username,
    password,
    mode: tlsMode,
  });
};
