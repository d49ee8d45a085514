// What the tests of logs share: a log scanned at once, and one record in every layout in which it can be written.
import type { Service } from '../../../src/api/components.ts';
import type { LogEvidence } from '../../../src/facts/log-evidence.ts';
import { createLogScan, type LogScanOptions } from '../../../src/logs/scan.ts';
import { writersOf } from '../../../src/logs/signatures.ts';

/** Scans a whole log. Without a service, as one whose origin nobody knows. */
export function scanned(log: string | Buffer, service?: Service, options: LogScanOptions = {}): LogEvidence {
  const scan = createLogScan({ ...(service === undefined ? {} : { services: writersOf(service) }), ...options });
  scan.push(typeof log === 'string' ? Buffer.from(log) : log);
  return scan.end();
}

/** Entry ids with their counts, in the order of the ids. */
export function counts({ findings }: LogEvidence): Record<string, number> {
  return Object.fromEntries(findings.map(({ id, count }): [string, number] => [id, count]).sort());
}

const DAY = '2026-11-20';
const CLOCK = '09:14:03';

/** Layouts: each gives one record with a level, a message and possibly a stack trace, ending with a line feed. */
export const LAYOUTS: Readonly<Record<string, (level: string, message: string, trace?: readonly string[]) => string>> =
  {
    'Spring Boot 2': (level, message, trace = []) =>
      lines(`${DAY} ${CLOCK}.512 ${level.padStart(5)} 1 --- [           main] i.k.a.Service : ${message}`, ...trace),
    'Spring Boot 3': (level, message, trace = []) =>
      lines(`${DAY}T${CLOCK}.512Z ${level.padStart(5)} 1 --- [nio-8080-exec-1] i.k.a.Service : ${message}`, ...trace),
    'Spring Boot 3 with colours': (level, message, trace = []) =>
      lines(
        `\u001b[2m${DAY}T${CLOCK}.512+01:00\u001b[0;39m \u001b[31m${level.padStart(5)}\u001b[0;39m \u001b[35m1\u001b[0;39m \u001b[2m---\u001b[0;39m \u001b[36mi.k.a.Service\u001b[0;39m \u001b[2m:\u001b[0;39m ${message}`,
        ...trace,
      ),
    'Logback without configuration': (level, message, trace = []) =>
      lines(`09:14:03.512 [main] ${level} io.keyless.a.Service -- ${message}`, ...trace),
    'java.util.logging': (level, message, trace = []) =>
      lines(
        `Nov 20, 2026 9:14:03 AM io.keyless.a.Service run`,
        `${level === 'ERROR' ? 'SEVERE' : level}: ${message}`,
        ...trace,
      ),
    'Spring Boot 3 behind the times of the kubelet': (level, message, trace = []) =>
      kubelet(`${DAY}T${CLOCK}.512Z ${level.padStart(5)} 1 --- [main] i.k.a.Service : ${message}`, ...trace),
    'Spring Boot 2 behind times without fixed decimals': (level, message, trace = []) =>
      [`${DAY} ${CLOCK}.512 ${level.padStart(5)} 1 --- [main] i.k.a.Service : ${message}`, ...trace]
        .map((line) => `${DAY}T${CLOCK}.5127Z ${line}\n`)
        .join(''),
    'kubectl logs --prefix': (level, message, trace = []) =>
      [`${DAY} ${CLOCK}.512 ${level.padStart(5)} 1 --- [main] i.k.a.Service : ${message}`, ...trace]
        .map((line) => `[pod/app-7d9f8-x2/app] ${line}\n`)
        .join(''),
    logstash: (level, message, trace = []) =>
      json({ '@timestamp': `${DAY}T${CLOCK}.512Z`, '@version': '1', message, level, stack_trace: stack(trace) }),
    'ECS, flat': (level, message, trace = []) =>
      json({ '@timestamp': `${DAY}T${CLOCK}.512Z`, 'log.level': level, message, 'error.stack_trace': stack(trace) }),
    'ECS, nested': (level, message, trace = []) =>
      json({
        '@timestamp': `${DAY}T${CLOCK}.512Z`,
        log: { level, logger: 'a.B' },
        message,
        error: { stack_trace: stack(trace) },
      }),
    Datadog: (level, message, trace = []) =>
      json({
        date: `${DAY}T${CLOCK}.512Z`,
        status: level.toLowerCase(),
        message,
        'error.stack': stack(trace),
      }),
    'severity and message': (level, message, trace = []) =>
      json({ severity: level, time: `${DAY}T${CLOCK}.512Z`, message, exception: stack(trace) }),
    'lvl and msg': (level, message, trace = []) =>
      json({ lvl: level.toLowerCase(), ts: 1795166043.512, msg: message, err: { stack: stack(trace) } }),
    'pino with numbers': (level, message, trace = []) =>
      json({ level: LEVEL_NUMBERS[level] ?? 20, time: 1_795_166_043_512, msg: message, err: { stack: stack(trace) } }),
    'log4j 2': (level, message, trace = []) =>
      json({
        instant: { epochSecond: 1_795_166_043, nanoOfSecond: 512_000_000 },
        level,
        message,
        thrown: { extendedStackTrace: stack(trace) },
      }),
    'tracing of Rust': (level, message, trace = []) =>
      json({ timestamp: `${DAY}T${CLOCK}.512000Z`, level, fields: { message }, error: stack(trace) }),
    "GELF of Spring Boot, with syslog's levels": (level, message, trace = []) =>
      json({
        version: '1.1',
        short_message: message,
        timestamp: 1795166043.512,
        level: SYSLOG_NUMBERS[level] ?? 6,
        host: 'app-7d9f8-x2',
        ...(trace.length === 0 ? {} : { full_message: `${message}\n\n${trace.join('\n')}\n` }),
      }),
    'JSON whose exception comes first and is long': (level, message, trace = []) =>
      json({
        exception: {
          stacktrace: [...trace, ...Array<string>(200).fill(`\tat ${'x'.repeat(60)}.y(Z.java:1)`)].join('\n'),
        },
        message,
        '@timestamp': `${DAY}T${CLOCK}.512+0000`,
        level,
      }),
    'JSON over several lines': (level, message, trace = []) =>
      `${JSON.stringify({ '@timestamp': `${DAY}T${CLOCK}.512Z`, level, message, stack_trace: stack(trace) }, null, 2)}\n`,
    logfmt: (level, message, trace = []) =>
      `app=a ts=${DAY}T${CLOCK}.512Z level=${level.toLowerCase()} msg=${JSON.stringify([message, ...trace].join('\n'))}\n`,
    "log4j's TTCC": (level, message, trace = []) =>
      lines(`812 [main] ${level.padEnd(5)} io.keyless.a.Service - ${message}`, ...trace),
    'milliseconds since the epoch': (level, message, trace = []) =>
      lines(`1795166043512 ${level} [main] io.keyless.a.Service - ${message}`, ...trace),
    'slf4j-simple': (level, message, trace = []) =>
      lines(`[main] ${level} io.keyless.a.Service - ${message}`, ...trace),
    'a date of the locale': (level, message, trace = []) =>
      lines(`20-nov.-2026 ${CLOCK},512 [main] ${level} a.Service - ${message}`, ...trace),
    'a date of another locale': (level, message, trace = []) =>
      lines(`20-Dez-2026 ${CLOCK}.512 ${level} [main] a.Service - ${message}`, ...trace),
    'java.util.logging in German': (level, message, trace = []) =>
      lines(`Nov. 20, 2026 9:14:03 VORM. io.keyless.a.Service run`, `${GERMAN[level] ?? 'FEIN'}: ${message}`, ...trace),
    'the level as one letter': (level, message, trace = []) =>
      lines(`${DAY} ${CLOCK}.512 ${level.slice(0, 1)} a.Service: ${message}`, ...trace),
    "a priority of syslog's": (level, message, trace = []) =>
      lines(`<${16 * 8 + (SYSLOG_NUMBERS[level] ?? 6)}>1 ${DAY}T${CLOCK}.512Z h app 1 - - ${message}`, ...trace),
    "a file of the node's": (level, message, trace = []) =>
      [`${DAY} ${CLOCK}.512 ${level.padStart(5)} 1 --- [main] i.k.a.Service : ${message}`, ...trace]
        .map((line) => `${DAY}T${CLOCK}.512000000Z stdout F ${line}\n`)
        .join(''),
    'JSON behind the times of the kubelet': (level, message, trace = []) =>
      kubelet(json({ '@timestamp': `${DAY}T${CLOCK}.512Z`, message, level, stack_trace: stack(trace) }).trimEnd()),
    'JSON whose message comes first and is long': (level, message, trace = []) =>
      json({ message: `${message} ${'x'.repeat(2000)}`, stack_trace: stack(trace), level }),
  };

const SYSLOG_NUMBERS: Readonly<Record<string, number>> = { DEBUG: 7, INFO: 6, WARN: 4, ERROR: 3 };
const GERMAN: Readonly<Record<string, string>> = { INFO: 'INFORMATION', WARN: 'WARNUNG', ERROR: 'SCHWERWIEGEND' };
const LEVEL_NUMBERS: Readonly<Record<string, number>> = { INFO: 30, WARN: 40, ERROR: 50 };

function lines(...all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}

function kubelet(...all: readonly string[]): string {
  return all.map((line, index) => `${DAY}T${CLOCK}.51200000${index % 10}Z ${line}\n`).join('');
}

function json(fields: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(fields)}\n`;
}

function stack(trace: readonly string[]): string | undefined {
  return trace.length === 0 ? undefined : `${trace.join('\n')}\n`;
}
