// kwok: nodes and pods of a control plane without a container runtime. A pod is where its annotation says, and its log is a
// file in the kubelet's layout.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../stack/free-port.ts';
import { goBuild } from '../bed/go.ts';
import { builtFolder } from '../bed/keep.ts';
import { answers, startProgram } from '../bed/process.ts';
import type { ControlPlane } from './control-plane.ts';

const VERSION = '0.8.0';

export const KWOK = goBuild({
  name: 'kwok',
  version: VERSION,
  module: join(import.meta.dirname, '../kwok'),
  programs: { kwok: 'sigs.k8s.io/kwok/cmd/kwok' },
});

/** The annotation of a pod template that says where its pod is. */
export const POD_ADDRESS = 'recognize.health/pod-address';

/** What a kubelet writes into a status: after kwok's own fast stages, which give a pod an address of their own. */
const POD_READY = `
{{ $now := Now }}
{{ $address := index .metadata.annotations "${POD_ADDRESS}" }}
phase: Running
startTime: {{ $now | Quote }}
podIP: {{ $address | Quote }}
podIPs:
- ip: {{ $address | Quote }}
conditions:
{{ range $type := list "PodScheduled" "Initialized" "ContainersReady" "Ready" }}
- type: {{ $type | Quote }}
  status: "True"
  lastTransitionTime: {{ $now | Quote }}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  restartCount: 0
  state:
    running:
      startedAt: {{ $now | Quote }}
{{ end }}
`;

const NODE_READY = `
{{ $now := Now }}
addresses:
- type: InternalIP
  address: {{ NodeIP | Quote }}
daemonEndpoints:
  kubeletEndpoint:
    Port: {{ NodePort }}
conditions:
- type: Ready
  status: "True"
  reason: KubeletReady
  lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ $now | Quote }}
`;

interface Expression {
  readonly key: string;
  readonly operator: 'Exists' | 'DoesNotExist' | 'In' | 'NotIn';
  readonly values?: readonly string[];
}

/** What happens next to the objects of a kind that these hold for. */
const stage = (name: string, kind: 'Node' | 'Pod', matchExpressions: readonly Expression[], next: object): object => ({
  apiVersion: 'kwok.x-k8s.io/v1alpha1',
  kind: 'Stage',
  metadata: { name },
  spec: { resourceRef: { apiGroup: 'v1', kind }, selector: { matchExpressions }, next },
});

const READY = '.status.conditions.[] | select( .type == "Ready" ) | .status';
const STAGES = [
  stage('node-ready', 'Node', [{ key: READY, operator: 'NotIn', values: ['True'] }], { statusTemplate: NODE_READY }),
  stage(
    'pod-ready',
    'Pod',
    [
      { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' },
      { key: `.metadata.annotations["${POD_ADDRESS}"]`, operator: 'Exists' },
      { key: '.status.phase', operator: 'In', values: ['Pending'] },
    ],
    { statusTemplate: POD_READY },
  ),
  stage('pod-delete', 'Pod', [{ key: '.metadata.deletionTimestamp', operator: 'Exists' }], { delete: true }),
];

export interface Kwok {
  /** `kwok 0.8.0` */
  readonly version: string;
  /** Writes what a container said since the last call, as the kubelet keeps it. */
  hear(said: string): void;
  stop(): Promise<void>;
}

/**
 * Starts it for every node of the control plane.
 *
 * @param address where its kubelets are; the API server reads logs there
 * @param container whose log `hear` writes
 */
export async function startKwok(plane: ControlPlane, address: string, container: string): Promise<Kwok> {
  const folder = mkdtempSync(join(tmpdir(), 'kwok-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const log = file('container.log', '');
  const port = await findFreePort([address]);
  const { certPem, keyPem } = plane.authority.issue({ commonName: 'kubelet', hosts: [address] });
  const documents = [
    ...STAGES,
    {
      apiVersion: 'kwok.x-k8s.io/v1alpha1',
      kind: 'ClusterLogs',
      metadata: { name: 'logs' },
      spec: { logs: [{ containers: [container], logsFile: log }] },
    },
  ];
  const config = file('kwok.yaml', documents.map((one) => JSON.stringify(one)).join('\n---\n'));
  const program = await startProgram({
    part: `kwok ${VERSION}`,
    program: join(builtFolder(KWOK), 'kwok'),
    args: [
      `--kubeconfig=${plane.kubeconfig}`,
      `--config=${config}`,
      '--manage-all-nodes=true',
      `--node-ip=${address}`,
      `--node-port=${port}`,
      `--server-address=${address}:${port}`,
      `--tls-cert-file=${file('kubelet.crt', certPem)}`,
      `--tls-private-key-file=${file('kubelet.key', keyPem)}`,
    ],
    isReady: () => answers(`http://${address}:${port}/healthz`),
  });
  let heard = 0;
  return {
    version: `kwok ${VERSION}`,
    hear(said) {
      const lines = said.slice(heard).split('\n').slice(0, -1);
      heard += lines.join('\n').length + (lines.length > 0 ? 1 : 0);
      const at = new Date().toISOString().replace('Z', '000000Z');
      appendFileSync(log, lines.map((line) => `${at} stdout F ${line}\n`).join(''));
    },
    async stop() {
      await program.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
