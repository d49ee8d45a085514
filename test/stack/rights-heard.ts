// When Roles that were just written hold: a real API server hears of each kind of them by a watch of its own, a moment
// after it has answered.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, AnyObject } from './admin.ts';

const GROUP = 'rbac.authorization.k8s.io';
/** A namespace that every cluster has. */
const NAMESPACE = 'default';
/** Of no server. */
const MARKED = 'heard.invalid';

/** What a right is written with, in all namespaces or in one. */
const SCOPES = [
  { role: 'ClusterRole', binding: 'ClusterRoleBinding', resource: 'everywhere', at: {} },
  { role: 'Role', binding: 'RoleBinding', resource: 'here', at: { namespace: NAMESPACE } },
] as const;

/** Whether an object says who may do what. */
export const isRight = ({ apiVersion }: { readonly apiVersion: string }): boolean => apiVersion.startsWith(`${GROUP}/`);

/**
 * Waits until every Role and binding holds that was written before, or no longer holds. The server hears of one kind in
 * the order of the writes: it has heard of all once it grants what is written last.
 */
export async function rightsAreHeard(admin: Admin): Promise<void> {
  const name = `heard-${randomBytes(6).toString('hex')}`;
  const marks = SCOPES.flatMap((scope) => marksOf(name, scope));
  for (const mark of marks) await admin.create(mark);
  for (const { resource, at } of SCOPES)
    while (
      !(await isGranted(admin, { user: name, resourceAttributes: { ...at, verb: 'get', group: MARKED, resource } }))
    )
      await sleep(20);
  for (const mark of marks) await admin.remove(mark);
}

function marksOf(name: string, { role, binding, resource, at }: (typeof SCOPES)[number]): AnyObject[] {
  const common = { apiVersion: `${GROUP}/v1`, metadata: { name, ...at } };
  return [
    { ...common, kind: role, rules: [{ apiGroups: [MARKED], resources: [resource], verbs: ['get'] }] },
    {
      ...common,
      kind: binding,
      roleRef: { apiGroup: GROUP, kind: role, name },
      subjects: [{ apiGroup: GROUP, kind: 'User', name }],
    },
  ];
}

async function isGranted(admin: Admin, spec: object): Promise<boolean> {
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', metadata: { name: '' }, spec };
  const { status } = await admin.create(review);
  return (status as { readonly allowed: boolean }).allowed;
}
