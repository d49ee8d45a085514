// A database with the connection that its Secret or its spec describes.
import type { DatabaseSpec } from '../api/health-report.ts';
import { failed, ok, type Outcome } from '../facts/outcome.ts';
import type { DatabaseConnection, DatabaseTarget } from '../facts/target.ts';
import type { SecretReader } from '../kube/secrets.ts';
import { redact } from '../runtime/safe-text.ts';
import type { ConnectionUrl, ParseConnectionUrl } from './connection-url.ts';
import { roleName } from './open-values.ts';
import { readAll } from './references.ts';

/** A database to visit, or the fault why it cannot be: judged like every other answer. */
export async function databaseTarget(
  spec: DatabaseSpec,
  secrets: SecretReader,
  parseUrl: ParseConnectionUrl,
  signal: AbortSignal,
): Promise<DatabaseTarget> {
  return {
    kind: 'database',
    id: `database/${spec.name}`,
    component: 'database',
    name: spec.name,
    required: true,
    connection: await connectionOf(spec, secrets, parseUrl, signal),
    ...(spec.schema === undefined ? {} : { schema: spec.schema }),
    poolSize: spec.poolSize,
    usedBy: spec.usedBy ?? [],
  };
}

async function connectionOf(
  spec: DatabaseSpec,
  secrets: SecretReader,
  parseUrl: ParseConnectionUrl,
  signal: AbortSignal,
): Promise<Outcome<DatabaseConnection>> {
  const own = spec.credentialsSecretRef;
  const read = await readAll(
    {
      url: spec.urlSecretRef,
      username: own === undefined ? undefined : { name: own.name, key: own.usernameKey },
      password: own === undefined ? undefined : { name: own.name, key: own.passwordKey },
      ca: spec.tls?.caSecretRef,
    },
    secrets,
    signal,
  );
  if (!read.ok) return read;
  const { url, username, password, ca } = read.value;
  const address: Outcome<ConnectionUrl> =
    url === undefined
      ? ok({
          host: spec.host ?? '',
          port: spec.port,
          database: spec.database ?? '',
          username: undefined,
          password: undefined,
          mode: undefined,
        })
      : parseUrl(url.reveal(), `key ${spec.urlSecretRef?.key ?? ''} of Secret ${spec.urlSecretRef?.name ?? ''}`);
  if (!address.ok) return address;
  const { value } = address;
  // Who may write a report need not be allowed to read Secrets, and must not learn a password by naming a server.
  const sameSecret = url !== undefined && (own === undefined || own.name === spec.urlSecretRef?.name);
  const namedBySecret = sameSecret || (own !== undefined && (await namesHost(own.name, value.host, secrets, signal)));
  // A Secret beside the URL is there to override what the URL carries.
  const named =
    username === undefined || own === undefined
      ? ok(value.username)
      : roleName(username, { name: own.name, key: own.usernameKey });
  if (!named.ok) return named;
  const user = named.value;
  if (user === undefined) {
    return failed(
      'TargetInvalid',
      redact(`the database ${spec.name} has no user name: give it in the URL or in credentialsSecretRef`),
    );
  }
  return ok({
    host: value.host,
    port: value.port,
    ...(value.otherHosts === undefined ? {} : { otherHosts: value.otherHosts }),
    ...(value.primaryOnly === undefined ? {} : { primaryOnly: value.primaryOnly }),
    database: value.database,
    username: user,
    password: password ?? value.password,
    namedBySecret,
    tls: { mode: spec.tls?.mode ?? value.mode ?? 'Prefer', ...(ca === undefined ? {} : { ca: ca.reveal() }) },
  });
}

/** The key under which Secrets that database operators write hold the server's name. */
const HOST_KEY = 'host';

/** Whether the Secret with the password says that it is for this server. Most do not say, which is no fault. */
async function namesHost(name: string, host: string, secrets: SecretReader, signal: AbortSignal): Promise<boolean> {
  const named = await secrets.read(name, HOST_KEY, signal);
  return named.ok && named.value.reveal().trim().toLowerCase() === host.toLowerCase();
}
