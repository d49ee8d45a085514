// A kubeconfig with one cluster and one user, as YAML.
import { stringify } from 'yaml';

export function kubeconfigText(of: {
  url: string;
  caPem: string;
  user: string;
  token: string;
  namespace?: string;
}): string {
  const name = 'stack';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: { server: of.url, 'certificate-authority-data': Buffer.from(of.caPem).toString('base64') },
      },
    ],
    users: [{ name: of.user, user: { token: of.token } }],
    contexts: [{ name, context: { cluster: name, user: of.user, namespace: of.namespace ?? 'default' } }],
    'current-context': name,
  });
}
