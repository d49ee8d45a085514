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
    return items.every(isNamed) ? undefined : wrong('a list of which an item has no name');
  }
  if (!isNamed(value)) return wrong('an object without a name');
  return params.name === undefined || value.metadata.name === params.name
    ? undefined
    : wrong('an object of another name');
}

/** A Status where the HTTP status says that all is well: what it says itself counts, and silence is trouble. */
function refusedInside(rule: ApiRule, params: CallParams, value: Readonly<Record<string, unknown>>): ApiFault {
  const code = typeof value['code'] === 'number' && value['code'] >= 400 ? value['code'] : 500;
  return faultOf(code, JSON.stringify(value), undefined, describeCall(rule, params));
}

type Named = { readonly metadata: { readonly name: string } };

/** True for an object whose metadata can be read: a name, and a namespace where there is one, are texts. */
export function isNamed(value: unknown): value is Named {
  if (!isRecord(value) || !isRecord(value['metadata'])) return false;
  const { name, namespace } = value['metadata'];
  return typeof name === 'string' && name !== '' && (namespace === undefined || typeof namespace === 'string');
}
