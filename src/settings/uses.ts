// Which backends and services each service uses by its own configuration: joined to the targets of a run, so that a check
// can compare them with what the report examines.
import type { HealthReportSpec } from '../api/health-report.ts';
import type { Service } from '../api/components.ts';
import type { BackendUse } from '../facts/backend-use.ts';
import type { NamespaceObjects } from '../facts/namespace-objects.ts';
import type { ServiceTarget, Target } from '../facts/target.ts';
import { hostsNamed } from '../product/index.ts';
import { redact } from '../runtime/safe-text.ts';
import { type WorkloadObject, workloadsIn } from '../targets/workload.ts';
import { backendsOf } from './backends.ts';
import type { ReadConfigMap } from './config-maps.ts';
import type { ConfiguredBackend } from './configured.ts';
import { readServiceSettings } from './services.ts';
import type { Settings } from './settings.ts';
import { textOf } from './value.ts';

type Waiver = NonNullable<HealthReportSpec['upgrade']['waive']>[number];

export interface UsesRequest {
  readonly targets: readonly Target[];
  /** Undefined without a cluster: then nothing is known. */
  readonly objects: NamespaceObjects | undefined;
  readonly namespace: string;
  readonly read: ReadConfigMap | undefined;
  /** What the spec says need not be examined. */
  readonly waive: readonly Waiver[];
  readonly signal: AbortSignal;
}

/** In bytes. */
const LONGEST_ORIGIN = 256;

/** The targets, each service with the backends that its settings name. What could not be read names none. */
export async function withUses({ targets, objects, namespace, read, waive, signal }: UsesRequest): Promise<Target[]> {
  if (objects === undefined || read === undefined) return [...targets];
  const settings = await readServiceSettings(workloadsOf(targets, objects), namespace, read, signal);
  return targets.map((target) => {
    const own = target.kind === 'service' ? settings.settings.get(target.id) : undefined;
    if (target.kind !== 'service' || own === undefined) return target;
    const { found } = backendsOf(new Map([[target.id, own]]));
    const uses = found.filter(({ kind }) => !waive.includes(WAIVERS[kind])).map((one) => useOf(one, own.workload));
    const calls = callsOf(own);
    return { ...target, ...(uses.length === 0 ? {} : { uses }), ...(calls.length === 0 ? {} : { calls }) };
  });
}

/** The services that the settings lead to, each once. */
function callsOf({ names, get }: Settings): NonNullable<ServiceTarget['calls']> {
  const hosts = names.flatMap((name) => {
    const setting = get(name);
    const text = setting === undefined ? undefined : textOf(setting.value);
    return setting === undefined || text === undefined ? [] : hostsNamed(text, setting.name);
  });
  return hosts.filter(({ service }, index) => hosts.findIndex((other) => other.service === service) === index);
}

const WAIVERS = {
  database: 'Databases',
  bucket: 'Buckets',
  kms: 'Keys',
  keyPair: 'Keys',
} as const satisfies Record<ConfiguredBackend['kind'], Waiver>;

function workloadsOf(targets: readonly Target[], objects: NamespaceObjects): ReadonlyMap<Service, WorkloadObject> {
  const all = workloadsIn(objects);
  return new Map(
    targets.flatMap((target): [Service, WorkloadObject][] => {
      if (target.kind !== 'service' || target.workload === undefined) return [];
      const { kind, name } = target.workload;
      const found = all.find((one) => one.kind === kind && one.object.metadata.name === name);
      return found === undefined ? [] : [[target.id, found]];
    }),
  );
}

function useOf(backend: ConfiguredBackend, workload: string): BackendUse {
  const origin = redact(backend.origin.replace(`${workload}, `, ''), [], LONGEST_ORIGIN);
  switch (backend.kind) {
    case 'database': {
      const { place } = backend;
      return place.kind === 'secret'
        ? { kind: 'hiddenDatabase', secret: place.ref.name, origin }
        : { kind: 'database', hosts: place.hosts, database: place.database, origin };
    }
    case 'bucket': {
      const { bucket, access } = backend;
      return {
        kind: 'bucket',
        bucket,
        origin,
        ...(access.endpoint === undefined ? {} : { endpoint: access.endpoint }),
      };
    }
    case 'kms':
      return { kind: 'kms', keyId: backend.keyId, origin };
    case 'keyPair':
      return { kind: 'keyPair', secret: backend.secret, origin };
  }
}
