// The administrator's hands on the stack's cluster: read, merge-patch, create and delete objects by plain requests.
// No client library, so that a mistake of one cannot hide behind the same mistake here.
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';

/** An object of the API, read loosely. */
export interface AnyObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [field: string]: unknown };
  [field: string]: unknown;
}

/** Where an API server is and as whom to ask it: with a token or with a client certificate. */
export interface ClusterAccess {
  readonly url: string;
  readonly caPem: string;
  /** '' with a client certificate. */
  readonly token: string;
  readonly client?: { readonly certPem: string; readonly keyPem: string };
}

type Collection = { apiVersion: string; kind: string; namespace?: string };

export interface Admin {
  /** The object; undefined when there is none of that name. */
  get(object: Named): Promise<AnyObject | undefined>;
  list(of: Collection): Promise<AnyObject[]>;
  create(object: AnyObject): Promise<AnyObject>;
  /** JSON merge patch (RFC 7386). */
  patch(object: Named, change: object): Promise<AnyObject>;
  /** Creates it or makes it what is given, by server-side apply; takes every field from whoever has it. */
  apply(object: AnyObject): Promise<AnyObject>;
  /** Replaces the whole status, through the subresource. */
  setStatus(object: Named, status: object): Promise<void>;
  /** Deletes it at once; nothing happens when it is not there. */
  remove(object: Named): Promise<void>;
  /** Deletes every object of a collection. */
  removeAll(of: Collection): Promise<void>;
  /** Whether the server serves this kind by now. */
  serves(of: Collection): Promise<boolean>;
  /** A token for a ServiceAccount, for a day (TokenRequest of authentication.k8s.io/v1). */
  token(namespace: string, account: string): Promise<string>;
  /** Kubernetes' version, `1.34`. */
  version(): Promise<string>;
  /** The server's own metrics, as Prometheus reads them. Ours has none. */
  metrics(): Promise<string>;
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

/** Of what a PATCH is. */
const PATCHES = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;
const APPLY = '?fieldManager=stack&force=true';
/** A Pod would wait for its kubelet to end it. */
const AT_ONCE = '?gracePeriodSeconds=0';
const DAY_SECONDS = 86_400;
const MOST_TRIES = 10;
const LOST: ReadonlySet<string> = new Set(['ECONNRESET', 'UND_ERR_SOCKET']);

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Requests as the administrator of an API server. Answers other than 2xx and a 404 to a read are thrown. */
export function createAdmin({ url, caPem, token, client }: ClusterAccess): Admin {
  const own = client === undefined ? {} : { cert: client.certPem, key: client.keyPem };
  const agent = new Agent({ connections: 2, connect: { ca: caPem, ...own } });

  async function send(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
    patch: keyof typeof PATCHES = 'merge',
  ): Promise<unknown> {
    const text = await textOf(method, path, body, patch);
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  }

  /** The answer's body; undefined for a 404 to a read or a deletion. */
  async function textOf(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
    patch: keyof typeof PATCHES = 'merge',
    tries = 1,
  ): Promise<string | undefined> {
    const answer = await request(url + path, {
      method,
      dispatcher: agent,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        'content-type': method === 'PATCH' ? PATCHES[patch] : 'application/json',
        'user-agent': 'stack',
      },
      body: body === undefined ? null : JSON.stringify(body),
    }).catch((error: unknown) => {
      // A server that was busy for seconds closes a kept connection as it is used again. A read may be sent twice.
      if (method === 'GET' && tries < MOST_TRIES && LOST.has(codeOf(error))) return undefined;
      throw error;
    });
    if (answer === undefined) return textOf(method, path, body, patch, tries + 1);
    const text = await answer.body.text();
    // A definition that was made this moment: "storage is (re)initializing".
    if (answer.statusCode === 429 && tries < MOST_TRIES) {
      await sleep(Number(answer.headers['retry-after'] ?? 1) * 1000);
      return textOf(method, path, body, patch, tries + 1);
    }
    // A namespace that was made this moment: the account of its pods comes after it.
    if (answer.statusCode === 403 && tries < MOST_TRIES && text.includes('error looking up service account')) {
      await sleep(1000);
      return textOf(method, path, body, patch, tries + 1);
    }
    if (answer.statusCode === 404 && (method === 'GET' || method === 'DELETE')) return undefined;
    if (answer.statusCode >= 300) throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${text}`);
    return text;
  }

  const at = (object: Named): string => pathOf(object, object.metadata.namespace, object.metadata.name);
  const all = (of: Collection): string => pathOf(of, of.namespace);
  return {
    get: async (object) => (await send('GET', at(object))) as AnyObject | undefined,
    list: async (of) => ((await send('GET', all(of))) as { items: AnyObject[] } | undefined)?.items ?? [],
    create: async (object) => (await send('POST', pathOf(object, object.metadata.namespace), object)) as AnyObject,
    patch: async (object, change) => (await send('PATCH', at(object), change)) as AnyObject,
    apply: async (object) => (await send('PATCH', at(object) + APPLY, object, 'apply')) as AnyObject,
    async setStatus(object, status) {
      // `add` replaces what is there (RFC 6902, 4.1); a merge would keep the fields that are no longer in it.
      await send('PATCH', `${at(object)}/status`, [{ op: 'add', path: '/status', value: status }], 'json');
    },
    async remove(object) {
      await send('DELETE', at(object) + AT_ONCE);
    },
    async removeAll(of) {
      await send('DELETE', all(of) + AT_ONCE);
    },
    serves: async (of) => (await send('GET', all(of))) !== undefined,
    async token(namespace, account) {
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
      const asked = {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: DAY_SECONDS },
      };
      return ((await send('POST', path, asked)) as { status: { token: string } }).status.token;
    },
    async version() {
      const { major, minor } = (await send('GET', '/version')) as { major: string; minor: string };
      return `${major}.${Number.parseInt(minor, 10)}`;
    },
    metrics: async () => (await textOf('GET', '/metrics')) ?? '',
    close: () => agent.destroy(),
  };
}
