// The `keylessd` umbrella chart (0.1): node, node-persistence, circuit-storage, operations-api, one workload each.
import type { Topology } from './topology.ts';

/** `node` is core-daemon and `operations-api` is operations-service here; see recognition.ts. */
export const UMBRELLA: Topology = {
  name: 'Umbrella',
  services: ['core-daemon', 'operations-service', 'node-persistence', 'circuit-storage', 'enrollment-agent'],
  dependsOn: {
    // The chart's nodeConfig.databaseUrl and nodeConfig.storageUrl.
    'core-daemon': ['node-persistence', 'circuit-storage'],
    'operations-service': ['node-persistence'],
    'node-persistence': ['database'],
    // The chart's api.nodePersistence.basePath beside its own data source and bucket.
    'circuit-storage': ['node-persistence', 'database', 'object-storage'],
    'enrollment-agent': ['operations-service'],
  },
  logsOf: {},
  pools: { 'node-persistence': 1, 'circuit-storage': 1 },
};
