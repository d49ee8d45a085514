// Every address of a service is asked, so many at the same time: a fleet of pods costs time, not sockets.
import type { ServiceAddress } from '../facts/target.ts';

/** Addresses of one service that are asked at the same time. */
export const AT_ONCE = 16;

/** What `ask` brings of each address, in their order. Rejects with the first that does. */
export async function eachAddress<T>(
  addresses: readonly ServiceAddress[],
  ask: (address: ServiceAddress) => Promise<T>,
): Promise<readonly T[]> {
  const answers: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < addresses.length; at = next++) {
      const address = addresses[at];
      if (address !== undefined) answers[at] = await ask(address);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, addresses.length) }, worker));
  return answers;
}
