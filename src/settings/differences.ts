// What a stored report examines and the services' configuration does not name, and the other way round.
import { isRecord } from '../runtime/is-record.ts';
import type { Draft } from './draft.ts';

const LISTS = ['databases', 'buckets', 'keys'] as const;

/** Lines: `+` the services use it and the report does not examine it; `-` the report alone has it. */
export function differences(drafted: Draft['spec'], written: unknown): readonly string[] {
  const stored = isRecord(written) ? written : {};
  return LISTS.flatMap((list) => {
    const theirs = Array.isArray(stored[list]) ? (stored[list] as unknown[]).filter(isRecord) : [];
    const has = (all: readonly Readonly<Record<string, unknown>>[], one: Readonly<Record<string, unknown>>): boolean =>
      all.some((other) => placeOf(other) === placeOf(one));
    return [
      ...drafted[list].filter((one) => !has(theirs, one)).map((one) => `+ ${list}: ${titleOf(one)}`),
      ...theirs.filter((one) => !has(drafted[list], one)).map((one) => `- ${list}: ${titleOf(one)}`),
    ];
  });
}

/** What makes two entries one, whatever they are called. */
function placeOf(entry: Readonly<Record<string, unknown>>): string {
  const word = (value: unknown): string =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  const within = (field: string, key: string): string => {
    const value = entry[field];
    return isRecord(value) ? word(value[key]) : '';
  };
  const pair = isRecord(entry['keyPair']) ? entry['keyPair']['secretRef'] : undefined;
  return [
    word(entry['host']).toLowerCase(),
    entry['host'] === undefined ? '' : word(entry['port'] ?? 5432),
    word(entry['database']),
    within('urlSecretRef', 'name'),
    within('urlSecretRef', 'key'),
    word(entry['bucket']),
    word(entry['endpoint']),
    within('kms', 'keyId'),
    isRecord(pair) ? word(pair['name']) : '',
  ].join(' ');
}

function titleOf(entry: Readonly<Record<string, unknown>>): string {
  const name = typeof entry['name'] === 'string' ? entry['name'] : '';
  return `${name} (${placeOf(entry).trim().replace(/\s+/g, ' ')})`;
}
