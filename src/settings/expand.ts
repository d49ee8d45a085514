// `$(VAR)` in a pod template, as the kubelet expands it: only what was set before, `$$` is a dollar sign, and a name that
// nothing sets stays as it is written.
import type { Part, Value } from './value.ts';

/** Variables by name. Undefined: nothing sets it, and the text stays. */
export type Variables = (name: string) => Value | undefined;

/** The value of a text of the template. */
export function expand(text: string, variables: Variables): Value {
  return replaced(text, /\$\$|\$\(([^()]*)\)/g, (whole, name) =>
    name === undefined ? ['$'] : (variables(name) ?? [whole]),
  );
}

/** `$VAR` and `${VAR}` in a script of a shell. What nothing sets is empty there. */
export function expandShell(text: string, variables: Variables): Value {
  return replaced(
    text,
    /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g,
    (_, braced, bare) => variables(braced ?? bare ?? '') ?? [],
  );
}

type Replace = (whole: string, first: string | undefined, second: string | undefined) => Value;

function replaced(text: string, pattern: RegExp, replace: Replace): Value {
  const parts: Part[] = [];
  let last = 0;
  for (const match of text.matchAll(pattern)) {
    parts.push(text.slice(last, match.index), ...replace(match[0], match[1], match[2]));
    last = match.index + match[0].length;
  }
  parts.push(text.slice(last));
  return parts.filter((part) => part !== '');
}
