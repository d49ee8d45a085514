// The dashboard in this process, until the test ends it.
import { expect, vi } from 'vitest';
import { run } from '../../../src/cli/program.ts';
import { plain } from '../../../src/output/columns.ts';
import { Stop } from '../../../src/runtime/clock.ts';

/** Longer than any machine takes. */
export const PATIENCE = { timeout: 100_000, interval: 20 };

export interface Dashboard {
  readonly url: string;
  /** As Ctrl-C does; resolves with the exit code. */
  stop(): Promise<number>;
}

/** `dashboard` with these arguments; resolves when it says its address. */
export async function startDashboard(kubeconfig: string, ...argv: readonly string[]): Promise<Dashboard> {
  const stopping = new AbortController();
  const out: string[] = [];
  const ended = run(['dashboard', '--kubeconfig', kubeconfig, ...argv], {
    out: (text) => void out.push(text),
    err: () => undefined,
    paint: plain,
    signal: stopping.signal,
  });
  const url = await vi.waitFor(() => {
    expect(out).toHaveLength(1);
    return out[0] ?? '';
  }, PATIENCE);
  return {
    url,
    stop: () => {
      stopping.abort(new Stop({ kind: 'Cancelled', why: 'shutdown' }));
      return ended;
    },
  };
}
