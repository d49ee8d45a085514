// Is the release that the spec names one of which the vendor has said what it needs? What runs now tells nobody its
// release, so the changes of every release up to the wanted one count.
import { found, pass, type Check } from '../../facts/answer.ts';
import { notesOf, RELEASES, releasesUpTo, type ReleaseNotes } from '../../product/index.ts';
import { sentence } from '../../facts/sentence.ts';

export const upgradeRelease: Check<'cluster'> = {
  question: 'release',
  about: 'cluster',
  component: 'upgrade',
  feeds: 'Upgradeable',
  evidence: "The vendor's notes on the release that spec.upgrade.targetVersion names, and on those before it.",
  faults: ['UpgradeReleaseUnknown', 'NotAsked', 'InternalError', 'Unclassified'],
  applies: ({ targetVersion }) => targetVersion !== undefined,
  ask({ target: { targetVersion = '' } }) {
    const upTo = releasesUpTo(targetVersion);
    const notes = upTo.map(({ release, summary }) => `${release} ${summary}`).join('; ');
    const known = notesOf(targetVersion);
    if (known !== undefined) return pass(sentence(`${notes}; ${needsOf(known)}`));
    const others = RELEASES.map(({ release }) => release).join(', ');
    return found({
      code: 'UpgradeReleaseUnknown',
      detail: sentence(
        `${targetVersion} is not known here (${others} are); checked is what holds for all${upTo.length === 0 ? '' : `, and what ${upTo.map(({ release }) => release).join(', ')} changed`}`,
      ),
    });
  },
};

/** In short: whether it is so is asked of health (`platform/version`, `platform/architecture`, `database/…/version`). */
function needsOf({ platforms: { postgresql, kubernetes, openshift, architectures } }: ReleaseNotes): string {
  const cluster = `Kubernetes ${kubernetes.join('/')} or OpenShift ${openshift.join('/')}`;
  return `PostgreSQL ${postgresql}, ${cluster}, ${architectures.join('/')}`;
}
