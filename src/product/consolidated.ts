// The newest installation manual: persistence, circuits and keys live inside core-daemon.
import type { Topology } from './topology.ts';

export const CONSOLIDATED: Topology = {
  name: 'Consolidated',
  services: ['core-daemon', 'operations-service', 'enrollment-agent', 'metrics-collector', 'admin-dashboard'],
  dependsOn: {
    'core-daemon': ['database', 'object-storage', 'key-management'],
    'operations-service': ['core-daemon'],
    'enrollment-agent': ['operations-service'],
    'metrics-collector': ['database'],
    'admin-dashboard': ['database', 'core-daemon', 'metrics-collector'],
  },
  logsOf: { 'core-daemon': ['node-persistence', 'circuit-storage', 'auth-vault'] },
  // Two data sources in core-daemon: npSpringDatasourceUrl and csSpringDatasourceUrl.
  pools: { 'core-daemon': 2, 'metrics-collector': 1, 'admin-dashboard': 1 },
};
