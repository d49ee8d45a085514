// What to do about the offline enrollment agent.
import type { AGENT_FAULTS } from '../../api/faults/agent.ts';
import { remedy, type Remedy } from '../remedy.ts';
import { DESCRIBE, LOG } from './lines.ts';

export const AGENT_REMEDIES = {
  AgentServerError: remedy(
    'Read the log of the agent at the time of the answer; then try the enrollment again, and check that operations-service is up.',
    LOG,
    DESCRIBE,
  ),
} as const satisfies Record<keyof typeof AGENT_FAULTS, Remedy>;
