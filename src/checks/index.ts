// Every check, by hand: a test compares this list with the folder.
import type { AnyCheck } from '../facts/answer.ts';
import { DATABASE_CHECKS } from '../questions/database/index.ts';
import { alertErrorRate } from './logs/error-rate.ts';
import { alertSignature } from './logs/signature.ts';
import { alertStart } from './logs/start.ts';
import { bucketCertificate } from './bucket/certificate.ts';
import { bucketClock } from './bucket/clock.ts';
import { bucketEncryption } from './bucket/encryption.ts';
import { bucketList } from './bucket/list.ts';
import { bucketReach } from './bucket/reach.ts';
import { bucketRegion } from './bucket/region.ts';
import { bucketVersioning } from './bucket/versioning.ts';
import { bucketWrite } from './bucket/write.ts';
import { capacityLatency } from './meters/latency.ts';
import { capacityLimits } from './pods/limits.ts';
import { capacityReplicas } from './pods/replicas.ts';
import { databaseCertificate } from './database/certificate.ts';
import { databaseConnect } from './database/connect.ts';
import { databaseStatements } from './database/statements.ts';
import { keyCertificate } from './key/certificate.ts';
import { keyExpiry } from './key/expiry.ts';
import { keyPair } from './key/key-pair.ts';
import { keyPublicKey } from './key/public-key.ts';
import { keySign } from './key/sign.ts';
import { keyState } from './key/state.ts';
import { keyUsage } from './key/usage.ts';
import { platformArchitecture } from './cluster/architecture.ts';
import { upgradeRelease } from './cluster/upgrade-release.ts';
import { platformVersion } from './cluster/version.ts';
import { serviceCertificate } from './service/certificate.ts';
import { serviceHealth } from './service/health.ts';
import { serviceLogs } from './logs/logs.ts';
import { servicePool } from './meters/pool.ts';
import { serviceWorkload } from './pods/workload.ts';
import { upgradeActivity } from './database/upgrade-activity.ts';
import { upgradeBucketCertificate } from './bucket/upgrade-certificate.ts';
import { upgradeCertificate } from './service/upgrade-certificate.ts';
import { upgradeCredentials } from './database/upgrade-credentials.ts';
import { upgradeDatabaseCertificate } from './database/upgrade-certificate.ts';
import { upgradeDisruptionBudget } from './pods/upgrade-disruption-budget.ts';
import { upgradeExpiry } from './key/upgrade-expiry.ts';
import { upgradeHeadroom } from './database/upgrade-headroom.ts';
import { upgradeImages } from './pods/upgrade-images.ts';
import { upgradeKeyCertificate } from './key/upgrade-certificate.ts';
import { upgradeMigrations } from './database/upgrade-migrations.ts';
import { configurationBackends } from './configuration/backends.ts';
import { upgradeBackends } from './configuration/upgrade-backends.ts';
import { upgradeRenamedKeys } from './configuration/upgrade-renamed-keys.ts';
import { upgradeReplication } from './database/upgrade-replication.ts';
import { upgradeRollout } from './pods/upgrade-rollout.ts';

export const CHECKS: readonly AnyCheck[] = [
  serviceWorkload,
  serviceHealth,
  servicePool,
  serviceLogs,
  serviceCertificate,
  configurationBackends,
  databaseConnect,
  ...DATABASE_CHECKS,
  databaseStatements,
  databaseCertificate,
  bucketReach,
  bucketList,
  bucketRegion,
  bucketEncryption,
  bucketVersioning,
  bucketClock,
  bucketCertificate,
  bucketWrite,
  keyState,
  keyUsage,
  keyPublicKey,
  keySign,
  keyExpiry,
  keyCertificate,
  keyPair,
  alertErrorRate,
  alertStart,
  alertSignature,
  capacityLimits,
  capacityReplicas,
  capacityLatency,
  platformVersion,
  platformArchitecture,
  upgradeRelease,
  upgradeRollout,
  upgradeImages,
  upgradeDisruptionBudget,
  upgradeRenamedKeys,
  upgradeBackends,
  upgradeMigrations,
  upgradeHeadroom,
  upgradeActivity,
  upgradeReplication,
  upgradeCredentials,
  upgradeDatabaseCertificate,
  upgradeExpiry,
  upgradeBucketCertificate,
  upgradeKeyCertificate,
  upgradeCertificate,
];
