// What can be seen of a signing key: in KMS, or as a key pair in a Secret off AWS.
import type { FaultTraits } from './traits.ts';

export const KEY_FAULTS = {
  KmsAddressUnresolved: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    serverWide: true,
    vantage: true,
    meaning: "The KMS endpoint's host name does not resolve.",
  },
  KmsUnreachable: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    serverWide: true,
    vantage: true,
    meaning: 'KMS refuses connections, or the connection breaks.',
  },
  KmsTimeout: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    serverWide: true,
    vantage: true,
    meaning: 'KMS did not answer before the deadline.',
  },
  KmsTlsFailed: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    serverWide: true,
    meaning: "The KMS endpoint's certificate does not verify.",
  },
  KmsCertificateExpiring: {
    result: 'warn',
    severity: 'high',
    meaning: 'The certificate of the KMS endpoint ends within 30 days.',
  },
  KmsCredentialsInvalid: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    confirmAfter: 2,
    meaning: 'KMS does not know the access key, or the signature or token does not fit.',
  },
  KmsAccessDenied: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    meaning: "The target's own credentials may not use the key.",
  },
  KmsKeyMissing: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    meaning: 'KMS has no key of that id.',
  },
  KmsKeyDisabled: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    atOnce: true,
    meaning: 'The key is disabled.',
  },
  KmsKeyPendingDeletion: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    atOnce: true,
    meaning: 'The key waits for its deletion.',
  },
  KmsKeyUnusable: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    meaning: 'The key is in a state in which it cannot sign.',
  },
  KmsKeyUsageWrong: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    meaning: 'The key is not one for SIGN_VERIFY.',
  },
  KmsThrottled: {
    result: 'error',
    severity: 'medium',
    meaning: 'KMS asks to slow down.',
  },
  KmsServerError: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    serverWide: true,
    meaning: 'KMS answers with a server error.',
  },
  KmsAnswerInvalid: {
    result: 'error',
    severity: 'medium',
    meaning: 'Something answers at the KMS endpoint that does not speak KMS.',
  },
  KmsQuestionNotPermitted: {
    result: 'skip',
    severity: 'info',
    meaning: 'The credentials may sign, but not ask this; the message names the action that is missing.',
  },
  KmsDryRunIgnored: {
    result: 'skip',
    severity: 'info',
    meaning:
      'The server makes real signatures when asked for a dry run, so signing is no longer asked; the state of the key tells.',
  },
  KmsSignNotPermitted: {
    result: 'skip',
    severity: 'info',
    meaning: "The operator's own identity may not sign; what the service may do is not known from here.",
  },
  KmsMaterialExpiring: {
    result: 'warn',
    severity: 'high',
    meaning: 'The imported material of the key ends within 30 days; then the key cannot sign.',
  },
  KeyFingerprintMismatch: {
    result: 'fail',
    severity: 'critical',
    meaning: 'The public key is not the one that the spec expects.',
  },
  KeyFingerprintChanged: {
    result: 'fail',
    severity: 'high',
    meaning: 'The public key is not the one that was seen first.',
  },
  KeyPairMismatch: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    meaning: 'The private key does not belong to the public key.',
  },
  KeyPairInvalid: {
    result: 'fail',
    severity: 'critical',
    explainsDependents: true,
    meaning: 'The Secret does not hold a pair of PEM keys.',
  },
} as const satisfies Record<string, FaultTraits>;
