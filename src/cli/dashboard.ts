// `dashboard`: the reports as live pages, served to this machine alone, with the user's own kubeconfig and rights.
import { InvalidArgumentError, Option, type Command } from 'commander';
import { EXIT, type ExitCode } from '../api/exit-codes.ts';
import { refused } from '../gate/await-report.ts';
import { createReflector } from '../kube/reflector.ts';
import { listReports, type ReportObject } from '../kube/reports.ts';
import { RULES } from '../kube/rules.ts';
import { listPage, reportPage, sentencePage } from '../output/dashboard.ts';
import type { Live } from '../output/page/document.ts';
import type { StoredReport } from '../output/status.ts';
import { orAborted } from '../runtime/abort.ts';
import { compareText } from '../runtime/compare-text.ts';
import { systemClock } from '../runtime/clock.ts';
import { withCluster, type ClusterConnection, type ClusterOptions } from './cluster.ts';
import { type DashboardServer, serveDashboard } from './dashboard-server.ts';
import { CommandError } from './exit.ts';
import { contextOption, kubeconfigOption } from './options.ts';
import { storedReport } from './stored-report.ts';
import type { Terminal } from './terminal.ts';

interface Options extends ClusterOptions {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly port: number;
}

export function addDashboard(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  program
    .command('dashboard')
    .description('the reports as live pages in a browser, served to this machine alone')
    .option('-n, --namespace <namespace>', 'namespace of the reports (default: that of the context)')
    .option('-A, --all-namespaces', 'reports of every namespace')
    .addOption(
      new Option('--port <port>', 'port on 127.0.0.1; 0: a free one').argParser(portOption).default(0, 'a free one'),
    )
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addHelpText(
      'after',
      `
Nothing is installed in the cluster, and nothing can be changed through the pages. They show what your own kubeconfig may
list and watch, to whoever can open a port of this machine; Ctrl-C ends it.

Examples:
  recognize-health dashboard -n recognize
  recognize-health dashboard -A --port 8099

Exit codes: 2 usage or forbidden, 5 the cluster did not answer, 130 ended by Ctrl-C.`,
    )
    .action(async (options: Options) => {
      exit(await withCluster(options, terminal.signal, (cluster) => dashboard(options, cluster, terminal)));
    });
}

function portOption(value: string): number {
  if (!/^[0-9]{1,5}$/.test(value) || Number(value) > 65_535) throw new InvalidArgumentError('A port is 0 to 65535.');
  return Number(value);
}

/** Serves until the signal, which it rejects with. */
async function dashboard(options: Options, cluster: ClusterConnection, terminal: Terminal): Promise<never> {
  if (options.allNamespaces === true && options.namespace !== undefined)
    throw new CommandError('-A shows every report: give no --namespace with it', EXIT.usage);
  const namespace = options.allNamespaces === true ? undefined : (options.namespace ?? cluster.namespace);
  // Who may not list them hears so before anything listens.
  const first = await listReports(cluster.api, namespace === undefined ? {} : { namespace }, terminal.signal);
  if (!first.ok) {
    const { exitCode, message } = refused(first.fault);
    throw new CommandError(message, exitCode);
  }
  let version = 0;
  let trouble = '';
  const open: { server?: DashboardServer } = {};
  const changed = (): void => {
    version += 1;
    open.server?.changed();
  };
  const reflector = createReflector<ReportObject>({
    api: cluster.api,
    list: RULES.listReports,
    watch: RULES.watchReports,
    params: { namespace },
    clock: systemClock,
    random: Math.random,
    onChange: changed,
    onNote: (note) => {
      const now = note.kind === 'fault' ? note.fault.message : '';
      if (now === trouble) return;
      trouble = now;
      changed();
    },
  });
  const reports = (): readonly StoredReport[] =>
    reflector
      .keys()
      .flatMap((key) => reflector.get(key) ?? [])
      .map((object) => storedReport(object, true, systemClock.now()))
      .sort(byUrgency);
  const where = namespace === undefined ? 'every namespace' : `namespace ${namespace}`;
  const server = await listen({ version: () => version, trouble: () => trouble, reports, where }, options.port);
  open.server = server;
  try {
    terminal.out(`http://127.0.0.1:${server.port}`);
    terminal.err(`recognize-health: serving the reports of ${where} to this machine; Ctrl-C ends it.`);
    await orAborted(reflector.run(terminal.signal), terminal.signal);
    terminal.signal.throwIfAborted();
    throw new CommandError('the watch of the reports ended', EXIT.unknown);
  } finally {
    await server.close();
  }
}

interface Shown {
  readonly version: () => number;
  readonly trouble: () => string;
  readonly reports: () => readonly StoredReport[];
  readonly where: string;
}

async function listen({ version, trouble, reports, where }: Shown, port: number): Promise<DashboardServer> {
  const live = (): Live => ({ version: version(), trouble: trouble() });
  try {
    return await serveDashboard(
      {
        version,
        list: () => listPage(reports(), where, live()),
        report: (namespace, name) => {
          const found = reports().find((one) => one.namespace === namespace && one.name === name);
          return found === undefined ? undefined : reportPage(found, live());
        },
        missing: () => sentencePage('Not found', 'There is no such page, or no such HealthReport.', live()),
      },
      port,
    );
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new CommandError(
      code === 'EADDRINUSE'
        ? `port ${port} is taken: give another one, or 0 for a free one`
        : `port ${port} cannot be opened (${code})`,
      EXIT.usage,
    );
  }
}

const URGENCY = { Failing: 0, Unknown: 1, Warning: 2, Healthy: 3 } as const;

function byUrgency(a: StoredReport, b: StoredReport): number {
  return (
    URGENCY[a.status.verdict] - URGENCY[b.status.verdict] ||
    compareText(`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`)
  );
}
