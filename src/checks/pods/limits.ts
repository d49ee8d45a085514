// Are a service's limits at least those of the vendor's test? No limit at all is more than any.
import { type Answer, found, pass, type Check } from '../../facts/answer.ts';
import type { Workload } from '../../facts/workload.ts';
import { failed } from '../../facts/outcome.ts';
import { type TestedLimits, TESTED_LIMITS } from '../../product/tested-setup.ts';
import { parseQuantity } from '../../runtime/quantity.ts';
import { literal, redact } from '../../runtime/safe-text.ts';
import { ofEvery } from './every-workload.ts';
import { WORKLOAD_TROUBLES, workloadUnseen } from './workload-unseen.ts';

export const capacityLimits: Check<'pods'> = {
  question: 'limits',
  about: 'pods',
  component: 'capacity',
  feeds: 'Healthy',
  evidence:
    'What the kubelet applied to the container of each pod (`status.containerStatuses[].resources`) within the limits of the pod as a whole (`spec.resources`), the lowest of all pods; the pod template where there is no pod.',
  faults: ['LimitsBelowTested', ...WORKLOAD_TROUBLES],
  applies: ({ id, workload }) => TESTED_LIMITS[id] !== undefined && workload !== undefined,
  ask({ target, observed: { workload } }) {
    if (!workload.ok) return found(workloadUnseen(workload.fault));
    const tested = TESTED_LIMITS[target.id];
    if (tested === undefined) return pass(literal('not part of the test'));
    return ofEvery(workload.value, target, (one) => judgeLimits(one, tested));
  },
};

function judgeLimits({ limits }: Workload, tested: TestedLimits): Answer {
  const below = (['cpu', 'memory'] as const).filter((what) => isBelow(limits[what], tested[what]));
  if (below.length === 0) {
    const unset = limits.cpu === undefined || limits.memory === undefined;
    return pass(unset ? literal('not limited below the test') : literal('limits at least as in the test'));
  }
  const differences = below.map((what) => `${what} ${limits[what] ?? ''} (tested: ${tested[what]})`).join(', ');
  return found(failed('LimitsBelowTested', redact(`limits below those of the vendor's test: ${differences}`)).fault);
}

function isBelow(limit: string | undefined, tested: string): boolean {
  const [value, measure] = [parseQuantity(limit ?? ''), parseQuantity(tested)];
  return value !== undefined && measure !== undefined && value < measure;
}
