// Are all nodes x86_64? The vendor's images are for nothing else.
import { found, pass, type Check } from '../../facts/answer.ts';
import { failed } from '../../facts/outcome.ts';
import { SUPPORTED_ARCHITECTURE } from '../../product/tested-setup.ts';
import { literal, redact } from '../../runtime/safe-text.ts';

export const platformArchitecture: Check<'cluster'> = {
  question: 'architecture',
  about: 'cluster',
  component: 'platform',
  feeds: 'Healthy',
  evidence: 'The architecture that every node names.',
  faults: [
    'PlatformOutsideTested',
    'CheckerNotAuthorized',
    'ClusterUnavailable',
    'NoCluster',
    'NotAsked',
    'InternalError',
    'Unclassified',
  ],
  ask({ target, observed: { architectures } }) {
    if (!architectures.ok) return found(architectures.fault);
    const others = [...new Set(architectures.value)].filter((name) => name !== SUPPORTED_ARCHITECTURE).sort();
    if (architectures.value.length === 0) return found(failed('NotAsked', literal('no node was seen')).fault);
    if (others.length === 0) return pass(literal('all nodes are x86_64'));
    const agreed = others.map((name) => target.accepted.find(({ architecture }) => architecture === name));
    const [first] = agreed;
    if (first !== undefined && !agreed.includes(undefined))
      return pass(
        redact(
          `nodes of ${others.join(', ')}, which the vendor did not test: ${first.by} accepts it (${first.reason})`,
        ),
      );
    const detail = redact(`there are nodes of ${others.join(', ')}; only x86_64 is supported`);
    return found(failed('PlatformOutsideTested', detail).fault);
  },
};
