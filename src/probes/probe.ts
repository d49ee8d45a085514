// The shape of a probe: visits a target once and brings back observations. The only asynchronous part of a run.
import type { Clients } from '../clients/clients.ts';
import type { Kind, Observed, TargetOf } from '../facts/observed.ts';

export interface Probe<K extends Kind> {
  readonly kind: K;
  /** Ends when the signal does: a deadline becomes a fault in the observations, a cancellation rejects with Stop. */
  observe(target: TargetOf<K>, clients: Clients, signal: AbortSignal): Promise<Observed[K]>;
}
