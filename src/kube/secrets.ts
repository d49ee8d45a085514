// Secrets by reference: always of one namespace that the caller fixed, never listed, never cached beyond a run.
import { USE_LABEL } from '../api/names.ts';
import { failed, named, ok, type Outcome } from '../facts/outcome.ts';
import { redact } from '../runtime/safe-text.ts';
import { secret, type Secret } from '../runtime/secret.ts';
import { asEvidence } from './api-fault.ts';
import type { KubeApi } from './call.ts';
import { RULES } from './rules.ts';
import { textsIn } from './texts.ts';
import { oncePerKey } from '../runtime/once-per-key.ts';

/** Reads values of Secrets of one namespace. The commands have one of their own over the documents of a file. */
export interface SecretReader {
  /** SecretMissing, SecretKeyMissing, CheckerNotAuthorized or ClusterUnavailable when there is no value. */
  read(name: string, key: string, signal: AbortSignal): Promise<Outcome<Secret>>;
  /** The names of its keys, to be compared and never shown. Absent: nobody can say. */
  readonly keys?: (name: string, signal: AbortSignal) => Promise<Outcome<readonly string[]>>;
  /** resourceVersions by name, of those that were read; empty text: there is none of that name. Absent: not known. */
  readonly versions?: (() => ReadonlyMap<string, string>) | undefined;
}

interface SecretObject {
  readonly metadata?: { readonly labels?: unknown; readonly resourceVersion?: unknown };
  readonly data?: unknown;
}

export interface SecretOptions {
  /** True: a Secret without the label `recognize.health/use: "true"` is not used. */
  readonly requireLabel?: boolean;
}

/** A reader that asks for each Secret once: a run that needs two keys of a Secret sees them from one version. */
export function namespaceSecrets(
  api: KubeApi,
  namespace: string,
  { requireLabel = false }: SecretOptions = {},
): SecretReader {
  const versions = new Map<string, string>();
  const get = oncePerKey(async (name: string, signal: AbortSignal) => {
    const answer = await getSecret(api, namespace, name, signal);
    const version = answer.ok ? answer.value.metadata?.resourceVersion : undefined;
    if (typeof version === 'string') versions.set(name, version);
    if (!answer.ok && answer.fault.code === 'SecretMissing') versions.set(name, '');
    return answer;
  });
  const use = async (name: string, signal: AbortSignal): Promise<Outcome<SecretObject>> => {
    const answer = await get(name, signal);
    if (!answer.ok || !requireLabel || textsIn(answer.value.metadata?.labels)[USE_LABEL] === 'true') return answer;
    return failed(
      'CheckerNotAuthorized',
      redact(`the Secret ${name} does not carry the label ${USE_LABEL}: "true", without which this operator uses none`),
    );
  };
  return {
    versions: () => versions,
    read: async (name, key, signal) => {
      const answer = await use(name, signal);
      return answer.ok ? valueOf(answer.value, name, key) : answer;
    },
    keys: async (name, signal) => {
      const answer = await use(name, signal);
      return answer.ok ? ok(Object.keys(textsIn(answer.value.data))) : answer;
    },
  };
}

async function getSecret(
  api: KubeApi,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<Outcome<SecretObject>> {
  const answer = await api.call<SecretObject>(RULES.getSecret, { namespace, name }, { signal });
  if (!answer.ok && answer.fault.code === 'NotFound') {
    return named(failed('SecretMissing', redact(`there is no Secret ${name} in namespace ${namespace}`)), {
      secret: name,
    });
  }
  return asEvidence(answer);
}

function valueOf(object: SecretObject, name: string, key: string): Outcome<Secret> {
  const value = textsIn(object.data)[key];
  if (value === undefined) {
    // Names of keys are no secrets, but somebody may have used a value for one; they stay untold.
    return named(failed('SecretKeyMissing', redact(`the Secret ${name} has no key ${key}`)), { secret: name });
  }
  return ok(secret(Buffer.from(value, 'base64').toString('utf8')));
}
