// One target of each shape that a fault may be found of, each with everything that can be known of it.
import { ok } from '../../../src/facts/outcome.ts';
import type { Target } from '../../../src/facts/target.ts';
import { ACCESS, BUCKET, CLUSTER, kmsTarget, PAIR_TARGET, serviceTarget, WORKLOAD } from '../checks/targets.ts';
import { container, database, pod } from '../checks/seen.ts';

const looping = pod('auth-vault-7c9f6d5b8-x2x4q', { ready: false, containers: [container({ name: 'auth-vault' })] });

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
