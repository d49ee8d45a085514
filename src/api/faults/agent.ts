// What can be seen of the offline enrollment agent beyond what holds for every service, and what its callers see.
import type { FaultTraits } from './traits.ts';

export const AGENT_FAULTS = {
  AgentServerError: {
    result: 'fail',
    severity: 'high',
    explainable: true,
    meaning: 'The enrollment agent answers 500.',
  },
} as const satisfies Record<string, FaultTraits>;
