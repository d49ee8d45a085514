// The backends of a configured installation as a person would write them into a report, entry by entry. Written by hand,
// so that what discovery finds and what `init` drafts have something to be held to.
import type { TopologyName } from './topology.ts';

/** A database of the installation with its server. */
export interface WrittenDatabase {
  readonly name: string;
  readonly schema: string;
  readonly server: { readonly host: string; readonly port: number };
}

const CA = { name: 'stack-ca', key: 'ca.crt' };
const CONSOLIDATED: Readonly<Record<string, string>> = {
  'node-persistence': 'core-daemon',
  'circuit-storage': 'core-daemon',
};

/** The lists of the spec. `awsUrl`: where S3 and KMS answer. */
export function writtenBackends(
  topology: TopologyName,
  databases: readonly WrittenDatabase[],
  awsUrl: string,
): Readonly<Record<'databases' | 'buckets', readonly object[]>> & { readonly keys?: readonly object[] } {
  const users = topology === 'Consolidated' ? CONSOLIDATED : {};
  const aws = { region: 'eu-west-1', endpoint: awsUrl, caSecretRef: CA };
  const keysOf = (name: string): object => ({
    name,
    accessKeyIdKey: 'accessKeyId',
    secretAccessKeyKey: 'secretAccessKey',
  });
  const bucket = {
    name: 'circuits',
    bucket: 'recognize-circuits',
    ...aws,
    credentialsSecretRef: keysOf('circuits-credentials'),
    usedBy: [users['circuit-storage'] ?? 'circuit-storage'],
  };
  const kms = { keyId: 'alias/jwt-signing', ...aws, credentialsSecretRef: keysOf('jwt-signing-credentials') };
  const key = { name: 'signing', kms, usedBy: [topology === 'Consolidated' ? 'core-daemon' : 'auth-vault'] };
  return {
    databases: databases.map(({ name, schema, server: { host, port } }) => {
      const usedBy = [users[name] ?? name];
      if (name === 'metrics-collector') return { name, urlSecretRef: { name: `database-${name}`, key: 'url' }, usedBy };
      const credentialsSecretRef = { name: `database-${name}` };
      if (name === 'admin-dashboard') return { name, host, port, database: name, credentialsSecretRef, usedBy };
      const tls = { mode: 'VerifyFull', caSecretRef: CA };
      const managed = topology === 'Consolidated' ? {} : { schema };
      return { name, host, port, database: name, credentialsSecretRef, tls, ...managed, usedBy };
    }),
    buckets: [bucket],
    ...(topology === 'Umbrella' ? {} : { keys: [key] }),
  };
}
