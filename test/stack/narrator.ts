// Tells the demo: what is done in a sentence, each command and its real output, and whether it showed what it should.
import { spawn } from 'node:child_process';
import { kubectl } from './kubectl.ts';

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
  /** Runs a command, its name first, without showing it; the standard output. */
  run(command: readonly [string, ...string[]]): Promise<string>;
  /** Fails the step unless the output matches. */
  expect(output: string, wanted: RegExp, meaning: string): void;
  /** Fails the step when the output matches. */
  refuse(output: string, unwanted: RegExp, meaning: string): void;
}

const PATIENCE_MS = 30_000;

export function createNarrator(kubeconfig: string, write: (text: string) => void): Narrator {
  const show = (command: string, output: string): void => {
    const indented = output.trimEnd().split('\n').join('\n    ');
    write(`  $ ${command}\n    ${indented}\n`);
  };
  const ask = async (args: readonly string[], input?: string): Promise<string> => {
    const { stdout, stderr, code } = await kubectl(args, { kubeconfig, ...(input === undefined ? {} : { input }) });
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
    run: ([program, ...args]) =>
      new Promise((resolve, reject) => {
        const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
        const parts: Buffer[] = [];
        child.stdout.on('data', (part: Buffer) => parts.push(part));
        child.on('error', reject);
        child.on('close', (code) => {
          if (code === 0) resolve(Buffer.concat(parts).toString('utf8'));
          else reject(new StepFailed(`${program} ${args.join(' ')} ended with ${code ?? 'a signal'}`));
        });
      }),
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

/** As one would type it in a shell. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument}'`;
}
