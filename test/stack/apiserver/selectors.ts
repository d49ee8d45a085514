// Label and field selectors: parsed once, asked for each object. Faults are worded as the real server words them.
import { textAt, type KubeObject } from './json.ts';
import { badRequest } from './status.ts';

export type Selector = (object: KubeObject) => boolean;

type Token = { kind: 'word' | 'sign' | 'end'; text: string };

function tokens(text: string): Token[] {
  const found: Token[] = [];
  for (const match of text.matchAll(/\s*(==|!=|=|!|\(|\)|,|<|>|[^\s=!(),<>]+)/g)) {
    const part = match[1] ?? '';
    found.push({ kind: /^[=!(),<>]/.test(part) ? 'sign' : 'word', text: part });
  }
  return [...found, { kind: 'end', text: '' }];
}

/**
 * Read a label selector: `a=b`, `a!=b`, `a`, `!a`, `a in (x,y)`, `a notin (x,y)`, joined by commas.
 * @throws 400 where it cannot be read
 */
export function labelSelector(text: string): Selector {
  const rest = tokens(text);
  const tests: ((labels: Record<string, string>) => boolean)[] = [];
  const next = (): Token => rest.shift() ?? { kind: 'end', text: '' };
  const fail = (found: string, wanted: string): never => {
    throw badRequest(`found '${found}', expected: ${wanted}`);
  };
  const values = (): string[] => {
    const list: string[] = [];
    const open = next();
    if (open.text !== '(') fail(open.text, "'('");
    for (;;) {
      const token = next();
      if (token.text === ')') return list;
      if (token.kind === 'word') list.push(token.text);
      else if (token.text !== ',') fail(token.text, "',', or ')'");
    }
  };
  const requirement = (): void => {
    let token = next();
    const negated = token.text === '!';
    if (negated) token = next();
    if (token.kind !== 'word') fail(token.text, negated ? 'identifier' : "!, identifier, or 'end of string'");
    const key = token.text;
    const has = (labels: Record<string, string>): boolean => Object.hasOwn(labels, key);
    const sign = rest[0] ?? { kind: 'end', text: '' };
    if (negated) tests.push((labels) => !has(labels));
    else if (sign.kind === 'end' || sign.text === ',') tests.push(has);
    else {
      next();
      if (sign.text === '=' || sign.text === '==' || sign.text === '!=') {
        const value = rest[0]?.kind === 'word' ? next().text : '';
        tests.push(sign.text === '!=' ? (labels) => labels[key] !== value : (labels) => labels[key] === value);
      } else if (sign.text === 'in' || sign.text === 'notin') {
        const list = values();
        const within = (labels: Record<string, string>): boolean => has(labels) && list.includes(labels[key] ?? '');
        tests.push(sign.text === 'in' ? within : (labels) => !within(labels));
      } else fail(sign.text, 'in, notin, =, ==, !=, gt, lt');
    }
  };
  while (rest[0]?.kind !== 'end') {
    requirement();
    const after = next();
    if (after.kind === 'end') break;
    if (after.text !== ',') fail(after.text, "',' or 'end of string'");
  }
  return (object) => tests.every((test) => test(object.metadata.labels ?? {}));
}

const COMMON: Record<string, readonly string[]> = {
  'metadata.name': ['metadata', 'name'],
  'metadata.namespace': ['metadata', 'namespace'],
};
const involved = (prefix: string): Record<string, readonly string[]> =>
  Object.fromEntries(
    ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map((field) => [
      `${prefix}.${field}`,
      ['involvedObject', field],
    ]),
  );

/** Which fields can be selected by, by storage; the path is the one in the stored object. */
const FIELDS: Record<string, Record<string, readonly string[]>> = {
  '/pods': {
    'spec.nodeName': ['spec', 'nodeName'],
    'spec.restartPolicy': ['spec', 'restartPolicy'],
    'spec.schedulerName': ['spec', 'schedulerName'],
    'spec.serviceAccountName': ['spec', 'serviceAccountName'],
    'status.phase': ['status', 'phase'],
    'status.podIP': ['status', 'podIP'],
  },
  '/events': {
    ...involved('involvedObject'),
    ...involved('regarding'),
    reason: ['reason'],
    type: ['type'],
    reportingComponent: ['reportingComponent'],
    reportingController: ['reportingComponent'],
    source: ['source', 'component'],
  },
  '/secrets': { type: ['type'] },
  '/namespaces': { 'status.phase': ['status', 'phase'] },
  '/nodes': { 'spec.unschedulable': ['spec', 'unschedulable'] },
};

/**
 * Read a field selector (`a=b,c!=d`) for one storage.
 * @throws 400 for a field that cannot be selected by
 */
export function fieldSelector(text: string, storage: string): Selector {
  const tests: Selector[] = [];
  for (const part of text.split(',')) {
    if (part.trim() === '') continue;
    const match = /^([^=!]+)(==|!=|=)(.*)$/.exec(part);
    if (match === null) throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
    const [, field = '', sign, value] = match;
    const path = COMMON[field] ?? FIELDS[storage]?.[field];
    if (path === undefined) throw badRequest(`field label not supported: ${field}`);
    tests.push((object) => (textAt(object, ...path) === value) !== (sign === '!='));
  }
  return (object) => tests.every((test) => test(object));
}

/** Both selectors of a list or watch. */
export function selectorOf(query: URLSearchParams, storage: string): Selector {
  const labels = labelSelector(query.get('labelSelector') ?? '');
  const fields = fieldSelector(query.get('fieldSelector') ?? '', storage);
  return (object) => labels(object) && fields(object);
}
