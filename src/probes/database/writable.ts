// Can a new session of the services write here?
import { ok } from '../../facts/outcome.ts';
import { isCount, oneRow, strange, type Answered } from './question.ts';

/**
 * Which setting a new session of the services starts with is their own: that of a role in this database, of a role, of
 * the database. Ours may differ, so the roles are asked about that are connected and may write.
 */
export const writable = oneRow<Answered<'writable'>>({
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
});
