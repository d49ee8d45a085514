// Looks at an installation of the operator, once, with the rights of whoever asks. Decides nothing.
import { z } from 'zod';
import { missingOperator } from '../gate/operator-lease.ts';
import type { ApiResult } from '../kube/api-fault.ts';
import type { KubeApi } from '../kube/call.ts';
import { installedDefinition } from '../kube/definition.ts';
import { operatorDeployments, operatorEndpoints, operatorPods, type OperatorDeployment } from '../kube/installation.ts';
import { createLeaseStore, type LeaseAt } from '../kube/lease.ts';
import { listReports, type ReportObject } from '../kube/reports.ts';
import { RULES } from '../kube/rules.ts';
import type { Clock } from '../runtime/clock.ts';
import { redact } from '../runtime/safe-text.ts';
import { rightsOf, secretNames } from './rights.ts';
import type { ReportsSeen, Seen, Watched } from './seen.ts';
import { leaseNameIn, watchedBy } from './watched.ts';

export interface LookOptions {
  readonly api: KubeApi;
  /** Where the operator is, by its Lease. */
  readonly at: LeaseAt;
  readonly version: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const LEASE_MS = 5_000;
const serverVersion = z.object({ gitVersion: z.string().catch('of an unknown version') });

/** Everything that is asked for; the fault when the API server does not answer at all. */
export async function look({ api, at, version, clock, signal }: LookOptions): Promise<ApiResult<Seen>> {
  const greeting = await api.call<unknown>(RULES.getVersion, {}, { signal });
  if (!greeting.ok) return greeting;
  const now = clock.now();
  const [definition, deployments, lease, nobody] = await Promise.all([
    installedDefinition(api, signal),
    operatorDeployments(api, at.namespace, signal),
    createLeaseStore(api, at).get({ signal, timeoutMs: LEASE_MS }),
    missingOperator(api, at, clock, signal),
  ]);
  const deployment = deployments.ok ? chosen(deployments.value, at) : undefined;
  const watched = watchedBy(deployment?.args ?? []);
  const [pods, endpoints, elsewhere, reports] = await Promise.all([
    deployment === undefined ? undefined : operatorPods(api, deployment, signal),
    deployment === undefined ? undefined : operatorEndpoints(api, deployment, signal),
    deployment === undefined ? operatorDeployments(api, undefined, signal) : undefined,
    reportsOf(api, watched, signal),
  ]);
  const rights = await rightsOf(
    api,
    {
      account: { namespace: at.namespace, name: deployment?.account ?? at.name },
      lease: at,
      namespaces: watched.namespaces,
      secrets: reports.ok ? reports.value.reports.flatMap(secretsOf) : [],
    },
    signal,
  );
  const value: Seen = {
    version,
    now,
    serverNow: dateOf(greeting.serverDate),
    kubernetes: redact(serverVersion.parse(greeting.value).gitVersion, [], 64),
    at,
    definition,
    deployments: deployment === undefined ? deployments : { ok: true, value: [deployment] },
    elsewhere: elsewhere?.ok === true ? elsewhere.value : [],
    pods,
    endpoints,
    lease: lease.ok ? { ...lease, value: lease.value.record } : lease,
    nobody: nobody?.sentence,
    watched,
    rights,
    reports,
  };
  return { ok: true, value };
}

/** Several operators may share a namespace: the Lease tells which one is meant. */
function chosen(deployments: readonly OperatorDeployment[], { name }: LeaseAt): OperatorDeployment | undefined {
  return deployments.find(({ args }) => leaseNameIn(args) === name) ?? deployments[0];
}

/** All reports where that may be asked, and else those of the namespaces that the operator watches. */
async function reportsOf(api: KubeApi, watched: Watched, signal: AbortSignal): Promise<ApiResult<ReportsSeen>> {
  const everywhere = await listReports(api, {}, signal);
  const namespaces = watched.namespaces.length === 0 ? [api.namespace] : watched.namespaces;
  const isNarrow = !everywhere.ok && everywhere.fault.code === 'Forbidden';
  const read = async (selector?: string): Promise<ApiResult<readonly ReportObject[]>> => {
    const found: ReportObject[] = [];
    for (const namespace of isNarrow ? namespaces : [undefined]) {
      const listed =
        namespace === undefined && selector === undefined
          ? everywhere
          : await listReports(api, { namespace, selector }, signal);
      if (!listed.ok) return listed;
      found.push(...listed.value.items);
    }
    return { ok: true, value: found };
  };
  const all = await read();
  if (!all.ok) return all;
  const selected = watched.selector === undefined ? undefined : await read(watched.selector);
  if (selected !== undefined && !selected.ok) return selected;
  return {
    ok: true,
    value: {
      reports: all.value,
      namespaces: isNarrow ? namespaces : undefined,
      selected: selected && new Set(selected.value.map(reportKey)),
    },
  };
}

/** `namespace/name`. */
export function reportKey({ metadata: { namespace = '', name } }: ReportObject): string {
  return `${namespace}/${name}`;
}

function secretsOf({
  metadata: { namespace = '' },
  spec,
}: ReportObject): readonly { namespace: string; name: string }[] {
  return [...new Set(secretNames(spec))].map((name) => ({ namespace, name }));
}

function dateOf(text: string | undefined): Date | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : new Date(ms);
}
