// Visits every target once, all at the same time, each under its own deadline. What a probe does wrong stays with it.
import type { Clients } from '../clients/clients.ts';
import type { Kind, Observed, TargetOf, Visit } from '../facts/observed.ts';
import type { Fault } from '../facts/outcome.ts';
import type { Target } from '../facts/target.ts';
import { orAborted } from '../runtime/abort.ts';
import { isCancelled, type Clock } from '../runtime/clock.ts';
import { redact } from '../runtime/safe-text.ts';
import { PROBES } from './index.ts';
import type { Probe } from './probe.ts';
import { excused, starvation } from './starved.ts';
import { unanswered } from './unanswered.ts';

/** A probe must end within its timeout and this; then its place is given up. */
const GRACE_MS = 100;

/** Which probes visit a target of each kind. */
const KINDS = {
  service: ['service', 'meters', 'pods', 'logs', 'configuration'],
  database: ['database'],
  bucket: ['bucket'],
  key: ['key'],
  cluster: ['cluster'],
} as const satisfies Record<Target['kind'], readonly Kind[]>;

/** Widened, so that a kind leads to the probe of that kind. */
const probes: { readonly [K in Kind]: Probe<K> } = PROBES;

export interface VisitInput {
  readonly targets: readonly Target[];
  readonly clients: Clients;
  readonly clock: Clock;
  /** Deadline of each probe. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Told what a probe threw, which is a defect of ours. */
  readonly onDefect?: ((where: string, error: unknown) => void) | undefined;
}

/** Visits all targets. Rejects with Stop when the signal was cancelled: a cancelled run has no result. */
export async function visitAll(input: VisitInput): Promise<readonly Visit[]> {
  return Promise.all(
    input.targets.flatMap((target) =>
      KINDS[target.kind].map((kind) => visitOne(kind, target as TargetOf<typeof kind>, input)),
    ),
  );
}

async function visitOne<K extends Kind>(
  kind: K,
  target: TargetOf<K>,
  { clients, clock, timeoutMs, signal, onDefect }: VisitInput,
): Promise<Visit> {
  const startedAt = clock.monotonicMs();
  const starved = (): Fault | undefined => starvation(timeoutMs, clock.monotonicMs() - startedAt);
  const deadline = clock.deadline(timeoutMs, signal);
  const backstop = clock.deadline(timeoutMs + GRACE_MS, signal);
  const probe: Probe<K> = probes[kind];
  // In a function of its own: a probe that throws before it returns a promise breaks no neighbour either.
  const observe = async (): Promise<Observed[K]> => probe.observe(target, clients, deadline.signal);
  const observing = observe().catch((error: unknown) => {
    if (isCancelled(signal)) throw error;
    onDefect?.(`${target.id} (${kind})`, error);
    return unanswered(kind, broke(error), target);
  });
  try {
    const brought = await orAborted(observing, backstop.signal).catch((error: unknown) => {
      if (isCancelled(signal)) throw error;
      const detail = redact(`the probe did not end ${GRACE_MS} ms after its deadline of ${timeoutMs} ms`);
      return unanswered(kind, starved() ?? { code: 'Unclassified', detail }, target);
    });
    const fault = starved();
    const observed = fault === undefined ? brought : excused<K>(brought, fault);
    return { kind, target, observed } as unknown as Visit;
  } finally {
    deadline.clear();
    backstop.clear();
  }
}

/** A probe never throws by design; when it does, that is a defect, and the report says so instead of hiding it. */
function broke(error: unknown): Fault {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error';
  return { code: 'InternalError', detail: redact(`the probe broke: ${text}`, [], 160) };
}
