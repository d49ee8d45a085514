// The operator's ServiceAccount on the stack's cluster, with the Roles that are generated from its API calls and
// nothing more: a call that the manifests do not grant is refused here as it would be at a customer's.
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { JsonObject } from './apiserver/json.ts';

export const OPERATOR_NAMESPACE = 'recognize-health';
export const OPERATOR_ACCOUNT = 'recognize-health';

const MANIFEST = new URL('../../manifests/rbac/operator.yaml', import.meta.url);

/** Namespace, ServiceAccount and what `manifests/rbac/operator.yaml` holds. */
export function operatorAccountObjects(): JsonObject[] {
  const roles = parseAllDocuments(readFileSync(MANIFEST, 'utf8')).map((document) => document.toJS() as JsonObject);
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: OPERATOR_NAMESPACE } },
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: OPERATOR_ACCOUNT, namespace: OPERATOR_NAMESPACE },
    },
    ...roles,
  ];
}
