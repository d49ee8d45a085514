// Whether an answer of 2xx is what was asked for. Something on the way (a proxy, an aggregated API, a defect) may send a
// Status, a page or an object of another name instead, and whoever reads it must not find that out by an exception.
import { type ApiFault, faultOf } from './api-fault.ts';
import { type ApiRule, type CallParams, describeCall } from './rules.ts';
import { redact } from '../runtime/safe-text.ts';
import { isRecord } from '../runtime/is-record.ts';

/** Undefined when the answer has the form that the call asks for: one object of that name, or a list of named ones. */
export function answerFault(rule: ApiRule, params: CallParams, value: unknown): ApiFault | undefined {
  const wrong = (what: string): ApiFault => ({
    code: 'ServerError',
    message: redact(`cannot ${describeCall(rule, params)}: the answer is ${what}`),
  });
  if (!isRecord(value)) return wrong('no object');
  if (value['kind'] === 'Status') return refusedInside(rule, params, value);
  if (rule.kind === 'path' || rule.nameless === true) return undefined;
  if (rule.verb === 'list') {
    const items = value['items'] ?? [];
    if (!Array.isArray(items)) return wrong('no list');
    const odd = items.map((item) => oddItem(params, item)).find((why) => why !== undefined);
    return odd === undefined ? undefined : wrong(odd);
  }
  if (!isNamed(value)) return wrong('an object whose metadata cannot be read');
  if (params.name !== undefined && value.metadata.name !== params.name) return wrong('an object of another name');
  return isElsewhere(params, value) ? wrong('an object of another namespace') : undefined;
}

/** What is wrong with an item of a list, as the end of a sentence about the answer. */
export function oddItem(params: CallParams, item: unknown): string | undefined {
  if (!isNamed(item)) return 'a list with an item whose metadata cannot be read';
  return isElsewhere(params, item) ? 'a list with an item of another namespace' : undefined;
}

/** True for an object of another namespace than the one that was asked about. */
export function isElsewhere({ namespace }: CallParams, { metadata }: Named): boolean {
  return namespace !== undefined && metadata.namespace !== undefined && metadata.namespace !== namespace;
}

/** A Status where the HTTP status says that all is well: what it says itself counts, and silence is trouble. */
function refusedInside(rule: ApiRule, params: CallParams, value: Readonly<Record<string, unknown>>): ApiFault {
  const code = typeof value['code'] === 'number' && value['code'] >= 400 ? value['code'] : 500;
  return faultOf(code, JSON.stringify(value), undefined, describeCall(rule, params));
}

export type Named = { readonly metadata: { readonly name: string; readonly namespace?: string } };

/** Longer than any version of a server: it goes into the address of the next call. */
const LONGEST_VERSION = 256;

/** True for an object whose metadata can be read: what is a text is one, and its owners are objects. */
export function isNamed(value: unknown): value is Named {
  if (!isRecord(value) || !isRecord(value['metadata'])) return false;
  const { name, namespace, uid, resourceVersion, ownerReferences } = value['metadata'];
  return (
    typeof name === 'string' &&
    name !== '' &&
    [namespace, uid].every((one) => one === undefined || typeof one === 'string') &&
    (resourceVersion === undefined || versionIn(value) !== undefined) &&
    (ownerReferences === undefined || (Array.isArray(ownerReferences) && ownerReferences.every(isRecord)))
  );
}

/** The version of an object, a bookmark or a list; undefined where there is none that could be asked with. */
export function versionIn(value: unknown): string | undefined {
  const metadata = isRecord(value) && isRecord(value['metadata']) ? value['metadata'] : {};
  const { resourceVersion: version } = metadata;
  return typeof version === 'string' && version.length <= LONGEST_VERSION ? version : undefined;
}
