// What the platform questions ask of the cluster as a whole.
import { z } from 'zod';
import type { ClusterClient } from '../clients/clients.ts';
import type { KubernetesObject } from '../facts/namespace-objects.ts';
import { failed, ok } from '../facts/outcome.ts';
import type { Clock } from '../runtime/clock.ts';
import { literal } from '../runtime/safe-text.ts';
import { asEvidence } from './api-fault.ts';
import type { KubeApi } from './call.ts';
import { listAll } from './list.ts';
import { logStarts } from './log-starts.ts';
import { logsSoFar } from './logs-so-far.ts';
import { readPodLog } from './pod-log.ts';
import { remembered } from './remembered.ts';
import { RULES } from './rules.ts';
import { textsOfConfigMap } from './texts.ts';

interface ConfigMap {
  readonly metadata?: { readonly resourceVersion?: unknown };
  readonly data?: unknown;
  readonly binaryData?: unknown;
}

/** What is read of the answers; whatever has another type is not there. */
const version = z.object({ gitVersion: z.string().catch('') });
const clusterVersion = z
  .object({ status: z.object({ desired: z.object({ version: z.string().optional() }) }) })
  .catch({ status: { desired: {} } });
const node = z.object({
  status: z
    .object({ nodeInfo: z.object({ architecture: z.string() }) })
    .optional()
    .catch(undefined),
  metadata: z.object({ labels: z.record(z.string(), z.string()).optional().catch(undefined) }),
});

/** How long an answer about the cluster as a whole stands for all reports. */
const CLUSTER_MS = 60_000;
/** A cluster that is no OpenShift becomes none while we watch. */
const PLAIN_MS = 30 * 60_000;

/** resourceVersions of ConfigMaps that are remembered, over all namespaces. */
const MOST_VERSIONS = 4_000;

/** Versions, node architectures, ConfigMaps and logs through the API. */
export function createClusterClient(api: KubeApi, clock: Clock): ClusterClient {
  const facts = factsOf(api, clock);
  const versions = new Map<string, string>();
  const keep = (namespace: string, name: string, version: unknown): void => {
    if (versions.size >= MOST_VERSIONS) versions.clear();
    if (typeof version === 'string') versions.set(`${namespace}/${name}`, version);
  };
  return {
    version: remembered(facts.version, CLUSTER_MS, clock),
    architectures: remembered(facts.architectures, CLUSTER_MS, clock),
    readConfigMap: async (namespace, name, signal) => {
      const read = await api.call<ConfigMap>(RULES.getConfigMap, { namespace, name }, { signal });
      if (!read.ok && read.fault.code !== 'NotFound') return asEvidence(read);
      keep(namespace, name, read.ok ? read.value.metadata?.resourceVersion : '');
      return ok(read.ok ? textsOfConfigMap(read.value) : undefined);
    },
    configMapVersion: (namespace, name) => versions.get(`${namespace}/${name}`),
    readLog: (request, onChunk, signal) => readPodLog(api, request, onChunk, signal),
    logStarts: logStarts(),
    logsSoFar: logsSoFar(clock),
  };
}

function factsOf(api: KubeApi, clock: Clock): Pick<ClusterClient, 'version' | 'architectures'> {
  /** When this was last found to be no OpenShift. */
  let plainAt = -Infinity;
  return {
    version: async (signal) => {
      const [server, openshift] = await Promise.all([
        api.call<unknown>(RULES.getVersion, {}, { signal }),
        clock.monotonicMs() - plainAt < PLAIN_MS
          ? undefined
          : api.call<unknown>(RULES.getClusterVersion, { name: 'version' }, { signal }),
      ]);
      if (!server.ok) return asEvidence(server);
      const kubernetes = version.parse(server.value).gitVersion;
      // The group is missing on everything but OpenShift: that is the answer then. A refusal is none: OpenShift 4.14
      // carries Kubernetes 1.27, and without knowing which it is a supported cluster would look too old.
      if (openshift === undefined) return ok({ kubernetes });
      if (!openshift.ok && openshift.fault.code === 'NotFound') {
        plainAt = clock.monotonicMs();
        return ok({ kubernetes });
      }
      if (!openshift.ok) return asEvidence(openshift);
      const desired = clusterVersion.parse(openshift.value).status.desired.version;
      return ok(desired === undefined ? { kubernetes } : { kubernetes, openshift: desired });
    },
    architectures: async (signal) => {
      const listed = await listAll<KubernetesObject>(api, RULES.listNodes, {}, signal);
      if (!listed.ok) return asEvidence(listed);
      const found = new Set(listed.value.items.map(architectureOf).filter((name) => name !== ''));
      return found.size === 0
        ? failed('ClusterUnavailable', literal('no node says which architecture it has'))
        : ok([...found].sort());
    },
  };
}

function architectureOf(object: KubernetesObject): string {
  const { status, metadata } = node.parse(object);
  return status?.nodeInfo.architecture ?? metadata.labels?.['kubernetes.io/arch'] ?? '';
}
