// Settings on the command line of a Java program: `--key=value` after the jar, `-Dkey=value` before it, and what the
// variables for options of the virtual machine add.
import { type Fields, texts } from '../runtime/fields.ts';
import type { Environment } from './environment.ts';
import { expand, expandShell, type Variables } from './expand.ts';
import { isAt } from './config-places.ts';
import type { MountedFile } from './mounts.ts';
import { type Entry, pack, secretOf, textOf, type Value } from './value.ts';

export interface Arguments {
  /** `--key=value`; over everything else. */
  readonly options: readonly Entry[];
  /** `-Dkey=value` */
  readonly properties: readonly Entry[];
  /** That a script sets; over those of the container. */
  readonly variables: readonly Entry[];
  /** What could not be read: sentences without a full stop. */
  readonly troubles: readonly string[];
}

/** Variables with options for the virtual machine; the later over the earlier, the command line over all. */
const OPTION_VARIABLES = ['JAVA_TOOL_OPTIONS', 'JAVA_OPTS', 'JAVA_OPTIONS', 'JDK_JAVA_OPTIONS'] as const;
/** What start scripts of images add, under those. */
const OPTIONS_OF_IMAGES = /^(?:JAVA|JVM)_(?:[A-Z0-9]+_)*(?:OPTS|OPTIONS|ARGS)(?:_[A-Z]+)*$/;
/** The virtual machine takes this one last of all. */
const LAST_VARIABLE = '_JAVA_OPTIONS';
const SHELL = /(?:^|\/)(?:ba|da|a)?sh$/;

/** A script that takes variables out of a file: `. /vault/secrets/env`, `source /etc/settings`. */
const SOURCED = /(?:^|[\s;&|(])(?:\.|source)\s+([/\w][\w./-]*)/;
/** `export NAME=value`, `NAME=value java …` */
const ASSIGNED = /(?:^|[\s;&|(])([A-Za-z_]\w*)=((?:"[^"]*"|'[^']*'|\$\([^()]*\)|`[^`]*`|[^\s;&|"'])*)/g;
/** `java @/opt/app/options`: the virtual machine reads more of them there. */
const OPTION_FILE = /^@([\w./-]+)$/;

/** Settings in `command` and `args`, the later before the earlier. */
export function argumentsOf(container: Fields, environment: Environment, files: readonly MountedFile[]): Arguments {
  const line = [...texts(container['command']), ...texts(container['args'])];
  const inShell = SHELL.test(line[0] ?? '');
  const isScript = (word: string): boolean => inShell && /\s/.test(word);
  const assigned = assignedIn(line.filter(isScript), environment);
  const inScript: Variables = (name) =>
    assigned.find((entry) => entry.name === name)?.value ?? environment.variables(name);
  const written = line.flatMap((word): readonly Value[] =>
    isScript(word)
      ? wordsOf(expandedParts(expand(word, environment.variables), inScript))
      : [expand(word, environment.variables)],
  );
  const own = environment.entries.map(({ name }) => name).filter((name) => OPTIONS_OF_IMAGES.test(name));
  const usual: readonly string[] = OPTION_VARIABLES;
  const names = [...own.filter((name) => !usual.includes(name)), ...usual];
  const all = environment.entries.filter(({ name }) => [...names, LAST_VARIABLE].includes(name));
  const troubles: string[] = [];
  const opened = (word: Value): readonly Value[] => {
    const path = OPTION_FILE.exec(textOf(word) ?? '')?.[1];
    if (path === undefined) return [word];
    const file = files.find((one) => isAt(one.path, path));
    if (file !== undefined && textOf(file.value) !== undefined) return wordsOf(withoutComments(file.value));
    troubles.push(`its command takes options out of ${path}, which is not looked at`);
    return [];
  };
  const inVariable = (name: string): readonly Entry[] => {
    const found = all.find((entry) => entry.name === name);
    return found === undefined
      ? []
      : wordsOf(found.value)
          .flatMap(opened)
          .flatMap((word) => settingIn(word, '-D', ` in ${found.origin}`));
  };
  const words = written.flatMap(opened);
  return {
    options: words.flatMap((word) => settingIn(word, '--')).reverse(),
    properties: [
      ...names.flatMap(inVariable),
      ...words.flatMap((word) => settingIn(word, '-D')),
      ...inVariable(LAST_VARIABLE),
    ].reverse(),
    variables: assigned,
    troubles: [
      ...all.flatMap(({ name, value }) => {
        const ref = secretOf(value);
        return ref === undefined ? [] : [`${name} comes from key ${ref.key} of Secret ${ref.name}, which is not read`];
      }),
      ...(inShell ? line : []).flatMap((word) => {
        const file = SOURCED.exec(word)?.[1];
        return file === undefined ? [] : [`its command takes variables out of ${file}, which is not looked at`];
      }),
      ...troubles,
    ],
  };
}

/** Variables that scripts set, the later before the earlier. */
function assignedIn(scripts: readonly string[], { variables }: Environment): readonly Entry[] {
  const found: Entry[] = [];
  for (const script of scripts) {
    for (const [, name = '', text = ''] of script.matchAll(ASSIGNED)) {
      const known: Variables = (one) => found.find((entry) => entry.name === one)?.value ?? variables(one);
      const value = expandedParts(expand(text.replace(QUOTED, '$1$2'), variables), known);
      found.unshift({ name, value, origin: `variable ${name} in its command`, isVariable: true });
    }
  }
  return found;
}

/** An options file: words, and comments from `#` to the end of the line. */
function withoutComments(value: Value): Value {
  return value.map((part) => (typeof part === 'string' ? part.replace(/^\s*#.*$/gm, '') : part));
}

function expandedParts(value: Value, variables: Variables): Value {
  return value.flatMap((part) => (typeof part === 'string' ? expandShell(part, variables) : [part]));
}

const QUOTED = /"([^"]*)"|'([^']*)'/g;

/** Words between blanks; quotes hold one together and are no part of it. */
function wordsOf(value: Value): readonly Value[] {
  const { text, unpack } = pack(value);
  const words = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => unpack(word.replace(QUOTED, '$1$2')));
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
