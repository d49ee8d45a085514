// What a service is shown and verified with, from the Secrets that the spec names: its authority, a client certificate, a
// user and a password. The last two go to the service's own pods, or to a host that their Secret names itself. Pods that only
// the report calls the service's are its own where they use that Secret.
import type { ServiceSpec } from '../api/health-report.ts';
import { failed, type Outcome } from '../facts/outcome.ts';
import { isHealthPath } from '../facts/health-path.ts';
import type { ServiceTarget } from '../facts/target.ts';
import type { SecretReader } from '../kube/secrets.ts';
import { redact } from '../runtime/safe-text.ts';
import { noAuthority } from './authority.ts';
import { roleName } from './open-values.ts';
import { readAll } from './references.ts';

/** Keys of a kubernetes.io/basic-auth and of a kubernetes.io/tls Secret. A report chooses the Secret, never the key. */
const USERNAME = 'username';
const PASSWORD = 'password';
const CERTIFICATE = 'tls.crt';
const PRIVATE_KEY = 'tls.key';

/** The target with what the spec names for it. Where something is missing or must not go out, the fault is its address. */
export async function withSecrets(
  target: ServiceTarget,
  said: ServiceSpec | undefined,
  secrets: SecretReader,
  signal: AbortSignal,
): Promise<ServiceTarget> {
  const { tls, credentialsSecretRef: basic } = said ?? {};
  const pair = tls?.certSecretRef;
  const read = await readAll(
    {
      ca: tls?.caSecretRef,
      certificate: pair === undefined ? undefined : { name: pair.name, key: CERTIFICATE },
      key: pair === undefined ? undefined : { name: pair.name, key: PRIVATE_KEY },
      username: basic === undefined ? undefined : { name: basic.name, key: USERNAME },
      password: basic === undefined ? undefined : { name: basic.name, key: PASSWORD },
    },
    secrets,
    signal,
  );
  if (!read.ok) return { ...target, addresses: read };
  const wrong = noAuthority(tls?.caSecretRef, read.value.ca);
  if (wrong !== undefined) return { ...target, addresses: wrong };
  const { ca, certificate, key, username, password } = read.value;
  const holders = [pair?.name, basic?.name].filter((name) => name !== undefined);
  const refused = await refusal(target, said?.url, holders, secrets, signal);
  if (refused !== undefined) return { ...target, addresses: refused };
  const user =
    username === undefined || basic === undefined ? undefined : roleName(username, { name: basic.name, key: USERNAME });
  if (user?.ok === false) return { ...target, addresses: user };
  // RFC 7617: the first colon ends the name.
  if (user?.value.includes(':') === true)
    return invalid(target, `the value of key ${USERNAME} of Secret ${basic?.name ?? ''} has a colon in it`);
  return {
    ...target,
    tls: {
      ...target.tls,
      ...(ca === undefined ? {} : { ca: ca.reveal() }),
      ...(certificate === undefined || key === undefined ? {} : { certificate: { pem: certificate.reveal(), key } }),
    },
    ...(user === undefined || password === undefined ? {} : { credentials: { username: user.value, password } }),
  };
}

/** Why credentials must not go where the spec would have them go. */
async function refusal(
  { id, addresses, health, onReportsWord }: ServiceTarget,
  url: string | undefined,
  holders: readonly string[],
  secrets: SecretReader,
  signal: AbortSignal,
): Promise<Outcome<never> | undefined> {
  if (holders.length === 0 || !addresses.ok) return undefined;
  const paths = [health.path, ...(health.places ?? []).map(({ path }) => path)];
  const strange = paths.find((path) => !isHealthPath(path));
  if (strange !== undefined)
    return no(`credentials are sent to paths of health alone (/actuator/health), and ${strange} is none`);
  if (url === undefined) {
    const foreign = holders.find((holder) => onReportsWord?.secrets.includes(holder) === false);
    if (foreign !== undefined && onReportsWord !== undefined)
      return no(
        `only the report calls ${onReportsWord.title} ${id}, and its pods do not use Secret ${foreign}: it is not shown to them`,
      );
    return addresses.value.every(({ pod }) => pod !== undefined)
      ? undefined
      : no(`not every endpoint of ${id} is a pod of its own: credentials are not sent there`);
  }
  for (const holder of holders) {
    if (!(await isNamed(new URL(url), holder, secrets, signal)))
      return no(`Secret ${holder} does not name ${new URL(url).origin} in its key url, so it is not shown there`);
  }
  return undefined;
}

/** Whether a Secret says that what it holds is for this server: scheme, host and port. */
async function isNamed(url: URL, name: string, secrets: SecretReader, signal: AbortSignal): Promise<boolean> {
  const read = await secrets.read(name, 'url', signal);
  if (!read.ok) return false;
  try {
    return new URL(read.value.reveal().trim()).origin === url.origin;
  } catch {
    return false;
  }
}

function no(why: string): Outcome<never> {
  return failed('TargetInvalid', redact(why, [], 160));
}

function invalid(target: ServiceTarget, why: string): ServiceTarget {
  return { ...target, addresses: no(why) };
}
