// Discovery: which groups, versions and resources are served, in the old form and in the aggregated one.
import { createHash } from 'node:crypto';
import type { JsonObject } from './json.ts';
import type { Registry } from './registry.ts';
import { apiVersionOf, type Resource, type Subresource } from './resources.ts';

const CLIENTS = [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1:443' }];

export const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** What `/version` answers for Kubernetes 1.`minor`. */
export const versionInfo = (minor: number): JsonObject => ({
  major: '1',
  minor: String(minor),
  emulationMajor: '1',
  emulationMinor: String(minor),
  minCompatibilityMajor: '1',
  minCompatibilityMinor: String(minor - 1),
  gitVersion: `v1.${String(minor)}.0`,
  gitCommit: 'recognize-health-stack',
  gitTreeState: '',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'go1.26.10',
  compiler: 'gc',
  platform: 'linux/amd64',
});

export const coreVersions = (): JsonObject => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: CLIENTS,
});

const versionsOf = (group: string, versions: readonly string[]): JsonObject[] =>
  versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));

const groupBody = (group: string, versions: readonly string[]): JsonObject => ({
  name: group,
  versions: versionsOf(group, versions),
  preferredVersion: versionsOf(group, versions)[0],
});

export const groupList = (registry: Registry): JsonObject => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: registry.groups().flatMap(({ group, versions }) => (group === '' ? [] : [groupBody(group, versions)])),
});

/** One group, or undefined where it is not served. */
export function oneGroup(registry: Registry, name: string): JsonObject | undefined {
  const found = registry.groups().find(({ group }) => group === name && group !== '');
  return found === undefined
    ? undefined
    : { kind: 'APIGroup', apiVersion: 'v1', ...groupBody(found.group, found.versions) };
}

function storageVersionHash({ group, version, kind }: Resource): string {
  return createHash('sha256').update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString('base64');
}

function subresourceEntry(resource: Resource, sub: Subresource): JsonObject {
  return {
    name: `${resource.plural}/${sub.name}`,
    singularName: '',
    namespaced: resource.namespaced,
    ...(sub.group === undefined ? {} : { group: sub.group, version: sub.version }),
    kind: sub.kind,
    verbs: sub.verbs,
  };
}

/** The resources of one group and version, or undefined where nothing is served there. */
export function resourceList(registry: Registry, group: string, version: string): JsonObject | undefined {
  const served = registry.all().filter((one) => one.group === group && one.version === version);
  if (served.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    // The real server leaves apiVersion out for the core group.
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: apiVersionOf({ group, version }),
    resources: served.flatMap((resource) => [
      {
        name: resource.plural,
        singularName: resource.singular,
        namespaced: resource.namespaced,
        kind: resource.kind,
        verbs: resource.verbs,
        ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
        ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
        ...(resource.verbs.includes('list') ? { storageVersionHash: storageVersionHash(resource) } : {}),
      },
      ...resource.subresources.map((sub) => subresourceEntry(resource, sub)),
    ]),
  };
}

function discovered(resource: Resource): JsonObject {
  // For built-in kinds the real server leaves group and version of the kind empty: they are the list's own.
  const kindOf = (kind: string, sub?: Subresource): JsonObject =>
    sub?.group !== undefined
      ? { group: sub.group, version: sub.version, kind }
      : resource.custom === undefined
        ? { group: '', version: '', kind }
        : { group: resource.group, version: resource.version, kind };
  return {
    resource: resource.plural,
    responseKind: kindOf(resource.kind),
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
    ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
    ...(resource.subresources.length === 0
      ? {}
      : {
          subresources: resource.subresources.map((sub) => ({
            subresource: sub.name,
            responseKind: kindOf(sub.kind, sub),
            verbs: sub.verbs,
          })),
        }),
  };
}

/** Aggregated discovery: of the core group alone (`/api`) or of all others (`/apis`). */
export function aggregated(registry: Registry, core: boolean): JsonObject {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: registry
      .groups()
      .filter(({ group }) => (group === '') === core)
      .map(({ group, versions }) => ({
        metadata: group === '' ? {} : { name: group },
        versions: versions.map((version) => ({
          version,
          resources: registry
            .all()
            .filter((one) => one.group === group && one.version === version)
            .map(discovered),
          freshness: 'Current',
        })),
      })),
  };
}
