// The three documented shapes of an installation, as the stack builds them: which services there are, under which
// names and images, what each one talks to. Written out here and not taken from the product's own tables: the tests
// would otherwise agree with a mistake.
import type { Service } from '../../../src/api/components.ts';

export type TopologyName = 'Umbrella' | 'Split' | 'Consolidated';

/** One Hikari pool and the database behind it, by the name under which the installation is given its address. */
export interface Pool {
  name: string;
  database: string;
}

export interface ServiceProfile {
  component: Service;
  /** Name of the workload and of the Service. */
  name: string;
  container: string;
  image: string;
  runtime: 'spring-boot' | 'agent' | 'dashboard';
  /** Port of the Service object; the vendor's texts say 80 and 8080 for different releases. */
  servicePort: number;
  pools: readonly Pool[];
  calls: readonly Service[];
  usesObjectStorage: boolean;
  usesKeyManagement: boolean;
  limits: { cpu: string; memory: string };
}

const REGISTRY = 'quay.io/keyless_technologies';

type Partly = Partial<ServiceProfile> & Pick<ServiceProfile, 'component' | 'image'>;

function profile(partly: Partly): ServiceProfile {
  const name = partly.name ?? partly.component;
  return {
    name,
    container: name,
    runtime: 'spring-boot',
    servicePort: 80,
    pools: [],
    calls: [],
    usesObjectStorage: false,
    usesKeyManagement: false,
    limits: { cpu: '1800m', memory: '2Gi' },
    ...partly,
  };
}

const pool = (database: string, name = 'HikariPool-1'): Pool => ({ name, database });

const agent = profile({
  component: 'enrollment-agent',
  name: 'keyless-agent',
  image: `${REGISTRY}/keyless-agent:v3.4.0`,
  runtime: 'agent',
  calls: ['operations-service'],
  limits: { cpu: '2000m', memory: '8000Mi' },
});

/** The `keyless/keylessd` chart of the 0.1 releases: names are `<component>-<release>`, the Service port is 8080. */
const umbrella: readonly ServiceProfile[] = [
  profile({
    component: 'core-daemon',
    name: 'node-keylessd',
    container: 'node',
    image: `${REGISTRY}/node:v2.2.3`,
    servicePort: 8080,
    calls: ['node-persistence', 'circuit-storage'],
  }),
  profile({
    component: 'operations-service',
    name: 'operations-api-keylessd',
    container: 'operations-api',
    image: `${REGISTRY}/operations-api:1.9.0`,
    servicePort: 8080,
    calls: ['node-persistence'],
    limits: { cpu: '1500m', memory: '2Gi' },
  }),
  profile({
    component: 'node-persistence',
    name: 'node-persistence-keylessd',
    container: 'node-persistence',
    image: `${REGISTRY}/node-persistence:1.12.0`,
    servicePort: 8080,
    pools: [pool('node-persistence')],
  }),
  profile({
    component: 'circuit-storage',
    name: 'circuit-storage-keylessd',
    container: 'circuit-storage',
    image: `${REGISTRY}/circuit-storage:1.10.0`,
    servicePort: 8080,
    pools: [pool('circuit-storage')],
    usesObjectStorage: true,
    limits: { cpu: '1', memory: '2000Mi' },
  }),
];

/** The split services of the 1.x releases; the guide's own example calls one Service `circuit-storage-2`. */
const split: readonly ServiceProfile[] = [
  profile({
    component: 'core-daemon',
    image: `${REGISTRY}/core-daemon:1.30.0`,
    calls: ['node-persistence', 'circuit-storage', 'auth-vault'],
  }),
  profile({
    component: 'operations-service',
    image: `${REGISTRY}/operations-service:1.34.0`,
    calls: ['node-persistence'],
    limits: { cpu: '1500m', memory: '2Gi' },
  }),
  profile({
    component: 'node-persistence',
    image: `${REGISTRY}/node-persistence:1.28.0`,
    pools: [pool('node-persistence')],
  }),
  profile({
    component: 'circuit-storage',
    name: 'circuit-storage-2',
    container: 'circuit-storage',
    image: `${REGISTRY}/circuit-storage:1.22.0`,
    pools: [pool('circuit-storage')],
    calls: ['node-persistence'],
    usesObjectStorage: true,
    limits: { cpu: '1', memory: '2000Mi' },
  }),
  profile({
    component: 'auth-vault',
    image: `${REGISTRY}/auth-vault:1.17.0`,
    calls: ['node-persistence'],
    usesKeyManagement: true,
  }),
  agent,
];

/** The newest installation manual: core-daemon holds the two data sources, the bucket and the keys. */
const consolidated: readonly ServiceProfile[] = [
  profile({
    component: 'core-daemon',
    image: `${REGISTRY}/core-daemon:2.30.0`,
    pools: [pool('circuit-storage'), pool('node-persistence', 'HikariPool-2')],
    usesObjectStorage: true,
    usesKeyManagement: true,
  }),
  profile({
    component: 'operations-service',
    image: `${REGISTRY}/operations-service:2.34.0`,
    calls: ['core-daemon'],
    limits: { cpu: '1500m', memory: '2Gi' },
  }),
  profile({
    component: 'metrics-collector',
    image: `${REGISTRY}/metrics-collector:1.13.3`,
    pools: [pool('metrics-collector')],
  }),
  profile({
    component: 'admin-dashboard',
    image: `${REGISTRY}/admin-dashboard:v1.3.5`,
    runtime: 'dashboard',
    servicePort: 3000,
    pools: [pool('admin-dashboard')],
    calls: ['core-daemon', 'metrics-collector'],
    limits: { cpu: '800m', memory: '2000Mi' },
  }),
];

const TOPOLOGIES: Readonly<Record<TopologyName, readonly ServiceProfile[]>> = {
  Umbrella: umbrella,
  Split: split,
  Consolidated: consolidated,
};

/** The services of a topology in the order in which they get their loopback addresses. */
export function servicesOf(topology: TopologyName): readonly ServiceProfile[] {
  return TOPOLOGIES[topology];
}

/** The first half of every pod's address: loopback, or what a run has in a network namespace of its own. */
export const POD_NETWORK = process.env['TEST_POD_NETWORK'] ?? '127.0';

/** The address of a replica: service k of the topology and replica r, both from 1, on 127.0.k.r. */
export function replicaAddress(topology: TopologyName, component: Service, replica: number): string {
  const position = TOPOLOGIES[topology].findIndex((service) => service.component === component);
  if (position < 0) throw new Error(`The ${topology} topology has no ${component}.`);
  return `${POD_NETWORK}.${position + 1}.${replica}`;
}
