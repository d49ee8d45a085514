// A way to the API server that can go half-open, as one through a load balancer does: connections stay, new ones are
// taken, and nothing passes any more.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Relay {
  /** The URL of the server, by way of this relay. */
  readonly url: string;
  /** From now on nothing passes, in either direction. */
  freeze(): void;
  /** What was held back passes, and what comes after. */
  thaw(): void;
  close(): Promise<void>;
}

/** Relays to the server at `url`, on a port of its own of the same host. */
export async function startRelay(url: string): Promise<Relay> {
  const to = new URL(url);
  const sockets = new Set<Socket>();
  let frozen = false;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    if (frozen) socket.pause();
  };
  const server = createServer((near) => {
    const far = connect(Number(to.port), to.hostname);
    near.pipe(far);
    far.pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    keep(near);
    keep(far);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${to.protocol}//127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    freeze: () => {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw: () => {
      frozen = false;
      for (const socket of sockets) socket.resume();
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}
