// Levels as they are logged: words in any spelling, and the numbers of Logback, pino and bunyan.
import { isBelowWarning } from '../guide/matcher.ts';

export type Gravity = 'below-warning' | 'warning' | 'error' | 'unknown';

/** Levels that count as an error log: the guide's alert counts these. */
const ERROR =
  /^(?:error|err|eror|severe|fatal|critical|crit|alert|emerg|emergency|panic|dpanic|schwerwiegend|grave|重大|严重)$/i;
const WARNING = /^(?:warn|warning|wrn|warnung|avertissement|advertencia|avvertenza|advertência|aviso|警告)$/i;

/** What a level means; `unknown` where there is none or nobody knows the word. */
export function gravityOf(level: string | undefined): Gravity {
  if (level === undefined) return 'unknown';
  const word = level.trim();
  if (ERROR.test(word)) return 'error';
  if (WARNING.test(word)) return 'warning';
  return isBelowWarning(word) ? 'below-warning' : 'unknown';
}

/** True for what looks like the name of a level, so that a field which may hold other things is not taken for one. */
export function isLevelName(text: string): boolean {
  return gravityOf(text) !== 'unknown';
}

/**
 * The word for a level that was logged as a number: hundreds of thousands of Logback's `level_value` (40000 = ERROR),
 * tens of pino and bunyan (50 = error), syslog's 0 to 7 of GELF (3 = error). Undefined for other numbers.
 */
export function levelOfNumber(value: number): string | undefined {
  if (Number.isInteger(value) && value >= 0 && value <= 7) return SYSLOG[value];
  const scaled = value >= 1000 ? value / 1000 + 10 : value;
  if (!Number.isInteger(scaled) || scaled < 10 || scaled > 60) return undefined;
  return scaled >= 50 ? 'ERROR' : scaled >= 40 ? 'WARN' : scaled >= 30 ? 'INFO' : 'DEBUG';
}

/** The word for a level of which only the first letter was logged; undefined for other letters. */
export function levelOfLetter(letter: string): string | undefined {
  return LETTERS[letter.toUpperCase()];
}

const LETTERS: Readonly<Record<string, string>> = {
  F: 'FATAL',
  E: 'ERROR',
  W: 'WARN',
  I: 'INFO',
  D: 'DEBUG',
  T: 'TRACE',
};

/** RFC 5424, 6.2.1: emergency, alert, critical, error, warning, notice, informational, debug. */
const SYSLOG = ['FATAL', 'FATAL', 'FATAL', 'ERROR', 'WARN', 'INFO', 'INFO', 'DEBUG'] as const;

/** The names of levels that layouts write, as alternatives of a pattern. */
export const LEVELS =
  'TRACE|DEBUG|FINEST|FINER|FINE|CONFIG|INFO|NOTICE|LOG|WARN|WARNING|ERROR|SEVERE|FATAL|CRITICAL|ALERT|EMERG|TRC|DBG|INF|WRN|ERR|CRIT';

/** `INFO|WARN` → `[Ii][Nn][Ff][Oo]|…`: a part of a pattern without regard to case. */
export function anyCase(words: string): string {
  return words.replace(/[A-Z]/g, (letter) => `[${letter}${letter.toLowerCase()}]`);
}
