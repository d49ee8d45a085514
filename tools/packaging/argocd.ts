// Argo CD's ConfigMap with our health script: made from the script, so that the two are one.
import { readFileSync } from 'node:fs';
import { API_VERSION, KIND } from '../../src/api/names.ts';

const SCRIPT = new URL('../../manifests/gitops/argocd/health.lua', import.meta.url);

/** The part of `argocd-cm` that concerns us, to be merged into the one that is there. */
export function argocdConfigMap(): object {
  const [group = ''] = API_VERSION.split('/');
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'argocd-cm', namespace: 'argocd' },
    data: { [`resource.customizations.health.${group}_${KIND}`]: readFileSync(SCRIPT, 'utf8') },
  };
}
