// The cluster behind a command: which one, as whom, and the few things a command asks of it.
import { EXIT } from '../api/exit-codes.ts';
import type { ClusterClient } from '../clients/clients.ts';
import type { NamespaceObjects } from '../facts/namespace-objects.ts';
import { loadAccess } from '../kube/access.ts';
import { createKubeApi, type KubeApi } from '../kube/call.ts';
import { createClusterClient } from '../kube/cluster.ts';
import { readNamespace } from '../kube/namespace.ts';
import { namespaceSecrets, type SecretReader } from '../kube/secrets.ts';
import { createTransport } from '../kube/transport.ts';
import { isCancelled, systemClock } from '../runtime/clock.ts';
import { redact } from '../runtime/safe-text.ts';
import { CommandError } from './exit.ts';

export interface ClusterOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Impersonation. */
  readonly as?: string;
  readonly asGroup?: readonly string[];
  /** Of one call. In ms. */
  readonly requestTimeout?: number | undefined;
}

export interface ClusterConnection {
  /** Namespace of the context. */
  readonly namespace: string;
  readonly api: KubeApi;
  readonly client: ClusterClient;
  readObjects(namespace: string, signal: AbortSignal): Promise<NamespaceObjects>;
  secrets(namespace: string): SecretReader;
  close(): Promise<void>;
}

/**
 * Connects as kubectl would. A configuration that cannot be used ends the command with exit code 2.
 *
 * @param advice what else the user may do then, as a sentence; empty when nothing
 */
export async function connectCluster(options: ClusterOptions, advice = ''): Promise<ClusterConnection> {
  const { kubeconfig, context, as, asGroup = [], requestTimeout } = options;
  if (as === undefined && asGroup.length > 0)
    throw new CommandError('--as-group needs --as: a group alone is nobody', EXIT.usage);
  try {
    const access = await loadAccess({
      clock: systemClock,
      kubeconfig,
      context,
      ...(as === undefined ? {} : { impersonate: { user: as, groups: asGroup } }),
    });
    const api = createKubeApi(createTransport(access), systemClock, requestTimeout);
    return {
      namespace: api.namespace,
      api,
      client: createClusterClient(api, systemClock),
      readObjects: (namespace, signal) => readNamespace(api, namespace, signal, systemClock.now()),
      secrets: (namespace) => namespaceSecrets(api, namespace),
      close: () => api.close(),
    };
  } catch (error) {
    const text = redact(error instanceof Error ? error.message : 'the kubeconfig cannot be used', [], 512);
    throw new CommandError(advice === '' ? text : `${text}. ${advice}`, EXIT.usage);
  }
}

/** What the user interrupted ends with the one sentence for it. */
export async function interruptible<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isCancelled(signal)) throw new CommandError('interrupted', EXIT.unknown);
    throw error;
  }
}

/** Connects, works, and closes however it ends. */
export async function withCluster<T>(
  options: ClusterOptions,
  signal: AbortSignal,
  work: (cluster: ClusterConnection) => Promise<T>,
): Promise<T> {
  const cluster = await connectCluster(options);
  try {
    return await interruptible(signal, () => work(cluster));
  } finally {
    await cluster.close();
  }
}
