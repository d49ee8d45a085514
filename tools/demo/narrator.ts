// Tells the demo: what is done in a sentence, each command and its real output, and whether it showed what it should.
import { spawn } from 'node:child_process';
import { kubectl } from '../../test/stack/kubectl.ts';
import { BUNDLE } from '../../test/stack/operator-process.ts';

/** A step did not show what it should. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
}

export interface Narrator {
  say(text: string): void;
  /** Runs kubectl and shows it; the output. Fails the step when the exit code is not 0. */
  kubectl(args: readonly string[], options?: { input?: string; shown?: string }): Promise<string>;
  /** The same, again and again until the output matches: what was expected is said when it never does. */
  kubectlUntil(args: readonly string[], wanted: RegExp): Promise<string>;
  /** Runs recognize-health as a person at the cluster would, and shows it with its exit code, which must be this one. */
  program(args: readonly string[], exitCode: number): Promise<string>;
  /** Runs a command, its name first, without showing it; the standard output. */
  run(command: readonly [string, ...string[]]): Promise<string>;
  /** Fails the step unless the output matches. */
  expect(output: string, wanted: RegExp, meaning: string): void;
  /** Fails the step when the output matches. */
  refuse(output: string, unwanted: RegExp, meaning: string): void;
}

const PATIENCE_MS = 30_000;

/** @param kubeconfig the text for kubectl, which gets a file of its own for each call, and a file for recognize-health */
export function createNarrator(
  kubeconfig: { readonly admin: string; readonly adminFile: string },
  write: (text: string) => void,
): Narrator {
  const show = (command: string, output: string): void => {
    const indented = output.trimEnd().split('\n').join('\n    ');
    write(`  $ ${command}\n    ${indented}\n`);
  };
  const ask = async (args: readonly string[], input?: string): Promise<string> => {
    const { stdout, stderr, code } = await kubectl(args, {
      kubeconfig: kubeconfig.admin,
      ...(input === undefined ? {} : { input }),
    });
    if (code !== 0) throw new StepFailed(`kubectl ${args.join(' ')} ended with ${code}: ${stderr.trim()}`);
    return stdout;
  };
  return {
    say: (text) => write(`\n${text}\n`),
    async kubectl(args, { input, shown } = {}) {
      const output = await ask(args, input);
      show(shown ?? `kubectl ${args.map(quoted).join(' ')}`, output);
      return output;
    },
    async kubectlUntil(args, wanted) {
      const end = performance.now() + PATIENCE_MS;
      for (;;) {
        const output = await ask(args);
        const fits = wanted.test(output);
        if (fits || performance.now() > end) {
          show(`kubectl ${args.map(quoted).join(' ')}`, output);
          if (fits) return output;
          throw new StepFailed(`expected output that matches ${String(wanted)}, saw: ${output.trim()}`);
        }
      }
    },
    async program(args, exitCode) {
      const environment = { ...process.env, KUBECONFIG: kubeconfig.adminFile };
      const { stdout, code } = await runToEnd([process.execPath, BUNDLE, ...args], environment);
      show(`recognize-health ${args.map(quoted).join(' ')}; echo "exit code $?"`, `${stdout}exit code ${code}`);
      if (code !== exitCode) throw new StepFailed(`expected exit code ${exitCode}, saw ${code}`);
      return stdout;
    },
    async run(command) {
      const { stdout, code } = await runToEnd(command);
      if (code !== 0) throw new StepFailed(`${command.join(' ')} ended with ${code}`);
      return stdout;
    },
    expect(output, wanted, meaning) {
      if (!wanted.test(output)) throw new StepFailed(`expected ${meaning} (${String(wanted)}), saw: ${output.trim()}`);
      write(`  ✓ ${meaning}\n`);
    },
    refuse(output, unwanted, meaning) {
      if (unwanted.test(output))
        throw new StepFailed(`expected nothing like ${String(unwanted)}, saw: ${output.trim()}`);
      write(`  ✓ ${meaning}\n`);
    },
  };
}

/** The code is that of the exit, or the name of the signal. */
function runToEnd(
  [program, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ stdout: string; code: number | string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ stdout: Buffer.concat(parts).toString('utf8'), code: code ?? signal ?? 'nothing' });
    });
  });
}

/** As one would type it in a shell. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument}'`;
}
