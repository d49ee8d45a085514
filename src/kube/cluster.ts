// What the platform questions ask of the cluster as a whole.
import type { ClusterClient } from '../clients/clients.ts';
import type { KubernetesObject } from '../facts/namespace-objects.ts';
import { failed, ok } from '../facts/outcome.ts';
import type { Clock } from '../runtime/clock.ts';
import { literal } from '../runtime/safe-text.ts';
import { asEvidence } from './api-fault.ts';
import type { KubeApi } from './call.ts';
import { listAll } from './list.ts';
import { readPodLog } from './pod-log.ts';
import { remembered } from './remembered.ts';
import { RULES } from './rules.ts';

interface Version {
  readonly gitVersion?: string;
}

interface ConfigMap {
  readonly data?: Readonly<Record<string, string>>;
}

interface ClusterVersion {
  readonly status?: { readonly desired?: { readonly version?: string } };
}

/** How long an answer about the cluster as a whole stands for all reports. In ms. */
const CLUSTER_MS = 60_000;

/** Versions, node architectures, ConfigMaps and logs through the API. */
export function createClusterClient(api: KubeApi, clock: Clock): ClusterClient {
  const facts = factsOf(api);
  return {
    version: remembered(facts.version, CLUSTER_MS, clock),
    architectures: remembered(facts.architectures, CLUSTER_MS, clock),
    readConfigMap: async (namespace, name, signal) => {
      const read = await api.call<ConfigMap>(RULES.getConfigMap, { namespace, name }, { signal });
      if (!read.ok) return read.fault.code === 'NotFound' ? ok(undefined) : asEvidence(read);
      return ok(read.value.data ?? {});
    },
    readLog: (request, onChunk, signal) => readPodLog(api, request, onChunk, signal),
  };
}

function factsOf(api: KubeApi): Pick<ClusterClient, 'version' | 'architectures'> {
  return {
    version: async (signal) => {
      const [server, openshift] = await Promise.all([
        api.call<Version>(RULES.getVersion, {}, { signal }),
        api.call<ClusterVersion>(RULES.getClusterVersion, { name: 'version' }, { signal }),
      ]);
      if (!server.ok) return asEvidence(server);
      const kubernetes = server.value.gitVersion ?? '';
      // The group is missing on everything but OpenShift: that is the answer then. A refusal is none: OpenShift 4.14
      // carries Kubernetes 1.27, and without knowing which it is a supported cluster would look too old.
      if (!openshift.ok) return openshift.fault.code === 'NotFound' ? ok({ kubernetes }) : asEvidence(openshift);
      const version = openshift.value.status?.desired?.version;
      return ok(version === undefined ? { kubernetes } : { kubernetes, openshift: version });
    },
    architectures: async (signal) => {
      const listed = await listAll<KubernetesObject>(api, RULES.listNodes, { query: { resourceVersion: 0 } }, signal);
      if (!listed.ok) return asEvidence(listed);
      const found = new Set(listed.value.items.map(architectureOf).filter((name) => name !== ''));
      return found.size === 0
        ? failed('ClusterUnavailable', literal('no node says which architecture it has'))
        : ok([...found].sort());
    },
  };
}

function architectureOf(node: KubernetesObject): string {
  const status = node.status as { readonly nodeInfo?: { readonly architecture?: string } } | undefined;
  return status?.nodeInfo?.architecture ?? node.metadata.labels?.['kubernetes.io/arch'] ?? '';
}
