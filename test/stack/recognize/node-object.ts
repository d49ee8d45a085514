// A Node as the kubelet keeps it.
import { type KubernetesObject, timestamp, uidOf } from './pod-object.ts';

const DAY_MS = 86_400_000;
/** What it is called unless told. */
export const NODE_NAME = 'stack-node-1';

export interface NodeOptions {
  nodeName?: string;
  kubeletPort?: number;
  /** `arm64` is a platform that the vendor does not support. */
  architecture?: 'amd64' | 'arm64';
  kubeletVersion?: string;
  /** Its kubelet is not heard of any longer. */
  isLost: boolean;
  now: Date;
}

/** The worker node of the load test in the guide (n2-standard-4), pointing at the stack's kubelet. */
export function nodeObject({
  nodeName = NODE_NAME,
  kubeletPort = 10250,
  architecture = 'amd64',
  kubeletVersion = 'v1.34.2',
  isLost,
  now,
}: NodeOptions): KubernetesObject {
  const at = timestamp(new Date(now.getTime() - DAY_MS));
  const size = { cpu: '4', memory: '16384Mi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: nodeName,
      uid: uidOf('Node', nodeName),
      creationTimestamp: at,
      labels: { 'kubernetes.io/arch': architecture, 'kubernetes.io/os': 'linux', 'kubernetes.io/hostname': nodeName },
    },
    spec: {},
    status: {
      addresses: [
        { type: 'InternalIP', address: '127.0.0.1' },
        { type: 'Hostname', address: nodeName },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
      capacity: size,
      allocatable: size,
      conditions: [
        {
          type: 'Ready',
          ...(isLost
            ? { status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' }
            : { status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }),
          lastHeartbeatTime: timestamp(now),
          lastTransitionTime: at,
        },
      ],
      nodeInfo: {
        architecture,
        operatingSystem: 'linux',
        kubeletVersion,
        kubeProxyVersion: '',
        osImage: 'Container-Optimized OS from Google',
        kernelVersion: '6.6.72+',
        containerRuntimeVersion: 'containerd://2.0.4',
        machineID: uidOf('machine', nodeName),
        systemUUID: uidOf('system', nodeName),
        bootID: uidOf('boot', nodeName),
      },
    },
  };
}
