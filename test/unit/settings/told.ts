// What is found in one container, a line for each backend, as tables of configurations compare it.
import type { Credential } from '../../../src/settings/configured.ts';
import { backends, type OneTemplate, settings } from './templates.ts';

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
