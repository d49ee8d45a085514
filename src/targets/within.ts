// What is within Secrets that are a pod's environment or files as a whole: which key is which setting is known once their
// keys are, by the names alone.
import { failed, type Outcome } from '../facts/outcome.ts';
import type { SecretReader } from '../kube/secrets.ts';
import { canonical } from '../product/setting-name.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';
import type { ConfiguredDatabaseEntry, ConfiguredEntry, Within } from './configured.ts';
import type { KeyRef } from './references.ts';

/** The entry with what was found; undefined where there is none without it. */
export async function located(
  entry: ConfiguredEntry,
  secrets: SecretReader,
  signal: AbortSignal,
): Promise<ConfiguredEntry | undefined> {
  if (entry.kind === 'database') return locatedDatabase(entry, secrets, signal);
  const { within } = entry;
  if (within?.accessKeyId === undefined || within.secretAccessKey === undefined) return entry;
  const accessKeyId = await keyWithin(within.accessKeyId, secrets, signal);
  const secretAccessKey = await keyWithin(within.secretAccessKey, secrets, signal);
  if (!accessKeyId.ok || !secretAccessKey.ok) return { ...entry, unknown: said([accessKeyId, secretAccessKey]) };
  const { unknown: _, ...rest } = entry;
  return { ...rest, keys: { accessKeyId: accessKeyId.value, secretAccessKey: secretAccessKey.value } };
}

async function locatedDatabase(
  entry: ConfiguredDatabaseEntry,
  secrets: SecretReader,
  signal: AbortSignal,
): Promise<ConfiguredDatabaseEntry | undefined> {
  const { within } = entry;
  if (within === undefined) return entry;
  const look = (one: Within | undefined): Promise<Outcome<KeyRef> | undefined> =>
    one === undefined ? Promise.resolve(undefined) : keyWithin(one, secrets, signal);
  const [url, username, password] = [await look(within.url), await look(within.username), await look(within.password)];
  if (url?.ok === false) return undefined;
  const spec = url === undefined ? entry.spec : { ...entry.spec, urlSecretRef: url.value };
  const user = username?.ok === true ? username.value : entry.login?.username;
  if (password?.ok === true) {
    const { unknown: _, ...rest } = entry;
    return { ...rest, spec, login: { username: user, password: password.value } };
  }
  // A URL may hold both.
  return url !== undefined || password === undefined
    ? { ...entry, spec }
    : { ...entry, spec, unknown: said([password]) };
}

/** The first of the names that a key has; the later Secret over the earlier, as the kubelet sets them. */
async function keyWithin(
  { secrets: all, names }: Within,
  secrets: SecretReader,
  signal: AbortSignal,
): Promise<Outcome<KeyRef>> {
  const nowhere = failed('SecretKeyMissing', redact('no key of the Secrets of its pods is called like it'));
  if (secrets.keys === undefined) return nowhere;
  let trouble: Outcome<KeyRef> = nowhere;
  const known: { readonly ref: KeyRef; readonly setting: string }[] = [];
  for (const { name, prefix } of all.toReversed()) {
    const keys = await secrets.keys(name, signal);
    if (keys.ok) known.push(...keys.value.map((key) => ({ ref: { name, key }, setting: canonical(prefix + key) })));
    else trouble = keys;
  }
  const found = names.flatMap((name) => known.filter(({ setting }) => setting === name))[0];
  return found === undefined ? trouble : { ok: true, value: found.ref };
}

/** In bytes: a check has a sentence of 160. */
const LONGEST = 140;

function said(outcomes: readonly Outcome<unknown>[]): SafeText {
  const details = outcomes.flatMap((one) => (one.ok ? [] : [one.fault.detail]));
  return redact(`nobody logs in: ${details[0] ?? ''}`, [], LONGEST);
}
