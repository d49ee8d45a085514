// Settings on the command line of a Java program: `--key=value` after the jar, `-Dkey=value` before it, and what the
// variables for options of the virtual machine add.
import type { Fields } from '../targets/fields.ts';
import type { Environment } from './environment.ts';
import { expand, expandShell } from './expand.ts';
import { type Entry, pack, secretOf, type Value } from './value.ts';

export interface Arguments {
  /** `--key=value`; over everything else. */
  readonly options: readonly Entry[];
  /** `-Dkey=value` */
  readonly properties: readonly Entry[];
  /** What could not be read: sentences without a full stop. */
  readonly troubles: readonly string[];
}

/** Variables with options for the virtual machine; the later over the earlier, the command line over all. */
const OPTION_VARIABLES = ['JAVA_TOOL_OPTIONS', 'JAVA_OPTS', 'JAVA_OPTIONS', 'JDK_JAVA_OPTIONS'] as const;
const SHELL = /(?:^|\/)(?:ba|da|a)?sh$/;

/** A script that takes variables out of a file: `. /vault/secrets/env`, `source /etc/settings`. */
const SOURCED = /(?:^|[\s;&|(])(?:\.|source)\s+([/\w][\w./-]*)/;

/** Settings in `command` and `args`, the later before the earlier. */
export function argumentsOf(container: Fields, environment: Environment): Arguments {
  const line = [...texts(container['command']), ...texts(container['args'])];
  const inShell = SHELL.test(line[0] ?? '');
  const words = line.flatMap((word): readonly Value[] => {
    const value = expand(word, environment.variables);
    return inShell && /\s/.test(word) ? wordsOf(shell(value, environment)) : [value];
  });
  const fromVariables = OPTION_VARIABLES.flatMap((name) => {
    const found = environment.entries.find((entry) => entry.name === name);
    return found === undefined
      ? []
      : wordsOf(found.value).flatMap((word) => settingIn(word, '-D', ` in ${found.origin}`));
  });
  return {
    options: words.flatMap((word) => settingIn(word, '--')).reverse(),
    properties: [...fromVariables, ...words.flatMap((word) => settingIn(word, '-D'))].reverse(),
    troubles: [
      ...OPTION_VARIABLES.flatMap((name) => {
        const found = environment.entries.find((entry) => entry.name === name);
        const ref = found === undefined ? undefined : secretOf(found.value);
        return ref === undefined ? [] : [`${name} comes from key ${ref.key} of Secret ${ref.name}, which is not read`];
      }),
      ...(inShell ? line : []).flatMap((word) => {
        const file = SOURCED.exec(word)?.[1];
        return file === undefined ? [] : [`its command takes variables out of ${file}, which is not looked at`];
      }),
    ],
  };
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function shell(value: Value, { variables }: Environment): Value {
  return value.flatMap((part) => (typeof part === 'string' ? expandShell(part, variables) : [part]));
}

/** Words between blanks; quotes hold one together and are no part of it. */
function wordsOf(value: Value): readonly Value[] {
  const { text, unpack } = pack(value);
  const words = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => unpack(word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2')));
}

/** The setting that a word is: `-Dspring.x=y`, `--spring.x=y`. */
function settingIn(word: Value, mark: '-D' | '--', within = ''): readonly Entry[] {
  const { text, unpack } = pack(word);
  if (!text.startsWith(mark)) return [];
  const equals = text.indexOf('=');
  const name = text.slice(mark.length, equals === -1 ? undefined : equals);
  if (!/^[A-Za-z][\w.[\]-]*$/.test(name)) return [];
  const value = equals === -1 ? [] : unpack(text.slice(equals + 1));
  return [{ name, value, origin: `argument ${mark}${name}${within}` }];
}
