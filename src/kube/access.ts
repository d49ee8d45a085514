// Where the API server is and as whom we ask: kubeconfig or service account, read by @kubernetes/client-node.
// Only this file imports it, for kubeconfig files and their authentication plugins; its own client opens a connection
// for every call (kubernetes-client/javascript#2893) and is not used.
import { type Cluster, KubeConfig } from '@kubernetes/client-node';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { readToken, tokenFileOf, type TokenFile } from './kubeconfig-user.ts';
import type { Clock } from '../runtime/clock.ts';

/** What a connection needs. Two equal values may share connections. */
export interface ServerTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
  readonly insecure: boolean;
}

export interface Access {
  /** `https://host:port`, without a path. */
  readonly origin: string;
  /** Path in front of every call, without a slash at its end. Often empty. */
  readonly prefix: string;
  readonly proxy?: string | undefined;
  /** Namespace of the context, of the service account, or `default`. */
  readonly namespace: string;
  /** Headers and certificates of now. Tokens, plugins and files are asked again when the answer is 30 s old. */
  credentials(): Promise<Credentials>;
  /** Forgets what is cached: the server did not accept it. */
  forget(): void;
}

export interface Credentials {
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly tls: ServerTls;
}

export interface AccessOptions {
  /** Path of a kubeconfig. Default: KUBECONFIG, ~/.kube/config, then the service account of the pod. */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  /** Every call is made as this user, if the one of the kubeconfig may do so. */
  readonly impersonate?: { readonly user: string; readonly groups: readonly string[] };
  readonly clock: Clock;
}

/** How long headers and certificates are used before plugin and files are asked again. client-go re-reads after 60 s. */
const FRESH_MS = 30_000;
const SERVICE_ACCOUNT_NAMESPACE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';
/** What client-node makes up when it finds neither a kubeconfig nor a service account. */
const MADE_UP_SERVER = 'http://localhost:8080';

/** @throws Error with a sentence for people when there is no usable configuration */
export async function loadAccess(options: AccessOptions): Promise<Access> {
  let config = readConfig(options);
  const cluster = clusterOf(config, sourceOf(options));
  const tokenFile = await tokenFileOf(options.kubeconfig, config.getCurrentUser()?.name);
  const url = new URL(cluster.server);
  let cached: { readonly at: number; readonly value: Promise<Credentials> } | undefined;
  return {
    origin: url.origin,
    prefix: url.pathname.replace(/\/+$/, ''),
    proxy: cluster.proxyUrl,
    namespace: await defaultNamespace(config),
    credentials: () => {
      const now = options.clock.monotonicMs();
      if (cached === undefined || now - cached.at > FRESH_MS) {
        const value = credentialsOf(config, tokenFile, options.impersonate);
        cached = { at: now, value };
        value.catch(() => {
          if (cached?.value === value) cached = undefined;
        });
      }
      return cached.value;
    },
    forget: () => {
      cached = undefined;
      try {
        // A new object has empty plugin caches, and reads a rewritten file.
        config = readConfig(options);
      } catch {
        // The file is being replaced right now: the old configuration is asked again.
      }
    },
  };
}

/** Where the configuration comes from, for sentences. */
function sourceOf({ kubeconfig }: AccessOptions): string {
  const named = kubeconfig ?? process.env['KUBECONFIG'];
  return `the kubeconfig ${named === undefined || named === '' ? '~/.kube/config' : named}`;
}

function readConfig(options: AccessOptions): KubeConfig {
  const config = new KubeConfig();
  try {
    if (options.kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(options.kubeconfig);
  } catch (error) {
    throw new Error(`${sourceOf(options)} ${whyUnreadable(error)}`, { cause: error });
  }
  if (options.context !== undefined) config.setCurrentContext(options.context);
  return config;
}

function whyUnreadable(error: unknown): string {
  // An empty file is no object, and client-node looks into it all the same.
  if (error instanceof TypeError) return 'is empty, or no kubeconfig';
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'EISDIR') return 'is a folder';
  // js-yaml quotes the lines around the place, and a token may stand there.
  const { reason, mark } = error as { readonly reason?: string; readonly mark?: { readonly line: number } };
  return reason === undefined || mark === undefined
    ? `cannot be read: ${message}`
    : `is no YAML: ${reason}, at line ${mark.line + 1}`;
}

/** @throws Error when there is no cluster, or none that can be asked without showing credentials to the network */
function clusterOf(config: KubeConfig, source: string): Cluster {
  if (config.getClusters().some(({ server }) => server === MADE_UP_SERVER))
    throw new Error('no kubeconfig was found, and this is no pod: set KUBECONFIG, or give --kubeconfig');
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    const asked = (config.getCurrentContext() as string | undefined) ?? '';
    if (config.getContextObject(asked) !== null)
      throw new Error(`${source} does not define the cluster of its context ${asked}`);
    // Whatever stands there instead of a list has no names.
    const listed: unknown = config.getContexts();
    const names = Array.isArray(listed) ? config.getContexts().map(({ name }) => name) : [];
    const others = names.length === 0 ? 'it has none' : `it has ${names.slice(0, 10).join(', ')}`;
    throw new Error(
      asked === ''
        ? `${source} has no current context; name one with --context: ${others}`
        : `${source} has no context ${asked}: ${others}`,
    );
  }
  const { server, proxyUrl } = cluster;
  if (!URL.canParse(server) || !['https:', 'http:'].includes(new URL(server).protocol))
    throw new Error(`${source} names a server that is no https:// address`);
  if (new URL(server).protocol === 'http:' && !cluster.skipTLSVerify)
    throw new Error(
      `${source} names an http:// server: credentials would travel in the clear. Use its https:// address`,
    );
  if (proxyUrl !== undefined && !URL.canParse(proxyUrl))
    throw new Error(`${source} has a proxy-url that is no address`);
  return cluster;
}

/** What client-node and its plugins fill in. Their own type needs a declaration that the package does not carry. */
interface AppliedOptions {
  headers: Record<string, string>;
  auth?: string;
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
}

async function credentialsOf(
  config: KubeConfig,
  tokenFile: TokenFile,
  impersonate: AccessOptions['impersonate'],
): Promise<Credentials> {
  const cluster = config.getCurrentCluster();
  const options: AppliedOptions = { headers: {} };
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    throw new Error(whyUnusable(config, error), { cause: error });
  }
  const certificates = { ...pem('ca', options.ca), ...pem('cert', options.cert), ...pem('key', options.key) };
  try {
    createSecureContext(certificates);
  } catch (error) {
    throw new Error('a certificate or key in it is no PEM, or the two do not belong together', { cause: error });
  }
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(options.headers)) {
    // A token file ends with a line break more often than not, and a header must not.
    headers[name.toLowerCase()] = value.trim();
  }
  // As in client-go: what the file holds now comes before a token that stands beside it.
  if (tokenFile !== undefined) headers['authorization'] = `Bearer ${await readToken(tokenFile)}`;
  else if (options.auth !== undefined) {
    headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  }
  if (impersonate !== undefined) {
    headers['impersonate-user'] = impersonate.user;
    if (impersonate.groups.length > 0) headers['impersonate-group'] = [...impersonate.groups];
  }
  return {
    headers,
    tls: {
      ...certificates,
      ...(cluster?.tlsServerName === undefined ? {} : { serverName: cluster.tlsServerName }),
      insecure: cluster?.skipTLSVerify === true,
    },
  };
}

function whyUnusable(config: KubeConfig, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const plugin = (config.getCurrentUser()?.exec as { readonly command?: unknown } | undefined)?.command;
  if (typeof plugin !== 'string') return message;
  if (code === 'ENOENT') return `the credential plugin ${plugin} is not installed`;
  return `the credential plugin ${plugin} failed${message.trim() === '' ? '' : `: ${message}`}`;
}

function pem(name: 'ca' | 'cert' | 'key', value: unknown): Record<string, string> {
  if (typeof value === 'string') return { [name]: value };
  return Buffer.isBuffer(value) ? { [name]: value.toString('utf8') } : {};
}

async function defaultNamespace(config: KubeConfig): Promise<string> {
  const context = config.getContextObject(config.getCurrentContext());
  if (context?.namespace !== undefined && context.namespace !== '') return context.namespace;
  try {
    return (await readFile(SERVICE_ACCOUNT_NAMESPACE, 'utf8')).trim();
  } catch {
    return 'default';
  }
}
