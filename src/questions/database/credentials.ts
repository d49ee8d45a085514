// Does a password end soon: ours, or that of a role with a session on the database. What has ended for us fails `connect`.
import { found, pass } from '../../facts/answer.ts';
import { SOON_MS } from '../../facts/ends-soon.ts';
import { ok, type Outcome } from '../../facts/outcome.ts';
import { literal, redact } from '../../runtime/safe-text.ts';
import { databaseQuestion, strange } from './question.ts';

declare module '../../facts/observed.ts' {
  interface DatabaseAnswers {
    /** The role whose password ends first, of our own and those with a session on this database. Empty: none ends. */
    readonly credentials: Outcome<{ readonly role?: string; /** RFC 3339 UTC */ readonly validUntil?: string }>;
  }
}

const NAME_BYTES = 63;

export const credentials = databaseQuestion('credentials', {
  sql: `SELECT (array_agg(rolname::text ORDER BY rolvaliduntil))[1] AS role,
    (extract(epoch FROM min(rolvaliduntil)) * 1000)::float8 AS until
    FROM pg_roles WHERE isfinite(rolvaliduntil) AND (rolname = session_user
      OR oid IN (SELECT usesysid FROM pg_stat_activity WHERE datname = current_database()))`,
  read: ({ role, until }) => {
    if (role === null && until === null) return ok({});
    if (typeof role !== 'string' || typeof until !== 'number') return strange();
    const end = new Date(until);
    // A year beyond what a Date can hold never comes.
    return Number.isNaN(end.getTime()) ? ok({}) : ok({ role, validUntil: end.toISOString() });
  },
  evidence: 'The end (rolvaliduntil) of the roles that are connected and of our own.',
  faults: ['DatabasePasswordExpiring'],
  judge({ role, validUntil }, { now }) {
    if (role === undefined || validUntil === undefined) return pass(literal('no password has an end'));
    const leftMs = Date.parse(validUntil) - now.getTime();
    const name = redact(role, [], NAME_BYTES);
    const day = validUntil.slice(0, 10);
    if (leftMs > SOON_MS) return pass(redact(`the first password to end is that of ${name}, on ${day}`));
    const words = leftMs <= 0 ? `ended on ${day}: new connections are refused` : `ends on ${day}`;
    return found({ code: 'DatabasePasswordExpiring', detail: redact(`the password of role ${name} ${words}`) });
  },
});
