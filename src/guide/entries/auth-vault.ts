// Auth vault: the guide's three rows, in its order.
import type { Entry } from '../entry.ts';

export const AUTH_VAULT_ENTRIES = [
  {
    id: 'REC-AV-001',
    section: 'auth-vault',
    title: 'Node persistence returned an unexpected status 500',
    cause: 'The Node Persistence URL of auth vault is misconfigured.',
    nextSteps:
      'Check the logs for details, and compare the configured Node Persistence URL with the Service that exists.',
    anchor: 'auth-vault',
    source: 'guide',
    claims: [['any', 'NodePersistenceServerError']],
    signatures: [
      {
        template: 'Node persistence returned an unexpected status 500',
        fault: 'NodePersistenceServerError',
        blames: 'node-persistence',
      },
    ],
  },
  {
    id: 'REC-AV-002',
    section: 'auth-vault',
    title: 'Node persistence thrown exception: node-persistence.default.svc.cluster.local',
    cause: 'Connection error: auth vault cannot reach node persistence.',
    nextSteps: 'Check the logs for details, and whether node persistence is up at the address in the message.',
    anchor: 'auth-vault',
    source: 'guide',
    claims: [
      ['any', 'NodePersistenceConnectionError'],
      ['auth-vault', 'CallsToServiceFail'],
    ],
    signatures: [
      {
        template: 'Node persistence thrown exception: node-persistence.default.svc.cluster.local',
        fault: 'NodePersistenceConnectionError',
        blames: 'node-persistence',
      },
      // An UnknownHostException says the bare host, as in the guide; other exceptions put words of their own there.
      {
        template: 'Node persistence thrown exception: *',
        fault: 'NodePersistenceConnectionError',
        blames: 'node-persistence',
      },
    ],
  },
  {
    id: 'REC-AV-003',
    section: 'auth-vault',
    title: 'Failed JWT token sign',
    cause: 'Auth vault failed to use Amazon KMS (off AWS: the key pair that takes its place).',
    nextSteps:
      'Check the configuration of the signature keys passed to the service, and the KMS configuration: is the key enabled, meant for signing, and may the service use it? If the problem persists, check the logs.',
    anchor: 'auth-vault',
    source: 'guide',
    claims: [
      ['any', 'TokenSignFailed'],
      ['any', 'KeyErrorLogged'],
      ['any', 'KeyRefusesService'],
      ['any', 'HealthKeysDown'],
      ['any', 'KmsAddressUnresolved'],
      ['any', 'KmsUnreachable'],
      ['any', 'KmsTimeout'],
      ['any', 'KmsTlsFailed'],
      ['any', 'KmsCredentialsInvalid'],
      ['any', 'KmsAccessDenied'],
      ['any', 'KmsKeyMissing'],
      ['any', 'KmsKeyDisabled'],
      ['any', 'KmsKeyPendingDeletion'],
      ['any', 'KmsKeyUnusable'],
      ['any', 'KmsKeyUsageWrong'],
      ['any', 'KmsServerError'],
      ['any', 'KmsAnswerInvalid'],
      ['any', 'KeyFingerprintMismatch'],
      ['any', 'KeyFingerprintChanged'],
      ['any', 'KeyPairMismatch'],
      ['any', 'KeyPairInvalid'],
    ],
    signatures: [{ template: 'Failed JWT token sign', fault: 'TokenSignFailed', blames: 'key-management' }],
  },
] as const satisfies readonly Entry[];
