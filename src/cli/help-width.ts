// The help within the columns of the terminal: no word and no command is broken, and where a flag and its description do
// not fit beside each other the description stands below.
import type { Command } from 'commander';
import { USUAL_WIDTH, wrap } from '../output/columns.ts';

/** Narrower than this, descriptions stand below what they describe. In columns. */
const NARROW = 72;
const INDENT = '  ';
const BELOW = ' '.repeat(6);
/** A line to copy: it is left whole, however long it is. */
const COMMAND = /^\s+(?:recognize-health|kubectl|helm|source|npm) /;
/** What is said beside a command. */
const REMARK = /\s{2,}(?=\S)/;

/** Sets how wide the program and the verbs that are added afterwards print their help. */
export function fitHelp(program: Command, width = USUAL_WIDTH): void {
  program
    .configureHelp({
      helpWidth: width,
      formatItem: (term, termWidth, description) =>
        item(term, description, width < NARROW ? undefined : termWidth, width),
    })
    .configureOutput({ getOutHelpWidth: () => width, getErrHelpWidth: () => width });
}

/** A term and its description, beside each other where `termWidth` columns are kept for the term. */
function item(term: string, description: string, termWidth: number | undefined, width: number): string {
  if (description === '') return INDENT + term;
  if (termWidth === undefined)
    return [INDENT + term, ...wrap(description, width - BELOW.length).map((line) => BELOW + line)].join('\n');
  const hanging = ' '.repeat(termWidth + 2 * INDENT.length);
  return wrap(description, width - hanging.length)
    .map((line, index) => (index === 0 ? INDENT + term.padEnd(termWidth) + INDENT : hanging) + line)
    .join('\n');
}

/** Breaks at spaces what is wider than `width`: paragraphs are filled anew, a command stays whole and its remark goes below. */
export function withinWidth(text: string, width = USUAL_WIDTH): string {
  return text
    .split('\n')
    .reduce<string[][]>((paragraphs, line) => {
      const last = paragraphs.at(-1);
      if (last !== undefined && isProse(line) && isProse(last.at(-1) ?? '')) last.push(line);
      else paragraphs.push([line]);
      return paragraphs;
    }, [])
    .flatMap((lines) => (lines.every((line) => line.length <= width) ? lines : broken(lines.join(' '), width)))
    .join('\n');
}

const isProse = (line: string): boolean => /^\S/.test(line);

function broken(line: string, width: number): readonly string[] {
  if (isProse(line)) return wrap(line, width);
  const [command = '', remark = ''] = line.trim().split(REMARK);
  if (COMMAND.test(line)) return [INDENT + command, ...wrap(remark, width - BELOW.length).map((part) => BELOW + part)];
  const indent = /^\s*/.exec(line)?.[0] ?? '';
  return wrap(line, width - indent.length).map((part) => indent + part);
}
