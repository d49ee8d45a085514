// The verbs that change a report: run, mute, unmute, suspend, resume. Each is one merge patch, which is shown as the
// kubectl command that does the same; a list in a spec is replaced only while nobody else has changed the report.
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { Option, type Command } from 'commander';
import { EXIT, type ExitCode } from '../api/exit-codes.ts';
import { isFaultCode } from '../api/faults.ts';
import type { MuteSpec } from '../api/health-report.ts';
import { REQUEST_ANNOTATION } from '../api/names.ts';
import { refused } from '../gate/await-report.ts';
import type { ApiFault } from '../kube/api-fault.ts';
import { nameOfMute } from '../api/windows.ts';
import { LONGEST_MUTE_MS } from '../judge/mutes.ts';
import { getReport, parseReport, patchReport, type ReportObject } from '../kube/reports.ts';
import { shellWord } from '../remedies/quote.ts';
import { systemClock } from '../runtime/clock.ts';
import { parseDuration } from '../runtime/duration.ts';
import { redact } from '../runtime/safe-text.ts';
import { timestamp } from '../runtime/timestamp.ts';
import { withCluster } from './cluster.ts';
import { CommandError } from './exit.ts';
import type { Terminal } from './terminal.ts';
import { contextOption, kubeconfigOption } from './options.ts';

interface Where {
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
}

interface MuteOptions extends Where {
  readonly until: string;
  readonly reason: string;
  readonly by?: string;
}

type Exit = (code: ExitCode) => void;

export function addRun(program: Command, terminal: Terminal, exit: Exit): void {
  verb(
    program,
    'run',
    'ask the operator for a run now',
    'recognize-health run prod -n recognize',
    'The operator runs it at once; status tells what it found. A gate asks by itself.',
  )
    .argument('<name>', 'a HealthReport')
    .action(async (name: string, options: Where) => {
      const token = `${timestamp(systemClock.now())}-${randomUUID()}`;
      exit(
        await act(
          name,
          options,
          terminal,
          'asked for a run',
          () => ({ metadata: { annotations: { [REQUEST_ANNOTATION]: token } } }),
          (object) => (isSuspended(object) ? `${name} is suspended: it is not examined before it is resumed` : ''),
        ),
      );
    });
}

export function addSuspend(program: Command, terminal: Terminal, exit: Exit): void {
  verb(
    program,
    'suspend',
    'let a report rest: nothing is examined, and a gate does not pass',
    'recognize-health suspend prod -n recognize',
  )
    .argument('<name>', 'a HealthReport')
    .action(async (name: string, options: Where) => {
      exit(await act(name, options, terminal, 'suspended', () => ({ spec: { suspend: true } })));
    });
}

export function addResume(program: Command, terminal: Terminal, exit: Exit): void {
  verb(program, 'resume', 'examine a suspended report again', 'recognize-health resume prod -n recognize')
    .argument('<name>', 'a HealthReport')
    .action(async (name: string, options: Where) => {
      exit(await act(name, options, terminal, 'resumed', () => ({ spec: { suspend: false } })));
    });
}

export function addMute(program: Command, terminal: Terminal, exit: Exit): void {
  verb(
    program,
    'mute',
    'silence a known finding for a time; it stays visible, and lifts when it gets worse',
    'recognize-health mute prod upgrade/core-daemon/renamed-keys --until 8h --reason "values are renamed" -n recognize',
  )
    .argument('<name>', 'a HealthReport')
    .argument('<check-or-fault>', 'id of a check, or a fault wherever it is met')
    .addOption(
      new Option(
        '--until <when>',
        'a time (2026-12-01T08:00:00Z) or a duration (8h) of at most 30 days',
      ).makeOptionMandatory(),
    )
    .addOption(new Option('--reason <text>', 'why, for whoever reads the report').makeOptionMandatory())
    .option('--by <name>', 'who says so (default: the name of the user)')
    .action(async (name: string, what: string, options: MuteOptions) => {
      const mute = muteOf(what, options, systemClock.now());
      exit(
        await act(name, options, terminal, `muted ${what} until ${mute.until}`, (object) => ({
          metadata: { resourceVersion: object.metadata.resourceVersion },
          spec: {
            mutes: [
              // A window about the same stays: it comes again when this mute is over.
              ...mutesOf(object).filter((one) => one.schedule !== undefined || !isOf(one, what)),
              mute,
            ],
          },
        })),
      );
    });
}

export function addUnmute(program: Command, terminal: Terminal, exit: Exit): void {
  verb(
    program,
    'unmute',
    'let a finding speak again',
    'recognize-health unmute prod upgrade/core-daemon/renamed-keys -n recognize',
  )
    .argument('<name>', 'a HealthReport')
    .argument('<check-or-fault>', 'what was muted')
    .action(async (name: string, what: string, options: Where) => {
      exit(
        await act(name, options, terminal, `unmuted ${what}`, (object) => {
          const mutes = mutesOf(object);
          const kept = mutes.filter((one) => !isOf(one, what));
          if (kept.length === mutes.length) {
            const known = mutes.map(nameOfMute).join(', ');
            throw new CommandError(
              `${name} has no mute of ${what}; ${known === '' ? 'it has none at all' : `it mutes ${known}`}`,
              EXIT.usage,
            );
          }
          return { metadata: { resourceVersion: object.metadata.resourceVersion }, spec: { mutes: kept } };
        }),
      );
    });
}

function verb(program: Command, name: string, description: string, example: string, more = ''): Command {
  return program
    .command(name)
    .description(description)
    .option('-n, --namespace <namespace>', 'namespace of the report (default: that of the context)')
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addHelpText(
      'after',
      `
Example:
  ${example}

${more === '' ? '' : `${more}\n`}Needs the rights to get and patch HealthReports. It prints the kubectl command that does the same.
Exit codes: 0 done, 2 usage, not found or forbidden, 5 the API server cannot be reached.`,
    );
}

/** Reads the report, patches it, and says what was done and how kubectl does it. */
async function act(
  name: string,
  options: Where,
  terminal: Terminal,
  done: string,
  patchOf: (object: ReportObject) => object,
  /** What is to be known beside it, of the report as it is now; empty: nothing. */
  noteOf: (object: ReportObject) => string = () => '',
): Promise<ExitCode> {
  return withCluster(options, terminal.signal, async (cluster) => {
    const namespace = options.namespace ?? cluster.namespace;
    const read = await getReport(cluster.api, namespace, name, terminal.signal);
    if (!read.ok) throw failure(read.fault);
    const patch = patchOf(read.value);
    const patched = await patchReport(cluster.api, namespace, name, patch, terminal.signal);
    if (!patched.ok) throw failure(patched.fault);
    terminal.out(redact(`${namespace}/${name}: ${done}`, [], 512));
    const note = noteOf(patched.value);
    if (note !== '') terminal.err(`recognize-health: ${note}`);
    terminal.err(
      redact(
        `kubectl -n ${shellWord(namespace)} patch healthreport ${shellWord(name)} --type merge -p ${shellWord(JSON.stringify(patch))}`,
        [],
        8_192,
      ),
    );
    return EXIT.pass;
  });
}

function failure(fault: ApiFault): CommandError {
  if (fault.code === 'Conflict')
    return new CommandError(
      'somebody changed the report at the same moment, so nothing was written. Try again',
      EXIT.unknown,
    );
  const { exitCode, message } = refused(fault);
  return new CommandError(message, exitCode);
}

function isSuspended(object: ReportObject): boolean {
  const parsed = parseReport(object);
  return parsed.ok && parsed.report.spec.suspend;
}

/** The mutes as they are stored; a spec that we cannot read is not touched. */
function mutesOf(object: ReportObject): readonly MuteSpec[] {
  const parsed = parseReport(object);
  if (!parsed.ok)
    throw new CommandError('the spec of the report cannot be read, so its mutes stay as they are', EXIT.usage);
  return parsed.report.spec.mutes ?? [];
}

function isOf({ check, fault }: MuteSpec, what: string): boolean {
  return check === what || fault === what;
}

function muteOf(what: string, { until, reason, by }: MuteOptions, now: Date): MuteSpec & { readonly until: string } {
  const ms = parseDuration(until);
  const end = ms === undefined ? new Date(until) : new Date(now.getTime() + ms);
  if (Number.isNaN(end.getTime()))
    throw new CommandError(`--until ${until} is neither a time (2026-12-01T08:00:00Z) nor a duration (8h)`, EXIT.usage);
  if (end.getTime() <= now.getTime())
    throw new CommandError('--until lies in the past: such a mute does nothing', EXIT.usage);
  if (end.getTime() - now.getTime() > LONGEST_MUTE_MS)
    throw new CommandError('--until is more than 30 days ahead: the operator ignores such a mute', EXIT.usage);
  if (reason.trim() === '') throw new CommandError('--reason needs words: why may nobody be told of it?', EXIT.usage);
  const kind = what.includes('/') ? 'check' : 'fault';
  if (kind === 'fault' && !isFaultCode(what))
    throw new CommandError(
      `${what} is neither the id of a check (database/np/connect) nor a fault (KmsThrottled)`,
      EXIT.usage,
    );
  return { [kind]: what, until: timestamp(end), reason, by: by ?? userInfo().username };
}
