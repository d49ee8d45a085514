// How a workload is told to be a Recognize service: by its image, else by its labels, else by its name.
// The vendor documents no label scheme, and a release name may belong to another component, so the image comes first.
import { SERVICES, type Service } from '../api/components.ts';

export interface Recognised {
  readonly service: Service;
  readonly by: 'image' | 'label' | 'name' | 'service';
  /** Found under a name that only the umbrella chart (0.1) uses. */
  readonly umbrella: boolean;
}

/** Other names of a service, beside its own. */
interface Alias {
  readonly name: string;
  readonly service: Service;
  /** Only the umbrella chart calls it so. */
  readonly umbrella?: true;
  /** Too common a word: counts only in a repository of the vendor, or with the chart's `-keylessd` behind it. */
  readonly common?: true;
}

export const ALIASES: readonly Alias[] = [
  { name: 'node', service: 'core-daemon', umbrella: true, common: true },
  { name: 'operations-api', service: 'operations-service', umbrella: true },
  { name: 'keyless-agent', service: 'enrollment-agent' },
  { name: 'offline-enrollment-agent', service: 'enrollment-agent' },
  { name: 'administration-dashboard', service: 'admin-dashboard' },
  { name: 'customer-dashboard', service: 'admin-dashboard' },
  { name: 'sdk-customer-dashboard', service: 'admin-dashboard' },
  { name: 'dashboard', service: 'admin-dashboard', common: true },
];

const NAMES: readonly Alias[] = [...SERVICES.map((service) => ({ name: service, service })), ...ALIASES];

/** Labels that say what a workload is, strongest first. */
export const NAME_LABELS = ['app.kubernetes.io/name', 'app.kubernetes.io/component', 'app', 'k8s-app'] as const;

/** Part of a repository's path that makes it the vendor's, wherever it is mirrored. */
const VENDOR = /(^|[/_.-])(keyless|pingone|pingidentity|recognize)([/_.-]|$)/;

/** Things that carry a service's name and are not the service. */
const COMPANION =
  /(^|-)(postgres(ql)?|pgbouncer|db|database|mysql|redis|minio|s3|exporter|proxy|migrations?|backup|test|tester|cct|operator|agent-injector)(-|$)/;

/** The last segment of an image's repository, without registry, tag and digest: `quay.io/x/node:1` → `node`. */
export function repositoryName(image: string): string {
  const path = (image.split('@')[0] ?? '').split('/');
  return (path[path.length - 1] ?? '').split(':')[0] ?? '';
}

/** The service that an image belongs to. A plain `node` image is Node.js unless the repository is the vendor's. */
export function recogniseImage(image: string): Recognised | undefined {
  const name = repositoryName(image);
  const path = (image.split('@')[0] ?? '').toLowerCase();
  const directory = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
  return found('image', (alias) => alias.name === name && (alias.common !== true || VENDOR.test(directory)));
}

/** The service that a workload's labels name. */
export function recogniseLabels(labels: Readonly<Record<string, string>>): Recognised | undefined {
  for (const key of NAME_LABELS) {
    const value = labels[key];
    const match = found('label', (alias) => alias.name === value && alias.common !== true);
    if (match !== undefined) return match;
  }
  return undefined;
}

/**
 * The service that a workload's name means: `core-daemon`, `circuit-storage-2`, `node-persistence-keylessd`,
 * `my-release-auth-vault`. A database beside it (`node-persistence-postgresql`) is not the service.
 */
export function recogniseName(name: string): Recognised | undefined {
  if (COMPANION.test(name)) return undefined;
  // `node-persistence` starts with `node`, `offline-enrollment-agent` ends with `enrollment-agent`: the longest wins.
  return found('name', (alias) => {
    if (alias.common === true) return name === `${alias.name}-keylessd`;
    return name === alias.name || name.startsWith(`${alias.name}-`) || name.endsWith(`-${alias.name}`);
  });
}

/** What people put behind the name of a Service. */
const SERVICE_SUFFIX = /-(?:keylessd|headless|service|svc|http|[0-9]+)$/;

/**
 * The service that a Kubernetes Service, or a host in a URL, is called after. Stricter than with workloads: database
 * operators name Services `circuit-storage-rw`.
 */
export function recogniseServiceName(name: string): Recognised | undefined {
  if (COMPANION.test(name)) return undefined;
  const bare = name.replace(SERVICE_SUFFIX, '');
  return found('service', (alias) => {
    if (alias.common === true) return name === `${alias.name}-keylessd`;
    return bare === alias.name || bare.endsWith(`-${alias.name}`);
  });
}

/** Image, then labels, then name. */
export function recogniseService(workload: {
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly name: string;
}): Recognised | undefined {
  return recogniseImage(workload.image) ?? recogniseLabels(workload.labels) ?? recogniseName(workload.name);
}

function found(by: Recognised['by'], matches: (alias: Alias) => boolean): Recognised | undefined {
  const [alias] = NAMES.filter(matches).sort((a, b) => b.name.length - a.name.length);
  return alias === undefined ? undefined : { service: alias.service, by, umbrella: alias.umbrella === true };
}
