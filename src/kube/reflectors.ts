// Several watches as one: an operator that may see some namespaces and not all needs a watch in each.
import type { Reflector, Watched } from './reflector.ts';

/**
 * One reflector over disjoint ones. Synced when every one is; as fresh as the one that was silent longest, so that one
 * stalled watch shows.
 */
export function joinReflectors<T extends Watched>(reflectors: readonly Reflector<T>[]): Reflector<T> {
  return {
    run: async (signal) => {
      await Promise.all(reflectors.map((reflector) => reflector.run(signal)));
    },
    synced: () => reflectors.every((reflector) => reflector.synced()),
    lastEventAt: () => {
      const times = reflectors.map((reflector) => reflector.lastEventAt());
      const known = times.filter((time) => time !== undefined);
      return known.length === 0 || known.length < times.length ? undefined : Math.min(...known);
    },
    confirmed: () => {
      const each = reflectors.map((reflector) => reflector.confirmed());
      const known = each.filter((one) => one !== undefined);
      if (known.length === 0 || known.length < each.length) return undefined;
      return known.reduce((oldest, one) => (one.at < oldest.at ? one : oldest));
    },
    get: (key) => {
      for (const reflector of reflectors) {
        const object = reflector.get(key);
        if (object !== undefined) return object;
      }
      return undefined;
    },
    keys: () => reflectors.flatMap((reflector) => reflector.keys()),
  };
}
