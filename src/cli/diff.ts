// `diff BEFORE [AFTER]`: is what was healthy healthy again? Compares a snapshot of `gate --save` with another one or with
// the reports as they stand, and asks for no run.
import { access } from 'node:fs/promises';
import type { Command } from 'commander';
import type { ExitCode } from '../api/exit-codes.ts';
import { refused } from '../gate/await-report.ts';
import { compareAll, compareReports, exitOf, notComparable } from '../gate/compare.ts';
import type { Comparison } from '../gate/comparison.ts';
import { decideStored } from '../gate/http-answer.ts';
import { snapshotReport, type SnapshotReport } from '../gate/snapshot.ts';
import { getReport, parseStatus } from '../kube/reports.ts';
import { DIFF_FORMATS } from '../output/diff.ts';
import { systemClock } from '../runtime/clock.ts';
import { withCluster, type ClusterConnection } from './cluster.ts';
import { eachReport } from './each-report.ts';
import { CommandError } from './exit.ts';
import { contextOption, failOnOption, formatOption, kubeconfigOption } from './options.ts';
import { chosenReports, readSnapshot } from './snapshot-file.ts';
import type { Terminal } from './terminal.ts';

interface Options {
  readonly namespace?: string;
  readonly failOn: 'fail' | 'warn';
  readonly output: keyof typeof DIFF_FORMATS;
  readonly kubeconfig?: string;
  readonly context?: string;
}

export function addDiff(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  program
    .command('diff')
    .description('what is worse, better, new, gone or out of sight since a snapshot of gate --save')
    .argument('<before>', 'a file of gate --save')
    .argument(
      '[after]',
      'another one, or the name of a HealthReport (default: the reports of the first, as they stand)',
    )
    .option('-n, --namespace <namespace>', 'with a NAME: its namespace (default: that of the snapshot)')
    .option('--fail-on <what>', 'fail, or warn to count new warnings', failOnOption, 'fail')
    .addOption(formatOption(DIFF_FORMATS))
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addHelpText(
      'after',
      `
Examples:
  recognize-health gate prod -n recognize --save before.json
  recognize-health diff before.json                  with the report as it stands
  recognize-health diff before.json after.json
  recognize-health diff before.json -o html > upgrade.html

It asks for no run: a report that is stale or was not examined since says nothing. gate --after asks and waits.

Exit codes: 0 all that was healthy is healthy again, 1 internal error, 2 usage, a file that is refused, not found or
forbidden, 3 worse, 4 a new warning (with --fail-on warn), 5 out of sight, stale or unknown.`,
    )
    .action(async (before: string, after: string | undefined, options: Options) => {
      try {
        exit(await diff(before, after, options, terminal));
      } catch (error) {
        if (error instanceof CommandError) {
          const { message: problem, exitCode } = error;
          print({ comparisons: [], exitCode, problem }, options, terminal);
        }
        throw error;
      }
    });
}

async function diff(
  first: string,
  second: string | undefined,
  options: Options,
  terminal: Terminal,
): Promise<ExitCode> {
  const before = await readSnapshot(first);
  const comparisons =
    second !== undefined && (await isFile(second))
      ? compareAll(before.reports, (await readSnapshot(second)).reports, options.failOn)
      : await withStored(
          chosenReports(before, 'the snapshot', second === undefined ? [] : [second], options.namespace),
          options,
          terminal,
        );
  const exitCode = exitOf(comparisons);
  print({ comparisons, exitCode }, options, terminal);
  return exitCode;
}

/** A name of a HealthReport has no slash; one that ends like a file is one only where there is no such file. */
async function isFile(text: string): Promise<boolean> {
  if (text.includes('/') || text.endsWith('.json')) return true;
  return access(text).then(
    () => true,
    () => false,
  );
}

/** With the reports as they stand. */
async function withStored(
  reports: readonly SnapshotReport[],
  options: Options,
  { signal }: Terminal,
): Promise<readonly Comparison[]> {
  return withCluster(options, signal, (cluster) =>
    eachReport(reports, signal, (report) => withReport(report, options.failOn, cluster, signal)),
  );
}

/** With one report as it stands: no evidence where the gate would have none. */
async function withReport(
  before: SnapshotReport,
  failOn: 'fail' | 'warn',
  cluster: ClusterConnection,
  signal: AbortSignal,
): Promise<Comparison> {
  const { namespace, name } = before;
  const answer = await getReport(cluster.api, namespace, name, signal);
  if (!answer.ok) {
    const { exitCode, message } = refused(answer.fault);
    return notComparable(before, message, exitCode);
  }
  const { metadata, status } = answer.value;
  const now = new Date(Date.parse(answer.serverDate ?? '') || systemClock.now().getTime());
  const decision = decideStored(answer.value, now);
  const place = { namespace, name, uid: metadata.uid ?? '' };
  const after = snapshotReport(place, parseStatus(status), decision, now);
  return after === undefined
    ? notComparable(before, `No evidence: ${decision.message}`, decision.exitCode)
    : compareReports(before, after, failOn);
}

function print(diffed: Parameters<(typeof DIFF_FORMATS)['table']>[0], { output }: Options, terminal: Terminal): void {
  const text = DIFF_FORMATS[output](diffed, terminal.paint, terminal.width);
  if (text !== '') terminal.out(text);
}
