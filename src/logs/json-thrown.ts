import { isRecord } from '../runtime/is-record.ts';
// What a JSON log line says was thrown: a stack trace as text, or an object with class, message and cause, in the spellings
// of ECS, GELF, Logback, Log4j 2, OpenTelemetry and those who write their own.

type Fields = Readonly<Record<string, unknown>>;

/** Whole stack traces, or an exception's `toString()`. */
const TEXTS = ['stack_trace', 'stackTrace', 'stacktrace', 'stack', '_error_stack_trace', 'exc_info'] as const;
/** Objects, texts, or the beginning of flat keys (`error.type`). */
const OBJECTS = ['error', 'err', 'exception', '_exception', 'thrown', 'throwable', 'cause', 'ex'] as const;
const CLASSES = ['type', 'class', 'exception_class', 'exceptionClass', 'className', 'name'] as const;
const MESSAGES = ['message', 'exception_message', 'exceptionMessage', 'localizedMessage', 'msg'] as const;
const STACKS = ['stack_trace', 'stacktrace', 'stackTrace', 'stack', 'extendedStackTrace'] as const;
/** Causes below one another that are followed. */
const MOST_CAUSES = 16;

/** OpenTelemetry keeps what was thrown among the attributes, as flat keys. */
const ATTRIBUTES = ['attributes', 'Attributes', 'fields'] as const;

/** The texts of everything thrown, as a stack trace would have them: `class: message`, then `Caused by: …`. */
export function thrownIn(fields: Fields): readonly string[] {
  const inner = ATTRIBUTES.map((key) => attributesOf(fields[key])).find((value) => value !== undefined);
  return inner === undefined ? thrownAmong(fields) : [...thrownAmong(fields), ...thrownAmong(inner)];
}

/** As an object, or as OTLP's list of keys and values. */
function attributesOf(value: unknown): Fields | undefined {
  if (isRecord(value)) return value;
  if (!Array.isArray(value)) return undefined;
  const pairs = value.flatMap((one: unknown) => {
    if (!isRecord(one) || typeof one['key'] !== 'string' || !isRecord(one['value'])) return [];
    return [[one['key'], one['value']['stringValue']] as const];
  });
  return Object.fromEntries(pairs);
}

function thrownAmong(fields: Fields): readonly string[] {
  const prefixes = new Set(
    Object.keys(fields).flatMap((key) => (key.includes('.') ? [key.slice(0, key.indexOf('.'))] : [])),
  );
  const texts = TEXTS.map((key) => asText(fields[key])).filter((value) => isText(value));
  const objects = OBJECTS.flatMap((key) => {
    const value = fields[key];
    if (isText(value)) return [value];
    if (isRecord(value)) return described(value);
    return prefixes.has(key) ? flat(fields, key) : [];
  });
  return [...texts, ...objects];
}

function described(thrown: Fields): readonly string[] {
  const lines: string[] = [];
  let next: unknown = thrown;
  for (let depth = 0; depth < MOST_CAUSES && isRecord(next); depth += 1) {
    lines.push(...headAndStack(next, depth === 0 ? '' : 'Caused by: '));
    next = next['cause'];
  }
  return lines;
}

/** `error.type` and its like as keys with a dot. */
function flat(fields: Fields, prefix: string): readonly string[] {
  const parts = [...CLASSES, ...MESSAGES, ...STACKS].flatMap((key) => {
    const value = fields[`${prefix}.${key}`];
    return isText(value) ? [[key, value] as const] : [];
  });
  return parts.length === 0 ? [] : headAndStack(Object.fromEntries(parts), '');
}

/** The stack trace, which begins with class and message; or these alone. */
function headAndStack(thrown: Fields, before: string): readonly string[] {
  const name = firstText(thrown, CLASSES);
  const message = firstText(thrown, MESSAGES);
  const stack = firstText(thrown, STACKS);
  if (stack !== undefined && (name === undefined || stack.includes(name))) return [before + stack];
  const head = [name, message].filter((part) => part !== undefined).join(': ');
  return [...(head === '' ? [] : [before + head]), ...(stack === undefined ? [] : [stack])];
}

function firstText(fields: Fields, keys: readonly string[]): string | undefined {
  return keys.map((key) => fields[key]).find((value) => isText(value));
}

/** A stack trace may be a list of its lines. */
function asText(value: unknown): unknown {
  return Array.isArray(value) && value.every((line) => typeof line === 'string') ? value.join('\n') : value;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
