// What the cluster says of a service's workload. The run has read the objects already, so nothing is asked here.
import { failed, ok } from '../facts/outcome.ts';
import { literal } from '../runtime/safe-text.ts';
import type { Probe } from './probe.ts';

export const podsProbe: Probe<'pods'> = {
  kind: 'pods',
  observe({ workload, addresses }) {
    if (workload !== undefined) return Promise.resolve({ workload: ok(workload) });
    // Without a workload the fault that kept us from the addresses says why; with addresses it is known by URL only.
    if (!addresses.ok) return Promise.resolve({ workload: { ok: false, fault: addresses.fault } });
    return Promise.resolve({ workload: failed('NotAsked', literal('its workload is not known, only its address')) });
  },
};
