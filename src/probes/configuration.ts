// The names of a service's settings: variables of its pod template, and keys of the ConfigMaps that it names, each asked
// for by name. Values are read to find keys within them, and leave this room in no form.
import { failed, ok, type Outcome } from '../facts/outcome.ts';
import type { SettingsSeen } from '../facts/observed.ts';
import type { ConfigMapUse } from '../facts/target.ts';
import { RENAMED_KEYS } from '../product/renamed-keys.ts';
import { literal } from '../runtime/safe-text.ts';
import type { Probe } from './probe.ts';
import { MOST_SERVICE_TEXT, settingNames } from './setting-names.ts';

export const configurationProbe: Probe<'configuration'> = {
  kind: 'configuration',
  async observe({ id, configuration }, { cluster }, signal) {
    if (configuration === undefined || !RENAMED_KEYS.some(({ component }) => component === id))
      return { settings: failed('NotAsked', literal('not asked, because no release renamed a key of this service')) };
    const { namespace, variables, configMaps } = configuration;
    if (variables.length === 0 && configMaps.length === 0) {
      const why = literal('its pod template names neither an environment variable nor a ConfigMap');
      return { settings: failed('NotAsked', why) };
    }
    if (cluster === undefined)
      return { settings: failed('NoCluster', literal('not asked, because this run has no cluster')) };
    const read = await Promise.all(
      configMaps.map(async (use) => ({ use, data: await cluster.readConfigMap(namespace, use.name, signal) })),
    );
    return { settings: await settingsOf(variables, read) };
  },
};

interface ReadMap {
  readonly use: ConfigMapUse;
  readonly data: Outcome<Readonly<Record<string, string>> | undefined>;
}

async function settingsOf(variables: readonly string[], read: readonly ReadMap[]): Promise<Outcome<SettingsSeen>> {
  const names = new Set(variables);
  const [configMaps, unread] = [new Set<string>(), new Set<string>()];
  let left = MOST_SERVICE_TEXT;
  for (const { use, data } of read) {
    if (!data.ok) return data;
    if (data.value === undefined) {
      unread.add(use.name);
      continue;
    }
    configMaps.add(use.name);
    const { keys, isWhole, read: length } = await settingNames(used(data.value, use), left);
    left -= length;
    for (const key of keys) names.add(`${use.prefix ?? ''}${key}`);
    if (!isWhole) unread.add(use.name);
  }
  return ok({ names: [...names].sort(), configMaps: [...configMaps].sort(), unread: [...unread].sort() });
}

function used(data: Readonly<Record<string, string>>, { keys }: ConfigMapUse): Readonly<Record<string, string>> {
  return keys === undefined ? data : Object.fromEntries(Object.entries(data).filter(([key]) => keys.includes(key)));
}
