// Paths: what a request asks for, by the rules of the Kubernetes API; and what is served that is no resource.
import type { Answer, Call, Cluster } from './cluster.ts';
import { AGGREGATED, aggregated, coreVersions, groupList, oneGroup, resourceList, versionInfo } from './discovery.ts';
import { openApiDocument, openApiIndex } from './openapi.ts';
import type { Attributes } from './rbac.ts';
import { PathUnknown } from './status.ts';

const NOT_A_SUBJECT: Attributes = { verb: '', group: '', resource: '', subresource: '', namespace: '', name: '' };
const NAMESPACE_SUBRESOURCES = ['status', 'finalize'];

export interface Route {
  version: string;
  attributes: Attributes;
}

function verbOf(method: string, name: string, query: URLSearchParams): string {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === '' ? 'deletecollection' : 'delete';
    default: {
      const watch = query.get('watch');
      if (watch === 'true' || watch === '1') return 'watch';
      return name === '' ? 'list' : 'get';
    }
  }
}

/** Read a path: a resource with its attributes, or (resource '') something else. */
export function routeOf(method: string, path: string, query: URLSearchParams): Route {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const elsewhere: Route = { version: '', attributes: { ...NOT_A_SUBJECT, verb: method.toLowerCase(), path } };
  let [group, version, rest]: [string, string, string[]] = ['', '', []];
  if (parts[0] === 'api' && parts.length > 2) [version, rest] = [parts[1] ?? '', parts.slice(2)];
  else if (parts[0] === 'apis' && parts.length > 3)
    [group, version, rest] = [parts[1] ?? '', parts[2] ?? '', parts.slice(3)];
  else return elsewhere;

  let namespace = '';
  if (
    rest[0] === 'namespaces' &&
    rest.length > 2 &&
    !(rest.length === 3 && NAMESPACE_SUBRESOURCES.includes(rest[2] ?? ''))
  ) {
    namespace = rest[1] ?? '';
    rest = rest.slice(2);
  } else if (rest[0] === 'namespaces' && rest.length > 1) namespace = rest[1] ?? '';
  const [resource = '', name = '', subresource = '', ...more] = rest;
  if (more.length > 0) return elsewhere;
  return { version, attributes: { verb: verbOf(method, name, query), group, resource, subresource, namespace, name } };
}

/** Whether a 404 for this path is meant: a group that nobody installed, as on a real server without add-ons. */
export function isAbsentGroup(cluster: Cluster, path: string): boolean {
  // The old OpenAPI is protobuf; kubectl goes on without it, and nobody else asks.
  if (path === '/openapi/v2') return true;
  const [root, group = ''] = path.split('/').filter((part) => part !== '');
  if (root !== 'apis' && !path.startsWith('/openapi/v3/apis/')) return false;
  const name = root === 'apis' ? group : (path.split('/')[4] ?? '');
  const served = cluster.registry.groups().some((one) => one.group === name);
  const foreign = name.includes('.') && (!name.endsWith('.k8s.io') || name === 'metrics.k8s.io');
  return foreign && !served;
}

/** Answer what is no resource: discovery, OpenAPI, health, version. @throws PathUnknown */
export function otherAnswer(cluster: Cluster, call: Call): Answer {
  const { registry } = cluster;
  const parts = call.path.split('/').filter((part) => part !== '');
  const json = (body: unknown): Answer => {
    if (body === undefined) throw new PathUnknown(call.path);
    return { status: 200, body };
  };
  const wantsAggregated = (call.headers['accept'] ?? '').includes('g=apidiscovery.k8s.io;v=v2;');
  const root = call.path.replace(/\/$/, '');
  switch (root) {
    case '/version':
      return json(versionInfo(cluster.minorVersion));
    case '/healthz':
    case '/livez':
    case '/readyz':
      return { status: 200, body: 'ok' };
    case '/api':
    case '/apis':
      if (wantsAggregated)
        return { status: 200, body: aggregated(registry, root === '/api'), headers: { 'content-type': AGGREGATED } };
      return json(root === '/api' ? coreVersions() : groupList(registry));
    case '/openapi/v3':
      return json(openApiIndex(registry));
    default:
      break;
  }
  if (call.path.startsWith('/openapi/v3/')) return json(openApiDocument(registry, parts.slice(2).join('/')));
  if (parts[0] === 'api' && parts.length === 2) return json(resourceList(registry, '', parts[1] ?? ''));
  if (parts[0] === 'apis' && parts.length === 2) return json(oneGroup(registry, parts[1] ?? ''));
  if (parts[0] === 'apis' && parts.length === 3) return json(resourceList(registry, parts[1] ?? '', parts[2] ?? ''));
  throw new PathUnknown(call.path);
}
