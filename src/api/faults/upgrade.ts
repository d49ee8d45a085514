// What speaks against an upgrade now, though it need not speak against health. A fail blocks: it makes Upgradeable False.
// Each says why it blocks or only warns, measured by what an upgrade does: `helm upgrade --atomic` replaces every pod,
// waits ten minutes for the new ones, and goes back when they do not come; the schema's migrations do not go back.
import type { FaultTraits } from './traits.ts';

export const UPGRADE_FAULTS = {
  UpgradeRolloutUnfinished: {
    result: 'fail',
    severity: 'high',
    meaning: 'A rollout of the service is not complete, or paused.',
    because:
      'A second rollout on top of the first leaves pods of three templates, and --atomic would go back to one that was never proven to work. A paused workload does not roll out at all, so the upgrade waits until its time is up. While it stays within its bounds the rollout is no matter of health.',
  },
  UpgradeImageSkew: {
    result: 'fail',
    severity: 'high',
    meaning: 'Pods of the service run another image than its workload asks for, and no rollout explains it.',
    because:
      'Somebody changed pods by hand, or the workload does not replace them (OnDelete). What runs is not what a rollback brings, and only combinations that the vendor has communicated are supported.',
  },
  UpgradeImageDigestsDiffer: {
    result: 'warn',
    severity: 'medium',
    meaning: 'Pods of the service run different images under the same tag.',
    because:
      'The tag was moved, so pods that restart change their version. It warns only, because the upgrade replaces all of them; pin the digest, or the next release is as uncertain.',
  },
  UpgradeEvictionBlocked: {
    result: 'warn',
    severity: 'medium',
    meaning: 'A PodDisruptionBudget lets no pod of the service be evicted, even while all of them are healthy.',
    because:
      'It warns only: rolling updates do not ask budgets, so the upgrade of a release goes through. A drain does ask, and never ends: an upgrade of nodes or of OpenShift stands still at this pod.',
  },
  UpgradeKeysRenamed: {
    result: 'fail',
    severity: 'high',
    meaning: 'The service is configured with keys that the target release no longer reads.',
    because:
      'The release ignores them without a word in any log: services start with defaults, without database, bucket or neighbour. Only a person can say whether the values of the upgrade have the new names.',
  },
  UpgradeKeysOutdated: {
    result: 'warn',
    severity: 'medium',
    meaning: 'The service is configured with keys that releases from 1.3.0 on do not read.',
    because:
      'It warns only: without spec.upgrade.targetVersion nobody knows whether the upgrade crosses 1.3.0. With it this blocks, or passes.',
  },
  UpgradeKeysUndecided: {
    result: 'skip',
    severity: 'info',
    meaning: 'What can be read of the configuration does not tell the old names of keys from the new ones.',
    because: 'It is no evidence, for or against. Read the values of the upgrade.',
  },
  UpgradeReleaseUnknown: {
    result: 'skip',
    severity: 'info',
    meaning: 'The release that spec.upgrade.targetVersion names is not known to this version of recognize-health.',
    because:
      'It is no evidence, for or against: what the release changes nobody has told us. What holds for all releases is checked, and what earlier ones have renamed.',
  },
  UpgradeTargetDrifted: {
    result: 'error',
    severity: 'high',
    meaning: 'What the service uses by its own configuration is not what the report examined.',
    because:
      'A pass needs evidence about the database, bucket or key that the service uses. What was examined instead says nothing about it.',
  },
  UpgradeBackendUntold: {
    result: 'error',
    severity: 'high',
    meaning:
      'A database, bucket or key that the service needs or names was not examined, because nobody can tell which it is.',
    because:
      'A pass needs evidence about the database, bucket or key that the service uses. What was examined instead says nothing about it.',
  },
  UpgradeMigrationRunning: {
    result: 'fail',
    severity: 'high',
    meaning: "A session holds Flyway's lock on the database: a migration of the schema is under way.",
    because:
      'The upgrade ends the pod that migrates. A migration that is cut off leaves a schema that neither the old nor the new release fits.',
  },
  UpgradePoolerLimitUnknown: {
    result: 'error',
    severity: 'medium',
    meaning: 'New pods would be clients of a connection pooler, and how many it takes is not known.',
    because:
      'A pooler that is full refuses the new pods while the old ones still hold their connections. Its limit is told to its admins alone: say it in the spec.',
  },
  UpgradeHeadroomMissing: {
    result: 'fail',
    severity: 'high',
    meaning: 'The server has too few connections left for the pods that a rolling update adds.',
    because:
      'New pods start before old ones end. Those that get no connection do not become ready, and after ten minutes --atomic goes back, though the schema may have been migrated.',
  },
  UpgradeTransactionOpen: {
    result: 'fail',
    severity: 'high',
    meaning: 'Transactions or locks have been held for long on a database that the upgrade may migrate.',
    because:
      'A change of a table waits for every transaction that has touched it, and everybody else waits behind the change: the services stand still until the transaction ends or the upgrade gives up. For health alone it is a warning.',
  },
  UpgradeStandbyBehind: {
    result: 'fail',
    severity: 'medium',
    meaning: 'A standby is too far behind its primary for an upgrade.',
    because:
      'A migration writes much at once, and the standby is what one would go back to. A failover now would lose what it has not applied. For health alone it is a warning.',
  },
  UpgradePasswordEnding: {
    result: 'fail',
    severity: 'high',
    meaning: 'The password of a role that uses the database has ended, or ends within a day.',
    because:
      'Running pools keep their connections; the pods that an upgrade starts open new ones and are refused. A day covers the upgrade and the way back.',
  },
  UpgradeKeyMaterialEnding: {
    result: 'fail',
    severity: 'high',
    meaning: 'The imported material of the key ends within a day.',
    because:
      'Signatures would fail in the middle of the upgrade, and look like its fault. A day covers the way back too.',
  },
  UpgradeCertificateEnding: {
    result: 'fail',
    severity: 'high',
    meaning: 'The certificate of a service or of a server that the services use ends within a day.',
    because: 'Calls would fail in the middle of the upgrade, and look like its fault. A day covers the way back too.',
  },
} as const satisfies Record<string, FaultTraits>;
