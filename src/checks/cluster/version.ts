// Is the platform one that the vendor supports? On OpenShift its own version counts: 4.14 is Kubernetes 1.27.
import { found, pass, type Check } from '../../facts/answer.ts';
import { failed } from '../../facts/outcome.ts';
import { SUPPORTED_KUBERNETES, SUPPORTED_OPENSHIFT } from '../../product/tested-setup.ts';
import { redact } from '../../runtime/safe-text.ts';

export const platformVersion: Check<'cluster'> = {
  question: 'version',
  about: 'cluster',
  component: 'platform',
  feeds: 'Healthy',
  evidence: 'The version that the API server names; on OpenShift that of its ClusterVersion.',
  faults: [
    'PlatformOutsideTested',
    'CheckerNotAuthorized',
    'ClusterUnavailable',
    'NoCluster',
    'NotAsked',
    'InternalError',
    'Unclassified',
  ],
  ask({ target, observed: { version } }) {
    if (!version.ok) return found(version.fault);
    const { kubernetes, openshift } = version.value;
    const [name, actual, supported] =
      openshift === undefined
        ? ['Kubernetes', kubernetes, SUPPORTED_KUBERNETES]
        : ['OpenShift', openshift, SUPPORTED_OPENSHIFT];
    const minor = minorOf(actual);
    if (minor === supported) return pass(redact(`${name} ${actual}`));
    const agreed = target.accepted.find((one) => (openshift === undefined ? one.kubernetes : one.openshift) === minor);
    if (minor !== undefined && agreed !== undefined)
      return pass(
        redact(`${name} ${actual}, which the vendor did not test: ${agreed.by} accepts it (${agreed.reason})`),
      );
    const detail = redact(`${name} ${actual} is outside what the vendor supports (${name} ${supported})`);
    return found(failed('PlatformOutsideTested', detail).fault);
  },
};

/** `1.34` of `v1.34.2-eks-1a2b3c`, of `1.34+`; undefined when it is no version. */
function minorOf(version: string): string | undefined {
  const [, major, minor] = /^v?([0-9]{1,4})\.([0-9]{1,4})(?![0-9])/.exec(version) ?? [];
  return major === undefined || minor === undefined ? undefined : `${Number(major)}.${Number(minor)}`;
}
