// Does the database take writes: a standby and a read-only default both refuse every INSERT of the services.
import { found, pass } from '../../facts/answer.ts';
import { ok, type Outcome } from '../../facts/outcome.ts';
import { clipSafe, literal, redact, safe } from '../../runtime/safe-text.ts';
import { databaseQuestion, isCount, strange } from './question.ts';

declare module '../../facts/observed.ts' {
  interface DatabaseAnswers {
    readonly writable: Outcome<{
      readonly inRecovery: boolean;
      readonly readOnly: boolean;
      /** A role that is connected and may write, whose new sessions are read-only. */
      readonly readOnlyRole?: string;
    }>;
  }
}

/** Three million transaction ids before their end, a server gives out no more (PostgreSQL 14 and newer). */
const LAST_WRITE_AGE = 2 ** 31 - 3_000_000;

/**
 * Which setting a new session of the services starts with is their own: that of a role in this database, of a role, of
 * the database. Ours may differ, so the roles are asked about that are connected and may write.
 */
export const writable = databaseQuestion('writable', {
  sql: `WITH connected AS (
      SELECT DISTINCT r.oid, r.rolname FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid
      WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND NOT r.rolsuper
        AND EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
            AND has_table_privilege(r.oid, c.oid, 'INSERT'))),
    told AS (
      SELECT w.rolname, (SELECT split_part(setting, '=', 2) FROM pg_db_role_setting s, unnest(s.setconfig) setting
        WHERE s.setrole IN (w.oid, 0) AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
          AND setting LIKE 'default\\_transaction\\_read\\_only=%'
        ORDER BY s.setrole = 0, s.setdatabase = 0 LIMIT 1) AS value FROM connected w)
SELECT pg_is_in_recovery() AS in_recovery, current_setting('default_transaction_read_only') = 'on' AS read_only,
    (SELECT source FROM pg_settings WHERE name = 'default_transaction_read_only') AS source,
    (SELECT count(*)::int FROM told) AS writers,
    (SELECT min(rolname)::text FROM told WHERE value IN ('on', 'true', 'yes', '1')) AS read_only_role`,
  read: (row) => {
    const { in_recovery: inRecovery, read_only: own, source, writers, read_only_role: role } = row;
    if (typeof inRecovery !== 'boolean' || typeof own !== 'boolean') return strange();
    // A monitor may be read-only by a setting of its own, as long as somebody else is there to be asked.
    const isOurs = typeof source === 'string' && source.endsWith('user') && isCount(writers) && writers > 0;
    return ok({
      inRecovery,
      readOnly: (own && !isOurs) || typeof role === 'string',
      ...(typeof role === 'string' ? { readOnlyRole: role } : {}),
    });
  },
  evidence:
    'The answer of pg_is_in_recovery, the settings that the connected roles start with, and that transaction ids are left; nothing is written.',
  faults: ['DatabaseReadOnly'],
  judge({ inRecovery, readOnly, readOnlyRole }, { observed: { away, wraparound } }) {
    if (inRecovery)
      return found({
        code: 'DatabaseReadOnly',
        // The primary is away: that is the cause, and its name the one to look at.
        detail:
          away === undefined
            ? literal('the server is in recovery: it is a standby')
            : clipSafe(safe`${away}; the server that is left is a standby`, 160),
      });
    if (readOnlyRole !== undefined)
      return found({
        code: 'DatabaseReadOnly',
        detail: redact(
          `default_transaction_read_only is on for role ${readOnlyRole}, which is connected: it cannot write`,
          [],
          160,
        ),
      });
    if (readOnly)
      return found({
        code: 'DatabaseReadOnly',
        detail: literal('default_transaction_read_only is on: new sessions cannot write'),
      });
    if (wraparound.ok && wraparound.value.age >= LAST_WRITE_AGE) {
      const whose = redact(`database ${wraparound.value.database} has no transaction ids left`, [], 100);
      return found({ code: 'DatabaseReadOnly', detail: safe`${whose}: no write is taken before it is vacuumed` });
    }
    return pass(literal('takes writes'));
  },
});
