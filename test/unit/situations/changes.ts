// What rows of situations are made of: changes of the objects, answers, lists and logs, each a part of a situation.
import type { FaultCode } from '../../../src/api/faults.ts';
import type { KubernetesObject } from '../../../src/facts/namespace-objects.ts';
import { failed, ok, type Failed } from '../../../src/facts/outcome.ts';
import { redact } from '../../../src/runtime/safe-text.ts';
import { at, type json, type Situation } from './world.ts';

export type Fields = Record<string, unknown>;
export type Change = (objects: KubernetesObject[]) => KubernetesObject[];
export type Got = ReturnType<typeof json>;

/** The time of a line in a log, within the window of the run. */
export const AT = '2026-11-23T09:59:50.000Z';

/** One change after the other. */
export const all =
  (...changes: readonly Change[]): Change =>
  (objects) =>
    changes.reduce((made, change) => change(made), objects);

/** A copy of the first pod of a service. */
export const copyOf =
  (name: string, change: (pod: Fields & KubernetesObject) => void): Change =>
  (objects) => {
    const copy = structuredClone(
      objects.find(({ kind, metadata }) => kind === 'Pod' && metadata.name.startsWith(name)),
    );
    if (copy === undefined) throw new Error(`no pod of ${name}`);
    Object.assign(copy.metadata, { name: `${copy.metadata.name}-copy`, uid: `${copy.metadata.uid ?? ''}-copy` });
    change(copy as Fields & KubernetesObject);
    return [...objects, copy];
  };

export const refused = (code: FaultCode, detail = 'said so'): Failed => failed(code, redact(detail));

export const health = (got: Got, host = '127.0.1'): Pick<Situation, 'http'> =>
  at(host, ({ pathname }) => (pathname === '/actuator/health' ? got : undefined));

export const down = (kind: 'refused' | 'timeout' | 'broken', host: string): Pick<Situation, 'http'> =>
  at(host, (url) => ({ ok: false, fault: { kind, detail: `${url.host} ${kind}` } }));

/** The agent has a health of its own. */
export const agent = (got: Got): Pick<Situation, 'http'> => at('127.0.6', () => got);

export const node = (type: string, status: string, name = 'stack-node-1'): NonNullable<Situation['lists']> => ({
  nodes: ok([
    { kind: 'Node', metadata: { name, uid: 'node' }, status: { conditions: [{ type, status, message: 'said so' }] } },
  ]),
});

export const log = (service: string, ...lines: readonly string[]): Situation => ({ logs: { [service]: lines } });
