// The authority that a ConfigMap holds: certificates are no secret, and that is where they usually lie.
import { failed, ok, type Outcome } from '../facts/outcome.ts';
import { redact } from '../runtime/safe-text.ts';
import type { Secret } from '../runtime/secret.ts';
import type { KeyRef } from './references.ts';

/** Reads the data of one ConfigMap of the report's namespace; undefined where there is none of that name. */
export type ConfigMapReader = (
  name: string,
  signal: AbortSignal,
) => Promise<Outcome<Readonly<Record<string, string>> | undefined>>;

/** The PEM behind the reference; undefined without one. */
export async function readAuthority(
  ref: KeyRef | undefined,
  read: ConfigMapReader | undefined,
  signal: AbortSignal,
): Promise<Outcome<string | undefined>> {
  if (ref === undefined) return ok(undefined);
  if (read === undefined)
    return invalid(`ConfigMap ${ref.name} with the authority cannot be read: this run has no cluster`);
  const map = await read(ref.name, signal);
  if (!map.ok) return map;
  if (map.value === undefined) return invalid(`there is no ConfigMap ${ref.name}, which should hold the authority`);
  const pem = Object.hasOwn(map.value, ref.key) ? map.value[ref.key] : undefined;
  return pem !== undefined && holdsCertificate(pem)
    ? ok(pem)
    : invalid(`key ${ref.key} of ConfigMap ${ref.name} holds no certificate in PEM`);
}

/** A text without one is taken by TLS without a word: then the server's certificate is blamed. */
export function holdsCertificate(text: string): boolean {
  return /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/.test(text);
}

/** Why what a Secret holds is no authority; undefined where it is one, or none is named. */
export function noAuthority(ref: KeyRef | undefined, value: Secret | undefined): Outcome<never> | undefined {
  return ref === undefined || value === undefined || holdsCertificate(value.reveal())
    ? undefined
    : invalid(`key ${ref.key} of Secret ${ref.name} holds no certificate in PEM`);
}

function invalid(why: string): Outcome<never> {
  return failed('TargetInvalid', redact(why, [], 160));
}
