// A small Kubernetes API server over TLS, in this process, for tests and the demo with real clients.
// Written by us because neither npm nor Debian has a kube-apiserver; its contract is the recording in test/fixtures.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createAuthority, type Authority } from '../certificates.ts';
import { askingFor, createTokens } from './authentication.ts';
import type { Answer, Call, Cluster } from './cluster.ts';
import { createFaults, type Faults } from './faults.ts';
import { handle } from './handle.ts';
import type { JsonObject, KubeObject } from './json.ts';
import { kubeconfigText } from './kubeconfig.ts';
import { orderedError, startListener } from './listener.ts';
import { kubeletAddress, proxyLog } from './pod-logs.ts';
import { protobufAsJson } from './protobuf.ts';
import { ANONYMOUS, isAllowed, MASTERS, refusal, type User } from './rbac.ts';
import { createRegistry } from './registry.ts';
import type { Resource } from './resources.ts';
import { recordOf, type RecordedRequest } from './recorded.ts';
import { isAbsentGroup, otherAnswer, routeOf } from './router.ts';
import { seedObject } from './seed.ts';
import { methodNotAllowed, PathUnknown, StatusError } from './status.ts';
import { createStore } from './store.ts';
import { openWatch, type OpenWatch } from './watch.ts';

export interface ApiServerOptions {
  /** Serve OpenShift's DeploymentConfig and ClusterVersion. */
  openshift?: boolean;
  /** Answer as Kubernetes 1 and this minor version; as the recorded server (36) unless told. */
  minorVersion?: number;
  /** Milliseconds between bookmarks; about a minute on the real server. */
  bookmarkMs?: number;
  /** Sign the server's certificate with this authority; a new one unless told. */
  authority?: Authority;
}

export interface ApiServer {
  url: string;
  caPem: string;
  adminToken: string;
  /** A kubeconfig as YAML: the administrator's, or that of a user who is made when new. */
  kubeconfig(user?: string): string;
  /** A bearer token for a user. What the user may do is up to Roles and bindings. */
  createUser(name: string, groups?: readonly string[]): string;
  /** A bearer token for a service account that exists. */
  createServiceAccountToken(namespace: string, name: string): string;
  /** Put objects into the store as they are, status included; returns them as stored. */
  seed(objects: readonly JsonObject[]): KubeObject[];
  faults: Faults;
  requests: RecordedRequest[];
  /** Paths that a real server might know and this one does not. A test asserts that it is empty. */
  unknownPaths: string[];
  /** Cut every open watch; the number that were open. */
  dropWatches(): number;
  openWatches(): number;
  /** Forget the history: watches from earlier revisions are answered with 410. */
  compact(): void;
  /** Stop listening and cut every connection. The data stays. */
  stop(): Promise<void>;
  /** Listen again on the same port with the same data and the same revisions. */
  restart(): Promise<void>;
}

const BODY_LIMIT = 3 * 1024 * 1024;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    parts.push(part as Buffer);
    size += (part as Buffer).length;
    if (size > BODY_LIMIT)
      throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${String(BODY_LIMIT)}`);
  }
  return Buffer.concat(parts);
}

function sendAnswer(response: ServerResponse, answer: Answer, warnings: readonly string[]): void {
  if (response.headersSent || response.destroyed) return;
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  const type = typeof answer.body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
  const headers: Record<string, string | string[]> = { 'content-type': type, ...answer.headers };
  if (warnings.length > 0) headers['warning'] = warnings.map((warning) => `299 - ${JSON.stringify(warning)}`);
  response.writeHead(answer.status, headers);
  response.end(text);
}

const unauthorized = (): StatusError => new StatusError(401, 'Unauthorized', 'Unauthorized');

function answerOf(error: unknown): Answer {
  if (error instanceof StatusError) return { status: error.code, body: error.body, headers: error.headers };
  if (error instanceof PathUnknown) return { status: 404, body: '404 page not found\n' };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  // A fault of this server, not of the request: said loudly, so that no test mistakes it for an answer.
  return { status: 500, body: new StatusError(500, 'InternalError', `the stack's API server failed: ${message}`).body };
}

/** Start the server on a port that the system gives out. */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const store = createStore();
  const open = new Set<OpenWatch>();
  const cluster: Cluster = {
    store,
    registry: createRegistry(store, { openshift: options.openshift === true }),
    tokens: createTokens(store),
    minorVersion: options.minorVersion ?? 36,
    initializing: new Set(),
    endWatches: (storage) => {
      for (const watch of [...open]) if (watch.storage === storage) watch.end();
    },
  };
  for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system'])
    seedObject(cluster, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const adminToken = cluster.tokens.issue('admin', [MASTERS]);
  const userTokens = new Map<string, string>();
  const faults = createFaults();
  const requests: RecordedRequest[] = [];
  const unknownPaths: string[] = [];

  const served = (call: Call, version: string): Resource | undefined => {
    const { group, resource, subresource } = call.attributes;
    const found = cluster.registry.find(group, version, resource);
    const known = subresource === '' || found?.subresources.some(({ name }) => name === subresource) === true;
    return known ? found : undefined;
  };

  async function answer(call: Call, version: string, response: ServerResponse): Promise<Answer | undefined> {
    if (!isAllowed(store, call.user, call.attributes)) throw refusal(call.user, call.attributes);
    if (call.attributes.path !== undefined) return otherAnswer(cluster, call);
    const resource = served(call, version);
    if (resource === undefined) throw new PathUnknown(call.path);
    call.resource = resource;
    const { verb, subresource } = call.attributes;
    if (subresource === 'log') {
      if (call.method !== 'GET') throw methodNotAllowed();
      const address = kubeletAddress(cluster, call, resource);
      if (address === undefined) return { status: 200, body: '' };
      await proxyLog(address, response);
      return undefined;
    }
    if (verb === 'watch') {
      openWatch(cluster, call, resource, response, open, options.bookmarkMs ?? 60_000);
      return undefined;
    }
    return handle(cluster, call, resource);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'https://localhost');
    const { method = 'GET' } = request;
    const route = routeOf(method, url.pathname, url.searchParams);
    const warnings: string[] = [];
    const user: User | undefined = cluster.tokens.userOf(request.headers.authorization);
    const { attributes } = route;
    const record = recordOf(request, route, (user ?? ANONYMOUS).name);
    requests.push(record);
    response.on('finish', () => (record.status = response.statusCode));
    try {
      const order = faults.next({ ...record, query: url.searchParams });
      // What is delayed has arrived whole, and is carried out even when its sender has gone meanwhile.
      const arrived = order?.delayMs === undefined ? undefined : await bodyOf(request);
      if (order !== undefined) {
        if (order.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, order.delayMs).unref());
        if (order.reset === true) listener.reset(response);
        if (order.reset === true || order.hang === true) return;
        const ordered = orderedError(order);
        if (ordered !== undefined) throw ordered;
      }
      const bytes = arrived ?? (await bodyOf(request));
      if (user === undefined) throw unauthorized();
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([key, value]) => [key, Array.isArray(value) ? value.join(', ') : value]),
      );
      const protobuf = headers['content-type']?.includes('protobuf') === true ? protobufAsJson(bytes) : undefined;
      if (protobuf !== undefined) headers['content-type'] = 'application/json';
      const call: Call = {
        method: method === 'HEAD' ? 'GET' : method,
        path: url.pathname,
        query: url.searchParams,
        headers,
        body: protobuf ?? bytes.toString('utf8'),
        user: askingFor(store, user, attributes, request),
        attributes,
        resource: undefined,
        warnings,
      };
      const made = await answer(call, route.version, response);
      record.status = made?.status ?? 200;
      if (made !== undefined) sendAnswer(response, made, warnings);
    } catch (error) {
      if (error instanceof PathUnknown && !isAbsentGroup(cluster, url.pathname))
        unknownPaths.push(`${method} ${url.pathname}`);
      const made = answerOf(error);
      record.status = made.status;
      sendAnswer(response, made, warnings);
    }
  }

  const authority = options.authority ?? createAuthority('stack API server');
  const listener = await startListener(authority, serve);
  const createUser = (name: string, groups: readonly string[] = []): string => {
    const token = cluster.tokens.issue(name, groups);
    userTokens.set(name, token);
    return token;
  };
  const { url } = listener;
  return {
    url,
    caPem: authority.caPem,
    adminToken,
    kubeconfig: (user) =>
      kubeconfigText({
        url,
        caPem: authority.caPem,
        user: user ?? 'admin',
        token: user === undefined ? adminToken : (userTokens.get(user) ?? createUser(user)),
      }),
    createUser,
    createServiceAccountToken: (namespace, name) => cluster.tokens.issueFor(namespace, name),
    seed: (objects) => objects.map((object) => seedObject(cluster, object)),
    faults,
    requests,
    unknownPaths,
    dropWatches: () => {
      const count = open.size;
      for (const watch of [...open]) watch.drop();
      return count;
    },
    openWatches: () => open.size,
    compact: () => store.compact(),
    stop: () => listener.stop(),
    restart: () => listener.restart(),
  };
}
