// Values behind references to Secrets, several at once: the first that is missing is the answer.
import { ok, type Outcome } from '../facts/outcome.ts';
import type { SecretReader } from '../kube/secrets.ts';
import type { Secret } from '../runtime/secret.ts';

export interface KeyRef {
  readonly name: string;
  readonly key: string;
}

/** Reads what a record of references points to; one that is undefined stays so. The fault names Secret and key. */
export async function readAll<K extends string>(
  refs: Readonly<Record<K, KeyRef | undefined>>,
  secrets: SecretReader,
  signal: AbortSignal,
): Promise<Outcome<Readonly<Record<K, Secret | undefined>>>> {
  const names = Object.keys(refs) as K[];
  const read = await Promise.all(
    names.map(async (name) => {
      const ref = refs[name];
      return { name, value: ref === undefined ? ok(undefined) : await secrets.read(ref.name, ref.key, signal) };
    }),
  );
  const values: Partial<Record<K, Secret | undefined>> = {};
  for (const { name, value } of read) {
    if (!value.ok) return value;
    values[name] = value.value;
  }
  return ok(values as Record<K, Secret | undefined>);
}
