// Uses up the connection slots of a server, the way a service with a leaking pool does.
import pg from 'pg';

export interface OccupiedSlots {
  /** How many connections are held. */
  count: number;
  release(): Promise<void>;
}

/** SQLSTATE of "sorry, too many clients already" and of "remaining connection slots are reserved". */
const TOO_MANY_CONNECTIONS = '53300';

/** Opens connections until the server refuses one with 53300, and gives `left` of them back; another error is thrown. */
export async function occupySlots(connection: () => pg.ClientConfig, left = 0): Promise<OccupiedSlots> {
  const held: pg.Client[] = [];
  const release = async (): Promise<void> => {
    await Promise.allSettled(held.map((client) => client.end()));
  };
  for (;;) {
    const client = new pg.Client(connection());
    // A held connection ends when the server does: that is no error of ours.
    client.on('error', () => undefined);
    try {
      await client.connect();
      held.push(client);
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.code === TOO_MANY_CONNECTIONS) {
        await Promise.all(held.splice(0, left).map((one) => one.end()));
        return { count: held.length, release };
      }
      await release();
      throw error;
    }
  }
}
