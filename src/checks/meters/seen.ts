// What the questions about meters have in common: whom they are asked of, and the worst of several addresses.
import type { FaultCode } from '../../api/faults.ts';
import { found, type Answer } from '../../facts/answer.ts';
import type { Fault } from '../../facts/outcome.ts';
import { actuatorBase, type ServiceAddress, type ServiceTarget } from '../../facts/target.ts';
import { literal } from '../../runtime/safe-text.ts';
import { passOn } from '../../facts/pass-on.ts';
import { sentence } from '../../facts/sentence.ts';

/** What keeps a question about meters from its answer. Whether the service answers at all is for `health` to say. */
export const METERS_TROUBLES = [
  'MetricsNotReadable',
  'NotAsked',
  'InternalError',
  'Unclassified',
] as const satisfies readonly FaultCode[];

/** Only Spring Boot has an actuator, and only next to a health path of its kind is known where. */
export function hasMeters(target: ServiceTarget): boolean {
  return actuatorBase(target) !== undefined;
}

export interface Sight<T> {
  readonly address: ServiceAddress;
  readonly seen: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };
}

/**
 * Asks every address: one with a fault counts, then those that could be read; without any, why the first could not.
 * By name, so that the order in which endpoints are listed changes nothing.
 */
export function overAddresses<T>(
  unsorted: readonly Sight<T>[],
  judge: (value: T, name: string) => Fault | undefined,
  good: (values: readonly T[], where: string) => Answer,
): Answer {
  const sights = unsorted.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const [first] = sights;
  if (first === undefined)
    return found({ code: 'NotAsked', detail: literal('there was no address to ask for metrics') });
  const noun = sights.every(({ address }) => address.pod !== undefined) ? 'pods' : 'addresses';
  const values = sights.flatMap(({ seen }) => (seen.ok ? [seen.value] : []));
  const faults = sights.flatMap((sight) => {
    const fault = sight.seen.ok ? judge(sight.seen.value, nameOf(sight)) : undefined;
    return fault === undefined ? [] : [fault];
  });
  const [worst] = faults;
  if (worst !== undefined) {
    const share = sights.length === 1 ? '' : `${faults.length} of ${sights.length} ${noun}: `;
    return found({ ...worst, detail: sentence(share + worst.detail) });
  }
  if (values.length > 0)
    return good(values, sights.length === 1 ? '' : `${values.length} of ${sights.length} ${noun}: `);
  return first.seen.ok ? found({ code: 'NotAsked', detail: literal('none was asked') }) : unread(first.seen.fault);
}

function unread(fault: Fault): Answer {
  return passOn(fault, METERS_TROUBLES);
}

/** The pod behind an address where it is known. */
export function nameOf({ address: { pod, name } }: Pick<Sight<unknown>, 'address'>): string {
  return pod ?? name;
}
