// The installed CustomResourceDefinition: which schema it has, and whether the API server serves it.
import { z } from 'zod';
import { CRD_NAME, SCHEMA_VERSION_ANNOTATION, VERSION } from '../api/names.ts';
import type { ApiResult } from './api-fault.ts';
import type { KubeApi } from './call.ts';
import { RULES } from './rules.ts';

/** What is read of the definition. */
export interface InstalledDefinition {
  /** Undefined when somebody took the annotation off. */
  readonly schemaVersion: string | undefined;
  /** The API server took it: its names are free and its schema is sound. */
  readonly established: boolean;
  /** Our version is among those that are served. */
  readonly served: boolean;
}

/** What is read of the answer; whatever has another type is not there. */
const definition = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()).catch({}) }).catch({ annotations: {} }),
  spec: z
    .object({ versions: z.array(z.object({ name: z.string().catch(''), served: z.boolean().catch(false) })).catch([]) })
    .catch({ versions: [] }),
  status: z
    .object({
      conditions: z.array(z.object({ type: z.string().catch(''), status: z.string().catch('') })).catch([]),
    })
    .catch({ conditions: [] }),
});

/** The definition as it is installed. */
export async function installedDefinition(api: KubeApi, signal: AbortSignal): Promise<ApiResult<InstalledDefinition>> {
  const answer = await api.call<unknown>(RULES.getDefinition, { name: CRD_NAME }, { signal });
  if (!answer.ok) return answer;
  const { metadata, spec, status } = definition.parse(answer.value);
  return {
    ok: true,
    value: {
      schemaVersion: metadata.annotations[SCHEMA_VERSION_ANNOTATION],
      established: status.conditions.some(({ type, status: is }) => type === 'Established' && is === 'True'),
      served: spec.versions.some(({ name, served }) => name === VERSION && served),
    },
  };
}

/** The schema version that the installed definition is annotated with; undefined when somebody took the annotation off. */
export async function installedSchemaVersion(
  api: KubeApi,
  signal: AbortSignal,
): Promise<ApiResult<string | undefined>> {
  const installed = await installedDefinition(api, signal);
  return installed.ok ? { ok: true, value: installed.value.schemaVersion } : installed;
}
