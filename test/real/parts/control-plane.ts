// The control plane: etcd, kube-apiserver and, where asked for, kube-controller-manager, as Kubernetes releases them.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterAccess } from '../../stack/admin.ts';
import { kubeconfigText } from '../../stack/apiserver/kubeconfig.ts';
import { createAuthority, type Authority } from '../../stack/certificates.ts';
import { findFreePort } from '../../stack/free-port.ts';
import { goBuild } from '../bed/go.ts';
import { builtFolder } from '../bed/keep.ts';
import { startProgram, stopAll, type RunningProgram } from '../bed/process.ts';

const KUBERNETES = '1.36.3';
const ETCD = '3.6.16';
const VERSION_PACKAGE = 'k8s.io/component-base/version';

export const CONTROL_PLANE = goBuild({
  name: 'control-plane',
  version: KUBERNETES,
  module: join(import.meta.dirname, '../cluster'),
  programs: {
    etcd: 'go.etcd.io/etcd/server/v3',
    'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
    'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  },
  // Without these the server calls itself v0.0.0-master.
  variables: [
    `${VERSION_PACKAGE}.gitVersion=v${KUBERNETES}`,
    `${VERSION_PACKAGE}.gitMajor=${KUBERNETES.split('.')[0] ?? ''}`,
    `${VERSION_PACKAGE}.gitMinor=${KUBERNETES.split('.')[1] ?? ''}`,
  ],
});

const CONTROLLERS = {
  none: '',
  namespaces: 'namespace-controller,serviceaccount-controller',
  // Nobody is to wait for a node that is made ready by hand.
  all: '*,-node-lifecycle-controller',
} as const;

export interface ControlPlaneOptions {
  /**
   * `all`: ReplicaSets, pods and endpoints are made. `namespaces`: they get their account and can be deleted, and who
   * keeps workloads by hand is left alone. None unless told.
   */
  readonly controllers?: keyof typeof CONTROLLERS;
  /** False: no log of the requests, which an hour's measurement would fill a disk with. */
  readonly audit?: boolean;
  /** The URL of a webhook that knows tokens which the server does not (TokenReview of authentication.k8s.io/v1). */
  readonly tokenWebhook?: string;
}

/** A request as the audit log has it. */
export interface AuditedRequest {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly apiGroup?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly requestURI: string;
  readonly responseStatus?: { readonly code?: number; readonly reason?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface ControlPlane {
  /** `kube-apiserver 1.36.3`, for the names of tests. */
  readonly version: string;
  readonly access: ClusterAccess;
  readonly authority: Authority;
  /** The path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Every request that was answered so far. */
  audited(): AuditedRequest[];
  /** Where etcd is, for who changes what the API server does not let him. */
  readonly etcdUrl: string;
  /** Ends the API server and starts it anew, on the same port and the same data. */
  restartServer(): Promise<void>;
  /** The programs that were started first, for who watches them. */
  readonly programs: readonly RunningProgram[];
  stop(): Promise<void>;
}

/** The folder with the programs: KUBEBUILDER_ASSETS, or what we built. */
function programsFolder(): string {
  const { KUBEBUILDER_ASSETS: assets = '' } = process.env;
  return assets === '' ? builtFolder(CONTROL_PLANE) : assets;
}

const HOST = '127.0.0.1';
/** All but reads of health and discovery, without bodies: a Secret's value never stands in it. */
const AUDIT_POLICY = JSON.stringify({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata' }],
});

/** Starts it; about five seconds. Nothing is left of it when a part of it does not start. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'control-plane-'));
  const running: RunningProgram[] = [];
  const stop = async (): Promise<void> => {
    await stopAll(running.splice(0));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { ...(await startPrograms(folder, options, running)), programs: [...running], stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

async function startPrograms(
  folder: string,
  { controllers: which = 'none', audit = true, tokenWebhook }: ControlPlaneOptions,
  running: RunningProgram[],
): Promise<Omit<ControlPlane, 'programs' | 'stop'>> {
  const controllers = CONTROLLERS[which];
  const assets = programsFolder();
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const start = async (
    program: string,
    args: readonly string[],
    isReady: () => Promise<boolean>,
  ): Promise<RunningProgram> => {
    const version = program === 'etcd' ? ETCD : KUBERNETES;
    const started = await startProgram({
      part: `${program} ${version}`,
      program: join(assets, program),
      args,
      isReady,
    });
    running.push(started);
    return started;
  };
  const authority = createAuthority('control plane');
  const serving = authority.issue({
    commonName: 'kube-apiserver',
    hosts: ['localhost', HOST, 'kubernetes.default.svc', '10.96.0.1'],
  });
  const kubelets = authority.issue({ commonName: 'kube-apiserver-kubelet-client' });
  const accounts = authority.issue({ commonName: 'service-accounts' });
  const accountsKey = file('accounts.key', accounts.keyPem);
  const adminToken = randomBytes(24).toString('base64url');
  const [client, peer, secure] = [await findFreePort([HOST]), await findFreePort([HOST]), await findFreePort([HOST])];

  const etcdUrl = `http://${HOST}:${client}`;
  const peerUrl = `http://${HOST}:${peer}`;
  await start(
    'etcd',
    [
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
    async () => (await fetch(`${etcdUrl}/health`).catch(() => undefined))?.ok === true,
  );

  const access: ClusterAccess = { url: `https://${HOST}:${secure}`, caPem: authority.caPem, token: adminToken };
  const auditLog = join(folder, 'audit.log');
  const serverArguments = [
    `--etcd-servers=${etcdUrl}`,
    `--bind-address=${HOST}`,
    `--advertise-address=${HOST}`,
    '--endpoint-reconciler-type=none',
    `--secure-port=${secure}`,
    `--tls-cert-file=${file('serving.crt', serving.certPem)}`,
    `--tls-private-key-file=${file('serving.key', serving.keyPem)}`,
    `--token-auth-file=${file('tokens.csv', `${adminToken},admin,admin,"system:masters"\n`)}`,
    ...(tokenWebhook === undefined ? [] : webhookFlags(file('webhook.yaml', webhookText(tokenWebhook)))),
    '--authorization-mode=Node,RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${file('accounts.crt', accounts.certPem)}`,
    `--service-account-signing-key-file=${accountsKey}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    // Without the controllers nobody makes the default ServiceAccount that this plugin asks for.
    ...(controllers !== '' ? [] : ['--disable-admission-plugins=ServiceAccount']),
    '--allow-privileged=true',
    // How it reaches kubelets, for pod logs: by default it would ask DNS for the node's name.
    '--kubelet-preferred-address-types=InternalIP,Hostname',
    `--kubelet-client-certificate=${file('kubelets.crt', kubelets.certPem)}`,
    `--kubelet-client-key=${file('kubelets.key', kubelets.keyPem)}`,
    ...(audit
      ? [
          `--audit-policy-file=${file('audit.yaml', AUDIT_POLICY)}`,
          `--audit-log-path=${auditLog}`,
          '--audit-log-mode=blocking',
        ]
      : []),
  ];
  const startServer = (): Promise<RunningProgram> => start('kube-apiserver', serverArguments, () => isReady(access));
  let server = await startServer();
  const kubeconfig = file('admin.yaml', kubeconfigText({ ...access, user: 'admin', namespace: 'default' }));
  if (controllers !== '')
    await start(
      'kube-controller-manager',
      [
        `--kubeconfig=${kubeconfig}`,
        `--bind-address=${HOST}`,
        `--secure-port=${await findFreePort([HOST])}`,
        `--service-account-private-key-file=${accountsKey}`,
        `--root-ca-file=${file('ca.crt', authority.caPem)}`,
        '--use-service-account-credentials=true',
        '--leader-elect=false',
        `--controllers=${controllers}`,
      ],
      () => hasDefaultAccount(access),
    );
  return {
    version: `kube-apiserver ${KUBERNETES}`,
    access,
    authority,
    kubeconfig,
    etcdUrl,
    async restartServer() {
      running.splice(running.indexOf(server), 1);
      // On a busy machine it takes longer to take leave of its watches than it is given: killed is stopped, too.
      await server.stop().catch(() => undefined);
      server = await startServer();
    },
    // The last line may be half written.
    audited: () =>
      readFileSync(auditLog, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as AuditedRequest),
  };
}

const webhookText = (url: string): string => kubeconfigText({ url, caPem: '', user: 'kube-apiserver', token: '' });

/** What it says of a token is asked for each time. */
const webhookFlags = (config: string): string[] => [
  `--authentication-token-webhook-config-file=${config}`,
  '--authentication-token-webhook-version=v1',
  '--authentication-token-webhook-cache-ttl=0s',
];

/** The status of a GET as the administrator; 0 when nobody answers. */
export function statusOf({ url, caPem, token }: ClusterAccess, path: string): Promise<number> {
  return new Promise((resolve) => {
    const asked = request(
      url + path,
      { ca: caPem, agent: false, headers: { authorization: `Bearer ${token}` } },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    asked.on('error', () => resolve(0));
    asked.end();
  });
}

const isReady = async (access: ClusterAccess): Promise<boolean> => (await statusOf(access, '/readyz')) === 200;

const hasDefaultAccount = async (access: ClusterAccess): Promise<boolean> =>
  (await statusOf(access, '/api/v1/namespaces/default/serviceaccounts/default')) === 200;
