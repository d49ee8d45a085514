// The cluster that tests run on: a real API server where one is to be had, otherwise our own.
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import type { ClusterAccess } from './admin.ts';
import { isObject, listAt, objectAt, textAt } from './apiserver/json.ts';
import { startApiServer, type ApiServer, type ApiServerOptions } from './apiserver/server.ts';
import { createAuthority } from './certificates.ts';

/** A cluster, whichever it is. What only ours can do (faults, requests, seed) is on `ours`. */
export interface StackCluster {
  /** The administrator's. */
  readonly access: ClusterAccess;
  readonly ours: ApiServer | undefined;
  /** It was there before and stays: others may use it at the same time. */
  readonly isShared: boolean;
  stop(): Promise<void>;
}

async function startOurs(options: ApiServerOptions): Promise<StackCluster> {
  const ours = await startApiServer(options);
  const { url, caPem, adminToken: token } = ours;
  return { access: { url, caPem, token }, ours, isShared: false, stop: () => ours.stop() };
}

/**
 * The cluster of a kubeconfig's current context; it is left running.
 * @throws when the context's user has neither a token nor a client certificate
 */
async function fromKubeconfig(path: string): Promise<StackCluster> {
  const config: unknown = parse(await readFile(path, 'utf8'));
  const named = (list: string, name: string): unknown =>
    listAt(config, list).find((one) => isObject(one) && one['name'] === name);
  /** The field's own `-data`, or the file that it names, which is relative to the kubeconfig. */
  const pem = async (of: unknown, field: string): Promise<string> => {
    const file = textAt(of, field);
    if (file !== '') return readFile(resolve(dirname(path), file), 'utf8');
    return Buffer.from(textAt(of, `${field}-data`), 'base64').toString('utf8');
  };
  const context = objectAt(named('contexts', textAt(config, 'current-context')), 'context');
  const cluster = objectAt(named('clusters', textAt(context, 'cluster')), 'cluster');
  const user = objectAt(named('users', textAt(context, 'user')), 'user');
  const token = textAt(user, 'token');
  const client = { certPem: await pem(user, 'client-certificate'), keyPem: await pem(user, 'client-key') };
  if (token === '' && client.certPem === '')
    throw new Error(`the current user of ${path} has neither a token nor a client certificate`);
  return {
    access: {
      url: textAt(cluster, 'server'),
      caPem: await pem(cluster, 'certificate-authority'),
      token,
      ...(token === '' ? { client } : {}),
    },
    ours: undefined,
    isShared: true,
    stop: () => Promise.resolve(),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function isReady(url: string, ca: string, token: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(
      `${url}/readyz`,
      { ca, agent: false, headers: { authorization: `Bearer ${token}` } },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      },
    );
    asked.on('error', () => resolve(false));
    asked.end();
  });
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/**
 * etcd and kube-apiserver from a folder, as envtest lays them out. Untried: no such binaries were at hand when this was
 * written; the flags are those of kube-apiserver 1.27 and later.
 * @throws when the server is not ready within a minute, with the end of what it said
 */
async function fromAssets(assets: string): Promise<StackCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'stack-cluster-'));
  const children: ChildProcess[] = [];
  let said = '';
  const run = (name: string, args: readonly string[]): void => {
    const child = spawn(join(assets, name), [...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (part: Buffer) => (said = `${said}${part.toString('utf8')}`.slice(-4000)));
    child.on('error', (error) => (said += error.message));
    children.push(child);
  };
  const stop = async (): Promise<void> => {
    for (const child of children.reverse()) await stopChild(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const [client, peer, secure] = [await freePort(), await freePort(), await freePort()];
    const authority = createAuthority('stack cluster');
    const serving = authority.issue({ commonName: 'kube-apiserver', hosts: ['localhost', '127.0.0.1'] });
    const accounts = authority.issue({ commonName: 'service-accounts' });
    const adminToken = randomBytes(24).toString('base64url');
    const file = async (name: string, text: string): Promise<string> => {
      await writeFile(join(folder, name), text, { mode: 0o600 });
      return join(folder, name);
    };
    const etcdUrl = `http://127.0.0.1:${String(client)}`;
    const peerUrl = `http://127.0.0.1:${String(peer)}`;
    run('etcd', [
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
      '--unsafe-no-fsync',
    ]);
    run('kube-apiserver', [
      `--etcd-servers=${etcdUrl}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${String(secure)}`,
      `--tls-cert-file=${await file('serving.crt', serving.certPem)}`,
      `--tls-private-key-file=${await file('serving.key', serving.keyPem)}`,
      `--token-auth-file=${await file('tokens.csv', `${adminToken},admin,admin,"system:masters"\n`)}`,
      '--authorization-mode=RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${await file('accounts.crt', accounts.certPem)}`,
      `--service-account-signing-key-file=${await file('accounts.key', accounts.keyPem)}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      '--disable-admission-plugins=ServiceAccount',
      '--allow-privileged=true',
    ]);
    const url = `https://127.0.0.1:${String(secure)}`;
    for (let tries = 0; !(await isReady(url, authority.caPem, adminToken)); tries += 1) {
      if (tries > 240 || children.some((child) => child.exitCode !== null))
        throw new Error(`the API server in ${assets} does not become ready: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    return { access: { url, caPem: authority.caPem, token: adminToken }, ours: undefined, isShared: false, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * A cluster for tests: that of `TEST_KUBECONFIG` (a path), the binaries in `KUBEBUILDER_ASSETS` (a folder), or ours.
 * The options hold for ours alone. `always` ours is for who needs what only ours can do.
 */
export function startCluster(options: ApiServerOptions = {}, always?: 'ours'): Promise<StackCluster> {
  const { TEST_KUBECONFIG: path = '', KUBEBUILDER_ASSETS: assets = '' } = always === 'ours' ? {} : process.env;
  if (path !== '') return fromKubeconfig(path);
  if (assets !== '') return fromAssets(assets);
  return startOurs(options);
}
