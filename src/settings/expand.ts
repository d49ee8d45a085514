// `$(VAR)` in a pod template, as the kubelet expands it: only what was set before, `$$` is a dollar sign, and a name that
// nothing sets stays as it is written.
import { missing, type Part, type Value } from './value.ts';

/** Variables by name. Undefined: nothing sets it, and the text stays. */
export type Variables = (name: string) => Value | undefined;

/** The value of a text of the template. */
export function expand(text: string, variables: Variables): Value {
  return replaced(text, /\$\$|\$\(([^()]*)\)/g, ([whole, name]) =>
    name === undefined ? ['$'] : (variables(name) ?? [whole]),
  );
}

/** `$(cat file)` with no bracket within, and the same between backticks. */
const COMMAND = /\$\([^()]*\)|`[^`]*`/;
const OF_SHELL = new RegExp(`(${COMMAND.source})|\\$(?:\\{([A-Za-z_]\\w*)([^{}]*)\\}|([A-Za-z_]\\w*))`, 'g');

/** `$VAR`, `${VAR}` and `${VAR:-otherwise}` in a script of a shell. What nothing sets is empty there. */
export function expandShell(text: string, variables: Variables): Value {
  return replaced(text, OF_SHELL, ([, command, braced, rest = '', bare]) => {
    if (command !== undefined) return missing('a command of its script says it, which is not run here');
    const name = braced ?? bare ?? '';
    const value = variables(name);
    const [, colon = '', otherwise] = /^(:?)[-=](.*)$/s.exec(rest) ?? [];
    if (otherwise !== undefined) {
      const isUnset = value === undefined || (colon === ':' && value.every((part) => part === ''));
      return isUnset ? [otherwise] : value;
    }
    if (rest !== '' && !/^:?\?/.test(rest)) return missing(`its script works ${name} out, which is not done here`);
    return value ?? [];
  });
}

type Replace = (match: RegExpExecArray) => Value;

function replaced(text: string, pattern: RegExp, replace: Replace): Value {
  const parts: Part[] = [];
  let last = 0;
  for (const match of text.matchAll(pattern)) {
    parts.push(text.slice(last, match.index), ...replace(match));
    last = match.index + match[0].length;
  }
  parts.push(text.slice(last));
  return parts.filter((part) => part !== '');
}
