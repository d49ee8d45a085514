// Which entry a fault leads to. The one place where observations and the guide are joined.
import type { Component } from '../api/components.ts';
import type { FaultCode } from '../api/faults.ts';
import type { Entry } from './entry.ts';
import { ENTRIES } from './index.ts';

const claimed: ReadonlyMap<string, Entry> = new Map(
  ENTRIES.flatMap((entry) => entry.claims.map(([component, fault]) => [`${component} ${fault}`, entry] as const)),
);

/**
 * The entry for a fault of a component: the one that claims exactly this component, otherwise the one that claims the
 * fault of any. Every known fault has an `any` claim, so the answer is total; a contract test holds the guide to it.
 *
 * @throws Error when a fault was added and no entry claims it
 */
export function citationFor(component: Component, fault: FaultCode): Entry {
  const entry = claimed.get(`${component} ${fault}`) ?? claimed.get(`any ${fault}`);
  if (entry === undefined) throw new Error(`No entry of the guide claims ${fault} of ${component}.`);
  return entry;
}
