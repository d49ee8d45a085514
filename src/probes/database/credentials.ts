// Whose password ends first?
import { ok } from '../../facts/outcome.ts';
import { oneRow, strange, type Answered } from './question.ts';

export const credentials = oneRow<Answered<'credentials'>>({
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
});
