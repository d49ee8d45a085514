// `explain`: looks the guide up by entry id, SDK code, fault, or a pasted line. Reads nothing but its own data.
import { InvalidArgumentError, type Command } from 'commander';
import { EXIT } from '../api/exit-codes.ts';
import { everyEntry, explain } from '../guide/explain.ts';
import { nothingFound } from '../guide/suggest.ts';
import { EXPLAIN_FORMATS, renderIndex } from '../output/explain.ts';
import { isCancelled } from '../runtime/clock.ts';
import { CommandError } from './exit.ts';
import { formatOption } from './options.ts';
import type { Terminal } from './terminal.ts';

/** More of a pasted log than this is not looked at. In characters. */
const MAX_QUERY = 65_536;

export function addExplain(program: Command, terminal: Terminal): void {
  program
    .command('explain')
    .description('look the troubleshooting guide up')
    .argument('[code-or-text...]', 'entry id, SDK code, fault, condition, check, or a pasted error line')
    .option('--platform <platform>', 'ios or android, where a mobile SDK code means different things', platform)
    .addOption(formatOption(EXPLAIN_FORMATS))
    .addHelpText(
      'after',
      `
Examples:
  recognize-health explain REC-AV-003
  recognize-health explain 20002 --platform ios
  recognize-health explain                      every entry, a line each
  recognize-health explain KmsKeyDisabled
  recognize-health explain database/connect
  recognize-health explain Upgradeable
  recognize-health explain "HikariPool-1 - Exception during pool initialization"

Exit code 2 when nothing matches.`,
    )
    .action(
      async (
        words: readonly string[],
        options: { readonly platform?: 'ios' | 'android'; readonly output: keyof typeof EXPLAIN_FORMATS },
      ) => {
        const query = words.join(' ').slice(0, MAX_QUERY);
        endIfInterrupted(terminal);
        if (query.trim() === '') {
          terminal.out(listEntries(options.output, terminal.width));
          return;
        }
        const found = explain(query, options.platform === undefined ? {} : { platform: options.platform });
        // The checks are read from disk only when they are asked for.
        const own = /^[A-Za-z/-]+$/.test(query.trim()) ? await import('./own-names.ts') : undefined;
        const beside = own === undefined ? [] : found.length > 0 ? own.explainFault(query) : own.explainOwn(query);
        const all = [...found, ...beside];
        if (all.length === 0) throw new CommandError(nothingFound(query), EXIT.usage);
        endIfInterrupted(terminal);
        terminal.out(EXPLAIN_FORMATS[options.output](all, terminal.paint, terminal.width));
      },
    );
}

function endIfInterrupted({ signal }: Terminal): void {
  if (isCancelled(signal)) throw new CommandError('interrupted', EXIT.unknown);
}

/** Every entry: a line each for people, whole for scripts. */
function listEntries(output: keyof typeof EXPLAIN_FORMATS, width: number | undefined): string {
  const entries = everyEntry();
  return output === 'text' ? renderIndex(entries, width) : EXPLAIN_FORMATS[output](entries);
}

function platform(value: string): string {
  if (value !== 'ios' && value !== 'android') throw new InvalidArgumentError('It is ios or android.');
  return value;
}
