// Flags that may stand before the verb, as kubectl's do, and the one that is about the terminal and not about a verb.
import { EXIT } from '../api/exit-codes.ts';
import { CommandError } from './exit.ts';

/** What `--color` takes. `auto`: on a terminal, and without NO_COLOR. */
export const COLORS = ['auto', 'always', 'never'] as const;
export type Color = (typeof COLORS)[number];

/** kubectl's global flags that we know, each with a value. `--color` is ours. */
const WITH_VALUE = new Set([
  '-n',
  '--namespace',
  '--kubeconfig',
  '--context',
  '--as',
  '--as-group',
  '--request-timeout',
  '--color',
]);

/** Moves the flags in front of the verb behind it, where every verb has its own. */
export function flagsBehindVerb(argv: readonly string[]): readonly string[] {
  let at = 0;
  while (at < argv.length) {
    const flag = argv[at] ?? '';
    if (WITH_VALUE.has(flag)) at += 2;
    else if (WITH_VALUE.has(flag.split('=', 1)[0] ?? '')) at += 1;
    else break;
  }
  const verb = argv[at];
  // Without a verb behind them they are for commander to complain about; help and version are none.
  if (at === 0 || verb === undefined) return argv;
  if (verb.startsWith('-')) return argv.slice(at);
  return [verb, ...argv.slice(0, at), ...argv.slice(at + 1)];
}

/** Takes `--color` out of the command line, wherever it stands before `--`. @throws CommandError on another value */
export function takeColor(argv: readonly string[]): { readonly argv: readonly string[]; readonly color: Color } {
  const end = argv.indexOf('--');
  const mine = end === -1 ? argv : argv.slice(0, end);
  const at = mine.findIndex((arg) => arg === '--color' || arg.startsWith('--color='));
  if (at === -1) return { argv, color: 'auto' };
  const [, inline] = /^--color=(.*)$/s.exec(mine[at] ?? '') ?? [];
  const value = inline ?? mine[at + 1];
  const color = COLORS.find((one) => one === value);
  if (color === undefined) throw new CommandError(`--color is one of ${COLORS.join(', ')}`, EXIT.usage);
  return { argv: argv.toSpliced(at, inline === undefined ? 2 : 1), color };
}
