// The installed CustomResourceDefinition: which schema it has, so that an operator can tell an older one.
import { CRD_NAME, SCHEMA_VERSION_ANNOTATION } from '../api/names.ts';
import type { ApiResult } from './api-fault.ts';
import type { KubeApi } from './call.ts';
import { RULES } from './rules.ts';

/** The schema version that the installed definition is annotated with; undefined when somebody took the annotation off. */
export async function installedSchemaVersion(
  api: KubeApi,
  signal: AbortSignal,
): Promise<ApiResult<string | undefined>> {
  const answer = await api.call<{ metadata?: { annotations?: Readonly<Record<string, string>> } }>(
    RULES.getDefinition,
    { name: CRD_NAME },
    { signal },
  );
  if (!answer.ok) return answer;
  return { ok: true, value: answer.value.metadata?.annotations?.[SCHEMA_VERSION_ANNOTATION] };
}
