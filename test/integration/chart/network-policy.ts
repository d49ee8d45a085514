// A NetworkPolicy as a function: may this pod be reached, or reach that address? As far as ours go: peers are address
// blocks (or nobody in particular), ports are numbers or names of the pod's own. Source: the API reference of
// networking.k8s.io/v1 and https://kubernetes.io/docs/concepts/services-networking/network-policies/.
import { BlockList, isIPv6 } from 'node:net';
import type { AnyObject } from '../../stack/admin.ts';

interface Peer {
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
  readonly namespaceSelector?: unknown;
  readonly podSelector?: unknown;
}

interface Rule {
  readonly ports?: readonly { readonly port?: number | string; readonly protocol?: string }[];
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
}

interface Spec {
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

/** One connection. */
export interface Connection {
  readonly direction: 'Ingress' | 'Egress';
  readonly address: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

const within = (cidr: string, address: string): boolean => {
  const [network = '', prefix = ''] = cidr.split('/');
  const family = isIPv6(network) ? 'ipv6' : 'ipv4';
  if (family !== (isIPv6(address) ? 'ipv6' : 'ipv4')) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), family);
  return list.check(address, family);
};

/** Stands for the address of any pod of the policy's own namespace. */
export const OWN_NAMESPACE = 'own namespace';

/** @throws on a peer that only a cluster could resolve: our defaults have none */
const matches = (peer: Peer, address: string): boolean => {
  const ofOwn = JSON.stringify(peer) === '{"podSelector":{}}';
  if (ofOwn) return address === OWN_NAMESPACE;
  if (address === OWN_NAMESPACE) return false;
  if (peer.ipBlock === undefined) throw new Error(`not an address block: ${JSON.stringify(peer)}`);
  const { cidr, except = [] } = peer.ipBlock;
  return within(cidr, address) && !except.some((block) => within(block, address));
};

/** Whether the policy lets this connection of a pod with these named ports through. */
export function allows(
  policy: AnyObject,
  ports: Readonly<Record<string, number>>,
  { direction, address, port, protocol }: Connection,
): boolean {
  const spec = policy['spec'] as Spec;
  if (!spec.policyTypes.includes(direction)) return true;
  const rules = (direction === 'Ingress' ? spec.ingress : spec.egress) ?? [];
  return rules.some((rule) => {
    const peers = direction === 'Ingress' ? rule.from : rule.to;
    const known = (of: number | string | undefined): number | undefined => (typeof of === 'string' ? ports[of] : of);
    return (
      (peers === undefined || peers.some((peer) => matches(peer, address))) &&
      (rule.ports === undefined ||
        rule.ports.some(
          (one) => (one.port === undefined || known(one.port) === port) && (one.protocol ?? 'TCP') === protocol,
        ))
    );
  });
}
