// The administrator's hands on the stack's cluster: read, merge-patch, create and delete objects by plain requests.
// No client library, so that a mistake of one cannot hide behind the same mistake here.
import { Agent, request } from 'undici';

/** An object of the API, read loosely. */
export interface AnyObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [field: string]: unknown };
  [field: string]: unknown;
}

export interface Admin {
  /** The object; undefined when there is none of that name. */
  get(object: Named): Promise<AnyObject | undefined>;
  list(of: { apiVersion: string; kind: string; namespace?: string }): Promise<AnyObject[]>;
  create(object: AnyObject): Promise<AnyObject>;
  /** JSON merge patch (RFC 7386). */
  patch(object: Named, change: object): Promise<AnyObject>;
  /** Deletes it; nothing happens when it is not there. */
  remove(object: Named): Promise<void>;
  close(): Promise<void>;
}

export type Named = Pick<AnyObject, 'apiVersion' | 'kind'> & { metadata: { name: string; namespace?: string } };

/** Kinds whose resource is not simply the lower-case kind with an s. */
const PLURALS: Readonly<Record<string, string>> = { NetworkPolicy: 'networkpolicies' };

function pathOf({ apiVersion, kind }: { apiVersion: string; kind: string }, namespace?: string, name?: string): string {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = PLURALS[kind] ?? `${kind.toLowerCase()}s`;
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${base}${scope}/${plural}${name === undefined ? '' : `/${name}`}`;
}

/** Requests as the administrator of the API server at `url`. Answers other than 2xx and a 404 to a read are thrown. */
export function createAdmin({ url, caPem, token }: { url: string; caPem: string; token: string }): Admin {
  const agent = new Agent({ connections: 2, connect: { ca: caPem } });

  async function send(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<unknown> {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const answer = await request(url + path, {
      method,
      dispatcher: agent,
      headers: { authorization: `Bearer ${token}`, 'content-type': type, 'user-agent': 'stack' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.body.text();
    if (answer.statusCode === 404 && (method === 'GET' || method === 'DELETE')) return undefined;
    if (answer.statusCode >= 300) throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${text}`);
    return JSON.parse(text) as unknown;
  }

  const at = (object: Named): string => pathOf(object, object.metadata.namespace, object.metadata.name);
  return {
    get: async (object) => (await send('GET', at(object))) as AnyObject | undefined,
    list: async (of) =>
      ((await send('GET', pathOf(of, of.namespace))) as { items: AnyObject[] } | undefined)?.items ?? [],
    create: async (object) => (await send('POST', pathOf(object, object.metadata.namespace), object)) as AnyObject,
    patch: async (object, change) => (await send('PATCH', at(object), change)) as AnyObject,
    remove: async (object) => {
      await send('DELETE', at(object));
    },
    close: () => agent.destroy(),
  };
}
