// The split micro-services (1.x): each service of the troubleshooting guide is a workload of its own.
import type { Topology } from './topology.ts';

export const SPLIT: Topology = {
  name: 'Split',
  services: [
    'core-daemon',
    'operations-service',
    'node-persistence',
    'circuit-storage',
    'auth-vault',
    'enrollment-agent',
    'metrics-collector',
    'admin-dashboard',
  ],
  dependsOn: {
    'core-daemon': ['node-persistence', 'circuit-storage', 'auth-vault'],
    'operations-service': ['node-persistence'],
    'auth-vault': ['node-persistence', 'key-management'],
    'node-persistence': ['database'],
    'circuit-storage': ['database', 'object-storage'],
    'enrollment-agent': ['operations-service'],
    'metrics-collector': ['database'],
    'admin-dashboard': ['database', 'core-daemon', 'metrics-collector'],
  },
  logsOf: {},
  // The "× 2" of the guide's formula is node-persistence and circuit-storage.
  pools: { 'node-persistence': 1, 'circuit-storage': 1, 'metrics-collector': 1, 'admin-dashboard': 1 },
};
