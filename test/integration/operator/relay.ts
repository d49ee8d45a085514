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
  const pairs = new Set<readonly [Socket, Socket]>();
  let frozen = false;
  const open = ([near, far]: readonly [Socket, Socket]): void => {
    near.pipe(far);
    far.pipe(near);
  };
  const server = createServer((near) => {
    const far = connect(Number(to.port), to.hostname);
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        near.destroy();
        far.destroy();
      });
    }
    if (!frozen) open(pair);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${to.protocol}//127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    freeze: () => {
      frozen = true;
      // Only pausing would not do: a pipe goes on by itself once the other side has drained.
      for (const [near, far] of pairs) {
        near.unpipe(far).pause();
        far.unpipe(near).pause();
      }
    },
    thaw: () => {
      frozen = false;
      for (const pair of pairs) open(pair);
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const pair of pairs) for (const socket of pair) socket.destroy();
      }),
  };
}
