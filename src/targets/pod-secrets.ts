// Secrets that nobody named but the pods that use them: a wider use than that of a report which names one, with a switch in
// the spec and one for the whole operator (docs/security.md). What is not read for either reason, or for want of rights,
// is one fault, so that what can be asked without it is still asked.
import { failed, type Failed, named, type Outcome } from '../facts/outcome.ts';
import type { SecretReader } from '../kube/secrets.ts';
import { redact } from '../runtime/safe-text.ts';

/** Who has switched the reading off; undefined: nobody. */
export type PodSecretsOff = 'the report' | 'the operator' | undefined;

/** A reader for references that come from pods. */
export function podSecrets(secrets: SecretReader, off: PodSecretsOff): SecretReader {
  const unread = (name: string, why: string): Failed =>
    named(failed('SecretNotRead', redact(`Secret ${name} of its pods is not read: ${why}`, [], 120)), {
      secret: name,
    });
  const used = async <T>(name: string, read: () => Promise<Outcome<T>>): Promise<Outcome<T>> => {
    if (off === 'the report') return unread(name, 'podSecrets: Never');
    if (off === 'the operator') return unread(name, 'this operator uses none of pods here');
    const seen = await read();
    return !seen.ok && seen.fault.code === 'CheckerNotAuthorized' ? unread(name, 'no right to get it') : seen;
  };
  const { keys } = secrets;
  return {
    read: (name, key, signal) => used(name, () => secrets.read(name, key, signal)),
    ...(keys === undefined ? {} : { keys: (name, signal) => used(name, () => keys(name, signal)) }),
  };
}
