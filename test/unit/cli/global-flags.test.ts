// Flags in front of the verb, as kubectl's stand, and the colour of what is printed.
import { describe, expect, it, test } from 'vitest';
import { flagsBehindVerb, takeColor } from '../../../src/cli/global-flags.ts';
import { run } from '../../../src/cli/program.ts';
import type { Paint } from '../../../src/output/columns.ts';

const words = (text: string): readonly string[] => (text === '' ? [] : text.split(' '));

test.each([
  ['status prod -n a', 'status prod -n a'],
  ['-n a status prod', 'status -n a prod'],
  ['--namespace=a --context b --as=c gate prod -o json', 'gate --namespace=a --context b --as=c prod -o json'],
  ['--kubeconfig f', '--kubeconfig f'],
  ['-n a --help', '--help'],
  ['--verbose status', '--verbose status'],
  ['', ''],
])('%j is read as %j', (given, expected) => {
  expect(flagsBehindVerb(words(given)).join(' ')).toBe(expected);
});

describe('--color', () => {
  test.each([
    ['status --color always prod', 'status prod', 'always'],
    ['--color=never status', 'status', 'never'],
    ['status', 'status', 'auto'],
    ['explain -- --color always', 'explain -- --color always', 'auto'],
  ])('of %j leaves %j and is %s', (given, rest, color) => {
    const taken = takeColor(words(given));
    expect([taken.argv.join(' '), taken.color]).toEqual([rest, color]);
  });

  it.each(['--color', '--color=', '--color=red'])('%s is a matter of usage', (flag) => {
    expect(() => takeColor(['status', flag])).toThrow('auto, always, never');
  });

  const loud: Paint = (style, text) => `<${style}>${text}`;
  const quiet: Paint = (_style, text) => text;
  const diagnose = async (argv: readonly string[], paint: Paint): Promise<string> => {
    const out: string[] = [];
    const log = new URL('../../fixtures/logs/auth-vault/jwt-sign-failed.txt', import.meta.url).pathname;
    await run([...argv, 'diagnose', log], {
      out: (text) => void out.push(text),
      err: () => undefined,
      paint,
      paintWhen: (color) => (color === 'always' ? loud : quiet),
      signal: new AbortController().signal,
    });
    return out.join('\n');
  };

  it('wins over the terminal, both ways', async () => {
    expect(await diagnose(['--color', 'always'], quiet)).toContain('<');
    expect(await diagnose(['--color=never'], loud)).toBe(await diagnose([], quiet));
    expect(await diagnose([], loud)).toBe(await diagnose(['--color', 'always'], quiet));
  });
});
