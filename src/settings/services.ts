// The settings of every service that was found, with the ConfigMaps that their templates name read once.
import type { Service } from '../api/components.ts';
import type { Fault } from '../facts/outcome.ts';
import type { WorkloadObject } from '../targets/workload.ts';
import { readConfigMaps, type ReadConfigMap } from './config-maps.ts';
import { documentReader } from './read-documents.ts';
import { configMapsOf, settingsOf, type Settings } from './settings.ts';

export interface ServiceSettings {
  readonly settings: ReadonlyMap<Service, Settings>;
  /** ConfigMaps that could not be asked for. */
  readonly faults: readonly Fault[];
}

/** Not a Spring Boot service. */
const DASHBOARD = 'admin-dashboard';

export async function readServiceSettings(
  workloads: ReadonlyMap<Service, WorkloadObject>,
  namespace: string,
  read: ReadConfigMap,
  signal: AbortSignal,
): Promise<ServiceSettings> {
  const maps = await readConfigMaps([...workloads.values()].flatMap(configMapsOf), read, signal);
  const documents = documentReader();
  const settings = new Map<Service, Settings>();
  for (const [service, workload] of workloads) {
    const context = { maps, namespace, isSpring: service !== DASHBOARD, readFile: documents.read };
    let own = settingsOf(workload, context);
    // Which files count is known before they are read; once more with what they say.
    while (await documents.settle(signal)) own = settingsOf(workload, context);
    settings.set(service, own);
  }
  return { settings, faults: [...maps.values()].flatMap((one) => (one.ok ? [] : [one.fault])) };
}
