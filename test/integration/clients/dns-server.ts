// A DNS server on a free loopback port: answers the names that a test gives it, and keeps silent about the others that
// the test names. Just enough of RFC 1035 for A and AAAA.
import { createSocket } from 'node:dgram';
import { onTestFinished } from 'vitest';

export type Names = Readonly<Record<string, readonly string[] | 'silent' | 'servfail'>>;

export interface DnsServer {
  /** Text of a resolv.conf that names this server alone. */
  resolvConf(lines?: string): string;
  /** `A name` and `AAAA name`, in the order of the questions. */
  readonly asked: readonly string[];
}

const A = 1;
const AAAA = 28;

/** Listens until the test is over. A name that is not in `names` does not exist. */
export async function dnsServer(names: Names): Promise<DnsServer> {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, peer) => {
    const { name, type, end } = question(query);
    asked.push(`${type === A ? 'A' : 'AAAA'} ${name}`);
    const known = names[name];
    if (known === 'silent') return;
    const addresses = typeof known === 'object' ? known.filter((one) => one.includes(':') === (type === AAAA)) : [];
    const code = known === 'servfail' ? 2 : known === undefined ? 3 : 0;
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180 | code, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(addresses.length, 6);
    const records = addresses.map((address) => record(type, address));
    socket.send(Buffer.concat([header, query.subarray(12, end), ...records]), peer.port, peer.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => void socket.close(resolve)));
  const { port } = socket.address();
  return { asked, resolvConf: (lines = '') => `nameserver 127.0.0.1:${port}\n${lines}\n` };
}

function question(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** An answer for the question's name (a pointer to it), valid for no time at all. */
function record(type: number, address: string): Buffer {
  const data =
    type === A
      ? Buffer.from(address.split('.').map(Number))
      : Buffer.from(address === '::1' ? `${'00'.repeat(15)}01` : '', 'hex');
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}
