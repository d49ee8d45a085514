// The command line: one program, one file a verb. Data goes to stdout, everything else to stderr.
import { Command, CommanderError } from 'commander';
import { EXIT } from '../api/exit-codes.ts';
import { redact, visible } from '../runtime/safe-text.ts';
import { isCancelled } from '../runtime/clock.ts';
import { CommandError, INTERRUPTED } from './exit.ts';
import type { Terminal } from './terminal.ts';
import { clusterFlags } from './options.ts';
import { flagsBehindVerb, takeColor } from './global-flags.ts';
import { fitHelp, withinWidth } from './help-width.ts';
import { ownVersion } from '../runtime/own-version.ts';

type AddVerb = (program: Command, terminal: Terminal, exit: (code: number) => void) => void;

/** Each verb is read from disk when it is asked for: `explain` pays for neither the Kubernetes client nor the schema. */
const VERBS: ReadonlyMap<string, () => Promise<AddVerb>> = new Map([
  ['init', async () => (await import('./init.ts')).addInit],
  ['check', async () => (await import('./check.ts')).addCheck],
  ['gate', async () => (await import('./gate.ts')).addGate],
  ['diff', async () => (await import('./diff.ts')).addDiff],
  ['status', async () => (await import('./status.ts')).addStatus],
  ['explain', async () => (await import('./explain.ts')).addExplain],
  ['diagnose', async () => (await import('./diagnose.ts')).addDiagnose],
  ['run', async () => (await import('./act.ts')).addRun],
  ['mute', async () => (await import('./act.ts')).addMute],
  ['unmute', async () => (await import('./act.ts')).addUnmute],
  ['suspend', async () => (await import('./act.ts')).addSuspend],
  ['resume', async () => (await import('./act.ts')).addResume],
  ['dashboard', async () => (await import('./dashboard.ts')).addDashboard],
  ['doctor', async () => (await import('./doctor.ts')).addDoctor],
  ['egress', async () => (await import('./egress.ts')).addEgress],
  ['version', async () => (await import('./version.ts')).addVersion],
  ['crd', async () => (await import('./crd.ts')).addCrd],
  ['operator', async () => (await import('./operator.ts')).addOperator],
  ['completion', async () => (await import('./complete.ts')).addCompletion],
]);

/** Adds verbs to the program: all of them unless some are named. */
export async function loadVerbs(
  program: Command,
  terminal: Terminal,
  loads: readonly (() => Promise<AddVerb>)[] = [...VERBS.values()],
  exit: (code: number) => void = () => undefined,
): Promise<void> {
  for (const load of loads) (await load())(program, terminal, exit);
  for (const command of program.commands) clusterFlags(command);
}

/** Runs one command line and resolves with its exit code. Never rejects. */
export async function run(given: readonly string[], on: Terminal): Promise<number> {
  let exitCode: number = EXIT.pass;
  let terminal = on;
  let argv = given;
  try {
    const { argv: others, color } = takeColor(given);
    terminal = color === 'auto' ? on : { ...on, paint: on.paintWhen?.(color) ?? on.paint };
    argv = flagsBehindVerb(others);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    on.err(`recognize-health: ${visible(error.message)}`);
    return error.exitCode;
  }
  const program = new Command('recognize-health')
    .description(
      'Is PingOne Recognize healthy on this cluster, and if not, what does the troubleshooting guide say to do?',
    )
    .version(ownVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(withinWidth(text.trimEnd(), terminal.width)),
      writeErr: (text) => terminal.err(text.trimEnd()),
    })
    .showHelpAfterError('Try --help.')
    .addHelpText(
      'after',
      `
Examples:
  recognize-health init -n recognize            draft a report from the services' configuration
  recognize-health check -f report.yaml         examine once from here, write nothing
  recognize-health gate prod -n recognize       may the upgrade go on?
  recognize-health diff before.json             is what was healthy healthy again?
  recognize-health status prod -n recognize     what the last run found
  recognize-health run prod -n recognize        examine now
  recognize-health dashboard -n recognize       the same as a page in the browser, live
  recognize-health doctor                       is the operator itself well?
  recognize-health egress prod -n recognize     the NetworkPolicy that the operator needs for it
  recognize-health explain REC-AV-003           what an entry of the guide says
  recognize-health explain "Failed JWT token sign"
  recognize-health diagnose core-daemon.log     match a log against the guide
  recognize-health crd | kubectl apply --server-side -f -
  recognize-health operator                     keep every HealthReport current

Exit codes of check and gate: 0 pass, 1 internal error, 2 usage, bad file, not found or forbidden, 3 fail,
4 warn (with --fail-on warn), 5 stale or unknown, 6 timeout.
--color auto|always|never colours what is printed; auto: on a terminal, and without NO_COLOR.
As a plugin of kubectl: kubectl recognize VERB, with kubectl's -n, --context, --as, --kubeconfig and --request-timeout
behind \`recognize\`, before the verb or after it.`,
    );
  fitHelp(program, terminal.width);
  const report = (code: number): void => {
    exitCode = code;
  };
  const [first = ''] = argv;
  const verb = VERBS.get(first);
  // What is no verb is no reason to print the help of the program as if that had been asked for.
  const isUnknown = verb === undefined && first !== 'help' && !first.startsWith('-') && argv.length > 0;
  // Completion knows what the other verbs know.
  const isWhole = verb === undefined || first === 'completion';
  await loadVerbs(program, terminal, isWhole ? [...VERBS.values()] : [verb], report);
  try {
    await program.parseAsync(isUnknown ? [first] : [...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommandError) {
      terminal.err(`recognize-health: ${visible(error.message)}`);
      return isCancelled(terminal.signal) ? INTERRUPTED : error.exitCode;
    }
    // Help and version come as errors with exit code 0; everything else that commander says is about usage.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.pass : EXIT.usage;
    // The one exit for what we did not foresee: errors of libraries repeat what they were given.
    const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
    terminal.err(
      `recognize-health: internal error: ${said
        .split('\n')
        .map((line) => redact(line))
        .join('\n')}`,
    );
    return EXIT.internal;
  }
}
