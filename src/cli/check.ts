// `check -f FILE`: examines what a file describes, once, from here. Judges the run itself (thresholds 1 and 1), writes
// nothing. With a cluster at hand it discovers services and reads Secrets there; with --offline the file is all there is.
import type { Command } from 'commander';
import { EXIT, worstExit, type ExitCode } from '../api/exit-codes.ts';
import type { HealthReportStatus } from '../api/health-report.ts';
import { createClients } from '../clients/index.ts';
import { examine } from '../examine.ts';
import { failed, ok } from '../facts/outcome.ts';
import { exitCodeOf } from '../judge/exit-code.ts';
import { renderJson, renderYaml, reportObject } from '../output/object.ts';
import { renderJunit, type Told } from '../output/junit.ts';
import { renderMarkdown } from '../output/markdown.ts';
import { renderReport } from '../output/report.ts';
import { isCancelled, systemClock } from '../runtime/clock.ts';
import { redact } from '../runtime/safe-text.ts';
import type { SecretReader } from '../kube/secrets.ts';
import { connectCluster, type ClusterConnection } from './cluster.ts';
import { readDocuments, type Documents, type ReportDocument } from './documents.ts';
import { CommandError } from './exit.ts';
import { failOnOption, oneOf } from './options.ts';
import type { Terminal } from './terminal.ts';

/** Formats of `-o`. */
const FORMATS = ['table', 'json', 'yaml', 'junit', 'markdown'] as const;
type Format = (typeof FORMATS)[number];

interface Options {
  readonly file: string;
  readonly namespace?: string;
  readonly output: Format;
  readonly offline?: boolean;
  readonly all?: boolean;
  readonly failOn: 'fail' | 'warn';
  readonly kubeconfig?: string;
  readonly context?: string;
}

const OFFLINE_ADVICE = 'With --offline no cluster is needed: then only what the file lists is examined.';

export function addCheck(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  program
    .command('check')
    .description('examine once from here and write nothing')
    .requiredOption('-f, --file <file>', 'HealthReports, and Secrets that they refer to; - reads standard input')
    .option('-n, --namespace <namespace>', 'namespace for documents that name none')
    .option('-o, --output <format>', FORMATS.join(', '), oneOf(FORMATS), 'table')
    .option('--offline', 'do not talk to a cluster: examine only what the file lists')
    .option('--all', 'show good and skipped questions too')
    .option('--fail-on <what>', 'fail, or warn to count warnings', failOnOption, 'fail')
    .option('--kubeconfig <file>', 'kubeconfig to use (default: KUBECONFIG, then ~/.kube/config, then in-cluster)')
    .option('--context <name>', 'context of the kubeconfig')
    .addHelpText(
      'after',
      `
Examples:
  recognize-health check -f report.yaml
  recognize-health check -f report.yaml --offline -o json
  kubectl get healthreport prod -o yaml | recognize-health check -f -

Exit codes: 0 pass, 2 usage or bad file, 3 fail, 4 warn (with --fail-on warn), 5 unknown.`,
    )
    .action(async (options: Options) => {
      exit(await check(options, terminal));
    });
}

async function check(options: Options, terminal: Terminal): Promise<ExitCode> {
  const startedAt = systemClock.monotonicMs();
  const documents = await readDocuments(options.file);
  const cluster = options.offline === true ? undefined : await connectCluster(options, OFFLINE_ADVICE);
  try {
    const clients = createClients({ cluster: cluster?.client, clock: systemClock });
    try {
      const statuses = await Promise.all(
        documents.reports.map((document) => examineDocument(document, documents, options, cluster, clients, terminal)),
      );
      print(documents, statuses, systemClock.monotonicMs() - startedAt, options, cluster, terminal);
      return worstExit(statuses.map((status) => exitCodeOf(status, options.failOn)));
    } finally {
      clients.close();
    }
  } catch (error) {
    if (isCancelled(terminal.signal)) throw new CommandError('interrupted', EXIT.unknown);
    throw error;
  } finally {
    await cluster?.close();
  }
}

async function examineDocument(
  document: ReportDocument,
  documents: Documents,
  options: Options,
  cluster: ClusterConnection | undefined,
  clients: ReturnType<typeof createClients>,
  { signal }: Terminal,
): Promise<HealthReportStatus> {
  const namespace = namespaceOf(document, options, cluster);
  return examine({
    namespace,
    generation: 1,
    spec: document.spec,
    previous: undefined,
    objects: await cluster?.readObjects(namespace, signal),
    secrets: secretsOf(documents, namespace, cluster),
    clients,
    clock: systemClock,
    signal,
    thresholds: { failure: 1, success: 1 },
  });
}

/** Secrets of the file first, so that a file can be tried before anything is in the cluster. */
function secretsOf(documents: Documents, namespace: string, cluster: ClusterConnection | undefined): SecretReader {
  const stored = cluster?.secrets(namespace);
  return {
    read: async (name, key, signal) => {
      const document = documents.secrets.find(
        (item) => item.name === name && (item.namespace ?? namespace) === namespace,
      );
      if (document === undefined) {
        if (stored !== undefined) return stored.read(name, key, signal);
        return failed('SecretMissing', redact(`the file has no Secret ${name}, and --offline reads no other`, [], 160));
      }
      const value = document.values.get(key);
      return value === undefined
        ? failed('SecretKeyMissing', redact(`the Secret ${name} has no key ${key}`, [], 160))
        : ok(value);
    },
  };
}

function print(
  documents: Documents,
  statuses: readonly HealthReportStatus[],
  durationMs: number,
  options: Options,
  cluster: ClusterConnection | undefined,
  terminal: Terminal,
): void {
  const pairs = documents.reports.flatMap((document, index) => {
    const status = statuses[index];
    return status === undefined ? [] : [{ document, status }];
  });
  const objects = pairs.map(({ document, status }) =>
    reportObject(
      { ...document.metadata, namespace: namespaceOf(document, options, cluster) },
      document.writtenSpec,
      status,
    ),
  );
  const told = pairs.map(({ document, status }): Told => ({
    namespace: namespaceOf(document, options, cluster),
    name: document.name,
    status,
    durationMs,
    failOn: options.failOn,
  }));
  switch (options.output) {
    case 'junit':
      terminal.out(renderJunit(told));
      return;
    case 'markdown':
      terminal.out(renderMarkdown(told));
      return;
    case 'json':
      terminal.out(renderJson(objects));
      return;
    case 'yaml':
      terminal.out(renderYaml(objects));
      return;
    case 'table':
      terminal.out(
        pairs
          .map(({ document, status }) =>
            renderReport(
              { namespace: namespaceOf(document, options, cluster), name: document.name, status },
              options.all === true,
              terminal.paint,
            ).join('\n'),
          )
          .join('\n\n'),
      );
  }
}

function namespaceOf(document: ReportDocument, options: Options, cluster: ClusterConnection | undefined): string {
  return document.namespace ?? options.namespace ?? cluster?.namespace ?? 'default';
}
