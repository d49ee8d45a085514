// What a JSON log line says was thrown: a stack trace as text or as a list, or an object with class, message and causes, in
// the spellings of ECS, GELF, Logback, Log4j 2, Quarkus, OpenTelemetry and those who write their own.
import { isRecord } from '../runtime/is-record.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Whole stack traces, or an exception's `toString()`. */
const TEXTS = ['stack_trace', 'stackTrace', 'stacktrace', 'stack', '_error_stack_trace', 'exc_info', '@x'] as const;
/** Objects, texts, lists of either, or the beginning of flat keys (`error.type`, `error_type`). */
const OBJECTS = [
  'error',
  '_error',
  'err',
  'exception',
  'Exception',
  '_exception',
  'thrown',
  'throwable',
  'throwable_root_cause',
  'cause',
  'ex',
] as const;
const CLASSES = [
  'type',
  'class',
  'exception_class',
  'exceptionClass',
  'exceptionType',
  'className',
  'name',
  'kind',
  'exc_type',
] as const;
const MESSAGES = [
  'message',
  'exception_message',
  'exceptionMessage',
  'localizedMessage',
  'msg',
  'exc_value',
  'value',
] as const;
const STACKS = ['stack_trace', 'stacktrace', 'stackTrace', 'stack', 'extendedStackTrace'] as const;
/** What another throwable stands under: alone, in a list, or in an object around it (`causedBy.exception` of Quarkus). */
const CAUSES = [
  'cause',
  'causes',
  'causedBy',
  'caused_by',
  'innerException',
  'InnerException',
  'rootCause',
  'root_cause',
  'suppressed',
  'aggregateErrors',
  'exception',
  'values',
] as const;
/** Causes below one another that are followed, and how many there are in all. */
const MOST_CAUSES = 16;
const MOST_THROWN = 64;

/** OpenTelemetry keeps what was thrown among the attributes, as flat keys. */
const ATTRIBUTES = ['attributes', 'Attributes', 'fields', 'meta'] as const;

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
  const texts = TEXTS.map((key) => asText(fields[key])).filter((value) => isText(value));
  const keys = Object.keys(fields);
  const objects = OBJECTS.flatMap((key) => {
    const value = fields[key];
    if (value !== undefined && value !== null) return described(value);
    return keys.some((one) => one.startsWith(key)) ? flat(fields, key) : [];
  });
  return [...texts, ...objects];
}

/** A throwable and all that it was caused by, the outermost first. */
function described(thrown: unknown): readonly string[] {
  const lines: string[] = [];
  let left = MOST_THROWN;
  const add = (value: unknown, before: string, depth: number): void => {
    if (left <= 0 || depth > MOST_CAUSES) return;
    left -= 1;
    const text = asText(value);
    if (isText(text)) lines.push(before + text);
    else if (Array.isArray(value)) for (const one of value) add(one, before, depth + 1);
    else if (isRecord(value) && !isFrame(value)) {
      const own = headAndStack(value, before);
      lines.push(...own);
      for (const key of CAUSES) add(value[key], own.length === 0 ? before : 'Caused by: ', depth + 1);
    }
  };
  add(thrown, '', 0);
  return lines;
}

/** `error.type` and its like as keys with a dot, or with the one character that GELF and others allow. */
function flat(fields: Fields, prefix: string): readonly string[] {
  const parts = [...CLASSES, ...MESSAGES, ...STACKS].flatMap((key) => {
    const value = asText(fields[`${prefix}.${key}`] ?? fields[`${prefix}_${key}`]);
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

/** A place in the code is no throwable, though it names a class. */
function isFrame(value: Fields): boolean {
  return ['method', 'methodName', 'lineNumber'].some((key) => Object.hasOwn(value, key));
}

function firstText(fields: Fields, keys: readonly string[]): string | undefined {
  return keys.map((key) => asText(fields[key])).find((value) => isText(value));
}

/** A stack trace may be a list of its lines. */
function asText(value: unknown): unknown {
  return Array.isArray(value) && value.length > 0 && value.every((line) => typeof line === 'string')
    ? value.join('\n')
    : value;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
