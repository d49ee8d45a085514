// What to do about a line in a log. The service that wrote it is well otherwise: whom it accuses comes first.
import type { LOG_FAULTS } from '../../api/faults/logs.ts';
import { kubectl } from '../command.ts';
import { remedy, type Remedy } from '../remedy.ts';
import { DESCRIBE, LAST_LOG, LOG_DIAGNOSED, PODS } from './lines.ts';

export const LOG_REMEDIES = {
  InternalServiceError: remedy(
    'Read the log of the service that the line names, not of the one that wrote it.',
    PODS,
    LOG_DIAGNOSED,
  ),
  InternalConnectionError: remedy(
    'See whether the service that the line names is up, and whether its address in the configuration is right.',
    kubectl`get services,endpointslices`,
    LOG_DIAGNOSED,
  ),
  RequestBodyUnparsable: remedy(
    'A client sends what core-daemon cannot read: find which, and correct it there. No backend is at fault.',
    LOG_DIAGNOSED,
  ),
  ClientConnectionClosed: remedy(
    'Clients went away before their answer. Look at their timeouts, and at proxies between, if it happens often.',
    LOG_DIAGNOSED,
  ),
  ApplicationRunFailed: remedy(
    'Read the start of the log to its deepest "Caused by": that is the reason.',
    LAST_LOG,
    DESCRIBE,
  ),
  PoolInitializationFailed: remedy(
    'The service could not connect to its database at its start. Look at the database, then at the URL of the service.',
    LOG_DIAGNOSED,
  ),
  PoolConnectionTimeout: remedy(
    'See in the line how many connections there are: total=0 means none can be made, active=total that all are in use.',
    LOG_DIAGNOSED,
  ),
  PoolUsedUp: remedy(
    'Find what keeps the connections: slow queries, locks, a leak. Make the pool larger only when the server has room.',
    LOG_DIAGNOSED,
  ),
  PoolWithoutConnections: remedy(
    'No connection can be made: look at the database and the way to it, not at the size of the pool.',
    LOG_DIAGNOSED,
  ),
  DatabaseErrorLogged: remedy(
    'The words of the database are in the line; the probe of the database says whether it still is so.',
    LOG_DIAGNOSED,
  ),
  DatabaseDiskFull: remedy(
    'Free space on the disk of the database server, or enlarge it. Do not delete files in pg_wal by hand.',
    LOG_DIAGNOSED,
  ),
  CallsToServiceFail: remedy(
    'If that service answers us, look at what stands between the two: the NetworkPolicies of both, what a mesh authorises, and address, port and TLS in the settings of the service that calls.',
    kubectl`get networkpolicies`,
    LOG_DIAGNOSED,
  ),
  SqlBatchFailed: remedy(
    'Look the statement and the constraint up in the log of the database; a duplicate key is no outage.',
    LOG_DIAGNOSED,
  ),
  CircuitPersistFailed: remedy(
    'The bucket refused or was not reached when circuits were stored. Look at the bucket, then at the rights of the service.',
    LOG_DIAGNOSED,
  ),
  StorageErrorLogged: remedy(
    'The words of the storage are in the line; the probe of the bucket says whether it still is so.',
    LOG_DIAGNOSED,
  ),
  StorageRefusesService: remedy(
    'The line says what is refused. For want of rights grant s3:GetObject, PutObject and DeleteObject to the identity of the service, not to that of the report; otherwise make room, or look at object lock and the key of the bucket.',
    LOG_DIAGNOSED,
  ),
  DatabaseRefusesService: remedy(
    "Our own login works and that of the service does not: compare user, password, database and host in the settings of the service with those of the report, and look the refusal up in the database's log.",
    LOG_DIAGNOSED,
  ),
  StatementErrorLogged: remedy(
    'The line says what was missing. When it comes back, look at schema, grants and pooler as the entry says.',
    LOG_DIAGNOSED,
  ),
  StatementsFail: remedy(
    'Compare currentSchema and search_path of the service with the schema of its migrations, grant its role the right that the line names, or let the pooler take prepared statements along (prepareThreshold=0 does without).',
    LOG_DIAGNOSED,
  ),
  CircuitDeleteFailed: remedy(
    'The exception after the line says what the database refused. Look at the database of circuit-storage.',
    LOG_DIAGNOSED,
  ),
  NodePersistenceServerError: remedy(
    'Read the log of node-persistence at that time, and compare its URL in auth-vault with its Service.',
    kubectl`get service node-persistence`,
    LOG_DIAGNOSED,
  ),
  NodePersistenceConnectionError: remedy(
    'See whether node-persistence is up at the address in the line.',
    kubectl`get service node-persistence`,
    PODS,
    LOG_DIAGNOSED,
  ),
  TokenSignFailed: remedy(
    'The key refused to sign, or was not reached. Look at the key first, then at the rights of auth-vault.',
    LOG_DIAGNOSED,
  ),
  KeyErrorLogged: remedy(
    'The words of KMS are in the line; the probe of the key says whether it still is so.',
    LOG_DIAGNOSED,
  ),
  KeyRefusesService: remedy(
    'The line says what is refused. For want of rights grant kms:Sign and kms:GetPublicKey to the identity of auth-vault, not to that of the report; otherwise compare the key id that it is set to with that of the report.',
    LOG_DIAGNOSED,
  ),
  JvmOutOfMemory: remedy(
    'Restart the pod: it cannot be trusted any more. Then raise heap and memory limit together, and keep a heap dump if it comes back.',
    kubectl`delete pod ${'pod'}`,
    LOG_DIAGNOSED,
  ),
} as const satisfies Record<keyof typeof LOG_FAULTS, Remedy>;
