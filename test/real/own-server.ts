// A real API server that one test has for itself, with the switches of our own one. Starting a control plane takes
// seconds: it is kept for the next test of the file, and made empty again for it.
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdmin } from '../stack/admin.ts';
import { kubeconfigText } from '../stack/apiserver/kubeconfig.ts';
import type { Authority } from '../stack/certificates.ts';
import { apiWriter } from '../stack/object-writer.ts';
import type { SwitchedServer } from '../stack/switched-server.ts';
import { keptForFile } from '../support/kept-for-file.ts';
import { startControlPlane, statusOf, type ControlPlane, type ControlPlaneOptions } from './parts/control-plane.ts';
import { backdate, etcdState, restoreEtcd, type EtcdState } from './parts/etcd-state.ts';
import { startTokenWebhook, type TokenWebhook } from './parts/token-webhook.ts';
import { startFront } from './front.ts';

type Controllers = NonNullable<ControlPlaneOptions['controllers']>;

interface Own {
  readonly plane: ControlPlane;
  readonly webhook: TokenWebhook;
  readonly controllers: Controllers;
  readonly empty: EtcdState;
}

/** Those that no test uses at the moment; they end with the file. */
const idle: Own[] = [];

async function startNew(controllers: Controllers): Promise<Own> {
  const webhook = await startTokenWebhook();
  try {
    const plane = await startControlPlane({ controllers, tokenWebhook: webhook.url });
    keptForFile.push(async () => {
      await plane.stop();
      await webhook.close();
    });
    return { plane, webhook, controllers, empty: await etcdState(plane.etcdUrl) };
  } catch (error) {
    await webhook.close();
    throw error;
  }
}

/** Takes out what the last test left. */
async function madeEmpty(one: Own): Promise<Own> {
  const gone = await restoreEtcd(one.plane.etcdUrl, one.empty);
  one.webhook.forget();
  // The API server serves a kind for a moment longer than its definition is there.
  for (const key of gone.filter((name) => name.includes('/customresourcedefinitions/')))
    while ((await statusOf(one.plane.access, `/apis/${groupOf(key)}`)) !== 404) await sleep(20);
  return one;
}

/** `/registry/…/healthreports.recognize.health` */
const groupOf = (key: string): string => key.slice(key.indexOf('.', key.lastIndexOf('/')) + 1);

/** Starts one before a control plane of its own. */
export async function startRealServer(of: { authority: Authority; controllers: Controllers }): Promise<SwitchedServer> {
  const found = idle.findIndex(({ controllers }) => controllers === of.controllers);
  const own = found < 0 ? await startNew(of.controllers) : await madeEmpty(idle.splice(found, 1)[0]!);
  const { plane, webhook } = own;
  const { token: adminToken } = plane.access;
  const front = await startFront(of.authority, plane.access, (header) => userOf(header, adminToken, webhook));
  const admin = createAdmin(plane.access);
  const writer = apiWriter(admin);
  const users = new Map<string, string>();
  const createUser = (name: string, groups: readonly string[] = []): string => {
    const token = webhook.issue(name, groups);
    users.set(name, token);
    return token;
  };
  const { url, faults, requests } = front;
  const { caPem } = of.authority;
  return {
    url,
    caPem,
    adminToken,
    kubeconfig: (user) =>
      kubeconfigText({
        url,
        caPem,
        user: user ?? 'admin',
        token: user === undefined ? adminToken : (users.get(user) ?? createUser(user)),
      }),
    createUser,
    createServiceAccountToken: (namespace, name) => admin.token(namespace, name),
    writer,
    seed: (objects) => writer.put(JSON.parse(JSON.stringify(objects)) as object[]),
    faults,
    requests,
    unknownPaths: [],
    dropWatches: () => front.dropWatches(),
    openWatches: () => front.openWatches(),
    compact: () => plane.restartServer(),
    backdate: ({ metadata: { namespace = '', name } }, creationTimestamp) =>
      backdate(plane.etcdUrl, `/registry/recognize.health/healthreports/${namespace}/${name}`, creationTimestamp),
    stop: () => front.stop(),
    restart: () => front.restart(),
    async close() {
      await front.close();
      await admin.close();
      idle.push(own);
    },
  };
}

/** Who a header names: one of ours, the administrator, or the account that a token of the server's own speaks of. */
function userOf(authorization: string | undefined, adminToken: string, webhook: TokenWebhook): string {
  const token = authorization?.replace(/^Bearer\s+/i, '') ?? '';
  if (token === adminToken) return 'admin';
  return webhook.userOf(token) ?? accountOf(token) ?? 'system:anonymous';
}

function accountOf(token: string): string | undefined {
  const [, claims] = token.split('.');
  if (claims === undefined) return undefined;
  try {
    return (JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as { sub?: string }).sub;
  } catch {
    return undefined;
  }
}
