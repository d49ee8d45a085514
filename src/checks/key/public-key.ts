// Is it still the same key? Against the spec's fingerprint, or else against the first that was seen: an alias that was
// pointed elsewhere signs tokens that nobody can verify.
import { found, pass, type Answer, type Check } from '../../facts/answer.ts';
import { failed, type Fault } from '../../facts/outcome.ts';
import { literal, redact, type SafeText } from '../../runtime/safe-text.ts';
import { KEY_TROUBLES } from './state.ts';

export const keyPublicKey: Check<'key'> = {
  question: 'public-key',
  about: 'key',
  feeds: 'Healthy',
  evidence: 'The fingerprint of GetPublicKey, equal to that of the spec, or without one to the first that was seen.',
  faults: [...KEY_TROUBLES, 'KeyFingerprintMismatch', 'KeyFingerprintChanged'],
  applies: ({ source }) => source.kind === 'kms',
  ask({ target: { source }, observed: { publicKey, sign }, baseline }) {
    const expected = source.kind === 'kms' ? source.expectedFingerprint : undefined;
    if (!publicKey.ok) {
      // What the services need is kms:Sign; that they read the public key is documented nowhere. So a denial counts
      // only where nothing shows that the key can be used, or where the spec asks for a comparison.
      if (publicKey.fault.code === 'KmsAccessDenied' && sign.ok && expected === undefined) {
        const why = literal("not compared: the target's credentials may sign, but not read the public key");
        return kept({ code: 'NotAsked', detail: why }, baseline);
      }
      return kept(publicKey.fault, baseline);
    }
    return compare(publicKey.value.fingerprint, expected, baseline);
  },
};

/** The answer for a fingerprint, also of a key pair. The baseline is the first fingerprint that was seen. */
export function compare(fingerprint: string, expected: string | undefined, baseline: string | undefined): Answer {
  const evidence = redact(`sha256:${fingerprint}`);
  if (expected !== undefined) {
    if (normalized(expected) === fingerprint) return pass(noteOf(fingerprint), fingerprint);
    const detail = redact(
      `the public key is ${shortOf(fingerprint)}, the spec expects ${shortOf(normalized(expected))}`,
    );
    return kept(failed('KeyFingerprintMismatch', detail).fault, baseline, evidence);
  }
  if (baseline === undefined || normalized(baseline) === fingerprint) return pass(noteOf(fingerprint), fingerprint);
  const detail = redact(`the public key is ${shortOf(fingerprint)}, first seen was ${shortOf(normalized(baseline))}`);
  return kept(failed('KeyFingerprintChanged', detail).fault, baseline, evidence);
}

/** An answer that leaves what was seen first as it is. */
function kept(fault: Fault, baseline: string | undefined, evidence?: SafeText): Answer {
  const answer = found(fault, evidence ?? fault.evidence);
  return baseline === undefined ? answer : { ...answer, baseline };
}

function noteOf(fingerprint: string): SafeText {
  return redact(`public key ${shortOf(fingerprint)}`);
}

/** Enough of a fingerprint to compare by eye. */
function shortOf(fingerprint: string): string {
  return `sha256:${fingerprint.slice(0, 16)}…`;
}

function normalized(fingerprint: string): string {
  return fingerprint.toLowerCase().replace(/^sha256:/, '');
}
