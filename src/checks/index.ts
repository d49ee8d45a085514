// Every check, by hand: a test compares this list with the folder.
import type { AnyCheck } from '../facts/answer.ts';
import { alertErrorRate } from './alert-error-rate.ts';
import { alertSignature } from './alert-signature.ts';
import { alertStart } from './alert-start.ts';
import { bucketClock } from './bucket-clock.ts';
import { bucketEncryption } from './bucket-encryption.ts';
import { bucketList } from './bucket-list.ts';
import { bucketReach } from './bucket-reach.ts';
import { bucketRegion } from './bucket-region.ts';
import { bucketVersioning } from './bucket-versioning.ts';
import { bucketWrite } from './bucket-write.ts';
import { capacityLatency } from './capacity-latency.ts';
import { capacityLimits } from './capacity-limits.ts';
import { capacityReplicas } from './capacity-replicas.ts';
import { databaseActivity } from './database-activity.ts';
import { databaseCertificate } from './database-certificate.ts';
import { databaseConnect } from './database-connect.ts';
import { databaseConnections } from './database-connections.ts';
import { databaseCredentials } from './database-credentials.ts';
import { databaseMigrations } from './database-migrations.ts';
import { databaseReplication } from './database-replication.ts';
import { databaseVersion } from './database-version.ts';
import { databaseWraparound } from './database-wraparound.ts';
import { databaseWritable } from './database-writable.ts';
import { keyExpiry } from './key-expiry.ts';
import { keyPair } from './key-pair.ts';
import { keyPublicKey } from './key-public-key.ts';
import { keySign } from './key-sign.ts';
import { keyState } from './key-state.ts';
import { keyUsage } from './key-usage.ts';
import { platformArchitecture } from './platform-architecture.ts';
import { platformVersion } from './platform-version.ts';
import { serviceCertificate } from './service-certificate.ts';
import { serviceHealth } from './service-health.ts';
import { serviceLogs } from './service-logs.ts';
import { servicePool } from './service-pool.ts';
import { serviceWorkload } from './service-workload.ts';
import { upgradeActivity } from './upgrade-activity.ts';
import { upgradeCertificate } from './upgrade-certificate.ts';
import { upgradeCredentials } from './upgrade-credentials.ts';
import { upgradeDatabaseCertificate } from './upgrade-database-certificate.ts';
import { upgradeDisruptionBudget } from './upgrade-disruption-budget.ts';
import { upgradeExpiry } from './upgrade-expiry.ts';
import { upgradeHeadroom } from './upgrade-headroom.ts';
import { upgradeImages } from './upgrade-images.ts';
import { upgradeMigrations } from './upgrade-migrations.ts';
import { upgradeRenamedKeys } from './upgrade-renamed-keys.ts';
import { upgradeReplication } from './upgrade-replication.ts';
import { upgradeRollout } from './upgrade-rollout.ts';

export const CHECKS: readonly AnyCheck[] = [
  serviceWorkload,
  serviceHealth,
  servicePool,
  serviceLogs,
  serviceCertificate,
  databaseConnect,
  databaseWritable,
  databaseVersion,
  databaseConnections,
  databaseActivity,
  databaseReplication,
  databaseWraparound,
  databaseMigrations,
  databaseCredentials,
  databaseCertificate,
  bucketReach,
  bucketList,
  bucketRegion,
  bucketEncryption,
  bucketVersioning,
  bucketClock,
  bucketWrite,
  keyState,
  keyUsage,
  keyPublicKey,
  keySign,
  keyExpiry,
  keyPair,
  alertErrorRate,
  alertStart,
  alertSignature,
  capacityLimits,
  capacityReplicas,
  capacityLatency,
  platformVersion,
  platformArchitecture,
  upgradeRollout,
  upgradeImages,
  upgradeDisruptionBudget,
  upgradeRenamedKeys,
  upgradeMigrations,
  upgradeHeadroom,
  upgradeActivity,
  upgradeReplication,
  upgradeCredentials,
  upgradeDatabaseCertificate,
  upgradeExpiry,
  upgradeCertificate,
];
