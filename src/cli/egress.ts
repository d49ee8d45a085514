// `egress NAME`, `egress -f FILE`: the NetworkPolicy that lets the operator out to what reports name, and nowhere else.
import type { Command } from 'commander';
import { EXIT, type ExitCode } from '../api/exit-codes.ts';
import type { NamespaceObjects } from '../facts/namespace-objects.ts';
import { RULES } from '../kube/rules.ts';
import { EGRESS_FORMATS } from '../output/egress.ts';
import { systemClock } from '../runtime/clock.ts';
import { redact } from '../runtime/safe-text.ts';
import { configurationReader } from '../settings/index.ts';
import { destinationsOf, egressOf, type Egress, type EgressRule, slicesAsRules } from '../targets/egress.ts';
import { resolveTargets } from '../targets/index.ts';
import { withCluster, type ClusterConnection } from './cluster.ts';
import { readDocuments, type Documents, type ReportDocument } from './documents.ts';
import { CommandError } from './exit.ts';
import { contextOption, formatOption, kubeconfigOption } from './options.ts';
import { secretsOf, storedDocuments } from './stored-documents.ts';
import type { Terminal } from './terminal.ts';

interface Options {
  readonly file?: string;
  readonly namespace?: string;
  readonly output: keyof typeof EGRESS_FORMATS;
  readonly operatorNamespace: string;
  readonly operatorName: string;
  readonly kubeconfig?: string;
  readonly context?: string;
}

export function addEgress(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  program
    .command('egress')
    .description('print the NetworkPolicy that lets the operator out to what reports name')
    .argument('[name...]', 'HealthReports of the cluster, in place of a file')
    .option('-f, --file <file>', 'HealthReports, and Secrets that they refer to; - reads standard input')
    .option('-n, --namespace <namespace>', 'namespace of the reports, and for documents that name none')
    .addOption(formatOption(EGRESS_FORMATS))
    .option('--operator-namespace <namespace>', 'where the operator is installed', 'recognize-health')
    .option('--operator-name <name>', "app.kubernetes.io/name of the operator's pods", 'recognize-health')
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addHelpText(
      'after',
      `
Reads what a run reads, with your rights, and connects to nothing but the API server: the services' pods, databases,
buckets and keys that the reports name or that the services' configuration does. A policy knows addresses, pods and ports,
and no names: of a host outside of the cluster a TODO is printed, on stderr too.

Examples:
  recognize-health egress prod -n recognize | kubectl apply -f -
  recognize-health egress prod -n recognize -o values > egress.yaml      then: helm upgrade -f egress.yaml

Exit codes: 0 complete, 2 usage, bad file, not found or forbidden, 4 something is left to do, 5 the cluster did not answer.`,
    )
    .action(async (names: readonly string[], options: Options) => {
      exit(await withCluster(options, terminal.signal, (cluster) => egress(names, options, cluster, terminal)));
    });
}

async function egress(
  names: readonly string[],
  options: Options,
  cluster: ClusterConnection,
  terminal: Terminal,
): Promise<ExitCode> {
  if (names.length > 0 === (options.file !== undefined))
    throw new CommandError(
      'whose egress? Give a file with --file, or the NAME of a report in the cluster, and not both',
      EXIT.usage,
    );
  const documents =
    options.file === undefined
      ? await storedDocuments(names, options, cluster, terminal.signal)
      : await readDocuments(options.file);
  const found: Egress[] = [await apiServer(cluster, terminal.signal)];
  const todos: string[] = [];
  const reports: string[] = [];
  for (const document of documents.reports) {
    const namespace = options.namespace ?? document.namespace ?? cluster.namespace;
    reports.push(redact(`${namespace}/${document.name}`, [], 512));
    const { own, unknown } = await egressFor(document, documents, namespace, cluster, terminal.signal);
    found.push(own);
    todos.push(...unknown);
  }
  const rules = merged(found.flatMap((one) => one.rules));
  const open = [...new Set(found.flatMap((one) => one.open))].map((one) => redact(one, [], 512));
  const operator = { namespace: options.operatorNamespace, name: options.operatorName };
  terminal.out(EGRESS_FORMATS[options.output]({ reports, rules, open, operator }));
  for (const one of open) terminal.err(`recognize-health: to do: add the addresses of ${one}`);
  for (const one of todos) terminal.err(`recognize-health: to do: ${one}`);
  return open.length + todos.length === 0 ? EXIT.pass : EXIT.warn;
}

/** What one report needs, and what of it could not be resolved. */
async function egressFor(
  { spec }: ReportDocument,
  documents: Documents,
  namespace: string,
  cluster: ClusterConnection,
  signal: AbortSignal,
): Promise<{ readonly own: Egress; readonly unknown: readonly string[] }> {
  const objects = await cluster.readObjects(namespace, signal);
  const resolved = await resolveTargets({
    spec,
    namespace,
    objects,
    previous: undefined,
    secrets: secretsOf(documents, namespace, cluster),
    configuration: configurationReader({
      objects,
      namespace,
      read: (name, stop) => cluster.client.readConfigMap(namespace, name, stop),
      spec,
      signal,
    }),
    now: systemClock.now(),
    signal,
  });
  const discovered = await resolved.discovered;
  const unknown = [
    ...unreadLists(objects),
    ...resolved.notExamined,
    ...discovered.notExamined,
    ...resolved.targets.flatMap((target) =>
      target.kind === 'service' && !target.addresses.ok
        ? [redact(`${target.id}: ${target.addresses.fault.detail}`)]
        : [],
    ),
  ];
  const destinations = destinationsOf([...resolved.targets, ...discovered.targets]);
  return { own: egressOf(destinations, namespace, objects), unknown: [...new Set(unknown)] };
}

/** Lists that could not be read: what they lead to is missing in the policy. */
function unreadLists({ pods, services, endpointSlices }: NamespaceObjects): readonly string[] {
  return [pods, services, endpointSlices].flatMap((one) => (one.ok ? [] : [one.fault.detail]));
}

/** The API server as the pods reach it: the addresses behind its Service. */
async function apiServer({ api }: ClusterConnection, signal: AbortSignal): Promise<Egress> {
  const why = 'the API server';
  const answer = await api.call<{ readonly items?: unknown }>(
    RULES.listEndpointSlices,
    { namespace: 'default', query: { labelSelector: 'kubernetes.io/service-name=kubernetes' } },
    { signal },
  );
  const rules = slicesAsRules(answer.ok ? answer.value.items : [], why);
  return { rules, open: rules.length > 0 ? [] : [`${why}: kubectl get endpoints kubernetes -n default`] };
}

/** One rule for each place. */
function merged(rules: readonly EgressRule[]): readonly EgressRule[] {
  const byPlace = new Map<string, EgressRule>();
  for (const { to, ports, why } of rules) {
    const key = JSON.stringify(to);
    const before = byPlace.get(key);
    byPlace.set(key, {
      to,
      ports: [...new Set([...(before?.ports ?? []), ...ports])],
      why: [...new Set([...(before?.why ?? []), ...why])],
    });
  }
  return [...byPlace.values()];
}
