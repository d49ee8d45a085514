// Who besides the operator owns a part of a status, as the API server notes it in metadata.managedFields.
import { z } from 'zod';
import { FIELD_MANAGER } from '../api/names.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';

const entry = z.object({
  manager: z.string().catch('nobody'),
  operation: z.string().catch(''),
  time: z.string().catch(''),
  subresource: z.string().catch(''),
  fieldsV1: z.record(z.string(), z.unknown()).catch({}),
});

/** More writers than that are no help. */
const MOST = 4;

/** `kubectl-edit (Update, 2026-01-02T03:04:05Z)`, in the server's order. A mutating webhook has no entry of its own. */
export function statusWriters(managedFields: unknown): readonly SafeText[] {
  const entries = Array.isArray(managedFields) ? (managedFields as readonly unknown[]) : [];
  return entries
    .flatMap((one) => {
      const read = entry.safeParse(one);
      return read.success ? [read.data] : [];
    })
    .filter(({ subresource, fieldsV1 }) => subresource === 'status' || Object.hasOwn(fieldsV1, 'f:status'))
    .filter(({ manager }) => manager !== FIELD_MANAGER)
    .slice(0, MOST)
    .map(({ manager, operation, time }) => redact(`${manager} (${operation}, ${time})`));
}
