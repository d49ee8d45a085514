// `init`: drafts a HealthReport from the services' own configuration, to stdout. It reads what `check` reads, but no Secret.
import type { Command } from 'commander';
import type { Service } from '../api/components.ts';
import { EXIT, type ExitCode } from '../api/exit-codes.ts';
import type { Fault, Outcome } from '../facts/outcome.ts';
import { listReports } from '../kube/reports.ts';
import { recognise, TOPOLOGIES } from '../product/index.ts';
import { redact } from '../runtime/safe-text.ts';
import { backendsOf, differences, draftReport, readServiceSettings, type ReadConfigMap } from '../settings/index.ts';
import { discover } from '../targets/discovery.ts';
import { workloadLists } from '../targets/workload.ts';
import { withCluster, type ClusterConnection, type ClusterOptions } from './cluster.ts';
import { CommandError } from './exit.ts';
import type { Terminal } from './terminal.ts';
import { contextOption, kubeconfigOption } from './options.ts';

interface Options extends ClusterOptions {
  readonly namespace?: string;
  readonly name: string;
}

/** A ConfigMap of every namespace: asking for it tells whether ConfigMaps may be read at all. */
const EVERYWHERE = 'kube-root-ca.crt';

export function addInit(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  program
    .command('init')
    .description("draft a HealthReport from the services' own configuration")
    .option('-n, --namespace <namespace>', 'namespace of the services (default: that of the context)')
    .option('--name <name>', 'name of the report', 'recognize')
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addHelpText(
      'after',
      `
Reads pod templates and the ConfigMaps that they name, and no Secret: what is in one becomes a reference to it. Each entry
says where it comes from; what is left to you is a TODO in the draft and on stderr. Where the namespace has a report
already, stderr tells what differs.

Examples:
  recognize-health init -n recognize > report.yaml
  recognize-health init -n recognize | recognize-health check -f -

Exit codes: 0 complete, 2 usage, forbidden, or no service found, 4 something is left to do, 5 the cluster did not answer.`,
    )
    .action(async (options: Options) => {
      exit(await withCluster(options, terminal.signal, (cluster) => init(options, cluster, terminal)));
    });
}

async function init(options: Options, cluster: ClusterConnection, terminal: Terminal): Promise<ExitCode> {
  const { signal } = terminal;
  const namespace = options.namespace ?? cluster.namespace;
  const objects = await cluster.readObjects(namespace, signal);
  const read: ReadConfigMap = (name, stop) => cluster.client.readConfigMap(namespace, name, stop);
  const lists = workloadLists(objects);
  const { found, umbrellaNames } = discover(objects);
  const workloads = new Map([...found].map(([service, { sure }]) => [service, sure[0]] as const));
  const { settings, faults } = await readServiceSettings(workloads, namespace, read, signal);
  // Who may not list workloads sees no ConfigMap named: then any of them tells, so that all rights are named at once.
  const asked = lists.every(({ ok }) => ok) ? [] : [await read(EVERYWHERE, signal)];
  refuse([...lists, ...asked].flatMap(faultOf).concat(faults));
  if (found.size === 0) {
    const why = `there is no Recognize service in namespace ${namespace}. Name the namespace with -n.`;
    throw new CommandError(redact(why, [], 512), EXIT.usage);
  }
  const services: readonly Service[] = [...found.keys()];
  const backends = backendsOf(settings);
  const topology = TOPOLOGIES[recognise(services, 'Auto', undefined, umbrellaNames)];
  const draft = draftReport({ name: options.name, namespace, backends, settings, topology });
  terminal.out(draft.text);
  for (const warning of backends.warnings) terminal.err(`recognize-health: warning: ${redact(warning, [], 512)}.`);
  for (const todo of draft.todos) terminal.err(`recognize-health: to do: ${todo}`);
  await compare(draft.spec, namespace, cluster, terminal);
  return draft.todos.length === 0 ? EXIT.pass : EXIT.warn;
}

/** What the reports of the namespace say otherwise. Without the right to list them nothing is compared. */
async function compare(
  spec: Parameters<typeof differences>[0],
  namespace: string,
  cluster: ClusterConnection,
  terminal: Terminal,
): Promise<void> {
  const listed = await listReports(cluster.api, { namespace }, terminal.signal);
  if (!listed.ok) return;
  for (const { metadata, spec: written } of listed.value.items) {
    const lines = differences(spec, written);
    const what = lines.length === 0 ? 'has all of it' : 'differs from this draft:';
    terminal.err(`recognize-health: HealthReport ${redact(metadata.name)} ${what}`);
    for (const line of lines) terminal.err(`  ${redact(line, [], 512)}`);
  }
}

function faultOf(outcome: Outcome<unknown>): readonly Fault[] {
  return outcome.ok ? [] : [outcome.fault];
}

/** All that is missing at once: rights first, because they are there to be granted. */
function refuse(faults: readonly Fault[]): void {
  const denied = faults.filter(({ code }) => code === 'CheckerNotAuthorized');
  const chosen = denied.length > 0 ? denied : faults;
  if (chosen.length === 0) return;
  const sentences = [...new Set(chosen.map(({ detail }) => detail))];
  throw new CommandError(sentences.join('\n'), denied.length > 0 ? EXIT.usage : EXIT.unknown);
}
