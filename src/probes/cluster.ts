// Visits the cluster as a whole: its version and the architectures of its nodes.
import { failed, type Outcome } from '../facts/outcome.ts';
import { literal } from '../runtime/safe-text.ts';
import type { Probe } from './probe.ts';

export const clusterProbe: Probe<'cluster'> = {
  kind: 'cluster',
  async observe(_target, { cluster }, signal) {
    if (cluster === undefined) return { version: noCluster(), architectures: noCluster() };
    const [version, architectures] = await Promise.all([cluster.version(signal), cluster.architectures(signal)]);
    return { version, architectures };
  },
};

function noCluster(): Outcome<never> {
  return failed('NoCluster', literal('not asked, because this run has no cluster'));
}
