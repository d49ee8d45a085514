// Settings by the keys of Secrets that are environment or files as a whole: variables, trees of files, settings files, and
// service bindings (servicebinding.io, as Spring Cloud Bindings reads them).
import { ok, type Outcome } from '../facts/outcome.ts';
import type { SecretReader } from '../kube/secrets.ts';
import { canonical } from '../product/setting-name.ts';
import { oncePerKey } from '../runtime/once-per-key.ts';
import { type Secret, secret } from '../runtime/secret.ts';
import type { ReadSecretFiles, SecretPlace } from './configured.ts';
import type { KeyRef } from './references.ts';

/** A setting that a Secret holds: its name in canonical spelling, and where its value is read. */
interface PlacedSetting {
  readonly setting: string;
  readonly ref: KeyRef;
}

export interface PlacedSecrets extends SecretReader {
  /** The settings of a place. References to settings within a file are read by this very reader alone. */
  settingsAt(place: SecretPlace, signal: AbortSignal): Promise<Outcome<readonly PlacedSetting[]>>;
}

/** What Spring Cloud Bindings makes of the keys of a binding of type `postgresql`. */
const BINDING: ReadonlyMap<string, string> = new Map([
  ['jdbc-url', 'springdatasourceurl'],
  ['username', 'springdatasourceusername'],
  ['password', 'springdatasourcepassword'],
  ['host', 'springdatasourcehost'],
  ['port', 'springdatasourceport'],
  ['database', 'springdatasourcedatabase'],
  ['sslmode', 'springdatasourcesslmode'],
  ['sslrootcert', 'springdatasourcesslrootcert'],
]);
/** The one type of binding that is read. */
export const BINDING_TYPE = 'postgresql';
const TYPE_KEY = 'type';

/** A reader that knows what is within files of Secrets. `readFiles` takes a file apart. */
export function placedSecrets(secrets: SecretReader, readFiles: ReadSecretFiles): PlacedSecrets {
  const values = new Map<string, Secret>();
  const inFile = ({ name, key }: KeyRef): string => `${name} ${key}`;

  const settingsOfFiles = async (
    { name, files }: SecretPlace,
    keys: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly PlacedSetting[]> => {
    if (files === undefined) return [];
    const texts = new Map<string, string>();
    for (const key of files.keys ?? keys) {
      const read =
        keys.includes(key) && (files.keys !== undefined || SETTINGS_FILE.test(key))
          ? await secrets.read(name, key, signal)
          : undefined;
      if (read?.ok === true) texts.set(key, read.value.reveal());
    }
    return readFiles(texts, files).map(({ file, setting, value }) => {
      // No key of a Secret has such a sign in it.
      const ref = { name, key: `${file}#${setting}` };
      values.set(inFile(ref), secret(value));
      return { setting: canonical(setting), ref };
    });
  };

  const settingsOfBinding = async (
    { name, binding }: SecretPlace,
    keys: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly PlacedSetting[]> => {
    const type = binding?.type === undefined ? await secrets.read(name, TYPE_KEY, signal) : ok(secret(binding.type));
    if (!type.ok || type.value.reveal().trim().toLowerCase() !== BINDING_TYPE) return [];
    return keys.flatMap((key) => {
      const setting = BINDING.get(key);
      return setting === undefined ? [] : [{ setting, ref: { name, key } }];
    });
  };

  const settingsAt = oncePerKey(
    async (_key: string, place: SecretPlace, signal: AbortSignal): Promise<Outcome<readonly PlacedSetting[]>> => {
      if (secrets.keys === undefined) return ok([]);
      const keys = await secrets.keys(place.name, signal);
      if (!keys.ok) return keys.fault.code === 'SecretMissing' && place.optional === true ? ok([]) : keys;
      if (place.only !== undefined) {
        const { key, setting } = place.only;
        return ok(keys.value.includes(key) ? [{ setting, ref: { name: place.name, key } }] : []);
      }
      if (place.files !== undefined) return ok(await settingsOfFiles(place, keys.value, signal));
      if (place.binding !== undefined) return ok(await settingsOfBinding(place, keys.value, signal));
      return ok(keys.value.map((key) => ({ setting: canonical(place.prefix + key), ref: { name: place.name, key } })));
    },
  );

  return {
    ...secrets,
    read: async (name, key, signal) => {
      const held = values.get(inFile({ name, key }));
      return held === undefined ? secrets.read(name, key, signal) : ok(held);
    },
    // Asked for each word of each backend; the files of a place are taken apart once.
    settingsAt: (place, signal) => settingsAt(JSON.stringify(place), place, signal),
  };
}

const SETTINGS_FILE = /\.(?:ya?ml|properties|json)$/i;
