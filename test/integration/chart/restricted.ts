// Kubernetes' Pod Security Standard "restricted" (v1.27 and later) as a function: what a pod breaks of it.
// Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted

interface SecurityContext {
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly seccompProfile?: { readonly type?: string };
  readonly allowPrivilegeEscalation?: boolean;
  readonly privileged?: boolean;
  readonly procMount?: string;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
}

interface Container {
  readonly name: string;
  readonly securityContext?: SecurityContext;
  readonly ports?: readonly { readonly hostPort?: number }[];
}

export interface PodSpec {
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly securityContext?: SecurityContext & { readonly sysctls?: readonly unknown[] };
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
}

const VOLUMES = [
  'name',
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const SECCOMP = ['RuntimeDefault', 'Localhost'];

/** One sentence for each rule that the pod breaks; empty when it meets the standard. */
export function breaches(pod: PodSpec): string[] {
  const found: string[] = [];
  const refuse = (broken: boolean, sentence: string): void => {
    if (broken) found.push(sentence);
  };
  refuse(
    pod.hostNetwork === true || pod.hostPID === true || pod.hostIPC === true,
    'the pod shares a namespace of the host',
  );
  refuse((pod.securityContext?.sysctls ?? []).length > 0, 'the pod sets sysctls');
  for (const volume of pod.volumes ?? [])
    for (const field of Object.keys(volume)) refuse(!VOLUMES.includes(field), `a volume is a ${field}`);
  for (const { name, securityContext: own, ports } of [...pod.containers, ...(pod.initContainers ?? [])]) {
    const of = { ...pod.securityContext, ...own };
    refuse(of.privileged === true, `${name} is privileged`);
    refuse(of.runAsNonRoot !== true, `${name} may run as root`);
    refuse(of.runAsUser === 0, `${name} runs as root`);
    refuse(own?.allowPrivilegeEscalation !== false, `${name} may gain privileges`);
    refuse(own?.capabilities?.drop?.includes('ALL') !== true, `${name} keeps capabilities`);
    refuse(
      (own?.capabilities?.add ?? []).some((added) => added !== 'NET_BIND_SERVICE'),
      `${name} adds capabilities`,
    );
    refuse(!SECCOMP.includes(of.seccompProfile?.type ?? ''), `${name} has no seccomp profile`);
    refuse(of.procMount !== undefined && of.procMount !== 'Default', `${name} has its own /proc`);
    refuse(
      (ports ?? []).some(({ hostPort }) => hostPort !== undefined),
      `${name} takes a port of the host`,
    );
  }
  return found;
}
