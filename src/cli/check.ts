// `check -f FILE`, `check NAME`: examines what a file or a report of the cluster describes, once, from here. Judges the run
// itself (thresholds 1 and 1), writes nothing. With a cluster at hand it discovers services and reads Secrets there; with
// --offline the file is all there is.
import type { Command } from 'commander';
import { EXIT, worstExit, type ExitCode } from '../api/exit-codes.ts';
import type { HealthReportStatus } from '../api/health-report.ts';
import { createClients } from '../clients/index.ts';
import { examine } from '../examine.ts';
import { decideOwnRun, suggestedExit } from '../gate/own-run.ts';
import { CHECK_FORMATS, type Checked } from '../output/check.ts';
import { reportObject } from '../output/object.ts';
import { systemClock } from '../runtime/clock.ts';
import { formatDuration } from '../runtime/duration.ts';
import { redact } from '../runtime/safe-text.ts';
import { connectCluster, interruptible, type ClusterConnection } from './cluster.ts';
import { readDocuments, type Documents, type ReportDocument } from './documents.ts';
import { CommandError } from './exit.ts';
import { contextOption, failOnOption, formatOption, kubeconfigOption } from './options.ts';
import { secretsOf, storedDocuments } from './stored-documents.ts';
import type { Terminal } from './terminal.ts';

interface Options {
  readonly file?: string;
  readonly namespace?: string;
  readonly output: keyof typeof CHECK_FORMATS;
  readonly offline?: boolean;
  readonly all?: boolean;
  readonly verbose?: boolean;
  readonly failOn: 'fail' | 'warn';
  readonly kubeconfig?: string;
  readonly context?: string;
}

const OFFLINE_ADVICE = 'With --offline no cluster is needed: then only what the file lists is examined.';

export function addCheck(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  program
    .command('check')
    .description('examine once from here and write nothing')
    .argument('[name...]', 'HealthReports of the cluster, in place of a file')
    .option('-f, --file <file>', 'HealthReports, and Secrets that they refer to; - reads standard input')
    .option('-n, --namespace <namespace>', 'namespace of the reports, and for documents that name none')
    .addOption(formatOption(CHECK_FORMATS))
    .option('--offline', 'do not talk to a cluster: examine only what the file lists')
    .option('--all', 'show good and skipped questions too')
    .option('--verbose', 'name every question that was not asked')
    .option('--fail-on <what>', 'fail, or warn to count warnings', failOnOption, 'fail')
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addHelpText(
      'after',
      `
Examples:
  recognize-health check -f report.yaml
  recognize-health check -f report.yaml --offline -o json
  recognize-health check prod -n recognize      with the spec that is in the cluster, and your rights

The exit code is the gate's judgement of this one run: whatever fails counts, required or not, and without a database,
a bucket or a key it is 5, unless spec.upgrade.waive names them.

Exit codes: 0 pass, 2 usage or bad file, 3 fail, 4 warn (with --fail-on warn), 5 unknown or not examined.`,
    )
    .action(async (names: readonly string[], options: Options) => {
      exit(await check(names, options, terminal));
    });
}

async function check(names: readonly string[], options: Options, terminal: Terminal): Promise<ExitCode> {
  const startedAt = systemClock.monotonicMs();
  if (names.length > 0 === (options.file !== undefined))
    throw new CommandError(
      'what is to be examined? Give a file with --file, or the NAME of a report in the cluster, and not both',
      EXIT.usage,
    );
  if (names.length > 0 && options.offline === true)
    throw new CommandError('a report of the cluster cannot be read with --offline: give a file', EXIT.usage);
  const file = options.file === undefined ? undefined : await readDocuments(options.file);
  const cluster = options.offline === true ? undefined : await connectCluster(options, OFFLINE_ADVICE);
  const clients = createClients({ cluster: cluster?.client, clock: systemClock });
  try {
    return await interruptible(terminal.signal, async () => {
      const documents = file ?? (await storedDocuments(names, options, cluster, terminal.signal));
      const statuses = await Promise.all(
        documents.reports.map((document) => examineDocument(document, documents, options, cluster, clients, terminal)),
      );
      const durationMs = systemClock.monotonicMs() - startedAt;
      const reports = documents.reports.flatMap((document, index) => {
        const status = statuses[index];
        return status === undefined ? [] : [checkedOf(document, status, durationMs, options, cluster)];
      });
      const checked = { reports, all: options.all === true, verbose: options.verbose === true };
      terminal.out(CHECK_FORMATS[options.output](checked, terminal.paint, terminal.width));
      for (const { told } of reports) explainExit(told, terminal);
      return worstExit(reports.map(({ told }) => told.gate.exitCode));
    });
  } finally {
    clients.close();
    await cluster?.close();
  }
}

async function examineDocument(
  document: ReportDocument,
  documents: Documents,
  options: Options,
  cluster: ClusterConnection | undefined,
  clients: ReturnType<typeof createClients>,
  terminal: Terminal,
): Promise<HealthReportStatus> {
  const { signal } = terminal;
  const namespace = namespaceOf(document, options, cluster);
  const title = redact(`${namespace}/${document.name}`, [], 512);
  const startedAt = systemClock.monotonicMs();
  terminal.progress?.(`${title}: examining`);
  const status = await examine({
    namespace,
    generation: 1,
    spec: document.spec,
    previous: undefined,
    objects: await cluster?.readObjects(namespace, signal),
    secrets: secretsOf(documents, namespace, cluster),
    clients,
    clock: systemClock,
    signal,
    onDefect: (where, error) => {
      const trace = error instanceof Error ? error.stack : undefined;
      terminal.err(`recognize-health: a check broke: ${where}: ${redact(trace ?? 'unknown error', [], 2_000)}`);
    },
    thresholds: { failure: 1, success: 1 },
  });
  terminal.progress?.(`${title}: examined in ${formatDuration(systemClock.monotonicMs() - startedAt)}`);
  return status;
}

type CheckedReport = Checked['reports'][number];

function checkedOf(
  document: ReportDocument,
  status: HealthReportStatus,
  durationMs: number,
  options: Options,
  cluster: ClusterConnection | undefined,
): CheckedReport {
  const { failOn } = options;
  const report = { namespace: namespaceOf(document, options, cluster), name: document.name };
  const decision = decideOwnRun(status, { waive: document.spec.upgrade.waive ?? [], failOn, report });
  return {
    object: reportObject({ ...document.metadata, namespace: report.namespace }, document.writtenSpec, status),
    told: { ...report, status, spec: document.writtenSpec, gate: { ...report, ...decision }, durationMs, failOn },
  };
}

/** A verdict speaks of health and the exit code of an upgrade: where they part, it says why. */
function explainExit(
  { namespace, name, status: { verdict }, gate, failOn }: CheckedReport['told'],
  terminal: Terminal,
): void {
  if (gate.exitCode === suggestedExit(verdict, failOn)) return;
  const because = [...gate.blockers, ...gate.unanswered].map(
    ({ check: id, fault, result }) => `${id} (${fault ?? result})`,
  );
  const list = because.length === 0 ? '' : ` ${because.join(', ')}.`;
  terminal.err(
    `recognize-health: ${namespace}/${name}: the verdict is ${verdict}, but the exit code is ${gate.exitCode}, ${gate.reason}: ${gate.message}${list}`,
  );
}

function namespaceOf(document: ReportDocument, options: Options, cluster: ClusterConnection | undefined): string {
  return document.namespace ?? options.namespace ?? cluster?.namespace ?? 'default';
}
