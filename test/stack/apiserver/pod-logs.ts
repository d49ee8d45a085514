// pods/log: the server asks the kubelet of the pod's Node, over TLS, and passes its answer on as it comes.
import { request as httpsRequest } from 'node:https';
import type { ServerResponse } from 'node:http';
import type { Call, Cluster } from './cluster.ts';
import { listAt, textAt, valueAt } from './json.ts';
import { found } from './read.ts';
import type { Resource } from './resources.ts';
import { badRequest, internal, invalid, StatusError } from './status.ts';

const PASSED = ['follow', 'tailLines', 'sinceSeconds', 'sinceTime', 'timestamps', 'previous', 'limitBytes'];

function kubeletOf(cluster: Cluster, nodeName: string): { host: string; port: number } {
  const node = cluster.store.get('/nodes', '', nodeName);
  if (node === undefined) throw internal(`nodes "${nodeName}" not found`);
  const address = listAt(node, 'status', 'addresses').find((one) => textAt(one, 'type') === 'InternalIP');
  const host = textAt(address, 'address');
  if (host === '') throw internal(`no preferred addresses found; known addresses: []`);
  return { host, port: Number(valueAt(node, 'status', 'daemonEndpoints', 'kubeletEndpoint', 'Port') ?? 10250) };
}

function containerOf(call: Call, pod: unknown): string {
  const name = textAt(pod, 'metadata', 'name');
  const names = listAt(pod, 'spec', 'containers').map((container) => textAt(container, 'name'));
  const all = [...names, ...listAt(pod, 'spec', 'initContainers').map((container) => textAt(container, 'name'))];
  const asked = call.query.get('container') ?? '';
  if (asked !== '') {
    if (!all.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${name}`);
    return asked;
  }
  const [only] = names;
  if (names.length !== 1 || only === undefined)
    throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`);
  return only;
}

/** The containerLogs address for a call. @throws 404, 400, 422 or 500 before anything was sent */
export function kubeletAddress(cluster: Cluster, call: Call, resource: Resource): URL | undefined {
  const pod = found(cluster, call, resource);
  const { query } = call;
  if (query.has('sinceSeconds') && query.has('sinceTime'))
    throw invalid('', 'PodLogOptions', '', [
      {
        reason: 'FieldValueForbidden',
        message: 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
        field: '',
      },
    ]);
  const container = containerOf(call, pod);
  const nodeName = textAt(pod, 'spec', 'nodeName');
  // A pod that has no node yet has no log: the real server answers with an empty one.
  if (nodeName === '') return undefined;
  const { host, port } = kubeletOf(cluster, nodeName);
  const { namespace, name } = call.attributes;
  const url = new URL(`https://${host}:${String(port)}/containerLogs/${namespace}/${name}/${container}`);
  for (const key of PASSED) {
    const value = query.get(key);
    if (value !== null) url.searchParams.set(key, value);
  }
  return url;
}

/** Pass a kubelet's answer on. Its certificate is not verified: the real server does not either, unless told to. */
export function proxyLog(url: URL, response: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    const upstream = httpsRequest(url, { rejectUnauthorized: false }, (answer) => {
      const status = answer.statusCode ?? 500;
      if (status !== 200) {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString().trim();
          const message = `the server could not find the requested resource (get pods): ${text}`;
          reject(
            status === 404 ? new StatusError(404, 'NotFound', message) : new StatusError(status, 'InternalError', text),
          );
        });
        return;
      }
      response.writeHead(200, { 'content-type': answer.headers['content-type'] ?? 'text/plain' });
      response.flushHeaders();
      answer.pipe(response);
      answer.on('error', () => response.destroy());
      response.on('close', () => {
        upstream.destroy();
        resolve();
      });
    });
    upstream.on('error', (error: NodeJS.ErrnoException) => {
      if (response.headersSent) resolve();
      else reject(internal(`Get "${url.href}": dial tcp ${url.host}: ${error.code ?? error.message}`));
    });
    upstream.end();
  });
}
