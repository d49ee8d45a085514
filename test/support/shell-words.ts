// Splits a command as a POSIX shell does, as far as our commands go: words, and what stands between them.

export interface ShellWord {
  /** With quotes taken away. */
  readonly text: string;
  /** `|`, `>`, `&&`, `$` …: what the shell acts on; empty for a word that it takes as it is. */
  readonly operator: string;
}

/** @throws Error when a quote is not closed */
export function shellWords(command: string): readonly ShellWord[] {
  const words: { text: string; operator: string }[] = [];
  let word: { text: string; operator: string } | undefined;
  const open = (): { text: string; operator: string } => (word ??= { text: '', operator: '' });
  const close = (): void => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  for (let at = 0; at < command.length; at++) {
    const character = command[at] ?? '';
    if (character === "'") {
      const end = command.indexOf("'", at + 1);
      if (end === -1) throw new Error(`a quote is not closed: ${command}`);
      open().text += command.slice(at + 1, end);
      at = end;
    } else if (character === '\\') {
      open().text += command[++at] ?? '';
    } else if (/\s/.test(character)) {
      close();
    } else if (/[|&;<>()$`"*?[\]#~!{}^=]/.test(character) && !(character === '=' && word !== undefined)) {
      open().operator += character;
    } else {
      open().text += character;
    }
  }
  close();
  return words;
}
