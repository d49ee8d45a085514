// What to do before an upgrade.
import type { UPGRADE_FAULTS } from '../../api/faults/upgrade.ts';
import { aws, kubectl, rollout, shell, sql } from '../command.ts';
import { remedy, type Remedy } from '../remedy.ts';
import { CERTIFICATE, DATABASE_CERTIFICATE, PODS } from './lines.ts';

const WHO_BLOCKS = sql`SELECT pid, usename, state, now() - xact_start AS open_for, left(query, 80) AS query FROM pg_stat_activity WHERE xact_start IS NOT NULL ORDER BY xact_start`;

export const UPGRADE_REMEDIES = {
  UpgradeRolloutUnfinished: remedy(
    'Wait until the rollout is done, or resume it if it is paused. Upgrade nothing on top of it, nor on a workload that is being deleted.',
    rollout('status'),
    PODS,
  ),
  UpgradeImageSkew: remedy(
    'Bring all pods to the image of the workload, and see that it works, before you upgrade.',
    kubectl`get pods -o custom-columns='POD:.metadata.name,IMAGE:.spec.containers[*].image,ID:.status.containerStatuses[*].imageID'`,
    rollout('restart'),
  ),
  UpgradeImageDigestsDiffer: remedy(
    'Somebody moved the tag. Pin the digest in the values; a restart brings all pods to one image.',
    kubectl`get pods -o custom-columns='POD:.metadata.name,IMAGE:.spec.containers[*].image,ID:.status.containerStatuses[*].imageID'`,
    rollout('restart'),
  ),
  UpgradeEvictionBlocked: remedy(
    'Before nodes are drained, run one replica more than minAvailable, or say maxUnavailable: 1. The upgrade of the release itself goes through.',
    kubectl`get poddisruptionbudgets`,
  ),
  UpgradeKeysRenamed: remedy(
    'Rename the keys that the message names in the values of the upgrade. When they are ready, let the gate leave this check out.',
    kubectl`get configmaps`,
  ),
  UpgradeKeysOutdated: remedy(
    'Say spec.upgrade.targetVersion, so that this can be judged; rename the keys if it is 1.3.0 or later.',
    kubectl`edit healthreport ${'report'}`,
  ),
  UpgradeKeysUndecided: remedy(
    'Read the values of the upgrade yourself: what the cluster shows does not tell old names from new ones.',
  ),
  UpgradeReleaseUnknown: remedy(
    "Read the vendor's notes on this release yourself, or take a newer recognize-health that knows it. A misspelt release is put right in the spec.",
    kubectl`edit healthreport ${'report'}`,
  ),
  UpgradeTargetDrifted: remedy(
    'Let the report examine what the message names: draft it anew and take the entry over. Then ask the gate again.',
    shell`recognize-health init -n ${'namespace'}`,
    kubectl`edit healthreport ${'report'}`,
  ),
  UpgradeBackendUntold: remedy(
    'Set what the message names, or list the backend in the report; where the installation has none, say so in spec.upgrade.waive. Then ask the gate again.',
    shell`recognize-health init -n ${'namespace'}`,
    kubectl`edit healthreport ${'report'}`,
  ),
  UpgradeMigrationRunning: remedy(
    'Wait until the migration is done. End neither the session nor its pod.',
    sql`SELECT a.pid, a.usename, a.client_addr, a.xact_start, left(a.query, 80) AS query FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory'`,
  ),
  UpgradeHeadroomMissing: remedy(
    'Free connections for the pods that a rolling update adds: raise max_connections, make pools smaller, or lower maxSurge for this upgrade.',
    sql`SELECT usename, datname, count(*) FROM pg_stat_activity GROUP BY 1, 2 ORDER BY 3 DESC`,
    sql`SHOW max_connections`,
  ),
  UpgradePoolerLimitUnknown: remedy(
    'Read max_client_conn of the pooler and set poolerClients of the database in the report: a client cannot see the limit.',
    shell`psql -h ${'host'} -p ${'port'} -d pgbouncer -c 'SHOW CONFIG'`,
  ),
  UpgradeTransactionOpen: remedy(
    'Let the transaction end, or end it: a migration would wait for it, and everybody else behind the migration.',
    WHO_BLOCKS,
  ),
  UpgradeStandbyBehind: remedy(
    'Wait until the standby has caught up: it is what you would go back to.',
    sql`SELECT application_name, state, replay_lag, pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) AS bytes FROM pg_stat_replication`,
  ),
  UpgradePasswordEnding: remedy(
    'Set a new end for the password before you upgrade: new pods open new connections.',
    sql`SELECT rolname, rolvaliduntil FROM pg_roles WHERE rolvaliduntil IS NOT NULL`,
  ),
  UpgradeKeyMaterialEnding: remedy(
    'Import the key material again before you upgrade.',
    aws`kms get-parameters-for-import --key-id ${'key'} --wrapping-algorithm RSAES_OAEP_SHA_256 --wrapping-key-spec RSA_4096`,
  ),
  UpgradeCertificateEnding: remedy(
    'Renew the certificate before you upgrade.',
    [DATABASE_CERTIFICATE, CERTIFICATE].flat(),
  ),
} as const satisfies Record<keyof typeof UPGRADE_FAULTS, Remedy>;
