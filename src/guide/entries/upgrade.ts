// Advice of ours before an upgrade: the guide has none. What concerns more than upgrades stays with its own entry.
import type { Entry } from '../entry.ts';
import { ours } from './ours.ts';

export const UPGRADE_ENTRIES: readonly Entry[] = [
  ours(
    'OPS-050',
    'Rollout not finished',
    'The workload is still replacing its pods, its controller has not looked at the last change yet, or it is paused.',
    'Wait for it: `kubectl rollout status deployment NAME -n NAMESPACE`. A paused one goes on with `kubectl rollout resume deployment NAME`. If it does not end, find the pod that does not become ready (`kubectl get pods`, `kubectl describe pod POD`) before anything else is upgraded.',
    [['any', 'UpgradeRolloutUnfinished']],
  ),
  ours(
    'OPS-051',
    'Pods run another image than their workload asks for',
    'A pod was changed by hand, the workload replaces its pods only when they are deleted (`OnDelete`), or a tag was moved while pods were running, so that one tag stands for two images.',
    'Compare: `kubectl get pods -n NAMESPACE -o custom-columns=POD:.metadata.name,IMAGE:.spec.containers[*].image,ID:.status.containerStatuses[*].imageID`. Bring all of them to one image with `kubectl rollout restart deployment NAME`, see that it works, then upgrade. Use tags that nobody moves, or digests.',
    [
      ['any', 'UpgradeImageSkew'],
      ['any', 'UpgradeImageDigestsDiffer'],
    ],
  ),
  ours(
    'OPS-052',
    'PodDisruptionBudget allows no eviction',
    'The budget asks for as many pods as there are (a `minAvailable` of all replicas, a `maxUnavailable` of 0), or several budgets cover one pod, which the eviction API refuses. `kubectl drain` waits for ever then.',
    'Look with `kubectl get poddisruptionbudgets -n NAMESPACE`. Run one replica more than `minAvailable`, or say `maxUnavailable: 1` instead; leave one budget for each pod. If only the release is upgraded and no node, this may stay as it is.',
    [['any', 'UpgradeEvictionBlocked']],
  ),
  ours(
    'OPS-053',
    'Configuration keys that 1.3.0 renamed',
    'Release 1.3.0 renamed keys of core-daemon, operations-service and circuit-storage. From then on the old names are ignored without a word in any log. metrics-collector keeps `springDatasource.url`.',
    'Rename them in the values with which you will upgrade; the message names old and new. Until then the cluster shows the old ones: once the values are ready, say so with `gate --skip CHECK`, or a mute with an end. What only environment variables show (`SPRING_DATASOURCE_URL`) is spelled the same before and after: look at the values themselves.',
    [
      ['any', 'UpgradeKeysRenamed'],
      ['any', 'UpgradeKeysOutdated'],
      ['any', 'UpgradeKeysUndecided'],
    ],
  ),
  ours(
    'OPS-054',
    'Migration of the schema under way',
    "A session holds Flyway's advisory lock on this database: a service that has just started is migrating the schema.",
    "Wait until it is done; large tables take their time. See who it is: `SELECT a.pid, a.usename, a.client_addr, a.xact_start, left(a.query, 80) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory'`. Do not end it, nor the pod that it belongs to: a schema migrated by half is restored from the backup.",
    [['any', 'UpgradeMigrationRunning']],
  ),
  ours(
    'OPS-059',
    'Release that this version does not know',
    'The report names a release of which recognize-health holds no notes: it came out later, or is misspelt.',
    "Read the vendor's notes on the release before you upgrade: renamed keys, supported platforms and databases. A newer recognize-health may know it. Everything that holds for all releases was checked.",
    [['any', 'UpgradeReleaseUnknown']],
  ),
];
