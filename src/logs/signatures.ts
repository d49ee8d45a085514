// Which signatures a record is held to: those of the service whose log it is from, or whose record it says to be.
import type { Component, Service } from '../api/components.ts';
import { SERVICES } from '../api/components.ts';
import { createMatcher, type Match, type Matcher } from '../guide/matcher.ts';
import { serviceNamed } from '../guide/service-name.ts';
import { CONSOLIDATED } from '../product/consolidated.ts';

export interface Signatures {
  /** Finds the places worth a look: no signature begins to be recognised before it. */
  readonly nextCandidate: Matcher['nextCandidate'];
  readonly match: (text: string, level: string | undefined, origin: string | undefined) => readonly Named[];
}

export type Named = Match & { readonly owner: Component };

/** The services whose lines a service's log can hold: its own, and those of services merged into it. */
export function writersOf(service: Service): readonly Service[] {
  return [service, ...(CONSOLIDATED.logsOf[service] ?? [])];
}

/**
 * @param services the owner of the log first (`writersOf`); empty when nobody knows whose log it is: then a record that
 *   names its service is held to that one's signatures, and any other to all
 */
export function signaturesOf(services: readonly Service[]): Signatures {
  if (services.length > 0) {
    const matcher = matcherOf(services, false);
    return {
      nextCandidate: matcher.nextCandidate,
      match: (text, level) => matcher.match(text, level).map((one) => ({ ...one, owner: one.component })),
    };
  }
  const all = matcherOf(SERVICES, true);
  return {
    nextCandidate: all.nextCandidate,
    match(text, level, origin) {
      const service = origin === undefined ? undefined : serviceNamed(origin);
      if (service !== undefined) {
        return matcherOf(writersOf(service), false)
          .match(text, level)
          .map((one) => ({ ...one, owner: one.component }));
      }
      return all.match(text, level).map((one) => ({ ...one, owner: isAnybodys(one) ? 'alerts' : one.component }));
    },
  };
}

/** A signature that several services share and that no section of the guide claims for one of them. */
function isAnybodys({ entry, signature }: Match): boolean {
  return entry.section === 'alerts' && (signature?.logs?.length ?? 0) > 1;
}

const matchers = new Map<string, Matcher>();

function matcherOf(services: readonly Service[], shared: boolean): Matcher {
  const key = `${services.join(' ')} ${shared}`;
  const kept = matchers.get(key) ?? createMatcher(services, { shared });
  matchers.set(key, kept);
  return kept;
}
