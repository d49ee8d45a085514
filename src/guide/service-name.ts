// Which Recognize service a name in a log line means: `NODE-PERSISTENCE`, `circuit-storage-2`, `AuthVault`, …
import type { Service } from '../api/components.ts';

/** Names in use for each service, without separators. `operations-api` is what the oldest charts call it. */
const NAMES: readonly (readonly [string, Service])[] = [
  ['coredaemon', 'core-daemon'],
  ['operationsservice', 'operations-service'],
  ['operationsapi', 'operations-service'],
  ['nodepersistence', 'node-persistence'],
  ['circuitstorage', 'circuit-storage'],
  ['authvault', 'auth-vault'],
  ['enrollmentagent', 'enrollment-agent'],
  ['metricscollector', 'metrics-collector'],
  ['admindashboard', 'admin-dashboard'],
];

/**
 * The service that a name means, or undefined. Case and separators do not count; a number, a release name before or
 * after it does no harm (`circuit-storage-2`, `node-persistence-keylessd`, `prod-auth-vault`).
 */
export function serviceNamed(name: string): Service | undefined {
  const plain = name.toLowerCase().replace(/[-_. ]/g, '');
  return NAMES.find(([known]) => plain.includes(known))?.[1];
}
