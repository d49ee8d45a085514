// The guide as data: every row of the vendor's troubleshooting guide in its order, then the advice of ours.
// A hand-kept list of static imports; a test compares it with the folder.
import { ALERT_ENTRIES } from './entries/alerts.ts';
import { AUTH_VAULT_ENTRIES } from './entries/auth-vault.ts';
import { CIRCUIT_STORAGE_ENTRIES } from './entries/circuit-storage.ts';
import { CORE_DAEMON_ENTRIES } from './entries/core-daemon.ts';
import { DATABASE_ENTRIES } from './entries/databases.ts';
import { ENROLLMENT_AGENT_ENTRIES } from './entries/enrollment-agent.ts';
import { MOBILE_SDK_ENTRIES } from './entries/mobile-sdk.ts';
import { NODE_PERSISTENCE_ENTRIES } from './entries/node-persistence.ts';
import { OPERATIONS_SERVICE_ENTRIES } from './entries/operations-service.ts';
import { OUR_ENTRIES } from './entries/ours.ts';
import { OUR_SERVICE_ENTRIES } from './entries/our-services.ts';
import { OUR_WORKLOAD_ENTRIES } from './entries/our-workloads.ts';
import { SCALING_ENTRIES } from './entries/scaling.ts';
import { UPGRADE_ENTRIES } from './entries/upgrade.ts';
import { GUIDE_URL, type Entry } from './entry.ts';

export const ENTRIES: readonly Entry[] = [
  ...CORE_DAEMON_ENTRIES,
  ...OPERATIONS_SERVICE_ENTRIES,
  ...NODE_PERSISTENCE_ENTRIES,
  ...CIRCUIT_STORAGE_ENTRIES,
  ...AUTH_VAULT_ENTRIES,
  ...ENROLLMENT_AGENT_ENTRIES,
  ...MOBILE_SDK_ENTRIES,
  ...ALERT_ENTRIES,
  ...SCALING_ENTRIES,
  ...OUR_ENTRIES,
  ...OUR_SERVICE_ENTRIES,
  ...OUR_WORKLOAD_ENTRIES,
  ...DATABASE_ENTRIES,
  ...UPGRADE_ENTRIES,
];

/** Which text of the guide the entries hold: month of reading, then a digest of its rows (a test computes it). */
export const GUIDE = { version: '2026-11-25202404', url: GUIDE_URL } as const;
