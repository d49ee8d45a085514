// What is found in one container, a line for each backend, as tables of configurations compare it.
import type { Credential } from '../../../src/settings/configured.ts';
import { backends, env, type OneTemplate, settings } from './templates.ts';

/** Where a credential stands: `db/password`, `in the open`, `unknown`. */
function standing(credential: Credential | undefined): string {
  switch (credential?.kind) {
    case undefined:
      return '-';
    case 'secret':
      return `${credential.ref.name}/${credential.ref.key}`;
    case 'open':
      return credential.text ?? 'in the open';
    case 'within':
    case 'unknown':
      return 'unknown';
  }
}

/** One line for each backend, and the reason for each that is not resolved. */
export function told(template: OneTemplate): readonly string[] {
  const { troubles } = settings(template);
  const { found, unresolved, warnings } = backends(template);
  return [
    ...found.map((one) => {
      switch (one.kind) {
        case 'database': {
          const place =
            one.place.kind === 'secret'
              ? `in ${one.place.ref.name}/${one.place.ref.key}`
              : `${one.place.hosts.map(({ host, port }) => `${host}:${port}`).join(',')}/${one.place.database} ${one.place.tls ?? 'no TLS asked'}`;
          const over =
            one.overrules === undefined ? '' : ` over ${one.overrules.replace('Deployment core-daemon, ', '')}`;
          return `${one.name}: ${place}, ${standing(one.username)} ${standing(one.password)}${over}`;
        }
        case 'bucket':
        case 'kms': {
          const { region = '-', endpoint = '-', accessKeyId, secretAccessKey } = one.access;
          const what = one.kind === 'bucket' ? one.bucket : one.keyId;
          return `${what}: ${region} ${endpoint} ${standing(accessKeyId)} ${standing(secretAccessKey)}`;
        }
        case 'keyPair':
          return `pair ${one.secret}: ${one.publicKey} ${one.privateKey}`;
      }
    }),
    ...unresolved.map(({ why }) => `? ${why}`),
    ...warnings.map((warning) => `! ${warning}`),
    ...troubles.map((trouble) => `~ ${trouble}`),
  ];
}

export const secret = (name: string, from: string, key: string): object => ({
  name,
  valueFrom: { secretKeyRef: { name: from, key } },
});
export const login = [
  secret('SPRING_DATASOURCE_USERNAME', 'db', 'user'),
  secret('SPRING_DATASOURCE_PASSWORD', 'db', 'pw'),
];
export const URL = 'jdbc:postgresql://db.example:5432/np';
export const WELL = 'core-daemon: db.example:5432/np no TLS asked, db/user db/pw';

/** A ConfigMap mounted at a path, beside variables. */
export const files = (
  path: string,
  data: Record<string, string>,
  variables: readonly object[] = login,
): OneTemplate => ({
  container: { env: variables, volumeMounts: [{ name: 'v', mountPath: path }] },
  volumes: [{ name: 'v', configMap: { name: 'm' } }],
  maps: { m: data },
});
export const variables = (more: Record<string, string>, others: readonly object[] = login): OneTemplate => ({
  container: { env: [...env(more), ...others] },
});

export type Row = readonly [string, OneTemplate, readonly string[]];
