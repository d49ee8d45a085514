// Node persistence: the guide's two rows, in its order.
import type { Entry } from '../entry.ts';

/** "A Hikari error always …": in these logs too. core-daemon's is searched for them where it holds node persistence. */
const SERVICES_WITH_A_POOL = ['node-persistence', 'circuit-storage', 'metrics-collector'] as const;

export const NODE_PERSISTENCE_ENTRIES = [
  {
    id: 'REC-NP-001',
    section: 'node-persistence',
    title: 'Application run failed',
    cause: 'The node persistence service could not start.',
    nextSteps: 'Look into the node persistence logs: the exception after this line says what stopped it.',
    anchor: 'node-persistence',
    source: 'guide',
    claims: [
      ['node-persistence', 'ApplicationRunFailed'],
      ['node-persistence', 'StartFailed'],
      ['node-persistence', 'CrashLooping'],
    ],
    signatures: [
      { template: 'Application run failed', fault: 'ApplicationRunFailed' },
      // Where one of Spring Boot's failure analysers knows the reason, this stands in the log instead.
      { template: 'APPLICATION FAILED TO START', fault: 'ApplicationRunFailed' },
    ],
  },
  {
    id: 'REC-NP-002',
    section: 'node-persistence',
    title: 'HikariPool-1 - Exception during pool initialization',
    cause:
      'The database instance refuses connections, loses them, or has none to give; the service that logs it is not at fault. Where the pool itself says so, the guide is plain: a Hikari error always means a problem related to the database instance.',
    nextSteps:
      'Look into the database logs: is it up, does it accept connections, do credentials and TLS settings fit?',
    anchor: 'node-persistence',
    source: 'guide',
    claims: [
      ['any', 'PoolInitializationFailed'],
      ['any', 'PoolConnectionTimeout'],
      ['any', 'PoolUsedUp'],
      ['any', 'PoolWithoutConnections'],
      ['any', 'DatabaseErrorLogged'],
      ['any', 'DatabaseRefusesService'],
      ['any', 'PoolCannotConnect'],
      ['any', 'PoolStarved'],
      ['any', 'HealthDatabaseDown'],
      ['any', 'DatabaseAddressUnresolved'],
      ['any', 'DatabaseUnreachable'],
      ['any', 'DatabaseTimeout'],
      ['any', 'DatabaseTlsFailed'],
      ['any', 'DatabaseAuthenticationFailed'],
      ['any', 'DatabaseMissing'],
      ['any', 'DatabaseClosed'],
      ['any', 'DatabaseStandbyClosed'],
      ['any', 'DatabaseKindMissing'],
      ['any', 'DatabaseConnectionRefused'],
      ['any', 'DatabaseSlotsExhausted'],
      ['any', 'DatabaseStartingUp'],
      ['any', 'DatabaseReadOnly'],
      ['any', 'DatabaseQueryFailed'],
    ],
    signatures: [
      {
        template: 'HikariPool-1 - Exception during pool initialization',
        fault: 'PoolInitializationFailed',
        blames: 'database',
        logs: SERVICES_WITH_A_POOL,
      },
      // The row says "a Hikari error always": this is the one that a running service logs.
      {
        template: 'HikariPool-1 - Connection is not available, request timed out after *',
        fault: 'PoolConnectionTimeout',
        blames: 'database',
        logs: SERVICES_WITH_A_POOL,
      },
    ],
  },
] as const satisfies readonly Entry[];
