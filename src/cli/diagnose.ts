// `diagnose`: matches a log against the guide, offline, as a stream: constant memory on a log of any size.
import { InvalidArgumentError, type Command } from 'commander';
import { isService, SERVICES, type Service } from '../api/components.ts';
import { EXIT } from '../api/exit-codes.ts';
import type { LogEvidence } from '../facts/log-evidence.ts';
import { serviceNamed } from '../guide/service-name.ts';
import { createLogScan, type LogScan } from '../logs/scan.ts';
import { writersOf } from '../logs/signatures.ts';
import { DIAGNOSE_FORMATS, troubles } from '../output/diagnose.ts';
import { CommandError, INTERRUPTED } from './exit.ts';
import { fileInput, standardInput, type LogInput } from './log-input.ts';
import { formatOption } from './options.ts';
import type { Terminal } from './terminal.ts';

const PROGRESS_MS = 500;
const GZIP = [0x1f, 0x8b] as const;

interface Options {
  readonly service?: Service;
  readonly output: keyof typeof DIAGNOSE_FORMATS;
}

export function addDiagnose(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  program
    .command('diagnose')
    .description('match a log against the troubleshooting guide, offline')
    .argument('[file]', 'the log; without it, or with -, standard input is read')
    .option('--service <name>', `whose log it is: ${SERVICES.join(', ')}`, service)
    .addOption(formatOption(DIAGNOSE_FORMATS))
    .addHelpText(
      'after',
      `
Reads Spring Boot's plain layout and JSON logs, also mixed, also with kubectl's --timestamps and --prefix.
Warnings, errors and stack traces are matched; a line of a lower level that mentions an error is none.
Without --service a line is held to the signatures of every service, unless it names its own.

Examples:
  kubectl logs deployment/auth-vault | recognize-health diagnose --service auth-vault
  kubectl logs deployment/node-persistence --previous | recognize-health diagnose
  recognize-health diagnose -o json core-daemon.log

Exit codes: 0 nothing found, 2 usage or a log that cannot be read, 3 something found,
${INTERRUPTED} interrupted before anything was found.`,
    )
    .action(async (file: string | undefined, options: Options) => {
      const input = file === undefined || file === '-' ? standardInput() : fileInput(file);
      exit(await diagnose(input, options, terminal, progressLine(terminal)));
    });
}

/** Reads the input to its end, or to the signal, prints what was found, and answers the exit code. */
export async function diagnose(
  input: LogInput,
  options: Options,
  terminal: Terminal,
  progress?: Progress,
): Promise<number> {
  if (input.interactive) terminal.err('Reading a log from the terminal; end it with Ctrl-D.');
  const scan = createLogScan(options.service === undefined ? {} : { services: writersOf(options.service) });
  let first = true;
  try {
    for await (const piece of input.read(terminal.signal)) {
      if (first && piece[0] === GZIP[0] && piece[1] === GZIP[1]) {
        throw new CommandError(
          `${input.name} is compressed: try \`zcat FILE | recognize-health diagnose\``,
          EXIT.usage,
        );
      }
      first = false;
      scan.push(piece);
      progress?.show(scan);
    }
  } finally {
    progress?.clear();
  }
  const evidence = scan.end();
  terminal.out(DIAGNOSE_FORMATS[options.output](evidence, terminal.paint, terminal.width));
  sayTroubles(evidence, input, terminal);
  if (evidence.findings.length > 0) return EXIT.fail;
  return terminal.signal.aborted ? INTERRUPTED : EXIT.pass;
}

function sayTroubles({ counters }: LogEvidence, { name }: LogInput, terminal: Terminal): void {
  if (terminal.signal.aborted) terminal.err(`Interrupted after ${counters.lines} lines; the rest was not read.`);
  else if (counters.bytes === 0) terminal.err(`${name} is empty: there was nothing to match.`);
  for (const sentence of troubles(counters)) terminal.err(sentence);
}

export interface Progress {
  readonly show: (scan: LogScan) => void;
  readonly clear: () => void;
}

/** A line on stderr that is written over, where stderr is a terminal. */
function progressLine(terminal: Terminal): Progress | undefined {
  const { stderr } = process;
  if (!stderr.isTTY) return undefined;
  let next = performance.now() + PROGRESS_MS;
  let shown = false;
  return {
    show(scan) {
      if (performance.now() < next || terminal.signal.aborted) return;
      next = performance.now() + PROGRESS_MS;
      shown = true;
      const { counters, findings } = scan.evidence();
      const megabytes = (counters.bytes / 1e6).toFixed(0);
      stderr.write(`\r${megabytes} MB, ${counters.lines} lines, ${findings.length} findings\u001b[K`);
    },
    clear() {
      if (shown) stderr.write('\r\u001b[K');
    },
  };
}

function service(value: string): Service {
  const name = value.toLowerCase();
  if (isService(name)) return name;
  const meant = serviceNamed(value);
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  throw new InvalidArgumentError(`No such service.${hint} Known are ${SERVICES.join(', ')}.`);
}
