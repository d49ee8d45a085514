// One target of each shape that a fault may be found of, each with everything that can be known of it.
import type { Kind } from '../../../src/facts/observed.ts';
import { ok } from '../../../src/facts/outcome.ts';
import type { ServiceTarget, Target } from '../../../src/facts/target.ts';
import { ACCESS, BUCKET, CLUSTER, kmsTarget, PAIR_TARGET, serviceTarget, WORKLOAD } from '../checks/targets.ts';
import { container, database, pod } from '../checks/seen.ts';

const LOGS = { namespace: 'recognize', writers: ['auth-vault'] as const, fromMs: 0, windowFromMs: 0, nowMs: 1 };
const SETTINGS = { namespace: 'recognize', variables: [], configMaps: [] };

const looping = pod('auth-vault-7c9f6d5b8-x2x4q', { ready: false, containers: [container({ name: 'auth-vault' })] });

/** Several probes visit a service. */
export function kindOf(about: Kind): Target['kind'] {
  switch (about) {
    case 'database':
    case 'bucket':
    case 'key':
    case 'cluster':
      return about;
    case 'configuration':
    case 'logs':
    case 'meters':
    case 'pods':
    case 'service':
      return 'service';
  }
}

/** The checks about drift are asked of a service whose configuration names a backend. */
const USES = [{}] as unknown as NonNullable<ServiceTarget['uses']>;

const PREPARING = {
  connection: ok({
    host: 'db',
    port: 5432,
    database: 'keylessd',
    username: 'np',
    password: undefined,
    namedBySecret: true,
    tls: { mode: 'VerifyFull' as const },
    prepares: true,
  }),
};
const OWN = ok({ ...ACCESS, endpoint: 'https://storage.example:9000' });

/** Two of each, so that one never stands for the other. */
export const INSTALLATION: readonly Target[] = [
  serviceTarget('core-daemon', {
    uses: USES,
    logs: LOGS,
    errorAlert: { threshold: 20, windowMs: 300_000 },
    configuration: SETTINGS,
  }),
  serviceTarget('auth-vault', {
    addresses: ok([{ name: '10.244.0.7:8443', origin: 'https://10.244.0.7:8443' }]),
    logs: LOGS,
    errorAlert: { threshold: 20, windowMs: 300_000 },
    configuration: SETTINGS,
  }),
  database(PREPARING),
  database({ id: 'database/circuit-storage', name: 'circuit-storage' }),
  { ...BUCKET, writeTest: true },
  { ...BUCKET, id: 'object-storage/backup', name: 'backup', access: OWN },
  kmsTarget({ access: OWN }),
  { ...PAIR_TARGET, id: 'key-management/off-aws', name: 'off-aws' },
  { ...CLUSTER, targetVersion: '1.4.0' },
];

export const TARGETS: readonly Target[] = [
  serviceTarget('auth-vault', {
    addresses: ok([{ name: '10.244.0.7:8443', origin: 'https://10.244.0.7:8443' }]),
    workload: { ...WORKLOAD, name: 'auth-vault', image: 'registry.example/auth-vault:1.4.0', pods: [looping] },
  }),
  database({ secret: 'np-db' }),
  { ...BUCKET, secret: 'minio' },
  { ...BUCKET, access: ok({ ...ACCESS, endpoint: 'https://minio.storage.svc:9000' }) },
  { ...PAIR_TARGET, secret: 'keypair' },
  { ...kmsTarget(), secret: 'kms' },
  kmsTarget({ keyId: '1234abcd-12ab-34cd-56ef-1234567890ab' }),
  kmsTarget({ access: ok({ ...ACCESS, endpoint: 'https://kms.example:4566' }) }),
  CLUSTER,
];
