// The three alerts that the guide recommends.
import type { Entry } from '../entry.ts';

/** All that log as Spring Boot does, but node persistence: there the guide has a row of its own for the line. */
const SPRING_BOOT_SERVICES = [
  'core-daemon',
  'operations-service',
  'circuit-storage',
  'auth-vault',
  'metrics-collector',
] as const;

export const ALERT_ENTRIES = [
  {
    id: 'REC-AL-001',
    section: 'alerts',
    title: '{{service.name}} Production alert',
    cause:
      'The service logged more errors in the period than the threshold allows. Threshold and period are configurable; the example of the guide is more than 20 error logs over 5 minutes.',
    nextSteps:
      'Read the error logs of that service for the period and look the most frequent message up (`recognize-health diagnose`).',
    anchor: 'alerts',
    source: 'guide',
    claims: [['any', 'ErrorRateHigh']],
    signatures: [],
  },
  {
    id: 'REC-AL-002',
    section: 'alerts',
    title: 'Cannot start {{service.name}} on {{host.name}}',
    cause: 'An instance of the application failed to start.',
    nextSteps:
      'Read the log of the instance that ended: `kubectl logs POD --previous`, and its events: `kubectl describe pod POD`.',
    anchor: 'alerts',
    source: 'guide',
    claims: [
      ['any', 'StartFailed'],
      ['any', 'ApplicationRunFailed'],
      ['any', 'CrashLooping'],
    ],
    // What Spring Boot logs when it cannot start.
    signatures: [
      { template: 'Application run failed', fault: 'ApplicationRunFailed', logs: SPRING_BOOT_SERVICES },
      { template: 'APPLICATION FAILED TO START', fault: 'ApplicationRunFailed', logs: SPRING_BOOT_SERVICES },
    ],
  },
  {
    id: 'REC-AL-003',
    section: 'alerts',
    title: 'AuthVault - isSignatureValid error',
    cause:
      'Auth vault met a signature whose format is valid but which cannot be validated. This indicates possible key tampering and should theoretically never trigger.',
    nextSteps:
      'Treat it as a security incident: keep the auth vault logs, find out which device or client sent the signature, compare the public keys in use with the expected fingerprints, and contact PingOne Recognize.',
    anchor: 'alerts',
    source: 'guide',
    claims: [['any', 'SignatureInvalid']],
    signatures: [{ template: 'isSignatureValid', fault: 'SignatureInvalid', logs: ['auth-vault'] }],
  },
] as const satisfies readonly Entry[];
