// `completion SHELL`: a script that completes verbs, flags and their choices. Made from the commands themselves, so that
// it knows what they know; it calls nothing and reads no cluster.
import { Argument, type Command } from 'commander';
import { COLORS } from './global-flags.ts';
import type { Terminal } from './terminal.ts';

const NAMES = ['recognize-health', 'kubectl-recognize'] as const;

/** What can be typed behind a verb. */
interface Words {
  readonly verb: string;
  readonly description: string;
  readonly flags: readonly { readonly flag: string; readonly choices: readonly string[] }[];
}

const SHELLS = { bash, zsh, fish } as const satisfies Record<string, (words: readonly Words[]) => string>;
type Shell = keyof typeof SHELLS;

/** Needs every verb to be there already: it is read last. */
export function addCompletion(program: Command, terminal: Terminal): void {
  program
    .command('completion')
    .description('print a script that completes verbs and flags')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(SHELLS)))
    .addHelpText(
      'after',
      `
Examples:
  source <(recognize-health completion bash)
  recognize-health completion zsh > "\${fpath[1]}/_recognize-health"
  recognize-health completion fish > ~/.config/fish/completions/recognize-health.fish`,
    )
    .action((shell: Shell) => {
      terminal.out(SHELLS[shell](wordsOf(program)));
    });
}

function wordsOf(program: Command): readonly Words[] {
  return program.commands.map((command) => ({
    verb: command.name(),
    description: command.description(),
    flags: [
      ...command.options.flatMap(({ long, short, argChoices = [] }) =>
        [long, short].flatMap((flag) => (flag == null ? [] : [{ flag, choices: argChoices }])),
      ),
      { flag: '--help', choices: [] },
      { flag: '--color', choices: COLORS },
    ],
  }));
}

/** One word of a script: what stands in our own help never holds a quote, and this holds when one does. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function bash(words: readonly Words[]): string {
  const choices = words.flatMap(({ verb, flags }) =>
    flags
      .filter((one) => one.choices.length > 0)
      .map(({ flag, choices: allowed }) => `    ${quoted(`${verb} ${flag}`)}) words=${quoted(allowed.join(' '))} ;;`),
  );
  const flags = words.map(
    ({ verb, flags: all }) => `    ${quoted(verb)}) words=${quoted(all.map(({ flag }) => flag).join(' '))} ;;`,
  );
  return [
    '_recognize_health() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" verb="${COMP_WORDS[1]}" words=""',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    words=${quoted(words.map(({ verb }) => verb).join(' '))}`,
    '  else',
    '    case "$verb $before" in',
    ...choices,
    '    *)',
    '    case "$verb" in',
    ...flags,
    '    esac ;;',
    '    esac',
    '  fi',
    '  COMPREPLY=( $(compgen -W "$words" -- "$current") )',
    '}',
    `complete -o default -F _recognize_health ${NAMES.join(' ')}`,
  ].join('\n');
}

function zsh(words: readonly Words[]): string {
  const described = words.map(
    ({ verb, description }) => `    ${quoted(`${verb}:${description.replaceAll(':', ',')}`)}`,
  );
  const flags = words.map(({ verb, flags: all }) => {
    const specs = all.map(({ flag, choices }) =>
      quoted(choices.length === 0 ? flag : `${flag}:value:(${choices.join(' ')})`),
    );
    return `    ${verb}) _arguments ${specs.join(' ')} '*:name:_files' ;;`;
  });
  return [
    `#compdef ${NAMES.join(' ')}`,
    '_recognize_health() {',
    '  local -a verbs',
    '  verbs=(',
    ...described,
    '  )',
    '  if (( CURRENT == 2 )); then _describe verb verbs; return; fi',
    '  local verb=$words[2]',
    '  shift words; (( CURRENT-- ))',
    '  case $verb in',
    ...flags,
    '  esac',
    '}',
    `compdef _recognize_health ${NAMES.join(' ')}`,
  ].join('\n');
}

function fish(words: readonly Words[]): string {
  return NAMES.flatMap((name) => [
    ...words.map(
      ({ verb, description }) =>
        `complete -c ${name} -n __fish_use_subcommand -f -a ${quoted(verb)} -d ${quoted(description)}`,
    ),
    ...words.flatMap(({ verb, flags }) =>
      flags.map(({ flag, choices }) => {
        const how = flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`;
        const takes = choices.length === 0 ? '' : ` -x -a ${quoted(choices.join(' '))}`;
        return `complete -c ${name} -n ${quoted(`__fish_seen_subcommand_from ${verb}`)} ${how}${takes}`;
      }),
    ),
  ]).join('\n');
}
