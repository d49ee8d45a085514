// The settings of every service that was found, with the ConfigMaps that their templates name read once.
import type { Service } from '../api/components.ts';
import type { Fault } from '../facts/outcome.ts';
import type { WorkloadObject } from '../targets/workload.ts';
import { readConfigMaps, type ReadConfigMap } from './config-maps.ts';
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
  const settings = [...workloads].map(([service, workload]) => {
    return [service, settingsOf(workload, { maps, namespace, isSpring: service !== DASHBOARD })] as const;
  });
  return { settings: new Map(settings), faults: [...maps.values()].flatMap((one) => (one.ok ? [] : [one.fault])) };
}
