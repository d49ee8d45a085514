// Which keys can sign Recognize's tokens. The vendor names no key spec for KMS; off AWS it is secp256k1, which makes
// ECC_SECG_P256K1 the likely one, and its JWT page shows RS256 as an example, so RSA cannot be excluded.

/** KMS's name for the curve that Recognize uses off AWS. */
export const EXPECTED_KEY_SPEC = 'ECC_SECG_P256K1';

/** OpenSSL's name for the same curve. */
export const EXPECTED_CURVE = 'secp256k1';

/** True for an RSA or elliptic-curve key whose usage is SIGN_VERIFY. */
export function isSigningKey({ usage, spec }: { readonly usage: string; readonly spec: string }): boolean {
  return usage === 'SIGN_VERIFY' && (spec.startsWith('RSA_') || spec.startsWith('ECC_'));
}
