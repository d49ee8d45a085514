// One line of a log: what stands before its text (kubectl's and the kubelet's prefixes, colours), whether it begins a
// record, and what its head says. Lines that begin none belong to the record above them.

import { anyCase, isLevelName, LEVELS, levelOfLetter, levelOfNumber } from './level.ts';
import { isPretty } from './pretty-json.ts';
import { wrapperLength } from './wrapper.ts';

/** No more of a line is looked at to see whether it begins a record. In bytes. */
const HEAD_BYTES = 512;
/** A JSON line may begin with a long message. */
const JSON_HEAD_BYTES = 8192;

/** Of a pod's name. */
const NAME_BYTES = 254;

/** With this many bytes of a line at hand, whether it begins a record is known. */
export const ENOUGH_BYTES = JSON_HEAD_BYTES + HEAD_BYTES;

export interface Head {
  readonly kind: 'plain' | 'json';
  /** As logged; undefined where there is none, and for JSON, whose fields say it. */
  readonly level?: string | undefined;
  /** Milliseconds since the epoch; a time without an offset is taken as UTC, which containers run in. */
  readonly time?: number | undefined;
  /** What the line says about where it comes from: pod, container or application, as written. */
  readonly origin?: string | undefined;
}

export interface Bare {
  /** Without prefixes and colours. */
  readonly text: string;
  /** Time of the kubelet's prefix. Milliseconds since the epoch. */
  readonly time?: number | undefined;
  /** Pod and container of `kubectl logs --prefix`. */
  readonly origin?: string | undefined;
}

const ISO = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d`;
const ZONE = String.raw`(?:Z|[+-]\d\d:\d\d)`;
const POD = /^\[pod\/([^\s\]]{1,320})\] /;
/** The kubelet writes nine decimals, always. With fewer, only what follows tells a prefix from a record's own time. */
const KUBELET = new RegExp(
  `^(${ISO}(?:\\.\\d{9}${ZONE} |(?:\\.\\d{1,8})?${ZONE} (?=${ISO}|\\d{4}-\\d\\d-\\d\\d \\d\\d:|\\{|\\[Nest\\] |\\s*at |\\t|Caused by: |Suppressed: |\\.\\.\\. \\d|(?:[a-z]\\w{0,63}\\.){1,16}[A-Z][\\w$]{0,127}(?:Exception|Error)\\b|$)))`,
);
/** A file of the node: the runtime says the stream, and whether the line is whole. */
const CRI = new RegExp(`^(${ISO}\\.\\d{9}${ZONE}) (?:stdout|stderr) [FP] `);
const PARTIAL = new RegExp(`^${ISO}\\.\\d{9}${ZONE} (?:stdout|stderr) P `);
const COLOURS = /\u001b\[[0-9;]{0,20}m/g;

const ADDRESS = String.raw`\d{1,3}(?:\.\d{1,3}){3}`;

/** Times that a record begins with: ISO, Tomcat's, the time alone, java.util.logging's, syslog's. */
const TIMESTAMPED =
  /^[[(]?(?:\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|\d\d[-/.](?:[A-Z][a-z]{2}|\d\d)[-/.]\d{4},? ?:?\d\d:\d\d|\d\d:\d\d:\d\d[.,]\d{3}|[A-Z][a-z]{2} \d{1,2}, \d{4},? |[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{8}[T ]?\d{6}(?:[.,]?\d{3})?[Z ])/;
/** Times as a locale writes them: `28-nov.-2026 04:28`, `28. Nov. 2026, 04:28`, `nov. 28, 2026 4:28:00 AM`, `Sat Nov 28 04:28:00`. */
const LOCALE_TIMESTAMPED =
  /^[[(]?(?:\d{1,2}[-/. ]{1,2}[^\s\d\-/.]{3,12}[-/. ]{1,2}\d{4}[^\d\n]{1,6}\d\d?[:h]\d\d|[^\s\d=]{3,12}\.? \d{1,2}, \d{4},? \d\d?:\d\d|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4},? \d\d?:\d\d|\d{1,2}[^\s\d]{0,3} \d{1,2}, \d{4},? \d\d?:\d\d)/;
const WORD = String.raw`(?:${anyCase(LEVELS)})`;
/**
 * Layouts without a date, told by a level in its place: log4j's TTCC (`812 [main] INFO  …`), milliseconds or seconds since
 * the epoch, slf4j-simple (`[main] INFO …`), the JVM's own (`[0.012s][info][gc] …`), a priority of syslog.
 */
const LEVEL_IN_PLACE = new RegExp(
  `^(?:\\d{1,9} +\\[[^\\]\\n]{1,80}\\] +${WORD}(?=[\\s\\]|:-])|\\[?(?:\\d{10}(?:\\d{3}|\\d{6}|\\d{9}|[.,]\\d{1,9})?|\\d\\d:\\d\\d:\\d\\d)\\]?[\\s,:|][^\\n]{0,120}?\\b${WORD}\\b|\\[[^\\]\\n]{1,80}\\] +${WORD} +\\S|\\[[\\d.,]{1,16}m?s\\]\\[${WORD} *\\]|<\\d{1,3}>)`,
);
/** logfmt: names and values. Whatever comes first, a level is among them. */
const LOGFMT = /^[A-Za-z_@][\w.@-]{0,40}=\S/;
/** `ERROR: …` is no beginning: PostgreSQL's messages start so, on lines of their own. */
const LEVEL_FIRST = new RegExp(`^ {0,2}\\[?(?:${LEVELS})(?:\\]|:\\s{2,}|:[\\w.]+:|(?= ))\\s*\\S`);
const OTHER_HEADS = new RegExp(
  `^(?:\\[Nest\\] |[IWEF]\\d{4} \\d\\d:\\d\\d:\\d\\d|(?:time|timestamp|ts|level|lvl)=|Exception in thread "|"[^"\\n]{1,120}" #\\d|(?:Terminating|Aborting) due to java\\.|# A fatal error has been detected|${ADDRESS} \\S+ \\S+ \\[)`,
);
/**
 * Messages hold JSON too, on lines of its own: only what says a time or a level is a line of a JSON log, and a brace
 * alone begins nothing.
 */
const JSON_HEAD = /^\{\s{0,8}"/;
const JSON_LOG =
  /"(?:@?[tT]imestamp|timestampSeconds|timeUnixNano|[sS]everity(?:Text|Number)|@t|time|ts|date|datetime|timeMillis|instant|level|log\.level|severity|severity_text|lvl|loglevel|log_level|levelname|level_value|@l|log|MESSAGE|_entry|intLevel)"\s{0,8}:/;

const LEVEL_WORD = new RegExp(`(?:^|[\\s[|(:"'-])(${LEVELS})(?=$|[\\s\\]|):,"'-])`);
/** What a name has for a value is a level only where no other word is one. */
const LEVEL_VALUE = new RegExp(`=["']?(${LEVELS})(?=$|[\\s\\]|):,"'-])`);
/** Tomcat's layout of one line has java.util.logging's names, in the JVM's language. */
const LEVEL_LOCALE = /^\S{6,24} \d\d:\d\d:\d\d[.,]\d{3} (\S{2,16}) \[/;
const LEVEL_FIELD = /\b(?:level|lvl|severity|loglevel)=["']?([A-Za-z]+)/;
/** After the names of threads and loggers, where brackets mark it. */
const LEVEL_MARKED = new RegExp(`[[|]\\s{0,4}(${WORD})\\s{0,4}[\\]|]`);
const LEVEL_LETTER = /^[[(\d\s:.,TZ+/)\]-]{8,40}[\s[]([TDIWEF])(?=[\]\s/|])/;
const LETTERS = { T: 'TRACE', D: 'DEBUG', I: 'INFO', W: 'WARN', E: 'ERROR', F: 'FATAL' } as const;
const TIME_FIELD = /^[^\n]{0,120}?\b(?:time|timestamp|ts)=["']?([^\s"']{10,40})/;
const PRIORITY_HEAD = /^<\d{1,3}>(?:1 )?/;
const PRIORITY = /^<(\d{1,3})>/;
const EPOCH = /^\[?(\d{10})(\d{3}|\d{6}|\d{9}|[.,]\d{1,9})?\]?[\s,:|]/;
const LEVEL_LOWER = /^[\d\s:.,TZ+/()[\]-]*(trace|debug|info|notice|warn|warning|error|fatal|critical|panic)\b(?!=)/i;
/** In any case where a colon or brackets mark it; a bare word only in capitals: messages begin with `Error while …`. */
const LEADING = new RegExp(`^\\s{0,8}(?:\\[?((?:${anyCase(LEVELS)}))(?:\\]|:(?:\\s|$))|(${LEVELS})\\s)`);
/** java.util.logging names its levels in the JVM's language. */
const LEADING_LOCALE = /^([^\s:\d]{2,16}): /;
const ACCESS_LOG = new RegExp(`^${ADDRESS} `);
/** What the Java virtual machine prints by itself. */
const OF_THE_JVM = /^(?:Exception in thread|Terminating due to |Aborting due to |# A fatal error)/;
const TIME = /^[[(]?(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))? ?(Z|[+-]\d\d:?\d\d)?/;
/** Spring Boot since 3.2 names the application before the thread. */
const APPLICATION = / --- \[([^\]\s]{1,63})\] \[/;

/** A line without what kubectl, the kubelet and a colouring layout put around its text. */
export function bareLine(line: string): Bare {
  let text = line.endsWith('\r') ? line.slice(0, -1) : line;
  const pod = text.startsWith('[pod/') ? POD.exec(text) : null;
  if (pod !== null) text = text.slice(pod[0].length);
  if (text.includes('\u001b')) text = text.replace(COLOURS, '');
  if (isBare(text)) return { text, ...(pod?.[1] === undefined ? {} : { origin: pod[1] }) };
  let kubelet = kubeletOf(text);
  if (kubelet !== null) text = text.slice(kubelet[0].length);
  const wrapper = wrapperLength(text);
  if (wrapper > 0 && !isLostBehind(wrapper, text)) {
    text = text.slice(wrapper);
    const inner = kubeletOf(text);
    if (inner !== null) text = text.slice(inner[0].length);
    kubelet ??= inner;
  }
  const time = kubelet === null ? undefined : parseTime(kubelet[0]);
  return {
    text,
    time,
    ...(pod?.[1] === undefined ? {} : { origin: pod[1] }),
  };
}

/**
 * Most lines begin with a time and go on with their level: nothing stands before those, and they are looked at no
 * closer. Times of nine decimals, the kubelet's, are longer.
 */
function isBare(text: string): boolean {
  const space = text.indexOf(' ', 11);
  const next = text[space + 1] === ' ' ? text[space + 2] : text[space + 1];
  return space > 0 && space < 29 && text[4] === '-' && (next === 'I' || next === 'E' || next === 'D' || next === 'T');
}

function kubeletOf(text: string): RegExpExecArray | null {
  return text[10] === 'T' ? (CRI.exec(text) ?? KUBELET.exec(text)) : null;
}

/** JSON that says neither time nor level begins no record, while what stands before it may. */
function isLostBehind(wrapper: number, text: string): boolean {
  return text[wrapper] === '{' && text.length < HEAD_BYTES && !isJson(text.slice(wrapper));
}

/** Whether the container runtime cut the line: it goes on in the next one. */
export function isPartial(line: string): boolean {
  return PARTIAL.test(line);
}

/** Lines of a text with those joined that the container runtime cut; without their prefixes from the second part on. */
export function wholeLines(raw: string): readonly string[] {
  const lines = raw.split('\n');
  if (!lines.some(isPartial)) return lines;
  const whole: string[] = [];
  let goesOn = false;
  for (const line of lines) {
    if (goesOn) whole.push(`${whole.pop() ?? ''}${bareLine(line).text}`);
    else whole.push(line);
    goesOn = isPartial(line);
  }
  return whole;
}

/** Whether the line that begins at `at` begins a record. Looks at ENOUGH_BYTES at the most. */
export function startsRecord(bytes: Buffer, at: number): boolean {
  const first = bytes[at] ?? 0x0a;
  // Most lines below a record begin with white space, `java.`, `org.`: no need for a closer look.
  if (first <= 0x20 && first !== 0x1b) return false;
  if (first >= 0x61 && first <= 0x7a && !mayBegin(bytes, at)) return false;
  if (first === 0x7b && isPretty(bytes, at)) return true;
  const { text } = bareLine(beginning(bytes, at, HEAD_BYTES));
  return JSON_HEAD.test(text) ? isJson(bareLine(beginning(bytes, at, ENOUGH_BYTES)).text) : isHead(text);
}

/**
 * Small letters begin a record in logfmt (`name=`), where a locale's months do (`nov. 28`), and where a collector puts a
 * name before the line (`name-1  | `, `name-x2 name `), hardly elsewhere.
 */
function mayBegin(bytes: Buffer, at: number): boolean {
  let most = 42;
  for (let index = at; index < at + most; index += 1) {
    const byte = bytes[index] ?? 0x0a;
    if (byte === 0x3d) return true;
    if (byte === 0x2d) most = NAME_BYTES;
    if (byte === 0x20) {
      const next = bytes[index + 1] ?? 0;
      if (most === NAME_BYTES || next === 0x20 || next === 0x7c) return true;
      return index - at <= 12 && next >= 0x30 && next <= 0x39;
    }
    if (byte <= 0x20 || byte === 0x3a || byte === 0x28) return false;
  }
  return false;
}

/**
 * A line that long is the record of a layout that writes the exception first, or a document within a message: one that
 * says no level belongs to the record above it, as any JSON does.
 */
const SURELY_A_RECORD = JSON_HEAD_BYTES;

/** What the head of a record says; undefined for a line that begins none. */
export function parseHead(line: string): Head | undefined {
  const bare = bareLine(line.slice(0, line.slice(0, HEAD_BYTES).includes('{') ? ENOUGH_BYTES : HEAD_BYTES));
  const { text } = bare;
  const json = isJson(text);
  if (!json && !isPlainHead(text)) return undefined;
  const origin = bare.origin ?? APPLICATION.exec(text)?.[1];
  const time = bare.time ?? parseTime(text.replace(PRIORITY_HEAD, '')) ?? timeField(text);
  return json
    ? { kind: 'json', level: undefined, time, origin }
    : { kind: 'plain', level: levelOf(text), time, origin };
}

/** The time of logfmt and its like; most lines name nothing. */
function timeField(text: string): number | undefined {
  return text.includes('=') ? parseTime(TIME_FIELD.exec(text)?.[1] ?? '') : undefined;
}

/** Whether a line is in logfmt: names and values, a level among them. */
export function isLogfmt(text: string): boolean {
  return LOGFMT.test(text) && LEVEL_FIELD.test(text.slice(0, HEAD_BYTES));
}

/** The level that a text without a head of its own begins with: java.util.logging's second line, plain `ERROR: …`. */
export function leadingLevel(text: string): string | undefined {
  const found = LEADING.exec(text);
  if (found !== null) return found[1] ?? found[2];
  return named(LEADING_LOCALE.exec(text)?.[1]);
}

/** A line that cannot begin anything: indented, empty, or a part of a stack trace. */
export function isContinuation(line: string): boolean {
  return /^(?:\s|at |Caused by: |Suppressed: |\.\.\. \d|[)}\]]|$)/.test(bareLine(line).text);
}

/** An ISO time, or one since the epoch, at the beginning of a text. In milliseconds since the epoch. */
export function parseTime(text: string): number | undefined {
  const found = TIME.exec(text);
  if (found === null) {
    const [, seconds, rest = '000'] = EPOCH.exec(text) ?? [];
    return seconds === undefined
      ? undefined
      : Number(seconds) * 1000 + Number(rest.replace(/^[.,]/, '').padEnd(3, '0').slice(0, 3));
  }
  const [, date = '', clock = '', decimals = '', zone = 'Z'] = found;
  const offset = zone === 'Z' || zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const time = Date.parse(`${date}T${clock}.${decimals.padEnd(3, '0').slice(0, 3)}${offset}`);
  return Number.isNaN(time) ? undefined : time;
}

function isHead(text: string): boolean {
  return isJson(text) || isPlainHead(text);
}

function isPlainHead(text: string): boolean {
  return (
    TIMESTAMPED.test(text) ||
    OTHER_HEADS.test(text) ||
    LEVEL_FIRST.test(text) ||
    LEVEL_IN_PLACE.test(text) ||
    LOCALE_TIMESTAMPED.test(text) ||
    (LOGFMT.test(text) && LEVEL_FIELD.test(text))
  );
}

function isJson(text: string): boolean {
  return JSON_HEAD.test(text) && (text.length >= SURELY_A_RECORD || JSON_LOG.test(text));
}

function levelOf(text: string): string | undefined {
  if (OF_THE_JVM.test(text)) return 'ERROR';
  const klog = /^([IWEF])\d{4} /.exec(text)?.[1];
  if (klog !== undefined) return levelOfLetter(klog);
  // Access logs: the answer to a request is no error log, whatever the request's text.
  if (ACCESS_LOG.test(text)) return 'INFO';
  const priority = PRIORITY.exec(text)?.[1];
  if (priority !== undefined) return levelOfNumber(Number(priority) % 8);
  if (text.startsWith('"')) return 'INFO';
  if (LOGFMT.test(text)) return LEVEL_FIELD.exec(text)?.[1];
  const head = text.slice(0, 256);
  const letter = LEVEL_LETTER.exec(head)?.[1];
  return (
    LEVEL_FIELD.exec(head)?.[1] ??
    LEVEL_LOWER.exec(head)?.[1] ??
    LEVEL_WORD.exec(head)?.[1] ??
    LEVEL_MARKED.exec(head)?.[1] ??
    LEVEL_VALUE.exec(head)?.[1] ??
    named(LEVEL_LOCALE.exec(head)?.[1]) ??
    (letter === undefined ? undefined : LETTERS[letter as keyof typeof LETTERS])
  );
}

function named(word: string | undefined): string | undefined {
  return word !== undefined && isLevelName(word) ? word : undefined;
}

function beginning(bytes: Buffer, at: number, most: number): string {
  const stop = Math.min(at + most, bytes.length);
  const text = bytes.toString('latin1', at, stop);
  const end = text.indexOf('\n');
  return end === -1 ? text : text.slice(0, end);
}
