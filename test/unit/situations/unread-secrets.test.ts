// An empty spec where Secrets are the whole environment of services (`envFrom`), and some of them may not be read or are not
// there: whoever is on call is told which Secret it is and what grants it, and the gate does not open on the others.
import { describe, expect, it } from 'vitest';
import type { FaultCode } from '../../../src/api/faults.ts';
import { failed, named, ok } from '../../../src/facts/outcome.ts';
import type { SecretReader } from '../../../src/kube/secrets.ts';
import { remedyFor } from '../../../src/remedies/index.ts';
import { literal, redact } from '../../../src/runtime/safe-text.ts';
import { secret } from '../../../src/runtime/secret.ts';
import { all, type Change } from './changes.ts';
import { edit, look, type Examined } from './world.ts';

const HELD: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  np: { SPRING_DATASOURCE_URL: 'jdbc:postgresql://np.example/main?user=app&password=hunter2&sslmode=disable' },
  circuits: {
    SPRING_DATASOURCE_URL: 'jdbc:postgresql://cs.example/main?user=app&password=hunter2&sslmode=disable',
    CLOUD_AWS_S3_BUCKET_NAME: 'circuits-1',
    AWS_REGION: 'eu-west-1',
  },
};
const FAULTS = {
  denied: named(failed('CheckerNotAuthorized', literal('may not get secrets')), { secret: 'circuits' }),
  missing: named(failed('SecretMissing', literal('there is no Secret circuits in namespace recognize')), {
    secret: 'circuits',
  }),
  unavailable: failed('ClusterUnavailable', literal('the API server did not answer')),
};

/** Reads what is held, and fails so for the Secret `circuits`. */
function reader(fault: (typeof FAULTS)[keyof typeof FAULTS] | undefined): SecretReader {
  const failing = (name: string): typeof fault => (name === 'circuits' ? fault : undefined);
  return {
    keys: (name) => Promise.resolve(failing(name) ?? ok(Object.keys(HELD[name] ?? {}))),
    read: (name, key) => {
      const value = HELD[name]?.[key];
      const missing = failed('SecretKeyMissing', redact(`the Secret ${name} has no key ${key}`));
      return Promise.resolve(failing(name) ?? (value === undefined ? missing : ok(secret(value))));
    },
  };
}

/** Its environment is this Secret. */
const wholly = (service: string, name: string, more: object = {}): Change =>
  edit('Deployment', service, (one) => {
    const { template } = one['spec'] as { template: { spec: { containers: Record<string, unknown>[] } } };
    Object.assign(template.spec.containers[0] ?? {}, { envFrom: [{ secretRef: { name, ...more } }] });
  });

const NOTHING = { databases: undefined, buckets: undefined, keys: undefined, upgrade: { waive: ['Keys'] } };
const asked = (fault?: (typeof FAULTS)[keyof typeof FAULTS], more: object = {}): Promise<Examined> =>
  look({
    spec: NOTHING,
    objects: all(wholly('node-persistence', 'np'), wholly('circuit-storage', 'circuits', more)),
    reader: reader(fault),
  });
const ids = ({ status }: Examined): readonly string[] =>
  (status.inventory ?? []).flatMap(({ component, name = '', origin }) =>
    origin === undefined ? [] : [`${component}/${name}`],
  );
const answer = ({ status }: Examined, id: string) => (status.checks ?? []).find((one) => one.id === id);

describe('Secrets that are the whole environment of services', () => {
  it('are read: every backend is found', async () => {
    const examined = await asked();
    expect(ids(examined)).toEqual(['database/node-persistence', 'database/circuit-storage', 'object-storage/circuits']);
    expect(answer(examined, 'circuit-storage/backends')).toMatchObject({ result: 'pass' });
  });

  it.each<[string, keyof typeof FAULTS, FaultCode, string]>([
    [
      'may not be read',
      'denied',
      'SecretNotRead',
      'its settings name no database: Secret circuits of its pods is not read: no right to get it (Deployment circuit-storage-2)',
    ],
    [
      'is not there',
      'missing',
      'SecretMissing',
      'its settings name no database: there is no Secret circuits in namespace recognize (Deployment circuit-storage-2)',
    ],
    [
      'does not come',
      'unavailable',
      'ClusterUnavailable',
      'its settings name no database: the API server did not answer (Deployment circuit-storage-2)',
    ],
  ])('and one that %s is named; the gate stays shut', async (_, fault, code, message) => {
    const examined = await asked(FAULTS[fault]);
    expect(ids(examined)).toEqual(['database/node-persistence']);
    expect(answer(examined, 'circuit-storage/backends')).toMatchObject({ fault: code, message });
    expect(answer(examined, 'database/node-persistence/connect')).toMatchObject({ result: 'pass' });
    expect(answer(examined, 'upgrade/circuit-storage/backends')).toMatchObject({ fault: 'UpgradeBackendUntold' });
    expect(examined.gate.exitCode).not.toBe(0);
    expect(JSON.stringify(examined.status)).not.toContain('hunter2');
  });

  it('and one that may not be read comes with the one command that grants it', async () => {
    const { fault, names } = answer(await asked(FAULTS.denied), 'circuit-storage/backends') ?? {};
    const place = { namespace: 'recognize', name: 'prod', check: 'circuit-storage/backends' };
    expect(JSON.stringify(remedyFor({ ...place, fault, names }))).toContain('--resource-name=circuits');
  });

  it('and one that may be missing is none: nothing is said of it but that nobody knows', async () => {
    const examined = await asked(FAULTS.missing, { optional: true });
    expect(answer(examined, 'circuit-storage/backends')).toMatchObject({ fault: 'BackendUntold' });
    expect(examined.gate.exitCode).not.toBe(0);
  });

  it('and where all of them may not be read, each service says so', async () => {
    const denied: SecretReader = {
      keys: () => Promise.resolve(FAULTS.denied),
      read: () => Promise.resolve(FAULTS.denied),
    };
    const examined = await look({
      spec: NOTHING,
      objects: all(wholly('node-persistence', 'np'), wholly('circuit-storage', 'circuits')),
      reader: denied,
    });
    const told = (examined.status.checks ?? []).filter(({ fault }) => fault === 'SecretNotRead');
    expect(told.map(({ id }) => id)).toEqual(['node-persistence/backends', 'circuit-storage/backends']);
    expect(examined.gate.exitCode).not.toBe(0);
  });
});
