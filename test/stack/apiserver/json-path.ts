// The JSONPath of printer columns: fields, indices, wildcards and filters on items.
import { equal, isObject } from './json.ts';

type Step =
  | { kind: 'field'; name: string }
  | { kind: 'index'; index: number }
  | { kind: 'all' }
  | { kind: 'filter'; left: Step[]; operator: string; right: unknown };

function steps(text: string): Step[] {
  const found: Step[] = [];
  let at = 0;
  const closing = (from: number): number => {
    let depth = 0;
    let quote = '';
    for (let index = from; index < text.length; index += 1) {
      const char = text[index] ?? '';
      if (quote !== '') {
        if (char === quote) quote = '';
      } else if (char === '"' || char === "'") quote = char;
      else if (char === '[') depth += 1;
      else if (char === ']' && (depth -= 1) === 0) return index;
    }
    return text.length;
  };
  while (at < text.length) {
    if (text[at] === '[') {
      const end = closing(at);
      const inner = text.slice(at + 1, end).trim();
      at = end + 1;
      const filter = /^\?\(\s*@(.*?)\s*(==|!=|>=|<=|>|<)\s*(.+?)\s*\)$/.exec(inner);
      const exists = /^\?\(\s*@(.*?)\s*\)$/.exec(inner);
      if (filter !== null) {
        const [, left = '', operator = '', right = ''] = filter;
        found.push({ kind: 'filter', left: steps(left), operator, right: literal(right) });
      } else if (exists !== null) {
        found.push({ kind: 'filter', left: steps(exists[1] ?? ''), operator: 'exists', right: null });
      } else if (inner === '*') found.push({ kind: 'all' });
      else if (/^-?\d+$/.test(inner)) found.push({ kind: 'index', index: Number(inner) });
      else found.push({ kind: 'field', name: inner.replace(/^(['"])(.*)\1$/, '$2') });
    } else if (text[at] === '.') {
      at += 1;
    } else {
      const name = /^(?:\\.|[^.[\\])+/.exec(text.slice(at))?.[0] ?? '';
      at += Math.max(name.length, 1);
      found.push(name === '*' ? { kind: 'all' } : { kind: 'field', name: name.replace(/\\(.)/g, '$1') });
    }
  }
  return found;
}

function literal(text: string): unknown {
  const quoted = /^(['"])(.*)\1$/.exec(text);
  if (quoted !== null) return quoted[2];
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

function holds(found: unknown, operator: string, right: unknown): boolean {
  switch (operator) {
    case 'exists':
      return found !== undefined;
    case '==':
      return equal(found, right);
    case '!=':
      return !equal(found, right);
    default: {
      const [one, other] = [Number(found), Number(right)];
      if (operator === '>') return one > other;
      if (operator === '<') return one < other;
      return operator === '>=' ? one >= other : one <= other;
    }
  }
}

function follow(values: readonly unknown[], path: readonly Step[]): unknown[] {
  let at = [...values];
  for (const step of path) {
    at = at.flatMap((value): unknown[] => {
      switch (step.kind) {
        case 'field':
          return isObject(value) && value[step.name] !== undefined ? [value[step.name]] : [];
        case 'index': {
          const item: unknown = Array.isArray(value) ? value.at(step.index) : undefined;
          return item === undefined ? [] : [item];
        }
        case 'all':
          return Array.isArray(value) ? (value as unknown[]) : isObject(value) ? Object.values(value) : [];
        case 'filter':
          return Array.isArray(value)
            ? value.filter((item) => holds(follow([item], step.left)[0], step.operator, step.right))
            : [];
      }
    });
  }
  return at;
}

/** What a path finds in a value, in order; empty where nothing is there. */
export function findByPath(value: unknown, path: string): unknown[] {
  return follow([value], steps(path.replace(/^\{?\$?/, '').replace(/\}$/, '')));
}
