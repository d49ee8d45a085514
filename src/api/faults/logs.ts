// What the guide's log lines say. Their names follow the guide's rows.
import type { FaultTraits } from './traits.ts';

export const LOG_FAULTS = {
  InternalServiceError: {
    result: 'warn',
    severity: 'medium',
    explainable: true,
    meaning: 'core-daemon logs that an internal service returned an error.',
  },
  InternalConnectionError: {
    result: 'warn',
    severity: 'medium',
    explainable: true,
    meaning: 'core-daemon logs the bare address of an internal service: the connection failed.',
  },
  CallsToServiceFail: {
    result: 'fail',
    severity: 'high',
    explainable: true,
    meaning:
      'The log says for more than a minute, and still, that another service of Recognize is not reached; a probe of ours comes from elsewhere.',
  },
  RequestBodyUnparsable: {
    result: 'warn',
    severity: 'low',
    meaning: 'A client sent a request body that could not be parsed.',
  },
  ClientConnectionClosed: {
    result: 'warn',
    severity: 'low',
    meaning: 'A client went away before its answer was written.',
  },
  ApplicationRunFailed: {
    result: 'warn',
    severity: 'high',
    meaning: 'The service logs that it could not start.',
  },
  PoolInitializationFailed: {
    result: 'warn',
    severity: 'high',
    explainable: true,
    meaning: 'Hikari could not fill its pool.',
  },
  PoolConnectionTimeout: {
    result: 'warn',
    severity: 'high',
    explainable: true,
    meaning: 'Hikari had no database connection to hand out in time.',
  },
  PoolUsedUp: {
    result: 'warn',
    severity: 'high',
    explainable: true,
    meaning: 'Hikari had no connection to hand out in time, because all that it has were in use.',
  },
  PoolWithoutConnections: {
    result: 'warn',
    severity: 'high',
    explainable: true,
    meaning: 'Hikari had no connection to hand out in time, because it could make none.',
  },
  DatabaseErrorLogged: {
    result: 'warn',
    severity: 'high',
    explainable: true,
    meaning: 'An exception in the log comes from the connection to the database.',
  },
  DatabaseDiskFull: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    serverWide: true,
    meaning: 'The database wrote that its disk is full: it cannot store anything more.',
  },
  SqlBatchFailed: {
    result: 'warn',
    severity: 'medium',
    explainable: true,
    meaning: 'Hibernate could not execute a batch.',
  },
  CircuitPersistFailed: {
    result: 'warn',
    severity: 'high',
    explainable: true,
    meaning: 'circuit-storage could not write a circuit to S3.',
  },
  StorageErrorLogged: {
    result: 'warn',
    severity: 'high',
    explainable: true,
    meaning: 'An exception in the log comes from the object storage, or from the way to it.',
  },
  StorageRefusesService: {
    result: 'fail',
    severity: 'high',
    explainable: true,
    meaning:
      'The log says time and again that the object storage refuses what the service does, or for more than a minute that it fails; a probe of ours does something else.',
  },
  DatabaseRefusesService: {
    result: 'fail',
    severity: 'high',
    explainable: true,
    meaning:
      'The log says time and again that the database refuses the service: its login or its database, or for more than a minute that it cannot be reached, while the health of the service does not show it UP; or its writes, whatever that health says.',
  },
  StatementErrorLogged: {
    result: 'warn',
    severity: 'high',
    explainable: true,
    meaning:
      'Statements of the service failed several times for a reason that does not lie in them: a table, a right or a prepared statement is missing, or the database is damaged.',
  },
  StatementsFail: {
    result: 'fail',
    severity: 'high',
    explainable: true,
    meaning:
      'The log says time and again, and did a moment ago, that statements of the service fail: a table, a right or a prepared statement is missing, or the database is damaged.',
  },
  CircuitDeleteFailed: {
    result: 'warn',
    severity: 'medium',
    explainable: true,
    meaning: 'circuit-storage could not delete circuits.',
  },
  NodePersistenceServerError: {
    result: 'warn',
    severity: 'high',
    explainable: true,
    meaning: 'auth-vault got a 500 from node-persistence.',
  },
  NodePersistenceConnectionError: {
    result: 'warn',
    severity: 'high',
    explainable: true,
    meaning: 'auth-vault could not reach node-persistence.',
  },
  TokenSignFailed: {
    result: 'warn',
    severity: 'high',
    explainable: true,
    meaning: 'auth-vault could not sign a token with KMS.',
  },
  KeyErrorLogged: {
    result: 'warn',
    severity: 'high',
    explainable: true,
    meaning: 'An exception in the log comes from KMS, or from the way to it.',
  },
  KeyRefusesService: {
    result: 'fail',
    severity: 'high',
    explainable: true,
    meaning:
      'The log says time and again that KMS refuses what the service does, or for more than a minute that it fails; a probe of ours does something else.',
  },
  JvmOutOfMemory: {
    result: 'warn',
    severity: 'high',
    meaning: 'The Java virtual machine ran out of memory; afterwards nothing that it says of itself is certain.',
  },
} as const satisfies Record<string, FaultTraits>;
