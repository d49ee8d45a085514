// Observations when a probe brought nothing back: every question gets the same fault. For a probe that broke (a defect
// of ours) or ran past its deadline without ending: no neighbour is delayed, and the report says so.
import type { Fault } from '../facts/outcome.ts';
import type { Kind, Observed, TargetOf } from '../facts/observed.ts';
import { failEach } from '../questions/database/index.ts';

type Builders = { readonly [K in Kind]: (fault: Fault, target: TargetOf<K>) => Observed[K] };

const BUILDERS: Builders = {
  service: (fault, target) => ({
    answers: (target.addresses.ok ? target.addresses.value : []).map((address) => ({
      address,
      answer: { ok: false, fault },
    })),
  }),
  meters: (fault, target) => ({
    answers: (target.addresses.ok ? target.addresses.value : []).map((address) => ({
      address,
      pools: { ok: false, fault },
      latency: { ok: false, fault },
      errors: { ok: false, fault },
    })),
  }),
  logs: (fault) => ({ logs: { ok: false, fault } }),
  configuration: (fault) => ({ settings: { ok: false, fault } }),
  pods: (fault) => ({ workload: { ok: false, fault } }),
  database: (fault) => {
    const answer = { ok: false, fault } as const;
    return { connect: answer, ...failEach(answer) };
  },
  bucket: (fault) => {
    const answer = { ok: false, fault } as const;
    return { reach: answer, list: answer, region: answer, encryption: answer, versioning: answer, write: answer };
  },
  key: (fault) => {
    const answer = { ok: false, fault } as const;
    return { state: answer, publicKey: answer, sign: answer, pair: answer };
  },
  cluster: (fault) => {
    const answer = { ok: false, fault } as const;
    return { version: answer, architectures: answer };
  },
};

/** The observations of kind `kind` in which every question failed with `fault`. */
export function unanswered<K extends Kind>(kind: K, fault: Fault, target: TargetOf<K>): Observed[K] {
  return BUILDERS[kind](fault, target);
}
