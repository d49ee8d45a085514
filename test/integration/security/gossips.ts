// Backends that repeat every secret they know, in every place of an answer that a client might quote.
import { createServer, type Server as HttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import type { CertificatePair } from '../../stack/certificates.ts';

export interface Gossips {
  /** A health endpoint that is down and says why. */
  readonly health: number;
  /** The same over TLS. */
  readonly tls: number;
  /** A server that speaks enough PostgreSQL to refuse a password and repeat it. */
  readonly postgres: number;
  /** S3 and KMS: every call is denied with the secrets in the error. */
  readonly aws: number;
  close(): Promise<void>;
}

/** A secret as servers, proxies and libraries repeat it. */
function dresses(secret: string): string {
  const base64 = Buffer.from(`user:${secret}`).toString('base64');
  return [
    `password=${secret}`,
    `token: ${secret}`,
    `Authorization: Basic ${base64}`,
    `jdbc:postgresql://db/x?user=app&password=${encodeURIComponent(secret)}`,
    `postgres://app:${secret}@db:5432/x`,
    JSON.stringify({ secretAccessKey: secret, password: secret }),
    Buffer.from(`password is ${secret}`).toString('base64'),
    secret.replace(/(.{6})/g, '$1\n  '),
  ].join(' ');
}

/** Starts them on free ports of loopback. `known` are the values that they repeat. */
export async function startGossips(
  known: Readonly<Record<'postgres' | 'aws', string>>,
  certificate: CertificatePair,
): Promise<Gossips> {
  const servers: Server[] = [];
  const listen = async (server: Server): Promise<number> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const sayDown: Parameters<typeof createServer>[1] = (request, response) => {
    const said = dresses(request.url ?? '').replaceAll('/', '');
    response.writeHead(503, {
      'content-type': 'application/json',
      'set-cookie': `session=${known.postgres}`,
      'www-authenticate': `Bearer token=${known.postgres}`,
    });
    const error = `connect postgres://app:${known.postgres}@db failed ${dresses(known.postgres)} ${said}`;
    const components = {
      [`password=${known.postgres}`]: { status: 'DOWN', details: { error } },
      db: { status: 'DOWN', details: { error } },
    };
    response.end(JSON.stringify({ error, status: 'DOWN', components }));
  };
  const postgres = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      // The request for TLS has eight bytes; whoever asks for none of it sends its startup message next.
      if (chunk.length === 8) {
        socket.write('N');
        return;
      }
      const said = `SFATAL\0VFATAL\0C28P01\0M${known.postgres} is wrong: ${dresses(known.postgres)}\0D${known.postgres}\0\0`;
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(said) + 4);
      socket.end(Buffer.concat([Buffer.from('E'), length, Buffer.from(said)]));
    });
  });
  let calls = 0;
  const aws: HttpServer = createServer((request, response) => {
    // Each answer is a little longer than the one before, so that the limit of what is kept falls at every place.
    calls += 1;
    const said = `${'x'.repeat(120 + (calls % 40))} ${known.aws} ${dresses(known.aws)}`;
    if (request.headers['x-amz-target'] === undefined) {
      response.writeHead(403, { 'content-type': 'application/xml', 'x-amz-request-id': known.aws });
      const strings = `<StringToSign>${known.aws}</StringToSign><SignatureProvided>${known.aws}</SignatureProvided>`;
      response.end(`<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>${said}</Message>${strings}</Error>`);
      return;
    }
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ __type: 'AccessDeniedException', message: said }));
  });
  return {
    health: await listen(createServer(sayDown)),
    tls: await listen(createTlsServer({ key: certificate.keyPem, cert: certificate.certPem }, sayDown)),
    postgres: await listen(postgres),
    aws: await listen(aws),
    close: async () => {
      for (const server of servers) {
        if ('closeAllConnections' in server) (server as HttpServer).closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}
