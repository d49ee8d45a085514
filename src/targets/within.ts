// What is within Secrets that are a pod's environment or files as a whole: which key is which setting is known once their
// keys are, by the names alone. And words that have to be known, which only Secrets hold: a host, a bucket, a key's id.
import { validateSpec } from '../api/validate.ts';
import { failed, ok, type Outcome } from '../facts/outcome.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';
import { secret } from '../runtime/secret.ts';
import type {
  ConfiguredBucketEntry,
  ConfiguredDatabaseEntry,
  ConfiguredEntry,
  ConfiguredKeyEntry,
  Hole,
  Template,
  Within,
} from './configured.ts';
import { readDatabaseUrl } from './database-url.ts';
import type { KeyRef } from './references.ts';
import type { PlacedSecrets } from './secret-places.ts';

/**
 * The entry with what was found. Undefined: it was sought, and is nowhere. A fault: its settings name it, and what they
 * refer to is not there, may not be read, or is something else; one that is sought has it where no key was looked at.
 */
export async function located(
  entry: ConfiguredEntry,
  secrets: PlacedSecrets,
  signal: AbortSignal,
): Promise<Outcome<ConfiguredEntry> | undefined> {
  const found =
    entry.kind === 'database'
      ? await locatedDatabase(entry, secrets, signal)
      : await locatedAws(entry, secrets, signal);
  return !found.ok && entry.sought === true && found.fault.code === 'SecretKeyMissing' ? undefined : found;
}

type AwsEntry = ConfiguredBucketEntry | ConfiguredKeyEntry;

async function withKeys(entry: AwsEntry, secrets: PlacedSecrets, signal: AbortSignal): Promise<AwsEntry> {
  const { within } = entry;
  if (within?.accessKeyId === undefined || within.secretAccessKey === undefined) return entry;
  const accessKeyId = await keyWithin(within.accessKeyId, secrets, signal);
  const secretAccessKey = await keyWithin(within.secretAccessKey, secrets, signal);
  // All of them were read, and hold no keys: its pods have an identity, and the operator asks with its own.
  const isNone = [accessKeyId, secretAccessKey].every((one) => !one.ok && one.fault.code === 'SecretKeyMissing');
  if (isNone && secrets.keys !== undefined) {
    const { unknown: _, ...ambient } = entry;
    return ambient;
  }
  if (!accessKeyId.ok || !secretAccessKey.ok) return { ...entry, unknown: said([accessKeyId, secretAccessKey]) };
  const { unknown: _, ...rest } = entry;
  return { ...rest, keys: { accessKeyId: accessKeyId.value, secretAccessKey: secretAccessKey.value } };
}

const WORDS = {
  bucket: { what: 'the name of a bucket', pattern: /^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/ },
  keyId: {
    what: 'the id of a key',
    pattern:
      /^(?:arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:(?:key|alias)\/[\w/-]{1,256}|alias\/[\w/-]{1,256}|(?:mrk-)?[0-9a-f-]{32,36})$/i,
  },
  region: { what: 'a region', pattern: /^[a-z0-9-]{2,32}$/ },
  endpoint: { what: 'the URL of an endpoint', pattern: /^https?:\/\/[^\s@/?#]+\/?$/i },
  host: { what: 'a host', pattern: /^(?:[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9])?|\[?[0-9a-f:.]{2,45}\]?)$/i },
  port: { what: 'a port', pattern: /^[0-9]{1,5}$/ },
  database: { what: 'the name of a database', pattern: /^[\p{L}\p{N}_][\p{L}\p{N}_.$-]{0,62}$/u },
  sslmode: { what: 'a mode of TLS', pattern: /^[a-z-]{2,12}$/ },
  sslrootcert: { what: 'the name of a file', pattern: /^[\w.-]{1,253}$/ },
} as const;

type Word = keyof typeof WORDS;

/** Whether a text could be what it is meant for. */
export function looksLike(word: Word, text: string): boolean {
  return WORDS[word].pattern.test(text);
}

/** Name, region and endpoint; each looks like what it is meant for. */
async function locatedAws(entry: AwsEntry, secrets: PlacedSecrets, signal: AbortSignal): Promise<Outcome<AwsEntry>> {
  let found = entry;
  for (const [field, template] of Object.entries(entry.hidden ?? {}) as [Word, Template][]) {
    const word = await wordOf(field, template, secrets, signal);
    // The usual region and the usual endpoint are what they are without a setting.
    if (!word.ok && (field === 'region' || field === 'endpoint') && template.every(isSought)) continue;
    if (!word.ok) return word;
    const { text, holder } = word.value;
    found = withWord(found, field, text);
    if ((field === 'bucket' || field === 'keyId') && holder !== undefined) found = { ...found, told: holder };
  }
  const keyed = await withKeys(found, secrets, signal);
  // Words were checked one by one; the schema has the last word on what they are together.
  const { spec } = keyed;
  const validated = validateSpec(keyed.kind === 'bucket' ? { buckets: [spec] } : { keys: [spec] });
  return validated.ok
    ? ok(keyed)
    : failed('TargetInvalid', redact(`what its Secrets say of ${spec.name} makes no target`, [], LONGEST));
}

function isSought(piece: Template[number]): boolean {
  return typeof piece === 'object' && 'within' in piece && piece.otherwise === undefined;
}

function withWord(entry: AwsEntry, field: Word, word: string): AwsEntry {
  if (entry.kind === 'bucket') return { ...entry, spec: { ...entry.spec, [field]: word } };
  const { kms } = entry.spec;
  return kms === undefined ? entry : { ...entry, spec: { ...entry.spec, kms: { ...kms, [field]: word } } };
}

async function locatedDatabase(
  written: ConfiguredDatabaseEntry,
  secrets: PlacedSecrets,
  signal: AbortSignal,
): Promise<Outcome<ConfiguredDatabaseEntry>> {
  const { within = {}, hidden } = written;
  const look = (one: Within | undefined): Promise<Outcome<KeyRef> | undefined> =>
    one === undefined ? Promise.resolve(undefined) : keyWithin(one, secrets, signal);
  const [url, username, password] = [await look(within.url), await look(within.username), await look(within.password)];
  let entry = written;
  if (url?.ok === true) {
    // It stands over whatever the settings say of the place.
    const { url: _, unknown: __, ...rest } = written;
    const { host: ___, database: ____, ...spec } = rest.spec;
    entry = { ...rest, spec: { ...spec, urlSecretRef: url.value }, told: url.value.name, ...overruled(written) };
  } else if (hidden !== undefined) {
    const placed = await fromTemplates(written, hidden, secrets, signal);
    if (!placed.ok) return placed;
    entry = placed.value;
  }
  const user = username?.ok === true ? username.value : entry.login?.username;
  if (password?.ok === true) {
    const { unknown: _, ...rest } = entry;
    return ok({ ...rest, login: { username: user, password: password.value } });
  }
  // A URL may hold both.
  return ok(url?.ok === true || password === undefined ? entry : { ...entry, unknown: said([password]) });
}

/** What the settings say of the place instead. */
function overruled({ url, spec, sought }: ConfiguredDatabaseEntry): Pick<ConfiguredDatabaseEntry, 'replaces'> {
  if (sought === true || spec.host === undefined || spec.database === undefined) return {};
  return { replaces: { hosts: url?.hosts ?? [{ host: spec.host, port: spec.port }], database: spec.database } };
}

/** What a URL is put together from, in the order in which it is looked for. */
const PIECES = ['host', 'database', 'port', 'sslmode', 'sslrootcert'] as const;

/** A database of a URL that is put together, or of host, port and name. What `spec` has of them stands in the open. */
async function fromTemplates(
  entry: ConfiguredDatabaseEntry,
  hidden: NonNullable<ConfiguredDatabaseEntry['hidden']>,
  secrets: PlacedSecrets,
  signal: AbortSignal,
): Promise<Outcome<ConfiguredDatabaseEntry>> {
  if (hidden.url !== undefined) {
    const whole = await filled(hidden.url, secrets, signal);
    return whole.ok ? withUrl(entry, whole.value, hidden.url) : whole;
  }
  const words: Partial<Record<(typeof PIECES)[number], Filled>> = {};
  for (const field of PIECES) {
    const template = hidden[field];
    if (template === undefined) continue;
    const found = await wordOf(field, template, secrets, signal);
    const isNeeded = field === 'host' || field === 'database' || !template.every(isSought);
    if (found.ok) words[field] = found.value;
    else if (isNeeded || found.fault.code !== 'SecretKeyMissing') return found;
  }
  const { host, database, port, sslmode, sslrootcert } = words;
  const { spec } = entry;
  const parameters = [
    ...(sslmode === undefined ? [] : [`sslmode=${sslmode.text}`]),
    ...(sslrootcert === undefined ? [] : [`sslrootcert=/${sslrootcert.text}`]),
  ].join('&');
  const at = `${bracketed(host?.text ?? spec.host ?? '')}:${port?.text ?? spec.port}`;
  const name = encodeURIComponent(database?.text ?? spec.database ?? '');
  const holder = host?.holder ?? database?.holder ?? port?.holder;
  return withUrl(entry, { text: `jdbc:postgresql://${at}/${name}?${parameters}`, holder }, []);
}

/** The entry at a URL of which Secrets hold a part. A password that stands in the open is used nowhere. */
function withUrl(
  entry: ConfiguredDatabaseEntry,
  { text, holder }: Filled,
  template: Template,
): Outcome<ConfiguredDatabaseEntry> {
  const read = readDatabaseUrl(secret(text.trim()), 'its settings');
  if (!read.ok) return read;
  const url = read.value;
  if (url.unhonoured !== undefined)
    return failed('DatabaseUrlNotHonoured', redact(`its settings hold a URL that ${url.unhonoured}`, [], LONGEST));
  const password = url.password?.reveal();
  const isOpen =
    password !== undefined && template.some((piece) => typeof piece === 'string' && piece.includes(password));
  return ok({
    ...entry,
    url: isOpen ? { ...url, password: undefined } : url,
    ...(holder === undefined ? {} : { told: holder }),
  });
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

interface Filled {
  readonly text: string;
  /** The first Secret that a piece of it is from. */
  readonly holder: string | undefined;
}

async function wordOf(
  field: Word,
  template: Template,
  secrets: PlacedSecrets,
  signal: AbortSignal,
): Promise<Outcome<Filled>> {
  const found = await filled(template, secrets, signal);
  if (!found.ok) return found;
  const { holder } = found.value;
  const text = found.value.text.trim();
  if (looksLike(field, text)) return ok({ text, holder });
  const why = `what Secret ${holder ?? ''} says of it does not look like ${WORDS[field].what}, so it is not sent`;
  return failed('TargetInvalid', redact(why, [], LONGEST));
}

/** The text with its holes filled. */
async function filled(template: Template, secrets: PlacedSecrets, signal: AbortSignal): Promise<Outcome<Filled>> {
  let [text, holder] = ['', undefined as string | undefined];
  for (const piece of template) {
    if (typeof piece === 'string') {
      text += piece;
      continue;
    }
    const key = 'within' in piece ? await keyWithin(piece.within, secrets, signal) : ok(piece);
    if (!key.ok) {
      const { otherwise } = piece as Exclude<Hole, KeyRef>;
      if (otherwise === undefined || key.fault.code !== 'SecretKeyMissing') return key;
      const instead = await filled(otherwise, secrets, signal);
      if (!instead.ok) return instead;
      text += instead.value.text;
      holder ??= instead.value.holder;
      continue;
    }
    const read = await secrets.read(key.value.name, key.value.key, signal);
    if (!read.ok) return read;
    text += read.value.reveal().trimEnd();
    holder ??= key.value.name;
  }
  return ok({ text, holder });
}

/** The first of the names that a key has; the later Secret over the earlier, as the kubelet sets them. */
async function keyWithin(
  { secrets: all, names, ending }: Within,
  secrets: PlacedSecrets,
  signal: AbortSignal,
): Promise<Outcome<KeyRef>> {
  const nowhere = failed('SecretKeyMissing', redact('no key of the Secrets of its pods is called like it'));
  if (secrets.keys === undefined) return nowhere;
  let trouble: Outcome<KeyRef> = nowhere;
  const known: { readonly ref: KeyRef; readonly setting: string }[] = [];
  for (const place of all.toReversed()) {
    const settings = await secrets.settingsAt(place, signal);
    if (settings.ok) known.push(...settings.value);
    else trouble = settings;
  }
  const found =
    names.flatMap((name) => known.filter(({ setting }) => setting === name))[0] ??
    known.find(({ setting }) => ending?.test(setting) === true);
  return found === undefined ? trouble : { ok: true, value: found.ref };
}

/** In bytes: a check has a sentence of 160. */
const LONGEST = 140;

function said(outcomes: readonly Outcome<unknown>[]): SafeText {
  const details = outcomes.flatMap((one) => (one.ok ? [] : [one.fault.detail]));
  return redact(`nobody logs in: ${details[0] ?? ''}`, [], LONGEST);
}
