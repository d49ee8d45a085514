// The operator in this process: the real transport, the ServiceAccount's token, the real clock; its log kept as text.
import { createKubeApi } from '../../../src/kube/call.ts';
import { loadAccess } from '../../../src/kube/access.ts';
import { createTransport } from '../../../src/kube/transport.ts';
import { runOperator, type OperatorOptions } from '../../../src/operator/operator.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { Stop } from '../../../src/runtime/clock.ts';

export interface RunningOperator {
  /** What it logged so far, one JSON object a line. */
  log(): string;
  /** Where its endpoints are. */
  port(): number;
  /** Ends it as SIGTERM does. Rejects when it broke. */
  stop(): Promise<void>;
}

/**
 * Two runs of one report never have the same `lastRunTime`, which is in whole seconds: a gate tells runs apart by it. The
 * gap is between their turns; on a busy machine a run may begin some time after its turn.
 */
const LEAST_GAP_MS = 1_250;

/** Starts an operator with this kubeconfig, for these namespaces (none given: all); resolves when it watches. */
export async function startOperator(
  kubeconfig: string,
  namespaces: readonly string[] = [],
  more: Partial<OperatorOptions> = {},
): Promise<RunningOperator> {
  const access = await loadAccess({ kubeconfig, clock: systemClock });
  const api = createKubeApi(createTransport(access), systemClock);
  const stopping = new AbortController();
  const lines: string[] = [];
  let port = 0;
  let ended: Promise<unknown> | undefined;
  await new Promise<void>((resolve, reject) => {
    ended = runOperator({
      api,
      namespaces,
      workers: 4,
      leastGapMs: LEAST_GAP_MS,
      listen: { host: '127.0.0.1', port: 0 },
      logLevel: 'debug',
      logTo: { write: (line) => void lines.push(line) },
      signal: stopping.signal,
      ...more,
      onReady: (ready) => {
        port = ready.port;
        more.onReady?.(ready);
        resolve();
      },
    });
    ended.catch(reject);
  });
  return {
    log: () => lines.join(''),
    port: () => port,
    async stop() {
      stopping.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
      await ended;
      await api.close();
    },
  };
}
