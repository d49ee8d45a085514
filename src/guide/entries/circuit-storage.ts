// Circuit storage: the guide's three rows, in its order.
import type { Entry } from '../entry.ts';

export const CIRCUIT_STORAGE_ENTRIES = [
  {
    id: 'REC-CS-001',
    section: 'circuit-storage',
    title: 'HHH100501: Exception executing batch/Batch entry/Error: duplicate key…',
    cause: 'SQL error: the database refused a statement of circuit storage, for example because of a duplicate key.',
    nextSteps: 'Look into the database logs for the statement and the constraint.',
    anchor: 'circuit-storage',
    source: 'guide',
    claims: [['any', 'SqlBatchFailed']],
    signatures: [
      {
        template: 'HHH100501: Exception executing batch/Batch entry/Error: duplicate key…',
        fault: 'SqlBatchFailed',
      },
      // PostgreSQL's driver writes the severity in capitals.
      { template: 'ERROR: duplicate key…', fault: 'SqlBatchFailed' },
    ],
  },
  {
    id: 'REC-CS-002',
    section: 'circuit-storage',
    title: 'Persisting circuit on S3 failed. [circuitId=*]',
    cause: 'Circuit storage cannot connect to Amazon S3 (or the S3-compatible storage in its place).',
    nextSteps:
      'Check the configuration first: endpoint, region, bucket, credentials. If it is correct, look for a network outage or an outage of the provider.',
    anchor: 'circuit-storage',
    source: 'guide',
    claims: [
      ['any', 'CircuitPersistFailed'],
      ['any', 'StorageErrorLogged'],
      ['any', 'StorageRefusesService'],
      ['any', 'HealthStorageDown'],
      ['any', 'BucketAddressUnresolved'],
      ['any', 'BucketUnreachable'],
      ['any', 'BucketTimeout'],
      ['any', 'BucketTlsFailed'],
      ['any', 'BucketCredentialsInvalid'],
      ['any', 'BucketMissing'],
      ['any', 'BucketAccessDenied'],
      ['any', 'BucketWrongRegion'],
      ['any', 'BucketServerError'],
      ['any', 'BucketAnswerInvalid'],
    ],
    signatures: [
      {
        template: 'Persisting circuit on S3 failed. [circuitId=*]',
        fault: 'CircuitPersistFailed',
        blames: 'object-storage',
      },
    ],
  },
  {
    id: 'REC-CS-003',
    section: 'circuit-storage',
    title: 'Error while deleting some circuits',
    cause: 'Database error while circuit storage was deleting circuits.',
    nextSteps: 'Check the logs for details: the exception after this line names what the database said.',
    anchor: 'circuit-storage',
    source: 'guide',
    claims: [['any', 'CircuitDeleteFailed']],
    signatures: [{ template: 'Error while deleting some circuits', fault: 'CircuitDeleteFailed', blames: 'database' }],
  },
] as const satisfies readonly Entry[];
