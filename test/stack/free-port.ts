// A port that the system gives out, free on every one of some loopback addresses.
import { createServer, type Server } from 'node:net';

/**
 * Asks the system for a port on the first address and takes it on the others too; tries again when one of them
 * has it in use. The port is released before it is returned: whoever listens on it must be ready to ask again.
 */
export async function findFreePort(addresses: readonly [string, ...string[]]): Promise<number> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const held: Server[] = [];
    try {
      let port = 0;
      for (const address of addresses) {
        const server = await listen(address, port);
        held.push(server);
        port = portOf(server);
      }
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    } finally {
      await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
    }
  }
  throw new Error(`No port is free on all of ${addresses.join(', ')}.`);
}

/** Has a server listen on 127.0.0.1, on a port that the system gives out, which it returns. */
export async function listenAnywhere(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return portOf(server);
}

/** The port that a listening server has. */
export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on a TCP port.');
  return address.port;
}

function listen(address: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, address, () => resolve(server));
  });
}
