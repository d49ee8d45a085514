// Is a service configured with keys that 1.3.0 renamed? Names are looked for where its pod template leads; a message
// holds the names of our own table only.
import { found, pass, type Answer, type Check } from '../../facts/answer.ts';
import type { SettingsSeen } from '../../facts/observed.ts';
import { RELEASES, releasesUpTo, renamedKeysAmong, type RenamedKey } from '../../product/index.ts';
import { literal, redact } from '../../runtime/safe-text.ts';
import { WORKLOAD_TROUBLES, workloadUnseen } from '../pods/workload-unseen.ts';
import { sentence } from '../../facts/sentence.ts';

const ROOM_FOR_KEYS = 120;

export const upgradeRenamedKeys: Check<'configuration'> = {
  question: 'renamed-keys',
  about: 'configuration',
  component: 'upgrade',
  feeds: 'Upgradeable',
  evidence:
    'The names of the variables and ConfigMap keys that the pod template uses, none of which the target release renames.',
  faults: ['UpgradeKeysRenamed', 'UpgradeKeysOutdated', 'UpgradeKeysUndecided', ...WORKLOAD_TROUBLES],
  applies: ({ id, workload }) =>
    workload !== undefined && renamedBy(RELEASES).some(({ component }) => component === id),
  ask({ target: { id, configuration }, observed: { settings } }) {
    if (!settings.ok) return found(workloadUnseen(settings.fault));
    const wanted = configuration?.targetVersion;
    const renamed = renamedBy(wanted === undefined ? RELEASES : releasesUpTo(wanted));
    const sightings = renamedKeysAmong(id, settings.value.names).filter(({ key }) => renamed.includes(key));
    if (sightings.length === 0) return pass(redact(`release ${wanted ?? ''} still reads the old names`));
    // Old names beside the new ones are ignored, and nothing is missed.
    const outdated = sightings.filter(({ seen }) => seen.has('old') && !seen.has('new')).map(({ key }) => key);
    if (outdated.length > 0) {
      if (wanted === undefined)
        return found({
          code: 'UpgradeKeysOutdated',
          detail: sentence(`renamed in ${sinces(outdated)}: ${tell(outdated)}`),
        });
      return found({ code: 'UpgradeKeysRenamed', detail: sentence(`${wanted} does not read ${tell(outdated)}`) });
    }
    return undecided(settings.value, sightings.filter(({ seen }) => seen.has('either') && !seen.has('new')).length);
  },
};

/** Whatever these releases do not read any more. */
function renamedBy(releases: typeof RELEASES): readonly RenamedKey[] {
  return releases.flatMap(({ renamedKeys }) => renamedKeys);
}

function sinces(keys: readonly RenamedKey[]): string {
  return [...new Set(keys.map(({ since }) => since))].join(', ');
}

function undecided({ unread, configMaps, names }: SettingsSeen, ambiguous: number): Answer {
  const [first] = unread;
  if (first !== undefined) {
    const others = unread.length === 1 ? '' : ` and ${unread.length - 1} more`;
    return found({
      code: 'UpgradeKeysUndecided',
      detail: sentence(`ConfigMap ${first}${others} could not be read whole`),
    });
  }
  if (ambiguous > 0) {
    const detail = literal('set by environment variables, where the old and the new name are spelled the same');
    return found({ code: 'UpgradeKeysUndecided', detail });
  }
  return pass(sentence(`none of its renamed keys among ${names.length} settings (${configMaps.length} ConfigMaps)`));
}

/** `configMap.bucket.name → cloudAwsS3BucketName and 2 more`, as many as there is room for. */
function tell(keys: readonly RenamedKey[]): string {
  const words = keys.map(({ from, to }) => `${from} → ${to}`);
  const room = words.findIndex((_, index) => Buffer.byteLength(words.slice(0, index + 1).join(', ')) > ROOM_FOR_KEYS);
  const shown = room === -1 ? words : words.slice(0, Math.max(1, room));
  return `${shown.join(', ')}${shown.length === words.length ? '' : ` and ${words.length - shown.length} more`}`;
}
