// Addresses that are never visited: unspecified and link-local ones and the metadata services of clouds, which hand
// credentials to whoever asks from inside. A spec names the hosts we dial, so its author must not be able to borrow our position.
import { BlockList, isIP } from 'node:net';

const FORBIDDEN = new BlockList();
FORBIDDEN.addSubnet('0.0.0.0', 8, 'ipv4'); // RFC 1122, 3.2.1.3: this host; the system takes it for loopback
FORBIDDEN.addSubnet('169.254.0.0', 16, 'ipv4'); // RFC 3927; AWS, GCP, Azure, Pod Identity
FORBIDDEN.addAddress('100.100.100.200', 'ipv4'); // Alibaba Cloud
FORBIDDEN.addAddress('192.0.0.192', 'ipv4'); // Oracle Cloud
FORBIDDEN.addAddress('168.63.129.16', 'ipv4'); // Azure's wire server
FORBIDDEN.addAddress('::', 'ipv6'); // RFC 4291, 2.5.2
FORBIDDEN.addSubnet('fe80::', 10, 'ipv6'); // RFC 4291, 2.5.6
FORBIDDEN.addSubnet('fd00:ec2::', 32, 'ipv6'); // AWS: metadata ::254, Pod Identity ::23
FORBIDDEN.addAddress('fd20:ce::254', 'ipv6'); // GCP

const LOOPBACK = new BlockList();
LOOPBACK.addAddress('::1', 'ipv6');

/** Prefixes that carry an IPv4 address at some word: compatible, mapped, translated, NAT64 (RFC 6052, 8215), 6to4. */
const CARRIERS: readonly (readonly [words: readonly number[], at: number])[] = [
  [[0, 0, 0, 0, 0, 0], 6],
  [[0, 0, 0, 0, 0, 0xffff], 6],
  [[0, 0, 0, 0, 0xffff, 0], 6],
  [[0x64, 0xff9b, 0, 0, 0, 0], 6],
  [[0x64, 0xff9b, 1], 6],
  [[0x2002], 1],
];

const NAMES: ReadonlySet<string> = new Set([
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
]);

/** True for a host name that only a metadata service has. Case and a trailing dot do not matter. */
export function isForbiddenName(host: string): boolean {
  return NAMES.has(host.toLowerCase().replace(/\.$/, ''));
}

/** What was found before: each look makes objects outside of the heap, and the same addresses are dialled all day. */
const known = new Map<string, boolean>();
const MOST_KNOWN = 5_000;

/** True for an address that is never dialled, also where an IPv6 address carries a forbidden IPv4 one. */
export function isForbiddenAddress(address: string): boolean {
  const before = known.get(address);
  if (before !== undefined) return before;
  const isForbidden = looksForbidden(address);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(address, isForbidden);
  return isForbidden;
}

function looksForbidden(address: string): boolean {
  const bare = address.replace(/%.*$/, '');
  if (isIP(bare) === 4) return FORBIDDEN.check(bare, 'ipv4');
  if (isIP(bare) !== 6) return false;
  if (FORBIDDEN.check(bare, 'ipv6')) return true;
  // It would carry 0.0.0.1.
  if (LOOPBACK.check(bare, 'ipv6')) return false;
  const words = wordsOf(bare);
  return CARRIERS.some(([prefix, at]) => {
    if (!prefix.every((word, index) => words[index] === word)) return false;
    const high = words[at] ?? 0;
    const low = words[at + 1] ?? 0;
    return FORBIDDEN.check(`${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}`, 'ipv4');
  });
}

/** The eight words of a valid IPv6 address without a zone. */
function wordsOf(address: string): readonly number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const pair = (high: string | undefined, low: string | undefined): string =>
    (Number(high) * 256 + Number(low)).toString(16);
  const text =
    dotted === null ? address : `${dotted[1] ?? ''}${pair(dotted[2], dotted[3])}:${pair(dotted[4], dotted[5])}`;
  const [head = '', tail] = text.split('::');
  const parse = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16));
  const before = parse(head);
  const after = tail === undefined ? [] : parse(tail);
  return [...before, ...Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => 0), ...after];
}
