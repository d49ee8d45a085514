// Values of Secrets that go out as they are: each must look like what its key claims. A Secret may hold anything under a
// usual name, and what does not fit is refused without being shown.
import { failed, ok, type Outcome } from '../facts/outcome.ts';
import { redact } from '../runtime/safe-text.ts';
import type { Secret } from '../runtime/secret.ts';
import type { KeyRef } from './references.ts';

/** PostgreSQL cuts longer names. In bytes. */
const ROLE_BYTES = 63;
const NO_ROLE = /[\s\p{C}"'`\\]/u;

/** A key id of AWS and those who do as AWS does. */
const AWS_KEY_ID = /^[A-Z0-9]{16,128}$/;
/** Other makers' key ids are words, too. */
const ANY_KEY_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$/;
const TEMPORARY = /^ASIA[A-Z0-9]{12,124}$/;
const SESSION_TOKEN = /^[A-Za-z0-9+/=_-]{16,4096}$/;

/** From here on both cases and digits together are no id but a key. In characters. */
const RANDOM_FROM = 32;

/** A user name to log in with. */
export function roleName(value: Secret, ref: KeyRef | undefined): Outcome<string> {
  const text = value.reveal().trim();
  const fits = text !== '' && Buffer.byteLength(text) <= ROLE_BYTES && !NO_ROLE.test(text);
  return fits
    ? ok(text)
    : refused(ref, `a user name (at most ${ROLE_BYTES} bytes, without blanks, quotes and control characters)`);
}

/** An access key id of AWS or of another maker. */
export function accessKeyId(value: Secret, ref: KeyRef | undefined): Outcome<string> {
  const text = value.reveal().trim();
  return AWS_KEY_ID.test(text) || (ANY_KEY_ID.test(text) && !looksLikeKey(text))
    ? ok(text)
    : refused(ref, 'an access key id (3 to 64 letters, digits, dots, hyphens and underscores, and no random key)');
}

/** A session token, which is sent beside a temporary access key id and nowhere else. */
export function sessionToken(value: Secret, ref: KeyRef | undefined, keyId: string): Outcome<Secret> {
  if (!TEMPORARY.test(keyId))
    return refused(
      ref,
      'a session token for this access key id: only a temporary one, which starts with ASIA, has one',
    );
  return SESSION_TOKEN.test(value.reveal().trim())
    ? ok(value)
    : refused(ref, 'a session token (16 to 4096 characters of base64)');
}

function looksLikeKey(text: string): boolean {
  return text.length >= RANDOM_FROM && /[A-Z]/.test(text) && /[a-z]/.test(text) && /[0-9]/.test(text);
}

function refused(ref: KeyRef | undefined, what: string): Outcome<never> {
  const where = `key ${ref?.key ?? ''} of Secret ${ref?.name ?? ''}`;
  return failed('TargetInvalid', redact(`the value of ${where} does not look like ${what}, so it is not sent`));
}
