// What a service uses by its settings: backends, which a check compares with what the report examines, and services.
import type { BackendUse } from '../facts/backend-use.ts';
import type { ServiceTarget } from '../facts/target.ts';
import { hostsNamed } from '../product/index.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';
import type { ConfiguredBackend } from './configured.ts';
import type { Settings } from './settings.ts';
import { textOf } from './value.ts';

/** In bytes. */
const LONGEST_ORIGIN = 256;

/** Where something was read, as it may be shown. */
export function originOf(origin: string): SafeText {
  return redact(origin, [], LONGEST_ORIGIN);
}

/** Its use by a workload, which the origin need not repeat. */
export function useOf(backend: ConfiguredBackend, workload: string): BackendUse {
  const origin = originOf(backend.origin.replace(`${workload}, `, ''));
  switch (backend.kind) {
    case 'database': {
      const { place } = backend;
      return place.kind === 'secret'
        ? { kind: 'hiddenDatabase', secret: place.ref.name, origin }
        : { kind: 'database', hosts: place.hosts, database: place.database, origin };
    }
    case 'bucket': {
      const { bucket, access } = backend;
      return {
        kind: 'bucket',
        bucket,
        origin,
        endpoint: access.endpoint,
      };
    }
    case 'kms':
      return { kind: 'kms', keyId: backend.keyId, origin };
    case 'keyPair':
      return { kind: 'keyPair', secret: backend.secret, origin };
  }
}

/** The services that the settings lead to, each once. */
export function callsOf({ names, get }: Settings): NonNullable<ServiceTarget['calls']> {
  const hosts = names.flatMap((name) => {
    const setting = get(name);
    const text = setting === undefined ? undefined : textOf(setting.value);
    return setting === undefined || text === undefined ? [] : hostsNamed(text, setting.name);
  });
  return hosts.filter(({ service }, index) => hosts.findIndex((other) => other.service === service) === index);
}
