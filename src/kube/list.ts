// Lists in pages, so that a large namespace never becomes one huge answer.
import type { ApiResult } from './api-fault.ts';
import type { KubeApi } from './call.ts';
import type { CallParams, ResourceRule } from './rules.ts';

export interface Listed<T> {
  readonly items: readonly T[];
  /** To watch from. */
  readonly resourceVersion: string;
}

interface ListPage<T> {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly T[] | null;
}

const PAGE = 500;
/** A server that always says "there is more" must not keep us forever. */
const MAX_PAGES = 200;

/**
 * Every object that the rule lists. `managedFields` are dropped: nobody here reads them, and they are often the larger
 * half of an object. A continue token that expires (410) starts the list again, once.
 */
export async function listAll<T extends object>(
  api: KubeApi,
  rule: ResourceRule,
  params: CallParams,
  signal: AbortSignal,
): Promise<ApiResult<Listed<T>>> {
  const first = await pages<T>(api, rule, params, signal);
  return first.ok || first.fault.code !== 'Gone' ? first : pages<T>(api, rule, params, signal);
}

async function pages<T extends object>(
  api: KubeApi,
  rule: ResourceRule,
  params: CallParams,
  signal: AbortSignal,
): Promise<ApiResult<Listed<T>>> {
  const items: T[] = [];
  let token: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    // A token already says which version it continues.
    const query =
      token === undefined
        ? { limit: PAGE, ...params.query }
        : { limit: PAGE, ...params.query, resourceVersion: undefined, continue: token };
    const answer = await api.call<ListPage<T>>(rule, { ...params, query }, { signal });
    if (!answer.ok) return answer;
    for (const item of answer.value.items ?? []) {
      dropManagedFields(item);
      items.push(item);
    }
    const { continue: next, resourceVersion } = answer.value.metadata ?? {};
    if (next === undefined || next === '') {
      const { serverDate } = answer;
      return {
        ok: true,
        value: { items, resourceVersion: resourceVersion ?? '' },
        ...(serverDate === undefined ? {} : { serverDate }),
      };
    }
    token = next;
  }
  return { ok: true, value: { items, resourceVersion: '' } };
}

/** Removes what is only noise to a reader. In place: the object was just parsed and is ours. */
export function dropManagedFields(item: object): void {
  const { metadata } = item as { metadata?: { managedFields?: unknown } };
  if (metadata !== undefined) delete metadata.managedFields;
}
