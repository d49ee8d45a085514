// Is the platform one that the vendor supports? On OpenShift its own version counts: 4.14 is Kubernetes 1.27.
import { found, pass, type Check } from '../facts/answer.ts';
import { failed } from '../facts/outcome.ts';
import { SUPPORTED_KUBERNETES, SUPPORTED_OPENSHIFT } from '../product/tested-setup.ts';
import { redact } from '../runtime/safe-text.ts';

export const platformVersion: Check<'cluster'> = {
  question: 'version',
  about: 'cluster',
  component: 'platform',
  feeds: 'Healthy',
  faults: [
    'PlatformOutsideTested',
    'CheckerNotAuthorized',
    'ClusterUnavailable',
    'NoCluster',
    'NotAsked',
    'Unclassified',
  ],
  ask({ observed: { version } }) {
    if (!version.ok) return found(version.fault);
    const { kubernetes, openshift } = version.value;
    const [name, actual, supported] =
      openshift === undefined
        ? ['Kubernetes', kubernetes, SUPPORTED_KUBERNETES]
        : ['OpenShift', openshift, SUPPORTED_OPENSHIFT];
    if (minorOf(actual) === supported) return pass(redact(`${name} ${actual}`));
    const detail = redact(`${name} ${actual} is outside what the vendor supports (${name} ${supported})`);
    return found(failed('PlatformOutsideTested', detail).fault);
  },
};

/** `1.34` of `v1.34.2-eks-1a2b3c`, of `1.34+`; undefined when it is no version. */
function minorOf(version: string): string | undefined {
  const [, major, minor] = /^v?([0-9]{1,4})\.([0-9]{1,4})(?![0-9])/.exec(version) ?? [];
  return major === undefined || minor === undefined ? undefined : `${Number(major)}.${Number(minor)}`;
}
