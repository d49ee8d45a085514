// `gate NAME...`: the pre-upgrade check. Asks for a run, waits for it, judges it, and says what blocks. Nothing but
// evidence of now is a pass; what --skip and --override leave out is recorded in an Event, or it does not count.
import { Option, type Command } from 'commander';
import { EXIT, worstExit, type ExitCode } from '../api/exit-codes.ts';
import type { HealthReportStatus } from '../api/health-report.ts';
import { refused, type Awaited } from '../gate/await-report.ts';
import { undecided } from '../gate/decide.ts';
import type { GateAnswer } from '../gate/decision.ts';
import { recordException } from '../gate/record-exception.ts';
import type { SnapshotReport } from '../gate/snapshot.ts';
import { listReports } from '../kube/reports.ts';
import { GATE_FORMATS, type Gated } from '../output/gate.ts';
import type { Told } from '../output/view.ts';
import { systemClock } from '../runtime/clock.ts';
import { formatDuration } from '../runtime/duration.ts';
import { redact, safe } from '../runtime/safe-text.ts';
import { askRun } from './ask-run.ts';
import { connectCluster, interruptible, withCluster, type ClusterConnection } from './cluster.ts';
import { eachReport } from './each-report.ts';
import { CommandError } from './exit.ts';
import { AFTER_TIMEOUT_MS, gateAfter } from './gate-after.ts';
import { gateWayBack } from './gate-way-back.ts';
import { knownReports } from './known-reports.ts';
import {
  contextOption,
  durationOption,
  failOnOption,
  formatOption,
  kubeconfigOption,
  leaseOptions,
} from './options.ts';
import { writeSnapshot } from './snapshot-file.ts';
import type { Terminal } from './terminal.ts';
import { type WrittenDocument, writeDocuments, writeOption } from './written-documents.ts';

interface Options {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly refresh: boolean;
  /** Undefined: until the report's freshUntil. */
  readonly maxAge: number | undefined;
  readonly timeout: number;
  readonly failOn: 'fail' | 'warn';
  readonly skip: readonly string[];
  readonly override?: string;
  readonly save?: string;
  readonly write: readonly WrittenDocument[];
  readonly after?: string;
  readonly wayBack?: string;
  readonly verbose?: boolean;
  readonly output: keyof typeof GATE_FORMATS;
  readonly leaseNamespace: string;
  readonly leaseName: string;
  readonly kubeconfig?: string;
  readonly context?: string;
}

export function addGate(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  const { leaseNamespace, leaseName } = leaseOptions();
  program
    .command('gate')
    .description('before an upgrade: ask for a run, wait for it, and say whether anything blocks')
    .argument('[name...]', 'HealthReports')
    .option('-n, --namespace <namespace>', 'namespace of the reports (default: that of the context)')
    .option('-A, --all-namespaces', 'every report of every namespace')
    .option('--no-refresh', 'ask for no run: judge the last one, while it is fresh and not older than --max-age')
    .addOption(
      new Option(
        '--max-age <duration>',
        'with --no-refresh: how long ago the last run may have started (default: as long as the report is fresh)',
      ).argParser(durationOption),
    )
    .addOption(
      new Option('--timeout <duration>', 'how long to wait for the run')
        .argParser(durationOption)
        .default(300_000, '5m'),
    )
    .option('--fail-on <what>', 'fail, or warn to count warnings', failOnOption, 'fail')
    .addOption(
      new Option('--skip <check>', 'leave this check out; may be repeated; recorded in an Event')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--override <reason>', 'exit 0 whatever was found; the reason is recorded in an Event')
    .option('--save <file>', 'keep what was judged in this file, to compare with after the upgrade (diff)')
    .addOption(writeOption())
    .option('--after <file>', 'wait for an upgrade to be done, and compare with this file of --save (--timeout: 15m)')
    .option('--way-back <file>', 'can the release of this file of --save run again on what there is now?')
    .option('--verbose', 'name every question that was not asked')
    .addOption(formatOption(GATE_FORMATS))
    .addOption(leaseNamespace)
    .addOption(leaseName)
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addHelpText(
      'after',
      `
Examples:
  recognize-health gate prod -n recognize
  recognize-health gate prod -n recognize -o junit > gate.xml
  recognize-health gate prod -n recognize --write gate.html --write gate.xml
  recognize-health gate -A --no-refresh
  recognize-health gate prod -n recognize --save before.json
  recognize-health gate prod -n recognize --after before.json --timeout 15m -o html > upgrade.html
  recognize-health gate prod -n recognize --way-back before.json

Needs the rights to get and patch HealthReports (an annotation asks for the run), to list them for -A, and to create
Events for --skip and --override. With the right to get the operator's Lease it says at once when there is no operator.

Exit codes: 0 pass, 1 internal error, 2 usage, not found or forbidden, 3 fail, 4 warn (with --fail-on warn),
5 stale, unknown or unreachable, 6 timeout. Several reports: 3 before 5 before 6 before 4.`,
    )
    .action(async (names: readonly string[], options: Options, command: Command) => {
      const { after, wayBack } = options;
      if (wayBack !== undefined) {
        exit(await judgeBack(names, { ...options, wayBack }, terminal));
        return;
      }
      if (after !== undefined) {
        const timeout = command.getOptionValueSource('timeout') === 'default' ? AFTER_TIMEOUT_MS : options.timeout;
        exit(await waitAfter(names, { ...options, after, timeout }, terminal));
        return;
      }
      try {
        exit(await gate(names, options, terminal));
      } catch (error) {
        if (error instanceof CommandError) await printProblem(error, names, options, terminal);
        throw error;
      }
    });
}

async function judgeBack(
  names: readonly string[],
  options: Options & { readonly wayBack: string },
  terminal: Terminal,
): Promise<ExitCode> {
  refuseWrite('--way-back', options);
  const { skip, override, refresh, maxAge, after, save: file } = options;
  if (skip.length > 0 || [override, maxAge, after, file].some((given) => given !== undefined) || !refresh)
    throw new CommandError(
      '--way-back takes no --skip, --override, --no-refresh, --max-age, --after or --save: it asks for a run, and nothing of it may be left out',
      EXIT.usage,
    );
  return interruptible(terminal.signal, () => gateWayBack(names, options, () => connectCluster(options), terminal));
}

function refuseWrite(flag: string, { write }: Options): void {
  if (write.length > 0) throw new CommandError(`${flag} takes no --write: redirect its -o`, EXIT.usage);
}

async function waitAfter(
  names: readonly string[],
  options: Options & { readonly after: string },
  terminal: Terminal,
): Promise<ExitCode> {
  refuseWrite('--after', options);
  if (options.skip.length > 0 || options.override !== undefined || !options.refresh || options.maxAge !== undefined)
    throw new CommandError(
      '--after takes no --skip, --override, --no-refresh or --max-age: what is worse is worse',
      EXIT.usage,
    );
  return interruptible(terminal.signal, () => gateAfter(names, options, () => connectCluster(options), terminal));
}

async function gate(names: readonly string[], options: Options, terminal: Terminal): Promise<ExitCode> {
  const all = options.allNamespaces === true;
  if (all && (names.length > 0 || options.namespace !== undefined))
    throw new CommandError('-A takes every report: give no NAME and no --namespace with it', EXIT.usage);
  if (!all && names.length === 0)
    throw new CommandError('which report? give its NAME, or -A for all of them', EXIT.usage);
  if (options.override?.trim() === '')
    throw new CommandError('--override needs a reason: who decided this, and why', EXIT.usage);

  return withCluster(options, terminal.signal, async (cluster) => {
    const reports = all
      ? await everyReport(cluster, terminal.signal)
      : [...new Set(names)].map((name) => ({ namespace: options.namespace ?? cluster.namespace, name }));
    const gated = await eachReport(reports, terminal.signal, (report) => gateOne(report, options, cluster, terminal));
    const told = gated.map(({ told: one }) => one);
    if (options.save !== undefined) await save(options.save, gated, terminal);
    const exitCode = worstExit(told.map(({ gate: answer }) => answer.exitCode));
    const said: Gated = { reports: told, exitCode, verbose: options.verbose === true };
    await writeDocuments(options.write, said);
    print(said, options, terminal);
    noticeUnknownSkips(told, options, terminal);
    return exitCode;
  });
}

interface GatedReport {
  readonly told: Told;
  /** For --save. Absent: no run was judged. */
  readonly kept?: SnapshotReport | undefined;
}

interface Report {
  readonly namespace: string;
  readonly name: string;
}

async function everyReport(cluster: ClusterConnection, signal: AbortSignal): Promise<readonly Report[]> {
  const listed = await listReports(cluster.api, {}, signal);
  if (!listed.ok) {
    const { exitCode, message } = refused(listed.fault);
    throw new CommandError(message, exitCode);
  }
  if (listed.value.items.length === 0)
    throw new CommandError(
      'there is no HealthReport in any namespace, so nothing says that an upgrade is safe',
      EXIT.usage,
    );
  return listed.value.items.map(({ metadata }) => ({ namespace: metadata.namespace ?? '', name: metadata.name }));
}

async function gateOne(
  { namespace, name }: Report,
  options: Options,
  cluster: ClusterConnection,
  terminal: Terminal,
): Promise<GatedReport> {
  const startedAt = systemClock.monotonicMs();
  const run = await askRun({ namespace, name }, options, cluster, terminal, ({ message }, leftMs) =>
    terminal.progress?.(`${namespace}/${name}: waiting, for ${formatDuration(leftMs)} more at most: ${message}`),
  );
  const base: GateAnswer = {
    namespace,
    name,
    ...run.decision,
    request: run.token,
  };
  if (base.reason === 'NotFound') {
    const known = await knownReports(cluster.api, namespace, terminal.signal);
    if (known !== '')
      return { told: notFound({ ...base, message: safe`${base.message}. ${known}` }, startedAt, options) };
  }
  const answer = await recordException(base, run.uid, options, cluster.api, terminal.signal);
  return {
    told: {
      namespace,
      name,
      status: statusToTell(run),
      spec: run.spec,
      gate: answer,
      durationMs: systemClock.monotonicMs() - startedAt,
      failOn: options.failOn,
    },
    kept: run.kept,
  };
}

/** All reports or none: a file that lacks one would let it go unseen. */
async function save(path: string, gated: readonly GatedReport[], terminal: Terminal): Promise<void> {
  const kept = gated.flatMap((one) => (one.kept === undefined ? [] : [one.kept]));
  const without = gated.filter((one) => one.kept === undefined).map(({ told }) => `${told.namespace}/${told.name}`);
  if (without.length > 0) {
    terminal.err(`recognize-health: ${path} was not written: no run of ${without.slice(0, 10).join(', ')} was judged`);
    return;
  }
  await writeSnapshot(path, kept);
}

/** There is nothing to tell of a report that is not there. */
function notFound(answer: GateAnswer, startedAt: number, { failOn }: Options): Told {
  const { namespace, name } = answer;
  const durationMs = systemClock.monotonicMs() - startedAt;
  return { namespace, name, status: undefined, gate: answer, durationMs, failOn };
}

/** Checks are told only where they were judged: those of a stale report would pass for news. */
function statusToTell({ decision, status }: Awaited): HealthReportStatus | undefined {
  const judged = decision.exitCode === EXIT.pass || decision.blockers.length + decision.unanswered.length > 0;
  return judged || decision.exitCode === EXIT.warn || decision.notExamined.length > 0 ? status : undefined;
}

function noticeUnknownSkips(reports: readonly Told[], { skip }: Options, terminal: Terminal): void {
  const known = new Set(reports.flatMap(({ status }) => status?.checks?.map(({ id }) => id) ?? []));
  for (const check of skip) {
    if (known.size > 0 && !known.has(check))
      terminal.err(`recognize-health: --skip ${check} names no check of these reports`);
  }
}

function print(gated: Gated, { output }: Options, terminal: Terminal): void {
  const text = GATE_FORMATS[output](gated, terminal.paint, terminal.width);
  if (text !== '') terminal.out(text);
}

/** A pipeline that reads a file must find one that says no, whatever went wrong. */
async function printProblem(
  { message, exitCode }: CommandError,
  names: readonly string[],
  options: Options,
  terminal: Terminal,
): Promise<void> {
  const report = {
    namespace: options.namespace ?? '',
    name: names.length === 0 ? 'all reports' : names.join(', '),
  };
  const decision = undecided('NotPossible', exitCode, false, undefined, redact(message, [], 1024));
  const { failOn } = options;
  const told: Told = { ...report, status: undefined, gate: { ...report, ...decision }, durationMs: 0, failOn };
  const said: Gated = { reports: [told], exitCode, problem: message };
  print(said, options, terminal);
  // What cannot be written is what the command ended with, or is known by its absence.
  await writeDocuments(options.write, said).catch(() => undefined);
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
