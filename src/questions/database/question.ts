// A question of a database as one value: its SQL, how the answer is read, and how it is judged. SQL runs on PostgreSQL 14
// and newer. All of it is readable for every role, except what says pg_read_all_stats: then the answer names the grant.
import type { FaultCode } from '../../api/faults.ts';
import type { Answer, Check, Seen } from '../../facts/answer.ts';
import type { DatabaseAnswers } from '../../facts/observed.ts';
import { failed, type Failed, type Outcome } from '../../facts/outcome.ts';
import { passOn } from '../../facts/pass-on.ts';
import { literal, redact } from '../../runtime/safe-text.ts';
import { QUESTION_FAULTS } from './question-faults.ts';

export type Row = Readonly<Record<string, unknown>>;
export type Name = keyof DatabaseAnswers;

/** What the answer to a question is, where there is one. */
export type Answered<K extends Name> = DatabaseAnswers[K] extends Outcome<infer T> ? T : never;

/** Runs one statement over the connection. */
export type RunSql = (sql: string) => Promise<Outcome<readonly Row[]>>;

/** Which part of the database the services use. */
export interface Asked {
  /** The schema that the spec names. */
  readonly schema: string | undefined;
  /** The schemas in which the URL looks names up. */
  readonly searchPath: readonly string[];
}

export interface DatabaseQuestion<T> {
  readonly ask: (run: RunSql, asked: Asked) => Promise<Outcome<T>>;
  /** Missing where another question judges the answer. */
  readonly check?: Check<'database'>;
}

interface OneRow<T> {
  /** One statement, which answers with one row. */
  readonly sql: string;
  /** Says `strange()` of a row of another shape. */
  readonly read: (row: Row) => Outcome<T>;
}

interface Judged<K extends Name> {
  /** What a pass stands on. */
  readonly evidence: string;
  /** Those of its own, beside what any question may meet. */
  readonly faults: readonly FaultCode[];
  /** Called where there is an answer; why there is none is passed on. */
  readonly judge: (answer: Answered<K>, seen: Seen<'database'>) => Answer;
}

/** Asks with one statement. */
export async function askOneRow<T>(run: RunSql, { sql, read }: OneRow<T>): Promise<Outcome<T>> {
  const answer = await run(sql);
  return answer.ok ? read(answer.value[0] ?? {}) : answer;
}

/** The question `name`, and the check of that name which it makes. */
export function databaseQuestion<K extends Name>(
  name: K,
  {
    evidence,
    faults: own,
    judge,
    ...asking
  }: Judged<K> & (OneRow<Answered<K>> | Pick<DatabaseQuestion<Answered<K>>, 'ask'>),
): DatabaseQuestion<Answered<K>> & { readonly check: Check<'database'> } {
  const faults = [...own, ...QUESTION_FAULTS];
  return {
    ask: 'ask' in asking ? asking.ask : (run) => askOneRow(run, asking),
    check: {
      question: name,
      about: 'database',
      feeds: 'Healthy',
      evidence,
      faults,
      ask(seen) {
        const answer = seen.observed[name] as Outcome<Answered<K>>;
        return answer.ok ? judge(answer.value, seen) : passOn(answer.fault, faults);
      },
    },
  };
}

const STRANGE = literal('the database answers a question with something else than was asked for');

export function strange(): Failed {
  return failed('DatabaseQueryFailed', STRANGE);
}

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Clocks of a server may go back: then nothing has lasted yet. */
export function milliseconds(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? Math.max(0, Math.round(value)) : undefined;
}

/** True when the role may see what others do; pg_monitor contains it. */
export const MAY_SEE_ALL = `pg_has_role(session_user, 'pg_read_all_stats', 'USAGE') AS may, session_user::text AS role`;

/** The missing grant, or undefined when the row says that the role has it. */
export function grantMissing({ may, role }: Row): Failed | undefined {
  if (may !== false) return undefined;
  return failed('DatabasePrivilegeMissing', redact(`not asked: GRANT pg_monitor TO ${quoted(role)} is missing`));
}

/** A name as SQL takes it. */
export function quoted(name: unknown): string {
  return `"${String(name).replaceAll('"', '""')}"`;
}
