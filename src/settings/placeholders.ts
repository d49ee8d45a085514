// `${name:default}` in the value of a setting, as Spring resolves it: nested, in every source, and not for ever.
import { pack, type Entry, type Part, type Value } from './value.ts';

export interface Resolved {
  readonly value: Value;
  /** Where the settings that it is put together from were written. */
  readonly origins: readonly string[];
}

/** Values are put together from others; a chain that is longer was made to be long. */
const DEEPEST = 32;
/** Another one each time. */
const RANDOM = /^random\./;
/** A setting is a line. In characters. */
const LONGEST = 16 * 1024;

/**
 * Resolves a value. `find` says which setting a name means.
 *
 * @param within what Secrets may set, of a name that nothing else sets
 */
export function resolvePlaceholders(
  entry: Entry,
  find: (name: string) => Entry | undefined,
  within: (name: string, otherwise?: Value) => Part | undefined = () => undefined,
): Resolved {
  const origins = new Set<string>([entry.origin]);
  let budget = LONGEST;

  const resolve = (value: Value, open: readonly Entry[]): Value => {
    const { text, unpack } = pack(value.map((part) => withDefault(part, open)));
    return text.includes('${') ? inText(text, unpack, open) : unpack(text);
  };

  const withDefault = (part: Part, open: readonly Entry[]): Part =>
    typeof part === 'object' && part.kind === 'within' && part.otherwise !== undefined
      ? { ...part, otherwise: resolve(part.otherwise, open) }
      : part;

  const inText = (text: string, unpack: (piece: string) => Value, open: readonly Entry[]): Value => {
    budget -= text.length;
    if (budget < 0 || open.length > DEEPEST) return [gone('its placeholders go too deep to be followed')];
    const parts: Part[] = [];
    let at = 0;
    while (at < text.length) {
      const start = text.indexOf('${', at);
      const end = start === -1 ? -1 : closing(text, start + 2);
      if (start === -1 || end === -1) break;
      // A backslash before it keeps it as it is.
      if (text[start - 1] === '\\') {
        parts.push(...unpack(text.slice(at, start - 1)), '${');
        at = start + 2;
        continue;
      }
      parts.push(...unpack(text.slice(at, start)), ...placeholder(text.slice(start + 2, end), unpack, open));
      at = end + 1;
    }
    return [...parts, ...unpack(text.slice(at))];
  };

  const placeholder = (body: string, unpack: (piece: string) => Value, open: readonly Entry[]): Value => {
    const colon = separator(body);
    const written = colon === -1 ? body : body.slice(0, colon);
    const name = written.includes('${')
      ? inText(written, unpack, open)
          .filter((part) => typeof part === 'string')
          .join('')
      : written;
    if (RANDOM.test(name)) return ['0'];
    const found = find(name);
    if (found !== undefined) {
      if (open.some((one) => isSame(one, found)))
        return [gone(`its placeholders go round in a circle: ${[...open, found].map((one) => one.name).join(' → ')}`)];
      origins.add(found.origin);
      return resolve(found.value, [...open, found]);
    }
    const otherwise = colon === -1 ? undefined : inText(body.slice(colon + 1), unpack, open);
    const hidden = within(name, otherwise);
    if (hidden !== undefined) return [hidden];
    if (otherwise !== undefined) return otherwise;
    return [gone(`nothing that can be read sets ${name}, which it refers to`)];
  };

  return { value: resolve(entry.value, [entry]), origins: [...origins] };
}

/** One place and one name: it is one setting. */
function isSame(a: Entry, b: Entry): boolean {
  return a.name === b.name && a.origin === b.origin;
}

function gone(why: string): Part {
  return { kind: 'missing', why };
}

/** Where the brace closes that was opened before `from`; -1 when nowhere. */
function closing(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if (text.startsWith('${', at)) {
      depth += 1;
      at += 1;
    } else if (text[at] === '}') {
      if (depth === 0) return at;
      depth -= 1;
    }
  }
  return -1;
}

/** The colon before the default; those of nested placeholders belong to them. */
function separator(body: string): number {
  let depth = 0;
  for (let at = 0; at < body.length; at += 1) {
    if (body.startsWith('${', at)) depth += 1;
    else if (body[at] === '}') depth -= 1;
    else if (body[at] === ':' && depth === 0) return at;
  }
  return -1;
}
