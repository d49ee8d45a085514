// The parts of an installation that have a condition of their own, and the names by which everything else refers to them.

/** The Recognize services, in the order in which reports list them. */
export const SERVICES = [
  'core-daemon',
  'operations-service',
  'node-persistence',
  'circuit-storage',
  'auth-vault',
  'enrollment-agent',
  'metrics-collector',
  'admin-dashboard',
] as const;

/** What the services stand on. */
export const BACKENDS = ['database', 'object-storage', 'key-management'] as const;

/** Questions about the whole: at most warnings, except alerts. `upgrade` feeds Upgradeable and has no condition. */
export const CONCERNS = ['alerts', 'capacity', 'platform', 'upgrade'] as const;

export const COMPONENTS = [...SERVICES, ...BACKENDS, ...CONCERNS] as const;

export type Service = (typeof SERVICES)[number];
export type Backend = (typeof BACKENDS)[number];
export type Concern = (typeof CONCERNS)[number];
export type Component = (typeof COMPONENTS)[number];

/** True for the name of a Recognize service. */
export function isService(component: string): component is Service {
  return (SERVICES as readonly string[]).includes(component);
}

/** True for the name of a component. */
export function isComponent(name: string): name is Component {
  return (COMPONENTS as readonly string[]).includes(name);
}

/** The condition type of each component. An API: dashboards and scripts read these names. */
export const COMPONENT_CONDITIONS = {
  'core-daemon': 'CoreDaemonHealthy',
  'operations-service': 'OperationsServiceHealthy',
  'node-persistence': 'NodePersistenceHealthy',
  'circuit-storage': 'CircuitStorageHealthy',
  'auth-vault': 'AuthVaultHealthy',
  'enrollment-agent': 'EnrollmentAgentHealthy',
  'metrics-collector': 'MetricsCollectorHealthy',
  'admin-dashboard': 'AdminDashboardHealthy',
  database: 'DatabaseHealthy',
  'object-storage': 'ObjectStorageHealthy',
  'key-management': 'KeyManagementHealthy',
  alerts: 'AlertsQuiet',
  capacity: 'CapacitySufficient',
  platform: 'PlatformSupported',
} as const satisfies Record<Exclude<Component, 'upgrade'>, string>;

/** Components that say something worth knowing but never make `Healthy` False: the guide calls them sizing and setup. */
export const NOT_COUNTED_IN_HEALTHY: ReadonlySet<Component> = new Set(['capacity', 'platform', 'upgrade']);
