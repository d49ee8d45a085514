// A question of a database, and what questions share. SQL runs on PostgreSQL 14 and newer. All of it is readable for every
// role, except what says pg_read_all_stats: then the answer names the grant.
import type { PostgresSession } from '../../clients/clients.ts';
import type { DatabaseAnswers } from '../../facts/observed.ts';
import { failed, type Failed, type Outcome } from '../../facts/outcome.ts';
import { literal, redact } from '../../runtime/safe-text.ts';

export type Row = Readonly<Record<string, unknown>>;

/** What the answer to a question is, where there is one. */
export type Answered<K extends keyof DatabaseAnswers> = DatabaseAnswers[K] extends Outcome<infer T> ? T : never;

/** Which part of the database the services use. */
export interface Asked {
  /** The schema that the spec names. */
  readonly schema: string | undefined;
  /** The schemas in which the URL looks names up. */
  readonly searchPath: readonly string[];
}

export interface Question<T> {
  ask(session: PostgresSession, signal: AbortSignal, asked: Asked): Promise<Outcome<T>>;
}

interface OneRow<T> {
  readonly sql: string;
  readonly read: (row: Row) => Outcome<T>;
}

/** A question that one statement answers with one row. `read` says `strange()` of a row of another shape. */
export function oneRow<T>({ sql, read }: OneRow<T>): {
  ask(session: PostgresSession, signal: AbortSignal): Promise<Outcome<T>>;
} {
  return {
    async ask(session, signal) {
      const answer = await session.query(sql, signal);
      return answer.ok ? read(answer.value[0] ?? {}) : answer;
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
