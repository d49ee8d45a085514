// `status [NAME]`: what the last run found, root cause first. A report that is stale says so before anything else.
import type { Command } from 'commander';
import { EXIT, type ExitCode } from '../api/exit-codes.ts';
import { refused } from '../gate/await-report.ts';
import { missingOperator } from '../gate/operator-lease.ts';
import type { ApiResult } from '../kube/api-fault.ts';
import { getReport, listReports, type ReportObject } from '../kube/reports.ts';
import type { Formats, Renderer } from '../output/format.ts';
import { HISTORY_FORMATS } from '../output/history.ts';
import { STATUS_FORMATS, type Stored } from '../output/status.ts';
import { systemClock } from '../runtime/clock.ts';
import { withCluster, type ClusterConnection } from './cluster.ts';
import { CommandError } from './exit.ts';
import { knownReports } from './known-reports.ts';
import { contextOption, formatOption, kubeconfigOption, leaseOptions } from './options.ts';
import { storedReport } from './stored-report.ts';
import type { Terminal } from './terminal.ts';

interface Options {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly all?: boolean;
  readonly verbose?: boolean;
  readonly watch?: boolean;
  readonly history?: boolean;
  readonly output: string;
  readonly leaseNamespace: string;
  readonly leaseName: string;
  readonly kubeconfig?: string;
  readonly context?: string;
}

export function addStatus(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  const { leaseNamespace, leaseName } = leaseOptions();
  program
    .command('status')
    .description('what the last run found, root cause first')
    .argument('[name]', 'a HealthReport (default: a line for each)')
    .option('-n, --namespace <namespace>', 'namespace of the reports (default: that of the context)')
    .option('-A, --all-namespaces', 'reports of every namespace')
    .option('--history', 'how long each component was up, down or unknown: 1h, 24h, 7d, 30d (-o table, csv, json)')
    .option('--all', 'show good and skipped questions too')
    .option('--verbose', 'name every question that was not asked')
    .option('-w, --watch', 'show it again when it changes, in place on a terminal, until Ctrl-C')
    .addOption(formatOption({ ...STATUS_FORMATS, ...HISTORY_FORMATS }))
    .addOption(leaseNamespace)
    .addOption(leaseName)
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addHelpText(
      'after',
      `
Examples:
  recognize-health status prod -n recognize
  recognize-health status -A
  recognize-health status prod -n recognize --watch
  recognize-health status prod -n recognize --history -o csv > availability.csv

The exit code says whether a report could be read, not what it says: 0, or 2 (not found, forbidden) and 5 (unreachable).
For a verdict that a pipeline can branch on, use gate.`,
    )
    .action(async (name: string | undefined, options: Options) => {
      exit(await status(name, options, terminal));
    });
}

async function status(name: string | undefined, options: Options, terminal: Terminal): Promise<ExitCode> {
  const everywhere = options.allNamespaces === true;
  if (everywhere && (name !== undefined || options.namespace !== undefined))
    throw new CommandError('-A shows every report: give no NAME and no --namespace with it', EXIT.usage);
  // A format that is not there is told before anybody is asked.
  rendererOf(options);
  return withCluster(options, terminal.signal, async (cluster) => {
    if (options.watch === true) return watch(name, options, cluster, terminal);
    const { text, notices } = await look(name, options, cluster, terminal);
    if (text !== '') terminal.out(text);
    for (const notice of await notices()) terminal.err(`recognize-health: ${notice}`);
    return EXIT.pass;
  });
}

/** How to print: csv is a form of the history alone, and the history has no pages. */
function rendererOf({ output, history }: Options): Renderer<Stored> {
  const formats: Formats<Stored> =
    history === true
      ? {
          table: ({ reports }, paint, width) => HISTORY_FORMATS.table(reports, paint, width),
          json: ({ reports }) => HISTORY_FORMATS.json(reports),
          csv: ({ reports }) => HISTORY_FORMATS.csv(reports),
        }
      : STATUS_FORMATS;
  const render = formats[output];
  if (render !== undefined) return render;
  const why = history === true ? 'with --history' : 'without --history';
  throw new CommandError(`-o ${output} is not there ${why}: use ${Object.keys(formats).join(', ')}`, EXIT.usage);
}

/** Between two looks of `--watch`. */
const WATCH_MS = 2_000;

/** Looks again and again, until the signal. A look that fails is said, and the next one follows. */
async function watch(
  name: string | undefined,
  options: Options,
  cluster: ClusterConnection,
  terminal: Terminal,
): Promise<never> {
  let shown: string | undefined;
  let first = true;
  for (;;) {
    try {
      const { text, notices, version } = await look(name, options, cluster, terminal);
      const noticed = await notices();
      const said = [text, ...noticed].filter((part) => part !== '').join('\n\n');
      const news = JSON.stringify([version, noticed.length]);
      // On a screen the ages go on; elsewhere only what changed is news.
      if (terminal.redraw !== undefined) terminal.redraw(`${said}\n\n${WATCH_HINT}`);
      else if (news !== shown) terminal.out(first ? said : `\n${said}`);
      shown = news;
      first = false;
    } catch (error) {
      // What cannot be read at first is a matter of usage; later it is trouble that may pass.
      if (first || !(error instanceof CommandError)) throw error;
      terminal.err(`recognize-health: ${error.message}`);
    }
    await systemClock.sleep(WATCH_MS, terminal.signal);
  }
}

const WATCH_HINT = 'Watching; Ctrl-C ends it.';

interface Look {
  readonly text: string;
  /** For stderr: that nobody keeps it current, that there is no report. May take seconds: an old Lease is looked at twice. */
  readonly notices: () => Promise<readonly string[]>;
  /** Another one when something was written. */
  readonly version: string;
}

async function look(
  name: string | undefined,
  options: Options,
  cluster: ClusterConnection,
  terminal: Terminal,
): Promise<Look> {
  const everywhere = options.allNamespaces === true;
  const namespace = options.namespace ?? cluster.namespace;
  const lease = { namespace: options.leaseNamespace, name: options.leaseName };
  const missing = missingOperator(cluster.api, lease, systemClock, terminal.signal).catch(() => undefined);
  const { objects, serverDate } =
    name === undefined
      ? every(await listReports(cluster.api, everywhere ? {} : { namespace }, terminal.signal))
      : await single(await getReport(cluster.api, namespace, name, terminal.signal), () =>
          knownReports(cluster.api, namespace, terminal.signal),
        );
  const none =
    objects.length === 0 ? [`no HealthReport in ${everywhere ? 'any namespace' : `namespace ${namespace}`}`] : [];
  if (objects.length === 0 && options.output === 'table')
    return { text: '', notices: () => Promise.resolve(none), version: '' };
  const now = new Date(Date.parse(serverDate ?? '') || systemClock.now().getTime());
  const whole = name !== undefined;
  const reports = objects.map((object) => storedReport(object, whole, now));
  const stored = { reports, whole, all: options.all === true, verbose: options.verbose === true };
  const isDoubtful = reports.some(({ stale }) => stale);
  return {
    text: rendererOf(options)(stored, terminal.paint, terminal.width),
    notices: async () => {
      const nobody = await missing;
      return [...none, ...(nobody !== undefined && (nobody.isCertain || isDoubtful) ? [nobody.sentence] : [])];
    },
    version: JSON.stringify([
      objects.map(({ metadata: { uid, resourceVersion } }) => [uid, resourceVersion]),
      reports.map(({ stale }) => stale),
    ]),
  };
}

interface Read {
  readonly objects: readonly ReportObject[];
  readonly serverDate: string | undefined;
}

function every(answer: Awaited<ReturnType<typeof listReports>>): Read {
  if (!answer.ok) throw unreadable(answer);
  return { objects: answer.value.items, serverDate: answer.serverDate };
}

async function single(answer: ApiResult<ReportObject>, known: () => Promise<string>): Promise<Read> {
  if (!answer.ok) {
    const refusal = unreadable(answer);
    const others = answer.fault.code === 'NotFound' ? await known() : '';
    throw others === '' ? refusal : new CommandError(`${refusal.message}. ${others}`, refusal.exitCode);
  }
  return { objects: [answer.value], serverDate: answer.serverDate };
}

function unreadable({ fault }: ApiResult<unknown> & { readonly ok: false }): CommandError {
  const { exitCode, message } = refused(fault);
  return new CommandError(message, exitCode);
}
