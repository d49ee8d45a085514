// A kubeconfig with one cluster and one user, as YAML.
import { stringify } from 'yaml';

export function kubeconfigText(of: {
  url: string;
  caPem: string;
  user: string;
  /** '' with a client certificate. */
  token: string;
  client?: { readonly certPem: string; readonly keyPem: string } | undefined;
  namespace?: string;
}): string {
  const name = 'stack';
  const base64 = (pem: string): string => Buffer.from(pem).toString('base64');
  const user =
    of.client === undefined
      ? { token: of.token }
      : { 'client-certificate-data': base64(of.client.certPem), 'client-key-data': base64(of.client.keyPem) };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: { server: of.url, 'certificate-authority-data': base64(of.caPem) },
      },
    ],
    users: [{ name: of.user, user }],
    contexts: [{ name, context: { cluster: name, user: of.user, namespace: of.namespace ?? 'default' } }],
    'current-context': name,
  });
}
