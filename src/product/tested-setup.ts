// The setup of the vendor's scaling test (guide, "Scaling the cluster") and the platforms that it supports
// (infrastructural requirements): what capacity and platform are measured against.
import type { Service } from '../api/components.ts';
import type { Platforms } from './releases/release-notes.ts';

export interface TestedLimits {
  /** Kubernetes quantities, as the guide writes them. */
  readonly cpu: string;
  readonly memory: string;
}

/** Limits of each pod in the test. Services that are not here were not part of it. */
export const TESTED_LIMITS: Readonly<Partial<Record<Service, TestedLimits>>> = {
  'circuit-storage': { cpu: '1', memory: '2000Mi' },
  'auth-vault': { cpu: '1800m', memory: '2Gi' },
  'core-daemon': { cpu: '1800m', memory: '2Gi' },
  'node-persistence': { cpu: '1800m', memory: '2Gi' },
  'operations-service': { cpu: '1500m', memory: '2Gi' },
};

/** What the 95th percentile of the answers stayed under in the test. */
export const TESTED_P95_MS = 500;

/** Supported minor versions. OpenShift 4.14 is Kubernetes 1.27, so on OpenShift only its own version counts. */
export const SUPPORTED_KUBERNETES = '1.34';
export const SUPPORTED_OPENSHIFT = '4.14';

/** As Kubernetes names x86_64. ARM is not supported. */
export const SUPPORTED_ARCHITECTURE = 'amd64';

/** The oldest major version. */
export const SUPPORTED_POSTGRESQL = 14;

/** All of them: what a release runs on as long as the vendor names nothing else for it. */
export const SUPPORTED_PLATFORMS: Platforms = {
  postgresql: SUPPORTED_POSTGRESQL,
  kubernetes: [SUPPORTED_KUBERNETES],
  openshift: [SUPPORTED_OPENSHIFT],
  architectures: [SUPPORTED_ARCHITECTURE],
  source: 'Infrastructural requirements, which names one set for every release',
};
