// Authorization: the rules of Roles and ClusterRoles, as objects in the store, bound to users, groups, accounts.
import { listAt, textAt, textsAt, valueAt, type KubeObject } from './json.ts';
import { forbidden, type StatusError } from './status.ts';
import type { Store } from './store.ts';

/** Who asks. */
export interface User {
  name: string;
  groups: readonly string[];
}

/** What is asked: a verb on a resource, or on a path that is none. */
export interface Attributes {
  verb: string;
  group: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
  path?: string;
}

export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
export const MASTERS = 'system:masters';

const ROLES = 'rbac.authorization.k8s.io';

const among = (list: readonly string[], value: string): boolean => list.includes('*') || list.includes(value);

/** Whether one PolicyRule allows what is asked. */
export function ruleAllows(rule: unknown, asked: Attributes): boolean {
  if (!among(textsAt(rule, 'verbs'), asked.verb)) return false;
  const { path } = asked;
  if (path !== undefined)
    return textsAt(rule, 'nonResourceURLs').some((url) =>
      url.endsWith('*') ? path.startsWith(url.slice(0, -1)) : url === path,
    );
  if (!among(textsAt(rule, 'apiGroups'), asked.group)) return false;
  const resource = asked.subresource === '' ? asked.resource : `${asked.resource}/${asked.subresource}`;
  const resources = textsAt(rule, 'resources');
  if (!among(resources, resource) && !(asked.subresource !== '' && resources.includes(`*/${asked.subresource}`)))
    return false;
  const names = textsAt(rule, 'resourceNames');
  return names.length === 0 || names.includes(asked.name);
}

function binds(binding: KubeObject, user: User): boolean {
  return listAt(binding, 'subjects').some((subject) => {
    const name = textAt(subject, 'name');
    switch (textAt(subject, 'kind')) {
      case 'User':
        return name === user.name;
      case 'Group':
        return user.groups.includes(name);
      case 'ServiceAccount': {
        const namespace = textAt(subject, 'namespace') || (binding.metadata.namespace ?? '');
        return user.name === `system:serviceaccount:${namespace}:${name}`;
      }
      default:
        return false;
    }
  });
}

// What the real server binds to everybody who is authenticated (system:discovery, system:basic-user).
const EVERYBODY: readonly unknown[] = [
  {
    verbs: ['get'],
    nonResourceURLs: [
      '/api',
      '/api/*',
      '/apis',
      '/apis/*',
      '/healthz',
      '/livez',
      '/openapi',
      '/openapi/*',
      '/readyz',
      '/version',
      '/version/',
    ],
  },
  {
    verbs: ['create'],
    apiGroups: ['authorization.k8s.io'],
    resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
  },
  { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
];
const ANYBODY: readonly unknown[] = [
  { verbs: ['get'], nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version', '/version/'] },
];

/** Every rule that holds for a user in a namespace ('' for the cluster scope). */
export function rulesFor(store: Store, user: User, namespace: string): unknown[] {
  const found: unknown[] = user.groups.includes('system:authenticated') ? [...EVERYBODY] : [...ANYBODY];
  const rulesOf = (binding: KubeObject): unknown[] => {
    const kind = textAt(binding, 'roleRef', 'kind');
    const name = textAt(binding, 'roleRef', 'name');
    const role =
      kind === 'ClusterRole'
        ? store.get(`${ROLES}/clusterroles`, '', name)
        : store.get(`${ROLES}/roles`, binding.metadata.namespace ?? '', name);
    return role === undefined ? [] : listAt(role, 'rules');
  };
  for (const binding of store.list(`${ROLES}/clusterrolebindings`))
    if (binds(binding, user)) found.push(...rulesOf(binding));
  if (namespace !== '')
    for (const binding of store.list(`${ROLES}/rolebindings`, namespace))
      if (binds(binding, user)) found.push(...rulesOf(binding));
  return found;
}

/** Whether a user may do what is asked. system:masters may do everything. */
export function isAllowed(store: Store, user: User, asked: Attributes): boolean {
  if (user.groups.includes(MASTERS)) return true;
  return rulesFor(store, user, asked.namespace).some((rule) => ruleAllows(rule, asked));
}

/** The 403 for what is asked, in the real server's words. */
export function refusal(user: User, asked: Attributes): StatusError {
  const subject = { group: asked.group, plural: asked.resource, kind: '' };
  if (asked.path !== undefined)
    return forbidden({ ...subject, plural: '' }, '', `User "${user.name}" cannot ${asked.verb} path "${asked.path}"`);
  const resource = asked.subresource === '' ? asked.resource : `${asked.resource}/${asked.subresource}`;
  const where = asked.namespace === '' ? 'at the cluster scope' : `in the namespace "${asked.namespace}"`;
  return forbidden(
    subject,
    asked.name,
    `User "${user.name}" cannot ${asked.verb} resource "${resource}" in API group "${asked.group}" ${where}`,
  );
}

/** The attributes that a (Self)SubjectAccessReview asks about. */
export function reviewed(spec: unknown): Attributes {
  const path = valueAt(spec, 'nonResourceAttributes', 'path');
  if (typeof path === 'string')
    return {
      verb: textAt(spec, 'nonResourceAttributes', 'verb'),
      group: '',
      resource: '',
      subresource: '',
      namespace: '',
      name: '',
      path,
    };
  const of = (key: string): string => textAt(spec, 'resourceAttributes', key);
  return {
    verb: of('verb'),
    group: of('group'),
    resource: of('resource'),
    subresource: of('subresource'),
    namespace: of('namespace'),
    name: of('name'),
  };
}
