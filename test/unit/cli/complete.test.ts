// What the completion of a real bash offers, and that no shell is given a script that it cannot read.
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { run } from '../../../src/cli/program.ts';
import { plain } from '../../../src/output/columns.ts';

async function completion(shell: string): Promise<string> {
  const out: string[] = [];
  await run(['completion', shell], {
    out: (text) => void out.push(text),
    err: () => undefined,
    paint: plain,
    signal: new AbortController().signal,
  });
  return out.join('\n');
}

/** What bash offers for the last word. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const script = `${await completion('bash')}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _recognize_health; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' })
    .trim()
    .split('\n');
}

describe('completion', () => {
  it('of bash offers verbs, flags of the verb, and the choices of a flag', async () => {
    expect(await offered('recognize-health', 'st')).toEqual(['status']);
    expect(await offered('recognize-health', 'gate', '--max')).toEqual(['--max-age']);
    expect(await offered('recognize-health', 'status', '--request')).toEqual(['--request-timeout']);
    expect(await offered('kubectl-recognize', 'gate', 'prod', '-o', 'ju')).toEqual(['junit']);
    expect(await offered('recognize-health', 'doctor', '--color', '')).toEqual(['auto', 'always', 'never']);
  });

  it.each(['zsh', 'fish'])('of %s names every verb with what it does', async (shell) => {
    const script = await completion(shell);
    for (const verb of ['check', 'gate', 'status', 'doctor', 'operator']) expect(script).toContain(verb);
    expect(script).toContain('keep every HealthReport current');
    // Both quote as bash does here, and bash tells an open quote.
    const parsed = shell === 'fish' ? script.replaceAll(/^complete /gm, 'true ') : script;
    execFileSync('bash', ['-n'], { input: parsed });
  });
});
