// The shape of an entry: one row of the guide as data.
import type { Component, Service } from '../api/components.ts';
import type { FaultCode } from '../api/faults.ts';

export const GUIDE_URL = 'https://docs.pingidentity.com/recognize/troubleshooting/troubleshooting.html';

/** The guide's own section ids: its anchors. */
export const SECTIONS = [
  'core-daemon',
  'operations-service',
  'node-persistence',
  'circuit-storage',
  'auth-vault',
  'pingone-recognize-offline-enrollment-agent',
  'mobile-sdk',
  'alerts',
  'scaling-the-cluster',
] as const;
export type Section = (typeof SECTIONS)[number];

/** A log line in the guide's own notation: `*`, `[SERVICE-NAME]`, `…`, alternatives separated by `/` as the entry says. */
export interface Signature {
  readonly template: string;
  readonly fault: FaultCode;
  /** Whom the line accuses. `captured`: the service that [SERVICE-NAME] stands for. */
  readonly blames?: Component | 'captured';
  /** Services whose log holds the line, where those are not just the one that the section is about. */
  readonly logs?: readonly Service[];
}

/** Whose the entry is: a row of the guide stands in a section of it, and one of ours in none. */
type Origin =
  | {
      readonly source: 'guide';
      readonly section: Section;
      /** The section's id in the guide. */ readonly anchor: Section;
    }
  | { readonly source: 'ours'; readonly section: 'ours'; readonly anchor: '' };

export type Entry = Origin & {
  readonly id: string;
  /** The guide's error text, exact. */
  readonly title: string;
  /** In our own words. */
  readonly cause: string;
  readonly nextSteps: string;
  readonly claims: readonly (readonly [Component | 'any', FaultCode])[];
  readonly signatures: readonly Signature[];
  /** `explain`: nothing that we probe leads here; `explain` does. */
  readonly reach?: 'explain';
  /** Mobile SDK and enrollment agent. */
  readonly code?: string;
  readonly platform?: 'ios' | 'android' | undefined;
};

/** Where our own advice stands, from the root of this project: the guide does not have it, so it is not cited for it. */
const OUR_PAGE = 'docs/reference/entries.md';

/** Where the guide says it; for an entry of ours the place in our own reference. */
export function entryUrl({ anchor, id }: Pick<Entry, 'anchor' | 'id'>): string {
  return anchor === '' ? `${OUR_PAGE}#${id.toLowerCase()}` : `${GUIDE_URL}#${anchor}`;
}
